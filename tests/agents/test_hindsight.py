"""What becomes of wishes, step by step, and which came true in an episode."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.language.wishes import parse_wish, say_wish
from agents.orchard.hindsight import arrivals, events, ground_at, hindsight, meals
from agents.orchard.presets import PRESETS
from agents.orchard.rollout import rollout
from agents.wishes.event import PLACES, WAYS, Event
from agents.wishes.progress import came_true, progress
from worlds import KINDS, FunhouseError, Orchard

ORCHARD, POLICY, POPULATION = PRESETS["near-far"]
CROWDED = replace(ORCHARD, height=6, width=6, agents=10, fruits=3, steps=20)  # in which several reach for one fruit
EPISODE = rollout(CROWDED, POPULATION, POLICY, 3, "test", 0, 1)[0]
ROUND = ((-1, 0), (1, 0), (0, -1), (0, 1))
EVENT = st.builds(
    Event, st.sampled_from([None, None, *KINDS[:3]]), st.sampled_from(PLACES), st.sampled_from([*WAYS[:3], None]),
    st.booleans(), st.booleans(), st.sampled_from([False, False, True]), st.sampled_from([False, False, True]),
)  # fmt: skip


@pytest.mark.parametrize(
    ("wish", "kind", "place", "left"),
    [
        ("collect 4 fruits in 5 steps", "red", "north", "collect exactly 3 fruits in 4 steps"),
        ("collect 4 fruits in 5 steps", None, "north", "collect exactly 4 fruits in 4 steps"),
        ("collect 4 red fruits", "blue", "north", "collect exactly 4 red fruits"),
        ("collect at least 1 fruit", "blue", "north", "collect at least 0 fruits"),
        ("collect at most 1 fruit", "blue", "north", "collect exactly 0 fruits"),
        ("collect no fruit", "blue", "north", None),
        ("first red, then blue", "red", "north", "collect at least 1 blue fruit"),
        ("first red, then blue", "green", "north", "first red, then blue"),
        ("first red, then blue", "blue", "north", None),
        ("first red, then blue and collect 2 blue fruits", "red", "north", "collect exactly 2 blue fruits"),
        ("stay out of the north", None, "north", None),
        ("stay out of the north", None, "north-east", "stay out of the north"),
        ("end in the north", None, "north", "end in the north"),
        ("explore much", None, "north", "explore much beyond the north"),
        ("explore beyond the west and the east and the south", None, "north", "collect at least 0 fruits"),
        (
            "explore a little beyond the west and the east",
            None,
            "west",
            "explore a little beyond the west and the east",
        ),
        ("explore a little beyond the west and the east", None, "north", None),
    ],
)
def test_a_wish_is_restated_after_each_step(wish, kind, place, left):
    found = progress(parse_wish(wish), Event(kind, place))
    assert (found and say_wish(found)) == left


STILL, NORTH, WEST = Event(None, "north"), Event(None, "north", "north"), Event(None, "north", "west")
WALL, FRUIT = STILL._replace(by_wall=True), STILL._replace(by_fruit=True)
OTHERS, HARM = STILL._replace(by_others=True), STILL._replace(harm=True)


@pytest.mark.parametrize(
    ("wish", "happened", "left"),
    [
        ("move like a snail", [STILL, NORTH, WEST], "move like a snail with 1 to make up"),
        ("move like a snail", [STILL, STILL], "move like a snail with 2 to spare"),
        ("move like a moth", [NORTH, WEST], "move like a moth heading west"),
        ("move like a moth", [NORTH, STILL, WEST, WEST], "move like a moth heading west with 2 to make up"),
        ("move like a bee", [FRUIT, FRUIT, WEST], "move like a bee with 1 to spare"),
        ("move like a mouse", [WALL, WALL], "move like a mouse"),
        ("move like a mouse", [WALL, NORTH], None),
        ("keep away from others", [HARM], "keep away from others"),
        ("keep away from others", [OTHERS], None),
        ("be nice", [OTHERS], "be nice"),
        ("be nice", [HARM], None),
    ],
)
def test_a_style_is_restated_and_said(wish, happened, left):
    found = parse_wish(wish)
    for event in happened:
        found = progress(found, event)
    assert (found and say_wish(found)) == left
    assert left is None or parse_wish(left) == found
    assert came_true(parse_wish(wish), happened) is (left is not None and "make up" not in left)


@pytest.mark.parametrize(
    ("wish", "true"),
    [
        ("collect 3 fruits", True),
        ("collect 2 fruits", False),
        ("collect 2 fruits in 3 steps", True),
        ("first red, then blue", True),
        ("first blue, then red", False),
        ("first green, then red", False),
        ("end in the south", True),
        ("end in the south in 3 steps", False),
        ("stay out of the middle", False),
        ("stay out of the middle in 1 step", True),
        ("collect at least 2 red fruits and end in the south", True),
        ("collect at least 3 red fruits and end in the south", False),
        ("explore", True),
        ("explore much", False),
        ("explore in 4 steps", True),
        ("explore a little", False),
        ("explore a little in 2 steps", True),
    ],
)
def test_a_wish_is_judged_after_its_last_step(wish, true):
    happened = [Event("red", "north"), Event(None, "middle"), Event("blue", "west"), Event("red", "south")]
    assert came_true(parse_wish(wish), happened) is true


@given(st.lists(EVENT, min_size=1, max_size=8), st.integers(0, 7))
def test_what_is_left_of_a_wish_comes_true_exactly_if_the_wish_does(happened, cut):
    for words in (
        "collect at least 2 fruits and collect at most 1 red fruit",
        "first red, then blue and end in the north",
        "explore and move like a moth",
        "explore a little and move like a snail and be nice",
        "move like a bee and keep away from others as an expert would",
    ):
        wish, first = parse_wish(words), happened[: min(cut, len(happened) - 1)]
        whole, left = came_true(wish, happened), wish
        for event in first:
            left = left and progress(left, event)
        assert whole == bool(left and came_true(left, happened[len(first) :]))


def test_events_are_what_the_rules_of_the_orchard_made():
    world = Orchard(CROWDED, 3, "test")
    ate, stood, fought = meals(EPISODE), arrivals(EPISODE), 0
    for t in range(EPISODE.steps):
        world.step(EPISODE.action[t : t + 1])
        assert (world.eaten[0] == ate[t]).all()
        assert (world.cell[0] == stood[t]).all()
        fought += any((stood[t] == cell).sum() > 1 for cell in stood[t][ate[t] >= 0])
    assert fought > 0


@pytest.mark.parametrize("options", [{"slip": 0.5}, {"compass": True, "moves": 8}, {"marks": 0.5}])
def test_where_a_last_act_really_led_is_what_the_rules_make_of_it(options):
    crowd = replace(CROWDED, steps=6, **options)
    for index in range(4):
        episode = rollout(crowd, POPULATION, POLICY, 3, "test", index, 1)[0]
        longer = rollout(replace(crowd, steps=7), POPULATION, POLICY, 3, "test", index, 1)[0]
        assert (longer.action[:6] == episode.action).all()
        assert (arrivals(episode)[-1] == longer.cell[6]).all()


def test_events_say_how_agents_moved_and_who_was_near_and_whose_fruit_was_eaten():
    """Each again, in a plainer way, for every agent and step."""
    told, distance, seen = events(EPISODE), EPISODE.geometry.distance, dict.fromkeys(Event._fields, 0)
    after, ate, walls = arrivals(EPISODE), meals(EPISODE), np.pad(EPISODE.walls, 1, constant_values=True)
    likes = [agent.type["taste"].split(">")[0] for agent in EPISODE.agents]
    for t, i in np.ndindex(after.shape):
        event, lay = told[i][t], EPISODE.fruit[t].ravel()
        before, (row, column) = divmod(EPISODE.cell[t, i], 6), divmod(after[t, i], 6)
        names = {-1: "north", 1: "south"}.get(row - before[0], ""), {-1: "west", 1: "east"}.get(column - before[1], "")
        assert (event.way or "") == "-".join(filter(None, names))
        assert event.by_wall == any(walls[row + 1 + down, column + 1 + right] for down, right in ROUND)
        assert event.by_fruit == any(lay[c] >= 0 and distance[after[t, i], c] <= 1 for c in range(36))
        others = [divmod(after[t, j], 6) for j in range(10) if j != i]
        assert event.by_others == any(max(abs(r - row), abs(c - column)) <= 1 for r, c in others)
        harmed = [
            j for j in range(10)
            if j != i and ate[t, i] >= 0 and likes[j] == KINDS[ate[t, i]]
            and distance[EPISODE.cell[t, j], after[t, i]] == min(
                distance[EPISODE.cell[t, j], c] for c in range(36) if lay[c] == ate[t, i]
            )
        ]  # fmt: skip
        assert event.harm == bool(harmed)
        seen = {name: seen[name] + bool(getattr(event, name)) for name in seen}
    assert min(seen.values()) > 0
    assert seen["harm"] < (ate >= 0).sum()


def test_hindsight_counts_what_was_eaten_from_the_step_on():
    for agent in range(3):
        for step in (0, 5, 19):
            count = int((meals(EPISODE)[step:, agent] >= 0).sum())
            wish = parse_wish(f"collect {count} fruits and end in the {events(EPISODE)[agent][-1].place}")
            assert hindsight(EPISODE, agent, step, wish)
            assert not hindsight(EPISODE, agent, step, parse_wish(f"collect at least {count + 1} fruits"))


def test_hindsight_of_a_deadline_past_the_end_is_refused():
    with pytest.raises(FunhouseError, match="6 steps from step 15"):
        hindsight(EPISODE, 0, 15, parse_wish("end in the north in 6 steps"))
    with pytest.raises(FunhouseError, match="there is no step 20"):
        hindsight(EPISODE, 0, 20, parse_wish("end in the north"))


def test_what_can_be_wished_for_is_what_there_is():
    ground = ground_at(EPISODE, 0, 4)
    assert sum(ground.fruits.values()) == CROWDED.kinds * CROWDED.fruits
    assert list(ground.fruits) == list(KINDS[: CROWDED.kinds])
    assert ground.steps == 16
    assert {events(EPISODE)[0][t].place for t in range(20)} <= ground.places
    assert np.array(EPISODE.cell).shape == (20, 10)
