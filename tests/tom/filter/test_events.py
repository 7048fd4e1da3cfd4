"""What an agent perceived, directly and through a line of others, against the plain definition."""

from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.orchard.theory import history_of
from tests.agents.little import Case, runs
from tests.tom.worlds_of_minds import short_log
from tom.filter.event_kernels import AGENT_ELEMENTS, ELEMENTS
from tom.filter.events import FAR, FAR_KEPT, FAR_NOW, NEAR_KEPT, NEAR_NOW, NO_SIGHT, SIGHTS_READ
from tom.filter.inputs import inputs_of
from worlds.orchard.geometry import NO_WAY

NOW, KEPT = (NEAR_NOW, FAR_NOW), (NEAR_KEPT, FAR_KEPT)


@st.composite
def looked(draw, longest: int = 3):
    """(Case, me, line, who): whose acts are looked at, through whom."""
    case = Case(draw(runs(steps=(4, 10))))
    anybody = st.integers(0, len(case.episode.agents) - 1)
    return case, draw(anybody), tuple(draw(st.lists(anybody, max_size=longest))), draw(anybody)


def left(case, me, line, path):
    """What is left of my percepts when they are seen from each place of a line in turn, by the definition."""
    history = history_of(case.space, case.episode, me, case.episode.steps - 1, case.theory.senses(case.own[me]))
    for place, sight in zip(line, path, strict=True):
        history = case.theory.perceive(history, case.episode.names[place], sight)
    return history


def native(case, t, who) -> float:
    hidden = case.run.orchard.roles == "hidden"
    return case.theory.native_share[t] if hidden else float(not case.episode.role[t][who])


def elements_of(case, percepts, t, who) -> dict[tuple[int, int], int]:
    """The flags of all that is around an actor, {(code, cell): bits}, in what somebody has perceived."""
    bits: Counter = Counter()
    way = case.episode.geometry.distance[case.episode.cell[t, who]] != NO_WAY
    for sight in range(SIGHTS_READ):
        lensed = case.theory.perceive(percepts[: t + 1], case.episode.names[who], sight)
        now, recent = lensed[-1], lensed[-case.run.policy.window :]
        latest = {cell: kind for percept in recent for cell, kind in percept.cells.items()}  # later ones win
        for cells, flag in ((now.cells, NOW[sight]), (latest, KEPT[sight])):
            for cell in (cell for cell in cells if cells[cell] >= 0 and way[cell]):
                bits[2 + cells[cell], cell] |= flag
        others = {seen.cell for name, seen in now.agents.items() if name != case.episode.names[who]}
        for cell in (cell for cell in others if way[cell]):
            bits[1, cell] |= NOW[sight]
    return bits


def check_elements(case, look, e, expected, place):
    """An event's elements are the nearest of each sort, with their distances and flags."""
    ground, kinds = case.episode.geometry, case.run.orchard.kinds
    after = ground.neighbor[place]
    for code in range(1, 2 + kinds):
        cap = AGENT_ELEMENTS if code == 1 else (ELEMENTS - AGENT_ELEMENTS) // kinds
        rows = [(tuple(ground.distance[after, cell]), f) for (c, cell), f in expected.items() if c == code]
        own = look["kind"][e] == code
        found = [(tuple(d), f) for d, f in zip(look["distance"][e][own], look["flag"][e][own], strict=True)]
        assert not Counter(found) - Counter(rows)
        assert sorted(d[0] for d, _ in found) == sorted(d[0] for d, _ in rows)[:cap]


def check_event(case, history, e, percepts):
    t, who, look = int(history.step[e]), int(history.agent[e]), history.look
    place, ground = int(case.episode.cell[t, who]), case.episode.geometry
    for sight in range(SIGHTS_READ):
        view = case.theory.view(place, sight)
        assert look["cover"][e, sight] == pytest.approx(len(view & percepts[t].cells.keys()) / len(view))
    assert (look["blocked"][e] == [a > 0 and ground.neighbor[place, a] == place for a in range(5)]).all()
    assert history.action[e] == case.episode.action[t, who]
    assert history.native[e] == pytest.approx(native(case, t, who))
    check_elements(case, look, e, elements_of(case, percepts, t, who), place)


@settings(max_examples=150)
@given(looked())
def test_the_events_of_a_line_are_what_the_definition_perceives(question):
    case, me, line, who = question
    history = inputs_of(case.run.to_dict()).history(case.episode, me, through=[(line, who)] if line else [])
    of_line, name = history.line == history.lines[line], case.episode.names[who]
    for last in product(range(SIGHTS_READ), repeat=min(len(line), 2)):
        percepts = left(case, me, line, (FAR,) * (len(line) - len(last)) + last)
        sights = (*reversed(last), NO_SIGHT, NO_SIGHT)[:2]
        mine = np.flatnonzero(of_line & (history.agent == who) & (history.sights == sights).all(1))
        there = [t for t, percept in enumerate(percepts) if name in percept.agents]
        assert history.step[mine].tolist() == [t for t in there if not line or native(case, t, who) > 0]
        for e in mine:
            check_event(case, history, e, percepts)
    assert set(history.agent[of_line]) <= ({who} if line else set(range(len(case.episode.agents))))


@settings(max_examples=20)
@given(looked(longest=0))
def test_direct_events_are_found_by_step_and_agent(question):
    case, me, _, _ = question
    history = inputs_of(case.run.to_dict()).history(case.episode, me)
    percepts, names = left(case, me, (), ()), case.episode.names
    assert {(t, j) for t, j in np.argwhere(history.at >= 0)} == {
        (t, names.index(name)) for t, percept in enumerate(percepts) for name in percept.agents
    }
    for (t, j), e in np.ndenumerate(history.at):
        assert e < 0 or (history.step[e], history.agent[e]) == (t, j)


def same_events(one, some, other, others):
    """Two selections of events are the same."""
    for name in ("step", "agent", "action", "native", "sights"):
        assert np.array_equal(getattr(one, name)[some], getattr(other, name)[others]), name
    for name in one.look:
        assert np.array_equal(one.look[name][some], other.look[name][others]), name


def test_more_lines_leave_the_events_of_the_others_as_they_are():
    log = short_log()
    inputs, wanted = inputs_of(log.config), ((1,), 2)
    few = inputs.history(log[0], 0, through=[wanted])
    many = inputs.history(log[0], 0, through=[((3, 1), 2), ((1,), 4), wanted, ((2,), 1), wanted])
    assert len(many) > len(few)
    same_events(few, few.line == 0, many, many.line == 0)
    mine = (many.line == many.lines[1,]) & (many.agent == 2)
    assert mine.any()
    same_events(few, few.line == few.lines[1,], many, mine)


def test_leaving_out_direct_events_leaves_the_rest_as_they_are():
    log = short_log()
    inputs = inputs_of(log.config)
    whole, direct = inputs.history(log[0], 0), np.random.default_rng(0).random((24, 5)) < 0.3
    part = inputs.history(log[0], 0, direct=direct)
    kept = direct[whole.step, whole.agent]
    assert 0 < kept.sum() < len(whole)
    same_events(part, np.arange(len(part)), whole, kept)
    assert ((part.at >= 0) == ((whole.at >= 0) & direct)).all()


def test_hidden_roles_leave_the_stated_share():
    log = short_log(roles="hidden")
    history = inputs_of(log.config).history(log[0], 0)
    first = history.step < log.config["population"]["switch"]
    assert (history.native[first] == 1).all()
    assert np.allclose(history.native[~first], log.config["population"]["depth_share"][0])
