"""What must hold of any mind, trained or not."""

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch

from agents import Question
from tests.tom.worlds_of_minds import short_log, untrained_mind, untrained_transformer
from tom.checkpoint import save
from tom.filter.batch import TextTable, event_tensors
from tom.filter.inputs import VERSION
from tom.mind import OWN, load
from worlds import Episode, FunhouseError

PROMPTS = (
    "behave as {0}",
    "behave as myself",
    "behave as {0} pretending to be {1}",
    "behave as {0} pretending to be me",
    "behave as {0} pretending to be a near-sighted agent pretending to be {1}",
    "behave as an agent that likes red pretending to be {1}",
    "behave as {0} pretending to be {1} pretending to be {2}",
)


EACH = pytest.mark.parametrize("untrained", [untrained_transformer, untrained_mind], ids=["transformer", "filter"])


def questions(names: list[str], me: str, steps=(9, 17)) -> list[Question]:
    """Prompts about the first three names, put to `me`."""
    return [Question(me, t, prompt.format(*names)) for t in steps for prompt in PROMPTS]


def renamed(episode: Episode, names: list[str]) -> Episode:
    """The same episode, its agents called otherwise."""
    table = dict(zip(episode.names, names, strict=True))
    return replace(
        episode,
        agents=[replace(agent, name=table[agent.name]) for agent in episode.agents],
        role=[[tuple(table.get(e, e) for e in chain) for chain in row] for row in episode.role],
    )


def reordered(episode: Episode, order: list[int]) -> Episode:
    """The same episode, its agents in another order."""
    return replace(
        episode, cell=episode.cell[:, order], action=episode.action[:, order], reward=episode.reward[:, order],
        role=[[row[i] for i in order] for row in episode.role],
        prompt=[[row[i] for i in order] for row in episode.prompt],
        agents=[episode.agents[i] for i in order],
    )  # fmt: skip


def test_renaming_and_reordering_agents_change_nothing():
    episode, mind = short_log()[0], untrained_mind()
    names, others = episode.names, ["Tess", "Uma", "Val", "Wes", "Xia"]
    asked = mind.answer(episode, questions(names[1:], names[0]))
    called = mind.answer(renamed(episode, others), questions(others[1:], others[0]))
    moved = mind.answer(reordered(episode, [3, 1, 4, 0, 2]), questions(names[1:], names[0]))
    assert np.array_equal(asked, called)
    assert np.allclose(asked, moved, atol=1e-5)


@EACH
def test_pointing_at_somebody_else_changes_the_answer(untrained):
    episode, mind = short_log()[0], untrained()
    names = episode.names
    one = mind.answer(episode, [Question(names[0], 17, f"behave as {names[1]}")])
    other = mind.answer(episode, [Question(names[0], 17, f"behave as {names[2]}")])
    assert np.abs(one - other).max() > 1e-5


@EACH
def test_the_future_is_not_known(untrained):
    episode, mind = short_log()[0], untrained()
    asked = questions(episode.names[1:], episode.names[0], steps=(9,))
    action = episode.action.copy()
    action[9:] = (action[9:] + 1) % 5
    changed = replace(episode, action=action)
    assert np.allclose(mind.answer(episode, asked), mind.answer(changed, asked), atol=1e-6)
    action = episode.action.copy()
    action[:9] = (action[:9] + 1) % 5
    past = mind.answer(replace(episode, action=action), asked)
    assert np.abs(mind.answer(episode, asked) - past).max() > 1e-4


def test_what_was_not_perceived_does_not_matter():
    episode, mind = short_log()[0], untrained_mind()
    me = next(i for i, agent in enumerate(episode.agents) if agent.type["sight"] == "near")
    history = mind.inputs.history(episode, me)
    action = episode.action.copy()
    for t in range(episode.steps):
        for j in range(len(episode.agents)):
            if history.at[t, j] < 0:
                action[t, j] = (action[t, j] + 1) % 5
    assert (action != episode.action).any()
    asked = questions([n for n in episode.names if n != episode.names[me]], episode.names[me])
    assert np.array_equal(mind.answer(episode, asked), mind.answer(replace(episode, action=action), asked))


@EACH
def test_hidden_roles_stay_hidden_from_a_mind_of_an_announced_world(untrained):
    episode, mind = short_log(roles="hidden")[0], untrained()
    bare = replace(episode, role=[[() for _ in row] for row in episode.role])
    assert any(chain for row in episode.role for chain in row)
    asked = questions(episode.names[1:], episode.names[0])
    assert np.array_equal(mind.answer(episode, asked), mind.answer(bare, asked))


@EACH
def test_many_prompts_are_answered_as_one_by_one(untrained):
    episode, mind = short_log()[0], untrained()
    me, names = episode.names[0], episode.names[1:]
    prompts = [q.prompt for q in questions(names, me, steps=(17,))]
    together = mind.ask_many(episode, me, 17, prompts)
    for prompt, answer in zip(prompts, together, strict=True):
        alone = mind.ask(episode, me, 17, prompt)
        assert (answer.chain, answer.prompt) == (alone.chain, prompt)
        assert list(answer.probabilities.values()) == pytest.approx(list(alone.probabilities.values()), abs=1e-5)
        assert sum(answer.probabilities.values()) == pytest.approx(1)


def test_only_events_before_the_last_step_asked_are_attended_to_and_the_answers_are_those_of_all():
    episode, mind = short_log()[0], untrained_transformer()
    me, asked = episode.find(episode.names[0]), questions(episode.names[1:], episode.names[0])
    past = mind._history(episode, me, OWN)
    early = min(q.step for q in asked)
    event, kept = past.before(early)
    width = kept[0][0].shape[2]
    assert event["step"].max() < early <= past.event["step"].max()
    assert width - event["step"].shape[1] == past.past[0][0].shape[2] - past.event["step"].shape[1]  # the persona stays
    assert past.before(0)[0]["step"].shape[1] == 0
    together = mind.answer(episode, asked)
    alone = [mind.answer(episode, [question])[0] for question in asked]
    assert np.allclose(together, alone, atol=1e-5)


def test_a_history_gone_over_with_more_lines_answers_as_before():
    episode, fresh, mind = short_log()[0], untrained_mind(), untrained_mind.__wrapped__()
    me, asked = episode.names[0], questions(episode.names[1:], episode.names[0])
    alone = [fresh_answer(fresh, episode, question) for question in asked]
    grown = [mind.answer(episode, [question])[0] for question in asked]  # each with the lines of all before it
    again = [mind.answer(episode, [question])[0] for question in asked]
    assert len(mind._histories[id(episode), episode.find(me)][1].history.lines) > 4
    assert np.allclose(alone, grown, atol=1e-5)
    assert np.allclose(alone, again, atol=1e-5)


def fresh_answer(mind, episode: Episode, question: Question) -> np.ndarray:
    """The answer of a mind that remembers no history."""
    mind._histories.clear()
    return mind.answer(episode, [question])[0]


def test_a_history_is_encoded_anew_only_for_lines_that_it_lacks(monkeypatch):
    episode, mind, encoded = short_log()[0], untrained_mind.__wrapped__(), []
    encode = mind.network.encode
    monkeypatch.setattr(mind.network, "encode", lambda event: encoded.append(1) or encode(event))
    me, (one, other, *_) = episode.names[0], episode.names[1:]
    for prompt, passes in (("myself", 1), (one, 1), (f"{one} pretending to be {other}", 2), (one, 2),
                           (f"{one} pretending to be {other}", 2), (f"{one} pretending to be me", 3)):  # fmt: skip
        mind.answer(episode, [Question(me, 17, f"behave as {prompt}")])
        assert len(encoded) == passes, prompt


def test_a_history_beside_a_longer_one_is_read_as_alone():
    log, mind = short_log(), untrained_mind()
    lines = [((j,), (j + 1) % 5) for j in range(5)]
    histories = [mind.inputs.history(log[0], i, through=lines[: 1 + 2 * (i % 2)]) for i in range(5)]
    order = sorted(range(5), key=lambda i: len(histories[i]))
    assert len(histories[order[0]]) < len(histories[order[-1]])
    together = event_tensors([histories[i] for i in order], order)
    assert together["sizes"] == [len(histories[i]) for i in order]
    both, first = mind.network.encode(together), 0
    for row, i in enumerate(order):
        alone = mind.network.encode(event_tensors([histories[i]], [i]))
        here, first = slice(first, first + len(histories[i])), first + len(histories[i])
        for name in ("policy", "scene", "option"):
            assert torch.allclose(alone[name], both[name][here], atol=1e-5), name
        assert torch.allclose(alone["evidence"][0], both["evidence"][row, : len(histories[i])], atol=1e-5)
        assert (together["real"][row].nonzero().squeeze(1) == torch.arange(len(histories[i]))).all()


@EACH
def test_describe_gives_distributions_over_every_trait(untrained):
    episode, mind = short_log()[0], untrained()
    said = mind.describe(episode, episode.names[0], 12, episode.names[1])
    assert set(said) == {"taste", "sight", "memory", "temper"}
    assert all(sum(values.values()) == pytest.approx(1) for values in said.values())


@EACH
def test_it_says_of_itself_what_it_was_told_and_by_its_name_what_it_did(untrained):
    episode, mind = short_log()[0], untrained()
    silent = replace(episode, agents=[replace(one, description="an agent") for one in episode.agents])
    as_itself, told_nothing = (mind.own_traits(one, 0, [12, 13]) for one in (episode, silent))
    assert all(np.abs(as_itself[trait] - told_nothing[trait]).max() > 1e-6 for trait in as_itself)
    by_name = mind.traits(episode, 0, [12], [0])
    without = mind.controls()[-1].traits(episode, 0, [12], [0])
    assert mind.controls()[-1].name == "mind, own actions blanked"
    assert any(np.abs(by_name[trait] - without[trait]).max() > 1e-6 for trait in by_name)


@EACH
def test_controls_take_something_away(untrained):
    episode, mind = short_log()[0], untrained()
    asked = questions(episode.names[1:], episode.names[0])
    whole = mind.answer(episode, asked)
    for control in mind.controls():
        assert np.abs(control.answer(episode, asked) - whole).max() > 1e-6, control.name
    told = mind.traits(episode, 0, [12], [1])["taste"]
    for control in mind.controls()[:3]:
        assert np.abs(control.traits(episode, 0, [12], [1])["taste"] - told).max() > 1e-6, control.name
    assert np.array_equal(mind.answer(episode, asked), whole)


@EACH
def test_a_world_with_other_tastes_is_refused_by_name(untrained):
    episode, mind = short_log()[0], untrained()
    run = {**episode.run, "policy": {**episode.run["policy"], "rankings": "all"}}
    with pytest.raises(FunhouseError, match=r"this mind knows .* tastes?:? red>blue>green, blue>green>red"):
        mind.answer(replace(episode, run=run), questions(episode.names[1:], episode.names[0])[-1:])


def test_weights_of_another_network_are_refused(tmp_path):
    mind = untrained_mind()
    meta = {"version": VERSION, "network": mind.network.config.to_dict(), "words": list(mind.vocabulary.words)}
    lowered = deepcopy(mind.network).lower().state_dict()
    save(tmp_path / "whole", lowered, {**meta, "run": mind.run})
    assert np.allclose(*(m.answer(short_log()[0], questions(short_log()[0].names[1:], short_log()[0].names[0]))
                         for m in (mind, load(tmp_path / "whole"))), atol=0.05)  # fmt: skip
    other = {**meta, "network": {**meta["network"], "width": 64}, "run": mind.run}
    save(tmp_path / "other", lowered, other)
    save(tmp_path / "unlowered", mind.network.state_dict(), {**meta, "run": mind.run})
    for place in ("other", "unlowered"):
        with pytest.raises(FunhouseError, match="of another network"):
            load(tmp_path / place)


@pytest.mark.parametrize("version", [None, 0, 2, 4])
def test_a_mind_of_another_version_is_refused_by_name(tmp_path, version):
    mind = untrained_mind()
    meta = {"network": mind.network.config.to_dict(), "words": list(mind.vocabulary.words), "run": mind.run}
    save(tmp_path / "old", mind.network.state_dict(), {**meta, "version": version})
    with pytest.raises(
        FunhouseError, match=rf"reads version {version} .* speaks 6 \(transformer\), 3 \(filter\)"
    ) as caught:
        load(tmp_path / "old")
    assert "tom train" in caught.value.remedy


@EACH
def test_shuffled_names_are_those_of_the_next_agents(untrained):
    episode, mind = short_log()[0], untrained()
    a, b, c, d = episode.names[1:]
    for prompt in ("behave as {}", "behave as {} pretending to be {}", "behave as {} pretending to be a shy agent"):
        asked, meant = (Question(episode.names[0], 17, prompt.format(*names)) for names in ((a, c), (b, d)))
        turned = mind.answer(episode, [asked], turned=1)
        assert np.allclose(turned, mind.answer(episode, [meant]), atol=1e-6)
        assert np.abs(turned - mind.answer(episode, [asked])).max() > 1e-5


def test_a_text_is_the_same_beside_longer_ones():
    mind = untrained_mind()
    text, table = "behave as Ada", TextTable(mind.vocabulary)
    table.add(text)
    alone = mind.network.text(table.tensor())
    table.add("behave as Ada pretending to be an agent that likes red pretending to be Bo")
    assert torch.allclose(alone[0], mind.network.text(table.tensor())[0], atol=1e-5)


def test_texts_are_encoded_once_each():
    table = TextTable(untrained_mind().vocabulary)
    assert table.add("behave as Ada") == table.add("behave as Bo") != table.add("behave as myself")


def test_what_it_says_of_itself_is_read_where_training_reads_it():
    """At the end of its persona, in words; no act changes it."""
    mind, episode = untrained_transformer(), short_log()[0]
    said = mind.own_traits(episode, 1, [3, 9])
    otherwise = replace(episode, action=(episode.action + 1) % 5)
    another = replace(
        episode, agents=[replace(one, description=episode.agents[0].description) for one in episode.agents]
    )
    for trait, chance in said.items():
        assert np.array_equal(chance[0], chance[1])
        assert np.array_equal(chance, mind.own_traits(otherwise, 1, [3, 9])[trait])
    assert any(np.abs(said[trait] - mind.own_traits(another, 1, [3, 9])[trait]).max() > 1e-3 for trait in said)
