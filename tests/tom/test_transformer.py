"""The transformer: what attends to what, and that a history encoded once, or bit by bit, answers as if read anew."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
import torch

from agents import Question
from tests.tom.worlds_of_minds import short_log, untrained_transformer
from tom import rungs
from tom.rungs import POINTERS
from tom.tokens import reader_of
from tom.tokens.tensors import LINE, Asked, Prompt, codes, history, lines, tensors
from tom.training.batch import TrainingBatches
from tom.transformer import CODES, ME, NOBODY, Transformer
from tom.transforming import losses
from worlds import FunhouseError

PROMPTS = ("behave as {0}", "behave as {0} pretending to be {1}", "predict {0}", "behave as an agent that likes red")
STEP = 17


def asked(code: np.ndarray | None = None, me: int = 0, prompts: tuple = ()) -> Asked:
    """The history of an agent of a short episode."""
    episode, mind = short_log()[0], untrained_transformer()
    persona = mind.vocabulary.encode(episode.agents[me].description)
    code = codes(len(episode.agents), me) if code is None else code
    return Asked(mind.inputs.seen(episode, me), persona, mind.inputs.types(episode), prompts, code)


def prompt_of(text: str, step: int = STEP, body: int = 0) -> Prompt:
    words, who = untrained_transformer().vocabulary.prompt(text, short_log()[0].names)
    return Prompt(words, who, step, 1, body, (step,), (0,))


@torch.no_grad()
def answers(one: Asked, prompts: list[Prompt], network: Transformer | None = None) -> torch.Tensor:
    """Log probabilities (g a)."""
    network = network or untrained_transformer().network
    raw, event = history([one])
    rows = network.read(raw)
    past, _ = network.encode(rows, event)
    return network.answer(rows, past, event, laid(one, prompts))[0]


def laid(one: Asked, prompts: list[Prompt], longest: int | None = LINE) -> dict[str, torch.Tensor]:
    return lines([one], [prompts], np.zeros(1, np.int64), longest)[0]


def said(names: list[str]) -> list[Prompt]:
    bodies = [names.index(names[1]) if "predict" in text else 0 for text in PROMPTS]
    texts = [text.format(*names[1:]) for text in PROMPTS]
    perceived = asked().seen.at[STEP] >= 0
    return [prompt_of(text, body=body) for text, body in zip(texts, bodies, strict=True) if perceived[body]]


def test_renaming_permutes_the_codes_and_nothing_else_hangs_on_names():
    """Other codes are other embeddings, so that with the embeddings permuted alike every answer stays."""
    network, prompts = untrained_transformer().network, said(short_log()[0].names)
    before = answers(asked(), prompts)
    order = np.random.default_rng(1).permutation(CODES)
    code = np.where(codes(5, 0) == ME, ME, order[np.minimum(codes(5, 0), CODES - 1)])
    kept = network.code.weight.detach().clone()
    other = answers(asked(code), prompts)
    assert (before - other).abs().max() > 1e-3
    try:
        with torch.no_grad():
            network.code.weight[torch.from_numpy(order)] = kept[:CODES]
        assert torch.allclose(answers(asked(code), prompts), before, atol=1e-5)
    finally:
        with torch.no_grad():
            network.code.weight.copy_(kept)


def test_prompts_do_not_attend_to_one_another():
    prompts = said(short_log()[0].names)
    alone = torch.cat([answers(asked(), [one]) for one in prompts])
    assert torch.allclose(answers(asked(), prompts), alone, atol=1e-5)


def test_an_answer_does_not_hang_on_other_answers_of_its_prompt():
    one = prompt_of(f"behave as {short_log()[0].names[1]}", step=9)
    many = replace(one, when=(9, 12, 17), action=(0, 0, 0))
    together = answers(asked(), [many])
    alone = [answers(asked(), [replace(one, when=(step,), action=(0,))]) for step in many.when]
    assert torch.allclose(together, torch.cat(alone), atol=1e-5)


@pytest.mark.parametrize("longest", [8, 20])
def test_prompts_answer_the_same_on_one_line_or_on_many(longest):
    prompts = [p for p in said(short_log()[0].names) for _ in range(5)]
    network, one = untrained_transformer().network, asked()
    with torch.no_grad():
        rows, event = history([one])
        rows = network.read(rows)
        past, _ = network.encode(rows, event)
        one_line, few = laid(one, prompts, None), laid(one, prompts, longest)
        assert len(few["history"]) > len(one_line["history"]) == 1
        both = [network.answer(rows, past, event, prompt)[0] for prompt in (one_line, few)]
    assert torch.allclose(*both, atol=1e-5)


def test_a_history_encoded_bit_by_bit_is_that_encoded_at_once():
    network = untrained_transformer().network
    with torch.no_grad():
        raw, event = history([asked()])
        rows = network.read(raw)
        whole, known = network.encode(rows, event)
        parts, past, real = [], None, event["real"][:, :0]
        for step in event["step"].unique():
            new = {
                name: x[:, event["step"][0] == step] for name, x in event.items() if name not in ("persona", "trait")
            }
            made, some = network.encode(rows, new | {"persona": event["persona"], "before": real}, past)
            past = made if past is None else [
                (torch.cat([k, k2], 2), torch.cat([v, v2], 2)) for (k, v), (k2, v2) in zip(past, made, strict=True)
            ]  # fmt: skip
            real = torch.cat([real, new["real"]], 1)
            parts.append(some)
    assert torch.allclose(torch.cat(parts, 1), known, atol=1e-5)
    for one, two in zip(whole, past, strict=True):
        assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize("abreast", [True, False])
def test_an_event_hangs_on_its_own_step_where_minds_read_abreast_and_never_on_a_later_one(abreast):
    plain = untrained_transformer().network
    network = Transformer(replace(plain.size, abreast=abreast))
    network.load_state_dict(plain.state_dict())
    raw, event = history([asked()])
    rows, step = network.read(raw), event["step"][0]
    at = int(next(s for s in step.unique()[2:] if (step == s).sum() > 1))
    changed, *others = (step == at).nonzero()[:, 0].tolist()
    action = event["action"].clone()
    action[0, changed] = (action[0, changed] + 1) % network.size.actions
    with torch.no_grad():
        (_, before), (_, after) = (network.encode(rows, event | {"action": one}) for one in (event["action"], action))
    moved = ((before - after).abs().amax(-1) > 1e-6)[0, 1:]  # the first is of the persona
    assert moved[changed]
    assert moved[others].all() == moved[others].any() == abreast
    assert not moved[step < at].any()
    assert moved[step > at].any()


def test_a_history_beside_a_longer_one_is_read_as_alone():
    network = untrained_transformer().network
    prompts = (prompt_of("behave as myself"),)
    both = [asked(me=k, prompts=prompts) for k in (0, 1)]
    assert len(both[0].seen) != len(both[1].seen)
    with torch.no_grad():
        together = losses_of(network, tensors(both))
        alone = [losses_of(network, tensors([one])) for one in both]
    assert together == pytest.approx(sum(alone) / 2, rel=1e-5)


def losses_of(network, batch) -> float:
    return losses(network, batch)["action"].item()


def test_training_lowers_the_loss_of_a_batch():
    log, mind = short_log(), untrained_transformer.__wrapped__()
    batch = TrainingBatches([log], mind.vocabulary, 4, seed=1).batch(0)
    optimizer = torch.optim.AdamW(mind.network.parameters(), 1e-3)
    first = losses_of(mind.network, batch)
    for _ in range(12):
        optimizer.zero_grad()
        losses(mind.network, batch)["action"].backward()
        optimizer.step()
    assert losses_of(mind.network, batch) < first - 0.05


def test_bf16_answers_as_float32():
    prompts = said(short_log()[0].names)
    plain = answers(asked(), prompts).exp()
    with torch.autocast("cpu", torch.bfloat16):
        rounded = answers(asked(), prompts).float().exp()
    assert (plain - rounded).abs().max() < 2e-2


def test_answers_are_the_same_asked_as_questions():
    episode, mind = short_log()[0], untrained_transformer()
    questions = [Question(episode.names[0], STEP, text.format(*episode.names[1:])) for text in PROMPTS[:2]]
    expected = answers(asked(), said(episode.names)[:2]).exp().numpy()
    assert np.allclose(mind.answer(episode, questions), expected, atol=1e-6)
    assert reader_of(episode.run).kind == mind.inputs.kind


@pytest.mark.parametrize("rung", ["pointers", "sight"])
def test_a_rung_begins_as_the_plain_one_and_its_facts_move_answers(rung):
    plain = untrained_transformer().network
    network = Transformer(replace(plain.size, rung=rung))
    network.load_state_dict(plain.state_dict(), strict=False)
    names = short_log()[0].names
    deep = "behave as {1} pretending to be {2} pretending to be {3}".format(*names)
    one, prompts = asked(), [prompt_of(deep), *said(names)]
    before = answers(one, prompts)
    assert torch.allclose(answers(one, prompts, network), before, atol=1e-6)
    for k in range(rungs.count(rung, plain.size.layers_seen)):
        with torch.no_grad():
            network.blocks[0].bias.zero_()
            network.blocks[0].bias[:, k] = 5.0
        moved = (answers(one, prompts, network) - before).abs().amax(-1) > 1e-6
        assert moved.any(), k
        assert not moved[-1] or k == POINTERS, "a description names nobody"


def before(event: dict) -> int:
    """The tokens before the first event."""
    return 1 + event["persona"].shape[1]


def test_facts_are_what_they_say():
    """Of "behave as B pretending to be C": which events are C's, B's, mine, and of C's those that B could see."""
    episode, one = short_log()[0], asked()
    names, agents = episode.names, dict(enumerate(episode.names))
    _, event = history([one])
    prompt = laid(one, [prompt_of(f"behave as {names[1]} pretending to be {names[2]}")])
    company = history([one])[0]["company"]
    told = rungs.facts("lens", prompt, event, company, ME, NOBODY)[0, :, 0, before(event) :]
    rows = event["row"][0].numpy()
    actor = one.seen.agent[rows]
    for k, who in ((0, 2), (1, 1), (3, 0)):
        assert (told[k].numpy() == (actor == who)).all(), agents[who]
    assert not told[2].any()
    seen = one.seen.look["company"][rows]
    for layer in range(seen.shape[1]):
        assert (told[POINTERS + 1 + layer].numpy() == ((actor == 2) & seen[:, layer, 1])).all()
        lens = told[POINTERS + 1 + seen.shape[1] * (POINTERS - 1) + layer].numpy()
        assert (lens == ((actor == 2) & seen[:, layer, 1])).all()
    assert told[POINTERS + 1].any()


def test_the_lens_of_three_names_is_what_both_before_the_last_saw():
    some = False
    for me in range(5):
        one = asked(me=me)
        raw, event = history([one])
        seen, rows = one.seen.look["company"], event["row"][0].numpy()
        for chain in permutations(set(range(5)) - {me}, 3):
            names = [short_log()[0].names[k] for k in chain]
            prompt = laid(one, [prompt_of("behave as " + " pretending to be ".join(names))])
            told = rungs.facts("lens", prompt, event, raw["company"], ME, NOBODY)[0, :, 0, before(event) :]
            both = seen[rows, :, chain[0]] & seen[rows, :, chain[1]] & (one.seen.agent[rows] == chain[2])[:, None]
            assert (both == told[-seen.shape[1] :].numpy().T).all()
            some |= bool(both.any())
    assert some


def test_more_bodies_than_there_are_codes_are_refused():
    with pytest.raises(FunhouseError, match="64 bodies"):
        codes(65, 0)


def test_prompts_that_begin_alike_share_words_and_are_answered_as_without():
    names = short_log()[0].names
    texts = ("behave as {1}", "behave as {1} pretending to be {2}", "behave as {1} pretending to be me", "predict {1}")
    prompts = [prompt_of(text.format(*names), step=step) for step in (STEP - 1, STEP) for text in (*texts, texts[1])]
    network, one = untrained_transformer().network, asked()
    with torch.no_grad():
        rows, event = history([one])
        rows = network.read(rows)
        past, _ = network.encode(rows, event)
        given = [lines([one], [prompts], np.zeros(1, np.int64), 30, share) for share in (False, True)]
        apart, shared = (network.answer(rows, past, event, prompt) for prompt, _ in given)
    words = [(prompt["word"] > 0).sum() for prompt, _ in given]
    assert words[1] < words[0] - 9  # once more a step the words that the deeper ones share
    assert torch.allclose(apart[0], shared[0], atol=1e-5)
    ends = [
        known.flatten(0, 1)[[path[-1] for path in paths]]
        for (_, paths), (_, known) in zip(given, (apart, shared), strict=True)
    ]
    assert torch.allclose(*ends, atol=1e-5)
