"""What training reads: labels are what the log holds, prompts are those of training, and codes are drawn anew."""

from dataclasses import replace

import numpy as np
import torch

from agents.language.paraphrase import HELD_OUT, PARAPHRASES
from agents.orchard.presets import PRESETS
from agents.orchard.rollout import RunConfig, rollout
from tests.tom.worlds_of_minds import ShortLog, short_log, untrained_transformer
from tom.tokens import reader_of
from tom.tokens.base import UNLABELLED
from tom.tokens.tensors import Prompt
from tom.tokens.words import BLANK, DESCRIBE, NAME, NOBODY, Vocabulary
from tom.training.batch import Draws, TrainingBatches, _half_heard, drawn_prompts
from tom.transformer import CODES, ME


def drawn(me: int = 0, seed: int = 0) -> list:
    episode, mind = short_log()[0], untrained_transformer()
    return list(drawn_prompts(episode, mind.inputs, me, mind.vocabulary, Draws(), np.random.default_rng(seed)))


def batches(log=None) -> TrainingBatches:
    return TrainingBatches([log or short_log()], untrained_transformer().vocabulary, 4, seed=2)


def test_actions_are_those_that_the_log_holds_at_steps_that_were_perceived():
    episode, mind = short_log()[0], untrained_transformer()
    sees = mind.inputs.sees(episode, 0)
    for prompt in drawn():
        for step, action in zip(prompt.when, prompt.action, strict=True):
            assert action == episode.action[step, prompt.body]
            assert sees[step, prompt.body]
        assert not prompt.when or prompt.step == min(prompt.when)


def test_every_step_of_ones_own_is_asked_once_under_the_prompt_that_it_had():
    episode = short_log()[0]
    own = [prompt for prompt in drawn() if prompt.body == 0 and prompt.when]
    assert sorted(step for prompt in own for step in prompt.when) == list(range(episode.steps))
    vocabulary = untrained_transformer().vocabulary
    for prompt in own:
        for step in prompt.when:
            assert vocabulary.prompt(episode.prompt[step][0], episode.names)[0] == prompt.words
            assert prompt.depth == len(episode.role[step][0])


def test_no_role_is_asked_whose_exaggeration_training_does_not_play():
    """Worked out by hand: who exaggerates doubles, on the wheel of tastes, what sets the other apart from itself."""
    orchard, policy, population = PRESETS["blind"]
    run = RunConfig(replace(orchard, steps=80), policy, replace(population, switch=4), seed=3)
    (episode,) = rollout(run.orchard, run.population, run.policy, run.seed, run.split, 0, 1)
    reader = reader_of(run.to_dict())
    wheel, taught, found = reader.space.traits["taste"], reader.taught(episode), set()
    for step in range(0, episode.steps, 4):
        for who, role in enumerate(episode.role[step]):
            if any(" " in name for name in role):
                continue
            actor, held_out = dict(episode.agents[who].type), False
            for name in role:
                other = dict(episode.agents[episode.names.index(name)].type)
                if actor["manner"] == "exaggerating":
                    mine, theirs = (wheel.index(one["taste"]) for one in (actor, other))
                    other["taste"] = wheel[(2 * theirs - mine) % len(wheel)]
                actor = other
                held_out |= bool(reader.space.held_out[reader.space.index(actor)])
            assert taught[step, who] == (not held_out)
            found.add((len(role), held_out))
    assert found >= {(0, False), (1, False), (1, True), (2, False), (2, True)}
    asked = list(drawn_prompts(episode, reader, 0, Vocabulary(reader.words), Draws(), np.random.default_rng(0)))
    roles = [t for t in range(episode.steps) if episode.role[t][0]]
    labelled = sorted(step for one in asked if one.body == 0 and one.depth for step in one.when)
    assert labelled == [t for t in roles if taught[t, 0]] != roles


def test_wordings_that_are_held_out_are_never_said():
    vocabulary = untrained_transformer().vocabulary
    forms = list(enumerate(PARAPHRASES["predict"]))
    unseen, trained = (
        {vocabulary.encode(form.opening) for k, form in forms if (k in HELD_OUT["predict"]) == held_out}
        for held_out in (True, False)
    )
    openings = unseen - trained
    assert openings
    for seed in range(8):
        for prompt in drawn(seed=seed):
            assert not any(prompt.words[: len(opening)] == opening for opening in openings)


def test_names_are_codes_drawn_anew_and_ones_own_is_always_the_same():
    batch = batches().batch(0)
    who, real = batch["event"]["who"], batch["event"]["real"]
    assert (who[real] <= ME).all()
    assert all(ME in row[mask] for row, mask in zip(who, real, strict=True))
    told = [set(row[mask].tolist()) - {ME} for row, mask in zip(who, real, strict=True)]
    assert max(max(one) for one in told) < CODES
    assert len(set(map(frozenset, told))) > 1


def test_everybody_named_is_labelled_with_its_traits_and_a_stranger_with_none():
    episode = short_log()[0]
    strange = replace(episode, agents=[replace(episode.agents[0], stranger="habit"), *episode.agents[1:]])
    log = ShortLog(short_log().config, [strange] * 4)
    batch = batches(log).batch(0)
    labels, who = batch["event"]["trait"][:, 1:], batch["event"]["who"]
    silent = (labels == UNLABELLED).all(-1) & batch["event"]["real"]
    spoken = (labels != UNLABELLED).all(-1)
    assert silent.any()
    assert spoken.any()
    for row in range(len(who)):
        assert not set(who[row][silent[row]].tolist()) & set(who[row][spoken[row]].tolist())


def test_somebody_is_described_by_a_word_and_a_name_alone():
    described = [prompt for prompt in drawn() if not prompt.when]
    assert described
    assert all(
        prompt.words == (DESCRIBE, NAME) and prompt.who[0] == NOBODY and prompt.who[1] > 0 for prompt in described
    )


def test_an_answer_points_at_the_row_of_its_body_and_step():
    batch = batches().batch(1)
    rows = len(batch["rows"]["blocked"])
    prompt = batch["prompt"]
    assert len(prompt["answer"])
    assert (prompt["row"] < rows).all()
    assert (prompt["word"].flatten()[prompt["answer"]] == 0).all()
    assert torch.isin(prompt["depth"], torch.arange(4)).all()


def test_some_words_of_a_prompt_are_not_heard_and_names_always_are():
    prompt = Prompt((7, NAME, 8, 9), (-1, 2, -1, -1), 3, 1, 0, (3,), (1,))
    heard = [_half_heard(prompt, 0.5, np.random.default_rng(seed)) for seed in range(50)]
    assert all(one.words[1] == NAME and one.who == prompt.who and one.when == prompt.when for one in heard)
    assert {word for one in heard for word in one.words} == {7, 8, 9, NAME, BLANK}
    described = Prompt((DESCRIBE, NAME), (-1, 2), 3, 0, 0)
    assert _half_heard(described, 1.0, np.random.default_rng(0)) == described
    assert _half_heard(prompt, 0.0, np.random.default_rng(0)) == prompt
