"""The lens probe tells who sees through another's senses, and fails where nothing can be known of them."""

import numpy as np
import pytest

from agents.answer import Truth
from agents.orchard.strangers import meet, uniform
from analysis.probes import Settings, Subject, find, sound
from analysis.probes.contenders import EGOCENTRIC, REASONER, Exact, Ignorant
from analysis.probes.lens import PROBE
from analysis.probes.lens import design as designed
from analysis.probes.lens.design import CONTESTED, EVERY, HIDDEN, NEAR, NEW, TRAINED, UNSEEN, Design, Search
from analysis.probes.orchard import types_of, views
from analysis.probes.probe import one_of
from tests.analysis.contenders import named
from worlds import FunhouseError

DESIGN = Design(episodes=((NEW, 10), (TRAINED, 2)))
SETTINGS = Settings(seeds=2, split="validation")


class Describes(Exact):
    """The exact reasoner, who says of everybody's sight that it is as likely near as far."""

    name = "mind"

    def traits(self, episode, agent, steps, who):
        return {"sight": np.full((len(steps), 2), 0.5)}


@pytest.fixture(scope="module")
def document():
    subject = Subject(Describes(), [named(Ignorant(), "mind, no history")])
    return PROBE.run(subject, SETTINGS, design=DESIGN)


@pytest.fixture(scope="module")
def spots():
    """[(search, put, spot)] of some episodes."""
    searches = [Search(DESIGN.episode(NEW, index, 0, "validation"), DESIGN) for index in range(6)]
    return [(search, put, spot) for search in searches for put in search.questions() for spot in search.spots(put)]


def control_of(document, name):
    return one_of(document["controls"], name=name)


def row_of(document, contender, world, cells, asked="by behaviour"):
    return one_of(document["rows"], contender=contender, world=world, cells=cells, asked=asked)


def test_the_new_world_is_in_no_training_log():
    space = types_of(DESIGN.episode(NEW, 0, 0, "validation"))
    for index in range(3):
        episode = DESIGN.episode(NEW, index, 0, "validation")
        assert episode.config.sights in ((1, 4), (3, 5))
        assert episode.walls.shape == (10, 10)
        assert all(space.held_out[space.index(agent.type)] for agent in episode.agents)


def test_cells_are_sorted_by_what_either_sight_shows(spots):
    assert {spot.cells for *_, spot in spots} == {NEAR, CONTESTED, HIDDEN, UNSEEN}
    for search, put, spot in spots:
        view = views(search.episode)[put.step, :, spot.cell]
        far = search.episode.agents[put.who].type["sight"] == "far"
        assert view[put.who] == spot.seen == {NEAR: True, CONTESTED: far, HIDDEN: False, UNSEEN: False}[spot.cells]
        assert view[put.asked] == (spot.cells != UNSEEN)


def test_bo_shifts_as_it_would_where_it_sees_the_cell_and_not_at_all_elsewhere(spots):
    for search, put, spot in spots:
        truth, question = Truth(search.space), [put.question(search.episode)]
        shift = truth.answer(search.changed(put, spot), question) - truth.answer(search.episode, question)
        assert shift[0] == pytest.approx(spot.would if spot.seen else np.zeros(5), abs=1e-9)


def test_changing_what_neither_perceives_changes_nothing(spots):
    unseen = [one for one in spots if one[2].cells == UNSEEN]
    for search, put, spot in unseen:
        other, question = search.changed(put, spot), [put.question(search.episode)]
        assert (other.fruit != search.episode.fruit[: put.step + 1]).any()
        assert np.array_equal(Exact().answer(other, question), Exact().answer(search.episode, question))


def test_the_controls_do_what_they_must(document):
    assert control_of(document, REASONER)["passed"] is True
    for name in (EGOCENTRIC, "myself", "A* planner", "mind, no history"):
        assert control_of(document, name)["passed"] is False
    assert sound(document)


def test_who_looks_through_no_senses_moves_for_what_bo_cannot_see(document):
    assert row_of(document, EGOCENTRIC, NEW, HIDDEN)["uptake_not"] > 0.3
    assert row_of(document, REASONER, NEW, HIDDEN)["uptake_not"] == 0
    for name in (REASONER, EGOCENTRIC):
        assert row_of(document, name, NEW, UNSEEN)["largest"] == 0


def test_asked_directly_not_knowing_saves_nothing_and_the_posterior_something(document):
    assert row_of(document, "mind", NEW, CONTESTED, "directly")["skill"] == pytest.approx(0)
    assert row_of(document, "posterior", NEW, CONTESTED, "directly")["skill"] > 0.3


def test_the_truth_itself_would_reach_every_figure():
    design = Design(episodes=((NEW, 8),))
    said = PROBE.run(Subject(named(Truth(_space()), "mind")), Settings(seeds=1, split="validation"), design=design)
    assert all(one["reached"] for one in said["figures"])
    row = row_of(said, "mind", NEW, EVERY)
    assert (row["uptake_seen"], row["uptake_not"]) == pytest.approx((1, 0))


def test_the_probe_fails_where_acts_tell_nothing_of_sight(monkeypatch):
    """Everybody moves at random, and is still asked about as what its type would do."""

    def at_random(run, index):
        return meet(run, index, dict.fromkeys(range(run.orchard.agents), uniform))

    monkeypatch.setattr(designed, "play", at_random)
    blind = PROBE.run(Subject(named(Exact(), "mind")), SETTINGS, design=DESIGN)
    assert control_of(blind, REASONER)["passed"] is False
    assert not sound(blind)


def test_where_nothing_hangs_on_sight_there_is_nothing_to_ask():
    design = Design(cells=((NEAR, 1),), episodes=((NEW, 1),))
    with pytest.raises(FunhouseError, match="hangs on nobody's sight"):
        PROBE.run(Subject(named(Exact(), "mind")), Settings(seeds=1), design=design)


def test_the_picture_and_the_tables(document):
    drawn = find("lens").draw(document)
    assert len(drawn["lens"].axes) == 2
    behaviour, directly = find("lens").tables(document)
    assert set(behaviour.columns[1].cells) >= {NEAR, CONTESTED, HIDDEN, UNSEEN}
    assert "posterior" in list(directly.columns[2].cells)


def _space():
    return types_of(DESIGN.episode(NEW, 0, 0, "validation"))
