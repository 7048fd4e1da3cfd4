"""What do, chance, asked and best are: an enumeration that shares no code agrees, and the theorem holds."""

import random
from functools import cache

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from agents.wishes.definition import Solo, Wishing
from agents.wishes.styles import ANIMALS, Explore, MoveLike
from agents.wishes.wish import PLACES, WITHOUT_END, Collect, EndIn, Order, StayOut, canonical, contradiction, place_of
from tests.agents.wishes.enumerator import Enumerator

EXACT = 1e-12
SIDE, TYPES = 3, 2
STEPS = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))
CELLS = range(SIDE * SIDE)
WORDS = st.one_of(
    st.tuples(st.just("count"), st.sampled_from(["", "red", "blue"]), st.integers(0, 2), st.sampled_from([2, 3, 99])),
    st.sampled_from([("order", "red", "blue"), ("order", "blue", "red")]),
    st.tuples(st.sampled_from(["end", "shun"]), st.integers(0, 2), st.integers(0, 2)),
    st.sampled_from(
        [("thirds", 0, 2), ("thirds", 4, 9), ("thirds", 5, 9), ("snail",), ("mouse",), ("moth",), ("bee",)]
    ),
)


def clause(name, *what):
    """A clause of the package's for one of the enumerator's."""
    if name == "count":
        return Collect(what[1], WITHOUT_END if what[2] == 99 else what[2], what[0] or None)
    if name == "order":
        return Order(*what)
    if name == "thirds":
        return Explore({0: "a little", 4: "", 5: "much"}[what[0]])
    if name in ANIMALS:
        return MoveLike(name)
    return (EndIn if name == "end" else StayOut)(PLACES[3 * what[0] + what[1]])


@st.composite
def little_worlds(draw, slip):
    """A map of nine cells with a wall or none, two or three fruits, two random policies, a belief, and a start."""
    wall = draw(st.sampled_from([None, 1, 4, 8]))
    free = [cell for cell in CELLS if cell != wall]
    fruit = {
        c: draw(st.sampled_from(["red", "blue"])) for c in draw(st.sets(st.sampled_from(free), min_size=2, max_size=3))
    }
    start = draw(st.sampled_from([cell for cell in free if cell not in fruit]))
    neighbor = [[moved(cell, step, wall) for step in STEPS] for cell in CELLS]
    seed, sharp = draw(st.integers(0, 999)), draw(st.sampled_from([1, 6]))

    @cache
    def policy(kind, cell, left):
        rng = random.Random(f"{seed} {kind} {cell} {sorted(left)}")
        odds = [rng.random() ** sharp * (rng.random() > 0.2) + 1e-3 * (kind == 0) for _ in STEPS]
        return tuple(odd / sum(odds) for odd in odds) if sum(odds) else (1.0, 0.0, 0.0, 0.0, 0.0)

    outcome = np.eye(5) * (1 - slip) + slip / 5
    share = draw(st.sampled_from([0.0, 0.3, 1.0]))
    return neighbor, fruit, policy, outcome.tolist(), (share, 1 - share), start


def moved(cell, step, wall):
    row, column = cell // SIDE + step[0], cell % SIDE + step[1]
    there = row * SIDE + column
    return there if 0 <= row < SIDE and 0 <= column < SIDE and there != wall else cell


def both(world, wish):
    """The package's definition and its state for a wish, and the enumerator."""
    neighbor, fruit, policy, outcome, belief, start = world
    place = [place_of(cell // SIDE, cell % SIDE, SIDE, SIDE) for cell in CELLS]
    solo = Solo(neighbor, place, fruit, policy, None if outcome == np.eye(5).tolist() else outcome)
    clauses = [clause(*one) for one in wish]
    if contradiction(clauses):
        reject()
    state = start, frozenset(fruit), canonical(clauses)
    return Wishing(solo), belief, state, Enumerator(neighbor, fruit, (SIDE, SIDE), policy, outcome, belief)


def check(world, wish, steps):
    wishing, belief, state, enumerator = both(world, wish)
    start = state[0]
    assert wishing.chance(belief, *state, steps) == pytest.approx(enumerator.share(wish, start, [], steps), abs=EXACT)
    assert np.abs(wishing.do(belief, *state, steps) - enumerator.do(wish, start, [], steps)).max() <= EXACT
    assert wishing.asked(belief, *state, steps) == pytest.approx(enumerator.asked(wish, start, [], steps), abs=EXACT)
    assert wishing.best(*state, steps) == pytest.approx(enumerator.best(wish, start, [], steps), abs=EXACT)


@settings(max_examples=25)
@given(little_worlds(slip=0.0), st.lists(WORDS, max_size=3), st.integers(1, 3))
def test_the_definition_equals_an_enumeration(world, wish, steps):
    check(world, wish, steps)


@pytest.mark.parametrize("order", [("red", "blue"), ("blue", "red")])
@pytest.mark.parametrize("slip", [0.0, 0.3])
def test_an_order_equals_an_enumeration_between_two_fruits(order, slip):
    neighbor = [[moved(cell, step, None) for step in STEPS] for cell in CELLS]
    outcome = (np.eye(5) * (1 - slip) + slip / 5).tolist()
    policies = (0.1, 0.2, 0.2, 0.2, 0.3), (0.2, 0.1, 0.1, 0.5, 0.1)
    world = neighbor, {3: "red", 0: "blue", 1: "red"}, lambda kind, *_: policies[kind], outcome, (0.4, 0.6), 4
    check(world, [("order", *order)], 3 if slip == 0 else 2)


@pytest.mark.parametrize(
    ("wish", "steps"),
    [
        ([("thirds", 4, 9)], 4), ([("thirds", 0, 2)], 3), ([("snail",), ("count", "", 1, 99)], 3), ([("moth",)], 3),
        ([("mouse",)], 3), ([("bee",), ("thirds", 0, 2)], 3),
    ],
)  # fmt: skip
def test_styles_equal_an_enumeration(wish, steps):
    neighbor = [[moved(cell, step, 8) for step in STEPS] for cell in CELLS]
    policies = (0.1, 0.2, 0.2, 0.2, 0.3), (0.2, 0.1, 0.1, 0.5, 0.1)
    world = neighbor, {0: "red", 2: "blue"}, lambda kind, *_: policies[kind], np.eye(5).tolist(), (0.4, 0.6), 1
    check(world, wish, steps)
    wishing, belief, state, _ = both(world, wish)
    assert 0 < wishing.chance(belief, *state, steps) < 0.9


@settings(max_examples=3)
@given(little_worlds(slip=0.0), st.lists(WORDS, min_size=1, max_size=2))
def test_the_definition_equals_an_enumeration_of_four_steps(world, wish):
    check(world, wish, 4)


@settings(max_examples=12)
@given(little_worlds(slip=0.3), st.lists(WORDS, max_size=3), st.integers(1, 2))
def test_the_definition_equals_an_enumeration_where_acts_slip(world, wish, steps):
    check(world, wish, steps)


@settings(max_examples=200)
@given(little_worlds(slip=0.0), st.lists(WORDS, max_size=3), st.integers(1, 5), st.booleans())
def test_where_nothing_is_left_to_chance_who_asks_for_what_can_come_gets_it(world, wish, steps, own_acts):
    wishing, belief, state, _ = both(world, wish)
    possible = wishing.chance(belief, *state, steps) > 0
    assert wishing.asked(belief, *state, steps, own_acts=own_acts) == pytest.approx(float(possible), abs=1e-9)
    assert wishing.best(*state, steps) >= float(possible)


@settings(max_examples=60)
@given(little_worlds(slip=0.3), st.lists(WORDS, max_size=3), st.integers(1, 4))
def test_nobody_who_is_asked_does_better_than_best(world, wish, steps):
    wishing, belief, state, _ = both(world, wish)
    for own_acts in (False, True):
        assert wishing.asked(belief, *state, steps, own_acts=own_acts) <= wishing.best(*state, steps) + EXACT


def corridor(policy, turns_out):
    """Start, west of it a fruit, and east of it two cells to go to a second fruit."""
    neighbor = [[0, 0, 1], [1, 0, 2], [2, 1, 3], [3, 2, 3]]  # stay, west, east
    return Wishing(Solo(neighbor, ["west", "middle", "middle", "east"], {0: "red", 3: "red"}, policy, turns_out))


def test_with_luck_asked_is_less_than_best_and_own_acts_are_evidence_only_where_they_are_taken_for_it():
    eager, idle = (0.1, 0.1, 0.8), (0.8, 0.1, 0.1)
    wishing = corridor(
        lambda kind, cell, left: (eager, idle)[kind], [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]]
    )
    state = 1, frozenset({0, 3}), (EndIn("east"),)
    asked, deluded = (wishing.asked((0.5, 0.5), *state, 3, own_acts=own) for own in (False, True))
    assert 0 < wishing.chance((0.5, 0.5), *state, 3) < asked < wishing.best(*state, 3) < 1
    assert abs(asked - deluded) > 1e-3


def test_the_law_of_the_act_is_that_of_hindsight():
    """Episodes are drawn, the wish is kept where it came true, and the first acts of what is kept are counted."""
    eager, idle = (0.1, 0.2, 0.7), (0.6, 0.2, 0.2)
    wishing, rng = corridor(lambda kind, cell, left: (eager, idle)[kind], None), np.random.default_rng(0)
    clauses, kept = (Collect(1, 1),), np.zeros(3)
    for _ in range(4000):
        kind, state, first = int(rng.random() < 0.5), (1, frozenset({0, 3}), clauses), None
        for _ in range(3):
            act = int(rng.choice(3, p=(eager, idle)[kind]))
            first = act if first is None else first
            state = wishing.lead(*state, act)
            if state[2] is None:
                break
        kept[first] += state[2] is not None and wishing.brought_about(0, *state, 0)
    do = wishing.do((0.5, 0.5), 1, frozenset({0, 3}), clauses, 3)
    assert np.abs(kept / kept.sum() - do).max() < 3 * np.sqrt(0.25 / kept.sum())


def test_a_wish_that_nobody_believed_in_would_bring_about_has_no_act():
    wishing = corridor(lambda kind, cell, left: (1.0, 0.0, 0.0), None)
    state = 1, frozenset({0, 3}), (Collect(1),), 3
    assert wishing.chance((1.0,), *state) == wishing.asked((1.0,), *state) == 0
    assert wishing.do((1.0,), *state).tolist() == [0, 0, 0]
    assert wishing.best(*state) == 1
