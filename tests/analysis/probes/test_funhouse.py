"""The funhouse probe tells masks apart where eyes differ, and fails where they do not."""

import numpy as np
import pytest

from agents.orchard.run import RunConfig
from agents.registry import reasoner_of, type_space
from analysis.figures.report import page
from analysis.probes import Settings, Subject, find, sound
from analysis.probes.funhouse import PROBE
from analysis.probes.funhouse.analysis import DESCRIPTION, LIKELIHOOD, MIXED, UNDO, nearer, placed, told_apart, value_of
from analysis.probes.funhouse.design import TARGET, Design, exchanged, images, masquerade, seen, unannounced
from analysis.questions.perception import Perception
from analysis.scores.measures import divergence
from tests.analysis.probes.exact_minds import ExactMind, control_of, figure_of
from worlds import OrchardConfig

DESIGN = Design(episodes=12)
SETTINGS = Settings(seeds=2, split="validation")
BLANKED = [ExactMind("mind, no history", "prior"), ExactMind("mind, own actions blanked")]


class SameEyes(Design):
    """Near sight reaches nearly as far as far sight: nothing is distorted."""

    def run(self, seed, split):
        run = super().run(seed, split)
        orchard = OrchardConfig.from_dict({**run.orchard.to_dict(), "sights": (6, 7)})
        return RunConfig(orchard, run.policy, run.population, seed, split)


@pytest.fixture(scope="module")
def document():
    return PROBE.run(Subject(ExactMind(), BLANKED), SETTINGS, design=DESIGN)


@pytest.fixture(scope="module")
def episode():
    return masquerade(DESIGN, 0, "validation", 1)


def test_the_controls_do_what_they_must(document):
    for readout, exact in ((LIKELIHOOD, "reasoner"), (DESCRIPTION, "posterior"), (UNDO, "reasoner")):
        assert control_of(document, f"{readout}: {exact}")["passed"] is True
        assert control_of(document, f"{readout}: mind, no history")["passed"] is False
    assert control_of(document, f"{UNDO}: the imitator's act")["passed"] is None
    assert sound(document)


def test_the_probe_fails_where_all_have_the_same_eyes():
    found = PROBE.run(Subject(ExactMind(), BLANKED), SETTINGS, design=SameEyes(episodes=6))
    assert control_of(found, f"{LIKELIHOOD}: reasoner")["passed"] is False
    assert control_of(found, f"{DESCRIPTION}: posterior")["passed"] is False
    assert not sound(found)


def test_a_mind_that_is_the_reasoner_does_as_it_does(document):
    rows = ((LIKELIHOOD, MIXED, "reasoner"), (DESCRIPTION, MIXED, "posterior"), (UNDO, "near", "reasoner"))
    for readout, of, exact in rows:
        mind, same = (value_of(document["rows"], readout, of, name) for name in ("mind", exact))
        assert mind == pytest.approx(same)
    assert value_of(document["rows"], UNDO, "near", "the imitators themselves")[0] == pytest.approx(0)
    inside = value_of(document["rows"], UNDO, "near", "mind, in the imitator's place")[0]
    assert inside == pytest.approx(0)


def test_descriptions_are_moved_by_acts_that_are_not_announced_only(document):
    assert figure_of(document, "descriptions moved by acts, announced", of="mind")["value"] == 0
    assert figure_of(document, "descriptions moved by acts, unannounced", of="mind")["low"] > 0.02


def test_all_play_the_same_target_once_the_masks_are_on(episode):
    names = episode.names
    assert all(role == () for role in episode.role[DESIGN.alone - 1])
    roles = episode.role[DESIGN.alone]
    assert [roles[one] for one in DESIGN.crowd] == [(names[TARGET],)] * 4
    assert roles[TARGET] == (names[DESIGN.observer],)
    assert roles[DESIGN.observer] == ()
    assert [agent.type["sight"] for agent in episode.agents] == ["far", *DESIGN.imitators, "far"]


def test_masks_teach_nothing_of_those_who_wear_them(episode):
    reasoner = reasoner_of(type_space(episode))
    for who in (TARGET, *DESIGN.crowd):
        belief = reasoner.posteriors(episode, DESIGN.observer, who)[DESIGN.alone :]
        assert np.array_equal(belief, np.repeat(belief[:1], len(belief), 0))
    bare = reasoner.posteriors(unannounced(episode, DESIGN.alone), DESIGN.observer, 1)
    assert not np.allclose(bare[-1], bare[DESIGN.alone])


def test_two_change_places_from_a_step_on(episode):
    other = exchanged(episode, 1, 2, 30)
    assert np.array_equal(other.cell[:30], episode.cell[:30])
    assert np.array_equal(other.cell[30:, 1], episode.cell[30:, 2])
    assert np.array_equal(other.action[30:, 2], episode.action[30:, 1])
    assert np.array_equal(exchanged(other, 1, 2, 30).cell, episode.cell)


def test_who_is_asked_about_is_in_sight(episode):
    sees = Perception(episode).sees
    for who in DESIGN.crowd:
        assert all(t >= DESIGN.alone and sees[t, DESIGN.observer, who] for t in seen(episode, DESIGN, who))


def test_near_eyes_distort(episode):
    found = images(episode, DESIGN, ExactMind(), BLANKED)
    said = {one.imitator: divergence(one.truth, one.image).mean() for one in found}
    assert np.mean([said[1], said[3]]) > 3 * np.mean([said[2], said[4]])


def test_what_is_equally_likely_is_a_toss():
    nothing = np.zeros((4, 4))
    assert told_apart(nothing, DESIGN).tolist() == [0.5] * 6
    assert placed(nothing) == pytest.approx(0.25)
    assert nearer(np.zeros(4), DESIGN).tolist() == [0.5] * 6
    assert told_apart(np.eye(4), DESIGN).tolist() == [1] * 6
    assert placed(np.eye(4)) == 1
    assert placed(np.eye(4)[[1, 0, 2, 3]]) == 0.5
    assert nearer(np.array([0.9, 0.1, 0.9, 0.1]), DESIGN)[DESIGN.mixed].tolist() == [1] * 4


def test_the_picture_and_the_tables(document):
    drawn = find("funhouse").draw(document)
    assert "<img" in page([("about", document, drawn)])
    assert [table.title for table in find("funhouse").tables(document)] == [LIKELIHOOD, DESCRIPTION, UNDO]
