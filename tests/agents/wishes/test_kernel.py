"""The compiled answer to a wish equals the definition, and what types do alone is what they do in a log."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.language.wishes import parse_wish
from agents.orchard.policy_config import PolicyConfig
from agents.orchard.presets import PRESETS
from agents.orchard.rollout import rollout
from agents.orchard.theory import history_of
from agents.orchard.types import TypeSpace, space_of
from agents.orchard.wishing import SoloOrchard
from agents.registry import world_of
from agents.wishes.definition import Wishing
from agents.wishes.inexact import Inexact
from agents.wishes.styles import ANIMALS, EXTENTS, Explore, MoveLike
from agents.wishes.wish import PLACES, Collect, EndIn, Order, StayOut, canonical, contradiction
from worlds import KINDS, FunhouseError, OrchardConfig
from worlds.orchard.geometry import geometry_of

EXACT = 1e-9
COLOUR, PLACE = st.sampled_from(KINDS[:3]), st.sampled_from(PLACES)
COUNT = st.builds(
    lambda least, more, kind: Collect(least, least + more, kind),
    st.integers(0, 3), st.sampled_from([0, 1, 1 << 29]), st.one_of(st.none(), COLOUR),
)  # fmt: skip
ORDER = st.builds(Order, COLOUR, COLOUR).filter(lambda one: one.first != one.then)
PLAIN = st.one_of(COUNT, ORDER, st.builds(EndIn, PLACE), st.builds(StayOut, PLACE))
STYLE = st.one_of(st.builds(Explore, st.sampled_from(EXTENTS)), st.builds(MoveLike, st.sampled_from(ANIMALS)))
WISH, STYLED = (
    clauses.filter(lambda clauses: contradiction(clauses) is None).map(canonical)
    for clauses in (
        st.lists(PLAIN, max_size=3),
        st.tuples(st.lists(PLAIN, max_size=2), st.lists(STYLE, min_size=1, max_size=2)).map(
            lambda two: two[0] + two[1]
        ),
    )
)
BLIND = PRESETS["blind"]


@st.composite
def solos(draw, side=(3, 5), fruits=(0, 4), traits=(("taste",), ("taste", "blindness"), ("taste", "sight"))):
    """A little orchard, a belief over its types, and where one stands."""
    height, width = draw(st.integers(*side)), draw(st.integers(*side))
    orchard = OrchardConfig(8, 8, "open", kinds=3, moves=draw(st.sampled_from([4, 8])), sights=(1, 9))
    policy = PolicyConfig(
        weights=draw(st.sampled_from([(1, 0.5, -1), (1, 0, -0.5)])), beta=draw(st.sampled_from([4.0, 30.0])), gamma=0.6,
        traits=draw(st.sampled_from(traits)), value=draw(st.sampled_from(["sum", "nearest"])),
    )  # fmt: skip
    rng = np.random.default_rng(draw(st.integers(0, 9999)))
    walls = rng.random((height, width)) < 0.15
    walls.ravel()[:5] = False
    free = rng.permutation(np.flatnonzero(~walls))
    fruit = np.full(height * width, -1)
    laid = free[1 : 1 + draw(st.integers(*fruits))]
    fruit[laid] = rng.integers(0, 3, len(laid))
    slip = draw(st.sampled_from([0.0, 0.0, 0.2]))
    turns_out = np.eye(orchard.moves + 1) * (1 - slip) + slip / (orchard.moves + 1) if slip else None
    space = TypeSpace(orchard, policy)
    belief = rng.random(len(space)) * (rng.random(len(space)) < 0.5)
    belief[0] += 0.1
    ground = geometry_of(walls, orchard.sights, None, orchard.moves)
    return SoloOrchard(space, ground, (height, width), fruit, turns_out=turns_out), belief / belief.sum(), int(free[0])


def check(solo, belief, cell, clauses, steps):
    wishing, left = Wishing(solo.solo), frozenset(solo.cells.tolist())
    state = cell, left, clauses, steps
    reply = solo.reply(belief, cell, clauses, steps)
    assert np.abs(reply.do - wishing.do(belief, *state)).max() <= EXACT
    assert reply.chance == pytest.approx(wishing.chance(belief, *state), abs=EXACT)
    assert reply.asked == pytest.approx(wishing.asked(tuple(belief), *state), abs=EXACT)
    assert reply.best == pytest.approx(wishing.best(*state), abs=EXACT)


@settings(max_examples=30)
@given(solos(), WISH, st.integers(1, 4))
def test_the_kernel_equals_the_definition(world, clauses, steps):
    check(*world, clauses, steps)


@settings(max_examples=40)
@given(solos(), STYLED, st.integers(1, 4))
def test_the_kernel_equals_the_definition_of_styles(world, clauses, steps):
    check(*world, clauses, steps)


@settings(max_examples=8)
@given(solos(side=(3, 3), fruits=(1, 2), traits=(("taste",),)), STYLED, st.integers(5, 9))
def test_the_kernel_equals_the_definition_of_styles_over_many_steps(world, clauses, steps):
    check(*world, clauses, steps)


@settings(max_examples=8)
@given(solos(side=(3, 3), fruits=(1, 2), traits=(("taste",),)), WISH, st.integers(8, 14))
def test_the_kernel_equals_the_definition_over_many_steps(world, clauses, steps):
    check(*world, clauses, steps)


def default_world(kinds=5):
    """Eight fruits on a map of the default size, among the types of the default world."""
    orchard, policy, _ = BLIND
    space, walls, rng = space_of(orchard, policy), np.zeros((7, 7), bool), np.random.default_rng(0)
    walls[2, 3] = walls[4, 1] = walls[1, 5] = True
    free = rng.permutation(np.flatnonzero(~walls))
    fruit = np.full(49, -1)
    fruit[free[:8]] = rng.integers(0, kinds, 8)
    ground = geometry_of(walls, orchard.sights, None, orchard.moves)
    return SoloOrchard(space, ground, (7, 7), fruit), int(free[9])


@pytest.mark.parametrize("words", ["collect exactly 2 fruits and end in the middle", "stay out of the middle"])
def test_the_kernel_equals_the_definition_at_the_default_size(words):
    solo, cell = default_world()
    belief = np.zeros(len(solo.space))
    belief[[0, 7, 8]] = 0.2, 0.3, 0.5
    check(solo, belief, cell, parse_wish(words).clauses, 3)


@pytest.mark.parametrize("words", ["collect at least 4 fruits", "first red, then blue and end in the north"])
def test_at_the_default_size_who_asks_for_what_can_come_gets_it_over_twenty_steps(words):
    solo, cell = default_world(kinds=2)
    belief = np.ones(len(solo.space)) / len(solo.space)
    reply = solo.reply(belief, cell, parse_wish(words).clauses, 20)
    assert 0 < reply.chance < 0.9
    assert reply.do.sum() == pytest.approx(1)
    assert (reply.asked, reply.best) == pytest.approx((1, 1), abs=EXACT)


def test_what_would_take_too_much_room_has_no_exact_answer():
    solo, cell = default_world()
    with pytest.raises(Inexact, match="too much to how this may come about over 80 steps"):
        solo.reply(np.ones(len(solo.space)), cell, parse_wish("explore much and move like a moth").clauses, 80)


def test_a_wish_that_cannot_come_true_has_no_act():
    solo, cell = default_world()
    reply = solo.reply(np.ones(len(solo.space)) / len(solo.space), cell, (Collect(9),), 20)
    assert (reply.do.sum(), *reply[1:]) == (0, 0, 0, 0)


@pytest.mark.parametrize("preset", ["blind", "near-far"])
def test_what_types_do_alone_is_what_they_do_in_a_log(preset):
    orchard, policy, population = PRESETS[preset]
    traits = tuple(trait for trait in policy.traits if trait != "memory")
    alone, policy = replace(orchard, agents=1, fruits=2, steps=6), replace(policy, traits=traits)
    episode = rollout(alone, population, policy, 1, "test", 0, 1)[0]
    theory, space = world_of(episode).theory(episode), space_of(alone, policy)
    fruit = episode.fruit[5].ravel()
    solo = SoloOrchard(space, episode.geometry, episode.walls.shape, fruit)
    left, cell = frozenset(np.flatnonzero(fruit >= 0).tolist()), int(episode.cell[5, 0])
    for k in range(0, len(space), 5):
        history = history_of(space, episode, 0, 5, int(space.table.senses[k]))
        assert solo.acts(k, cell, left) == pytest.approx(theory.policy(k, history, episode.names[0]))


def test_agents_who_remember_have_no_exact_answer():
    orchard, policy, _ = PRESETS["near-far"]
    ground = geometry_of(np.zeros((4, 4), bool), orchard.sights, None, orchard.moves)
    with pytest.raises(FunhouseError, match="remember what they no longer see"):
        SoloOrchard(space_of(orchard, policy), ground, (4, 4), np.full(16, -1))


def test_too_many_fruits_have_no_exact_answer():
    orchard, policy, _ = BLIND
    ground = geometry_of(np.zeros((4, 4), bool), orchard.sights, None, orchard.moves)
    solo = SoloOrchard(space_of(orchard, policy), ground, (4, 4), np.where(np.arange(16) < 13, 0, -1))
    with pytest.raises(FunhouseError, match="13 fruits"):
        solo.reply(np.ones(len(solo.space)), 15, (), 3)
    assert solo.acts(0, 15, frozenset(range(13))).sum() == pytest.approx(1)  # as evidence it is of use all the same
