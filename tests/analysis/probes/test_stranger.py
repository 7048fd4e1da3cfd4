"""The stranger probe finds the effect where it is and none where it was taken away."""

from itertools import islice

import numpy as np
import pytest

from agents import Reasoned
from agents.answer import resolve
from agents.orchard.strangers import meet, uniform
from agents.partial import NOTHING, PRIOR_ALONE
from agents.registry import reasoner_of, type_space
from analysis.figures.report import page
from analysis.probes import Settings, Subject, Trial, find, sound
from analysis.probes.probe import one_of
from analysis.probes.stranger import PROBE, design
from analysis.probes.stranger.design import HELD_OUT, HIDDEN, Design, asked_of, meetings, own
from analysis.scores.measures import divergence

DESIGN = Design(steps=160, observed=(0, 8, 32), within=8, outside=3)
SETTINGS = Settings(seeds=2, split="validation")
WHO = DESIGN.who
KEYS = {
    "stance", "depth", "contender", "kind", "questions", "kept", "excess_nats", "skill", "skill_low", "skill_high",
    "unfiltered_skill", "top1", "total_variation", "stranger", "observed", "against",
}  # fmt: skip


class Mind:
    """The exact reasoner under a mind's name; or, blanked, one that has seen nothing."""

    def __init__(self, name="mind", belief="posterior"):
        self.name, self.belief = name, belief

    def answer(self, episode, questions):
        queries = [resolve(episode, question) for question in questions]
        return reasoner_of(type_space(episode)).enact(
            episode, queries, without=PRIOR_ALONE if self.belief == "prior" else NOTHING
        )


BLANKED = [Mind("mind, no history", "prior"), Mind("mind, own actions blanked")]


@pytest.fixture(scope="module")
def document():
    return PROBE.run(Subject(Mind(), BLANKED), SETTINGS, design=DESIGN)


def meeting(stranger):
    """The second episode of a seed."""
    return next(islice(meetings(Trial(Subject(Mind()), SETTINGS, DESIGN), stranger, 0), 1, None))


def rows_of(document, **wanted):
    return [row for row in document["rows"] if all(row[key] == value for key, value in wanted.items())]


def control_of(document, name):
    return next(one for one in document["controls"] if one["name"] == name)


def test_the_controls_do_what_they_must(document):
    assert control_of(document, "reasoner")["passed"] is True
    assert control_of(document, "mind, no history")["passed"] is False
    assert control_of(document, "A* planner")["passed"] is False
    assert control_of(document, "last action")["passed"] is None
    assert sound(document)
    assert "mind, own actions blanked" not in [one["name"] for one in document["controls"]]


def test_the_probe_fails_where_the_stranger_shows_nothing_of_itself(monkeypatch):
    """It moves at random and is still asked what its type would do: there is nothing to be learned."""
    monkeypatch.setattr(design, "play", lambda run, index: meet(run, index, {WHO: uniform}))
    one = Design(steps=160, observed=(0, 8, 32), within=8, strangers=(HELD_OUT,))
    blind = PROBE.run(Subject(Mind(), BLANKED), SETTINGS, design=one)
    assert control_of(blind, "reasoner")["passed"] is False
    assert not sound(blind)


def test_a_mind_that_is_the_reasoner_reaches_every_figure(document):
    assert one_of(document["figures"], name="nats beyond the reasoner", stranger=HELD_OUT)["value"] == pytest.approx(0)
    gain = one_of(document["figures"], name="gain", stranger=HELD_OUT)
    assert gain["value"] == pytest.approx(control_of(document, "reasoner")["value"])
    assert len(gain["by_seed"]) == 2
    for row in rows_of(document, against="definition", contender="mind"):
        assert row["excess_nats"] == pytest.approx(0, abs=1e-6)


def test_there_is_a_row_for_every_contender_stranger_and_count(document):
    for row in document["rows"]:
        assert set(row) >= KEYS
    for stranger in DESIGN.strangers:
        for observed in DESIGN.observed:
            here = rows_of(document, stranger=stranger, observed=observed, against="stranger")
            assert {"mind", "reasoner", "ignorant", "mind, no history"} <= {row["contender"] for row in here}
            assert all(row["skill"] is None and row["reason"] for row in here)
    within = {row["stranger"] for row in rows_of(document, against="definition")}
    assert within == {HELD_OUT, HIDDEN}
    outside = rows_of(document, stranger="astar")
    assert "full information" not in {row["contender"] for row in outside}


def test_the_reasoner_errs_about_those_whom_its_types_do_not_hold(document):
    said = {
        stranger: rows_of(document, stranger=stranger, observed=32, against="stranger", contender="reasoner")[0]
        for stranger in DESIGN.strangers
    }
    assert said[HELD_OUT]["excess_nats"] < 0.2
    assert said["wall-follower"]["excess_nats"] > 0.5


@pytest.mark.parametrize("stranger", DESIGN.strangers)
def test_questions_stand_where_the_stranger_was_seen_so_often(stranger):
    episode = meeting(stranger)
    space, asked = type_space(episode), asked_of(episode, DESIGN)
    assert asked
    for one in asked:
        agent, step = one.query.agent, one.query.step
        assert agent != WHO
        assert one.query.chain == (WHO,)
        sight = space.table.sight[space.index(episode.agents[agent].type)]
        view = episode.geometry.visible[sight, episode.cell[:step, agent]]
        there = episode.cell[:step, WHO].astype(np.int64)
        seen = view[np.arange(step), there >> 6] >> (there & 63).astype(np.uint64) & np.uint64(1)
        assert int(seen.sum()) == one.observed
    counts = {(one.query.agent, one.observed) for one in asked}
    assert len(counts) == len({agent for agent, _ in counts}) * len(DESIGN.observed)  # the same pairs at every k


def test_strangers_come_to_the_same_place_among_the_same_others():
    one, other = (meeting(stranger) for stranger in ("astar", "random"))
    assert one.names == other.names
    assert np.array_equal(one.walls, other.walls)
    assert [agent.type for agent in one.agents] == [agent.type for agent in other.agents]
    space = type_space(one)
    assert all(space.held_out[space.index(agent.type)] for agent in one.agents)


def test_a_stranger_of_a_type_is_what_the_reasoner_comes_to_believe():
    episode = meeting(HELD_OUT)
    asked = [one for one in asked_of(episode, DESIGN) if one.observed == 32]
    truth = own(episode, HELD_OUT, asked)
    said = Reasoned(type_space(episode)).answer(episode, [one.question for one in asked])
    assert truth.sum(1) == pytest.approx(1)
    assert np.median(divergence(truth, said)) < 0.1


def test_the_pictures_show_every_stranger(document):
    drawn = find("stranger").draw(document)
    titles = [axes.get_title(loc="left") for axes in drawn["stranger"].axes]
    assert len([title for title in titles if title]) == len(DESIGN.strangers)
    assert "<img" in page([("about", document, drawn)])


def test_the_tables_name_every_stranger(document):
    nats, *_ = find("stranger").tables(document)
    assert set(nats.columns[0].cells) >= set(DESIGN.strangers)
