"""Roll-outs: they go on as the world does, and what they tell of a wish is what is exact where that is known."""

from dataclasses import replace

import numpy as np
import pytest

from agents import exact_wish, type_space
from agents.language.wishes import parse_wish
from agents.orchard.continuing import Continuation
from agents.orchard.happenings import Land
from agents.orchard.hindsight import events, favourites
from agents.orchard.presets import PRESETS
from agents.orchard.rollout import rollout
from agents.orchard.wishes_in_log import posterior
from agents.registry import world_of
from worlds import FunhouseError

BLIND = PRESETS["blind"]
ALONE = replace(BLIND[0], agents=1, fruits=1, steps=12, regrow=False)
NATIVE = replace(BLIND[2], depth_share=(1.0, 0.0, 0.0))


@pytest.fixture(scope="module")
def solo():
    return rollout(ALONE, BLIND[2], BLIND[1], 4, "test", 0, 1)[0]


@pytest.mark.parametrize("regrow", [True, False])
def test_an_episode_that_is_gone_on_with_by_those_who_played_it_goes_on_as_it_did(regrow):
    crowd = replace(BLIND[0], agents=8, height=5, width=5, fruits=1, steps=14, regrow=regrow)
    episode = rollout(crowd, NATIVE, BLIND[1], 3, "test", 0, 1)[0]
    played, space = Continuation(episode, 5), type_space(episode)
    types, land = np.array([space.index(agent.type) for agent in episode.agents]), Land(episode.geometry, (5, 5))
    best = favourites([agent.type["taste"] for agent in episode.agents])
    for _ in range(2):  # again from the same step
        played.go_on(types, np.uint64(episode.seed), 9)
        assert np.array_equal(played.events.action, episode.action)
        for agent in range(8):
            assert played.events_of(land, agent, best, np.uint64(episode.seed), 9) == events(episode)[agent][5:]


def test_what_acts_tell_of_an_agent_alone_is_its_posterior(solo):
    space = type_space(solo)
    prior = space.odds * 1.0
    assert Continuation(solo, 7).told(solo, space, prior)[0] == pytest.approx(posterior(solo, space, prior, 7))


@pytest.mark.parametrize(
    "wish", ["explore", "move like a moth", "collect at least 1 fruit and move like a moth in 8 steps"]
)
def test_in_a_world_with_exact_answers_rollouts_agree_with_them(solo, wish):
    exact = exact_wish(solo, solo.names[0], 2, wish)
    found = world_of(solo).estimated(solo, 0, 2, parse_wish(wish), 1500)
    assert 0.05 < exact.chance < 0.95
    assert abs(found.chance - exact.chance) < 4 * found.error
    for (action, truth), share in zip(exact.probabilities.items(), found.do, strict=True):
        assert abs(share - truth) < 4 * np.sqrt(truth * (1 - truth) / found.kept.sum()) + 1e-9, action
    assert found.rollouts == 1500


def test_where_somebody_is_named_it_is_acted_as_that_one():
    episode = rollout(replace(BLIND[0], agents=2, steps=30), NATIVE, BLIND[1], 5, "test", 0, 1)[0]
    me, other = episode.names
    answers = [exact_wish(episode, me, 20, f"{words}keep away from others in 5 steps", 200) for words in (
        "", f"behave as {other} and ", f"behave as {me} and ")]  # fmt: skip
    assert [one.chain for one in answers] == [(), (other,), ()]
    assert answers[0].shortcuts == answers[2].shortcuts != answers[1].shortcuts
    assert all(one.estimated for one in answers)


def test_a_deeper_role_of_a_wish_is_refused():
    episode = rollout(replace(BLIND[0], agents=3, steps=8), NATIVE, BLIND[1], 5, "test", 0, 1)[0]
    words = f"behave as {episode.names[1]} pretending to be {episode.names[2]} and be nice"
    with pytest.raises(FunhouseError, match="more than one agent alone can be asked to be"):
        exact_wish(episode, episode.names[0], 3, words, 10)


def test_an_episode_that_its_run_does_not_play_cannot_be_gone_on_with(solo):
    with pytest.raises(FunhouseError, match="not as its run plays it"):
        Continuation(replace(solo, seed=solo.seed + 1), 2)


def test_strangers_are_explained_by_no_type():
    from agents.orchard.drawing_strangers import StrangersConfig
    from agents.orchard.rollout import play
    from agents.orchard.run import RunConfig

    run = RunConfig(replace(BLIND[0], steps=4), BLIND[1], BLIND[2], 1, "test", None, StrangersConfig(0.9))
    episode = play(run, 0)
    with pytest.raises(FunhouseError, match="is a stranger"):
        exact_wish(episode, episode.names[0], 1, "be nice")
