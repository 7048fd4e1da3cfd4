"""An environment is found by any of its names; what is missing is explained."""

import pytest

from tests.worlds.arena.conftest import FIELD
from worlds import FunhouseError
from worlds.arena import ArenaConfig
from worlds.arena.environment import Environment
from worlds.arena.loading import load
from worlds.trust import trusting


@pytest.fixture(autouse=True)
def trusted():
    """What these tests name is trusted, while they last."""
    names = "classic.connect_four-v3", "classic.connect_four", "sisl.multiwalker_v9", "classic.conect_four_v3"
    with trusting(*names, "no_such_package.thing_v0", "json", "no_such_package", "mine_of_the_arena"):
        yield


@pytest.mark.parametrize(
    "name",
    [
        "pettingzoo.classic.connect_four_v3",
        "classic.connect_four_v3",
        "classic/connect_four_v3",
        "classic/connect_four-v3",
        "classic/connect_four",
    ],
)
def test_a_path_with_or_without_its_package_and_an_id_name_the_same(name):
    environment = Environment.open(name)
    assert environment.in_turn
    assert environment.seats == ["player_0", "player_1"]


def test_the_parallel_interface_is_preferred_and_arguments_are_passed_on():
    assert not Environment.open("sisl/pursuit_v5").in_turn
    assert len(Environment.open("sisl/pursuit_v5", {"n_pursuers": 5}).seats) == 5


@pytest.mark.parametrize(
    ("name", "arguments", "what", "remedy"),
    [
        ("mpe2.simple_tag_v3", {"continuous_actions": True}, "is not discrete", "continuous_actions=False"),
        ("sisl/multiwalker_v9", {}, "is not discrete", "discrete actions"),
        ("mpe2.simple_tag_v3", {"colour": 3}, "cannot make mpe2.simple_tag_v3", "constructor's arguments"),
        ("classic/conect_four_v3", {}, "there is no environment", "connect_four"),
        ("no_such_package.thing_v0", {}, "there is no environment", "funhouse-tom[arena]"),
        ("json", {}, "makes no PettingZoo environment", "parallel_env"),
        ("tests.worlds.arena.toys:nobody", {}, "is no PettingZoo environment", "ParallelEnv"),
        ("tests.worlds.arena.toys:somebody", {}, "there is no function", "module:function"),
        ("no_such_package:field", {}, "cannot import", "pip install"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_a_remedy(name, arguments, what, remedy):
    with pytest.raises(FunhouseError, match=what) as caught:
        Environment.open(name, arguments)
    assert caught.value.remedy is not None
    assert remedy.replace("\\", "") in caught.value.remedy


def test_a_function_of_the_working_directory_is_found(tmp_path, monkeypatch):
    (tmp_path / "mine_of_the_arena.py").write_text("def near(context): return 7\n")
    monkeypatch.chdir(tmp_path)
    assert load("mine_of_the_arena:near")(None) == 7


def test_settings_are_checked_hashable_and_survive_json():
    config = ArenaConfig(f"pettingzoo:{FIELD}", {"small": 2, "agents": 5}, 8, "partial:.25,4")
    assert config == ArenaConfig.from_dict(config.to_dict())
    assert hash(config) == hash(ArenaConfig(FIELD, '{"agents": 5, "small": 2}', 8, "partial:.25,4"))
    assert (config.world, config.keywords, config.actions) == (f"pettingzoo:{FIELD}", {"agents": 5, "small": 2}, 3)
    assert [species.shape for species in config.species] == [(3,), (2,)]
    for wrong in ({"steps": 0}, {"arguments": "[]"}, {"arguments": {"x": float("nan")}}, {"visibility": "radius"}):
        with pytest.raises(FunhouseError) as caught:
            ArenaConfig(**{"environment": FIELD, **wrong})
        assert caught.value.remedy
    with pytest.raises(FunhouseError, match="no setting 'height'"):
        ArenaConfig.from_dict({"environment": FIELD, "height": 3})
