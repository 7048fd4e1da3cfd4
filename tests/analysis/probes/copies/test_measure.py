"""The copies probe finds the effect where it is and none where it was taken away."""

import json
from dataclasses import replace

import pytest

from agents.answer import resolve
from agents.orchard.rollout import rollout
from agents.partial import NOTHING, PRIOR_ALONE
from agents.registry import reasoner_of, type_space
from analysis.copies.edits import HIDING, SEEN
from analysis.copies.interventions import ALWAYS, MORE, NOW, REPLACED, RIGHT, SAME
from analysis.copies.scoring import EXACT
from analysis.figures.report import page
from analysis.probes import Settings, Subject, Trial, find, sound
from analysis.probes.copies import PROBE
from analysis.probes.copies.design import Design, worlds_of
from tests.analysis.contenders import marked
from worlds import FunhouseError

DESIGN = Design(
    agents=7, copies=4, steps=32, size=9, fruits=4, episodes=5, training=5, depths=(1, 2, 3), predict=60, behave=8,
    hidings=10, edits=2, twins=8,
)  # fmt: skip
SETTINGS = Settings(seeds=2, split="validation")
KEYS = {
    "stance", "depth", "contender", "kind", "questions", "kept", "excess_nats", "skill", "skill_low", "skill_high",
    "unfiltered_skill", "top1", "total_variation",
}  # fmt: skip


class Mind:
    """The exact reasoner under a mind's name; or one that has seen nobody act."""

    def __init__(self, name="mind", belief="posterior"):
        self.name, self.belief = name, belief

    def answer(self, episode, questions):
        queries = [resolve(episode, question) for question in questions]
        return reasoner_of(type_space(episode)).enact(
            episode, queries, without=PRIOR_ALONE if self.belief == "prior" else NOTHING
        )


class Exact:
    """Plays copies that reason exactly."""

    def batches(self, run, span, threads=1, logged=None):
        made = rollout(run.orchard, run.population, run.policy, run.seed, run.split, span.start, len(span))
        yield [marked(episode, run.copies) for episode in made]


BLIND = Mind("mind, no history", "prior")


@pytest.fixture(scope="module")
def document():
    return PROBE.run(Subject(Mind(), [BLIND], Exact(), "5" * 64), SETTINGS, design=DESIGN)


def figure_of(document, name):
    return next(one for one in document["figures"] if one["name"] == name)


def effects(document, intervention):
    return {
        (row["condition"], row["figure"]): row["value"]
        for row in document["interventions"]
        if row["intervention"] == intervention and row["contender"] != "reasoner"
    }


def test_the_controls_do_what_they_must(document):
    passed = {one["name"]: one["passed"] for one in document["controls"]}
    assert passed == {EXACT: True, BLIND.name: False}
    assert sound(document)


def test_copies_that_learn_nothing_from_acts_have_no_skill():
    """Then θ's own answer hangs on nothing that φ did, and the ignorant shortcut knows as much as φ."""
    blind = PROBE.run(Subject(Mind(belief="prior"), [], Exact(), "5" * 64), SETTINGS, design=DESIGN)
    figure = figure_of(blind, "skill, predict at depth 2")
    assert figure["value"] is None or figure["low"] <= 0
    assert not figure["reached"]
    assert effects(blind, HIDING)[SEEN, RIGHT] is None


def test_exact_copies_reach_every_figure_that_exact_reasoning_can(document):
    reached = {one["name"]: one["reached"] for one in document["figures"]}
    assert all(done for name, done in reached.items() if "change" in name or "moves" in name)
    assert reached["kept questions, predict at depth 2"]
    assert len(figure_of(document, "skill, predict at depth 2")["by_seed"]) == 2


def test_there_is_a_row_for_every_stance_depth_and_contender(document):
    assert all(set(row) >= KEYS for row in document["rows"])
    cells = {(row["stance"], row["depth"]) for row in document["rows"] if row["contender"] == "mind"}
    assert cells == {(stance, depth) for stance in ("behave", "predict") for depth in (1, 2, 3)}
    assert json.dumps(document, allow_nan=False)


def test_in_the_twin_the_last_copy_is_scripted_and_all_else_as_it_was():
    subject = Subject(Mind(), [], Exact(), "5" * 64)
    for _, one, twin in worlds_of(Trial(subject, Settings(seeds=1, episodes=2, split="validation"), DESIGN)):
        assert [agent.name for agent in one.agents] == [agent.name for agent in twin.agents]
        assert [agent.type for agent in one.agents] == [agent.type for agent in twin.agents]
        assert [bool(agent.mind) for agent in one.agents] == [True] * 4 + [False] * 3
        assert [bool(agent.mind) for agent in twin.agents] == [True] * 3 + [False] * 4
        assert one.role == twin.role


def test_replacing_exact_copies_by_exact_reasoners_changes_nothing(document):
    value = effects(document, REPLACED)
    assert value[ALWAYS, SAME] == 1
    assert value[NOW, MORE] == value[ALWAYS, MORE] == pytest.approx(0, abs=1e-9)


def test_the_story_is_of_one_in_a_role_and_the_other_hidden_from_it(document):
    told = document["transcript"]
    assert told["theta"]["name"] != told["phi"]["name"]
    assert told["hidden_at"]
    assert max(told["hidden_at"]) < told["step"]
    asked = [(one["who"], one["asked"]) for one in told["said"]]
    assert asked[:2] == [
        (told["phi"]["name"], f"predict {told['theta']['name']} pretending to be me"),
        (told["theta"]["name"], f"behave as {told['phi']['name']}"),
    ]
    own = told["said"][1]
    assert own["was"] == pytest.approx(told["said"][2]["was"])  # this mind reasons exactly
    assert own["was"] != own["hidden"]


def test_pictures_and_tables_say_what_was_measured(document):
    drawn = find("copies").draw(document)
    assert set(drawn) == {"copies", "copies_hidden"}
    assert "<img" in page([("about", document, drawn)])
    skills, effect, story = find("copies").tables(document)
    assert EXACT in set(skills.columns[1].cells)
    assert HIDING in set(effect.columns[0].cells)
    assert document["transcript"]["phi"]["name"] in set(story.columns[1].cells)


def test_without_somebody_to_play_the_copies_there_is_nothing_to_measure():
    with pytest.raises(FunhouseError, match="nobody is here to play"):
        PROBE.run(Subject(Mind()), SETTINGS, design=DESIGN)


def test_a_run_too_small_for_a_skill_says_so_and_fails_nowhere():
    few = replace(DESIGN, training=2, predict=2, behave=1, depths=(2,))
    small = PROBE.run(Subject(Mind(), [], Exact(), "5" * 64), Settings(1, episodes=1, split="validation"), design=few)
    assert figure_of(small, "skill, predict at depth 2")["reached"] is None
    assert find("copies").tables({**small, "probe": "copies"})
    assert "copies" not in find("copies").draw(small)
