"""The logged actions lead to what was logged; what does not is named, and so is chance of an environment's own."""

from dataclasses import replace

import numpy as np
import pytest

from tests.worlds.arena.conftest import FIELD, ROUNDS
from worlds import FunhouseError
from worlds.arena import ArenaConfig
from worlds.arena.replay import determinism, replay
from worlds.arena.shard import to_tables
from worlds.arena.size import decoded_bytes, expected_bytes, shard_size
from worlds.log.tables import encode

CONFIG = ArenaConfig(FIELD, {"masked": True}, 8, "partial")
CROWD = ArenaConfig(FIELD, {"agents": 80}, 4)


@pytest.mark.parametrize("config", [CONFIG, ArenaConfig(ROUNDS, {"ends": 2}, 8), CROWD])
def test_an_episode_is_played_again(episode, config):
    replay(episode(config, 0))


def changed(array, *place):
    copy = array.copy()
    copy[place] = ~copy[place] if copy.dtype == bool else copy[place] + 1
    return copy


@pytest.mark.parametrize("config", [CONFIG, CROWD])
def test_what_differs_is_named(episode, config):
    one = episode(config, 0)
    wrong = {
        "perceived at step 0": {"perceived": changed(one.perceived, 0, 1, 2)},
        "observation of agent 2 at step 0": {
            "observation": [*one.observation[:2], changed(one.observation[2], 0, 1), *one.observation[3:]]
        },
        "mask of agent 0 at step 0": {"mask": [changed(one.mask[0], 0, 0), *one.mask[1:]]},
    }
    if config is CONFIG:
        wrong["reward at step 5"] = {"reward": changed(one.reward, 5, 1)}
        arrays = ("action", "reward", "perceived", "game")
        wrong["other agents act at step 7"] = {name: getattr(one, name)[:-1] for name in arrays}
        wrong["9 steps against 8"] = {name: np.append(getattr(one, name), getattr(one, name)[:1], 0) for name in arrays}
    for what, fields in wrong.items():
        with pytest.raises(FunhouseError, match=what) as caught:
            replay(replace(one, **fields))
        assert f"episode 0, seed {one.seed}" in caught.value.place


def test_an_action_that_was_changed_shows_in_what_came_of_it(episode):
    one = episode(ArenaConfig(FIELD, {}, 8), 0)
    with pytest.raises(FunhouseError, match="reward at step 3"):
        replay(replace(one, action=np.where(np.arange(8)[:, None] == 3, 2 - one.action, one.action)))
    with pytest.raises(FunhouseError, match="other agents act at step 3"):
        replay(replace(one, action=np.where(np.arange(8)[:, None] == 3, -1, one.action).astype(np.int16)))


def test_an_act_of_an_agent_that_had_ended_is_found(episode):
    one = episode(ArenaConfig(FIELD, {"ends": 2}, 4), 0)
    action = one.action.copy()
    assert action[3, 0] == -1
    action[3, 0] = 1
    with pytest.raises(FunhouseError, match="other agents act at step 3"):
        replay(replace(one, action=action))


def test_chance_of_an_environments_own_is_found():
    assert determinism(CONFIG, 1) is None
    assert "at step" in determinism(ArenaConfig(FIELD, {"fault": "dice"}, 8), 1)
    assert "flooded" in determinism(ArenaConfig(FIELD, {"fault": "raise", "always": True}, 8), 1)


def test_the_size_of_a_log_is_known_before(episode):
    config = ArenaConfig("mpe2.simple_tag_v3", {}, 64, "partial")
    written = sum(len(encode(table)) for table in to_tables([episode(config, i) for i in range(4)]).values()) / 4
    assert 0.5 < expected_bytes(config) / written < 2
    assert decoded_bytes(config) == 64 * (3 * (16 * 4 + 5) + 14 * 4 + 5)
    assert shard_size(config) == 64
    assert shard_size(ArenaConfig("magent2.environments.battlefield_v5")) < 32
