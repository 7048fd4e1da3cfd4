"""What `verify` says of logs: what is damage, what is not proven; a sound log is never called damaged."""

import os
import subprocess
import sys
import time

import pytest

from agents.arena.run import ArenaRun
from agents.recording import record, verify
from tests.agents.arena.test_recording import LITTLE, forged
from tests.worlds.arena.unsteady import Walk
from worlds import FunhouseError, trust
from worlds.arena import ArenaConfig
from worlds.arena.time_limit import patience
from worlds.log.manifest import write_manifest
from worlds.log.reader import open_log

WALK = "tests.worlds.arena.unsteady:walk"


def walk(kind: str = "", **arguments) -> ArenaRun:
    trust(WALK)
    return ArenaRun(ArenaConfig(WALK, {"kind": kind, **arguments}, 6, "partial:0.5,2"), LITTLE)


def elsewhere(home, hash_seed: int) -> None:
    """Records four matches of the walk whose order is a set's, in a process whose texts have other hashes."""
    code = f"""
from tests.agents.arena.test_verdicts import walk
from agents.recording import record
record(walk("order"), {str(home)!r}, 4)
"""
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": str(hash_seed)}, check=True)


def test_chance_out_of_the_systems_entropy_is_no_damage(tmp_path):
    record(walk("entropy"), tmp_path / "log", 3)
    told = verify(tmp_path / "log")
    assert (told["verified"], told["agents"], told["episodes_replayed"]) == (False, True, 0)
    assert "3 of 3 episodes come out otherwise" in told["why_not"]
    assert "does not keep to its seed" in told["why_not"]


def test_what_hangs_when_it_is_played_again_is_waited_for_as_long_as_there_is_patience(tmp_path, monkeypatch):
    record(walk("stuck"), tmp_path / "log", 2)
    monkeypatch.setenv("STUCK", "1")
    began = time.monotonic()
    with patience(0.3):
        told = verify(tmp_path / "log")
    assert time.monotonic() - began < 20
    assert (told["verified"], told["agents"], told["episodes_replayed"]) == (False, True, 0)
    assert "never ends" in told["why_not"]
    assert "two processes" not in told["why_not"]


def test_chance_at_rare_events_is_no_damage_and_the_other_episodes_replay(tmp_path):
    record(walk("rare"), tmp_path / "log", 12)
    told = verify(tmp_path / "log")
    assert 0 < told["episodes_replayed"] < 12
    assert (told["verified"], told["agents"]) == (False, True)
    assert f"{12 - told['episodes_replayed']} of 12 episodes" in told["why_not"]


def test_an_order_fixed_by_the_hashes_of_text_is_no_damage(tmp_path):
    for hash_seed in (3, 4):
        elsewhere(tmp_path / str(hash_seed), hash_seed)
    told = [verify(tmp_path / str(hash_seed)) for hash_seed in (3, 4)]
    unlike = [one for one in told if not one["replayed"]]  # this process has one order, and they have two
    assert unlike
    assert all(one["agents"] and "come out otherwise" in one["why_not"] for one in unlike)


def test_what_the_class_remembers_of_other_games_is_no_damage_and_is_told(tmp_path):
    run = walk("games", after=10**9)
    record(run, tmp_path / "log", 3)
    Walk.games = 10**9
    try:
        told = verify(tmp_path / "log")
    finally:
        Walk.games = 0
    assert (told["verified"], told["agents"], told["episodes_replayed"]) == (False, True, 0)
    assert "remembers other games" in told["why_not"]


def test_a_world_that_comes_twice_to_the_same_and_not_to_the_log_is_told_so(tmp_path):
    record(walk(), tmp_path / "whole", 3)
    assert verify(tmp_path / "whole")["verified"]
    told = verify(forged(tmp_path / "forged", tmp_path / "whole", "steps", "reward", lambda _: 9.0))
    assert (told["verified"], told["episodes_replayed"]) == (False, 2)
    assert "reward at step 0" in told["why_not"]
    assert "it comes to the same, which is not what the log says" in told["why_not"]


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    """A log of an environment that is known to be deterministic."""
    home = tmp_path_factory.mktemp("logs") / "listed"
    record(ArenaRun(ArenaConfig("classic.rps_v2", {}, 6, "partial"), LITTLE), home, 3)
    assert verify(home)["verified"]
    return home


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [("steps", "reward", lambda _: 9.0), ("observations", "observation", lambda data: bytes([data[0] ^ 1]) + data[1:])],
)
def test_in_a_listed_deterministic_environment_what_comes_out_otherwise_is_damage(
    tmp_path, listed, table, column, value
):
    with pytest.raises(FunhouseError, match="does not replay"):
        verify(forged(tmp_path / "forged", listed, table, column, value))


def test_with_other_versions_it_is_said_that_they_differ_and_not_that_the_log_is_damaged(tmp_path, listed):
    home = forged(tmp_path / "forged", listed, "steps", "reward", lambda _: 9.0)
    manifest = open_log(home).manifest
    meta = {**manifest.meta, "versions": {**manifest.meta["versions"], "pettingzoo": "0.1"}}
    write_manifest(home, "log", meta, manifest.files)
    told = verify(home)
    assert not told["verified"]
    assert "pettingzoo 0.1 made it" in told["why_not"]


def test_damage_is_counted_over_all_episodes(tmp_path):
    record(walk(), tmp_path / "whole", 3)
    one = forged(tmp_path / "one", tmp_path / "whole", "agents", "name", lambda _: "Zed", 1)
    both = forged(tmp_path / "both", one, "agents", "name", lambda _: "Zed", 5)
    with pytest.raises(FunhouseError, match=r"name is .* 2 times in 3 episodes"):
        verify(both)


def test_a_log_whose_environment_is_not_trusted_is_checked_as_far_as_that_goes(tmp_path, monkeypatch):
    record(walk(), tmp_path / "whole", 3)
    bad = forged(tmp_path / "bad", tmp_path / "whole", "steps", "action", lambda action: (action + 1) % 3)
    monkeypatch.setenv("FUNHOUSE_TRUST", "")
    told = verify(tmp_path / "whole")
    assert (told["verified"], told["agents"], told["replayed"]) == (False, True, False)
    assert f"--trust {WALK}" in told["why_not"]
    with pytest.raises(FunhouseError, match="action is"):
        verify(bad)
