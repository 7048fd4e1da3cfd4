"""Recording and verifying: the log is a function of the run, and whatever the run does not make is named."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from agents.orchard.policy_config import PolicyConfig
from agents.orchard.rollout import RunConfig
from agents.population import PopulationConfig
from agents.recording import record, verify
from worlds import FunhouseError, OrchardConfig, replay
from worlds.log.disjoint_splits import check_disjoint
from worlds.log.manifest import MANIFEST, UNFINISHED, entry, write_manifest
from worlds.log.reader import open_log
from worlds.log.tables import decode, encode

ROOT = Path(__file__).resolve().parents[2]
WORLD = OrchardConfig(height=7, width=7, map="open", fruits=2, agents=3, steps=6)
POPULATION = PopulationConfig(switch=2)


def run_of(split: str = "train", seed: int = 0, **population) -> RunConfig:
    """A little run."""
    settings = POPULATION if not population else PopulationConfig(switch=2, **population)
    return RunConfig(WORLD, population=settings, split=split, seed=seed)


def contents(home: Path) -> dict[str, bytes]:
    """Every file of a directory."""
    return {path.name: path.read_bytes() for path in home.iterdir()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A log of 70 episodes in two shards, that nothing disturbed."""
    home = tmp_path_factory.mktemp("logs") / "whole"
    record(run_of(), home, 70, threads=1)
    return home


def test_the_summary_and_the_progress_count_episodes(tmp_path):
    told = []
    summary = record(run_of(), tmp_path, 70, progress=lambda *counts: told.append(counts))
    assert told == [(64, 70), (70, 70)]
    assert summary == {"log": str(tmp_path), "episodes": 70, "written": 70, "agent_steps": 70 * 6 * 3}
    assert record(run_of(), tmp_path, 70)["written"] == 0


def test_the_log_says_which_run_made_it_and_which_types_it_holds_out(whole):
    log = open_log(whole)
    assert RunConfig.from_dict(log.config) == run_of()
    assert log[69].run == log.config
    assert (log.split, log.meta["world"]) == ("train", "orchard")
    assert 0 < len(log.meta["held_out"]) < 36
    assert not any(agent.type in log.meta["held_out"] for episode in log for agent in episode.agents)


def test_threads_and_interruptions_change_no_byte(tmp_path, whole):
    def interrupt(done, _):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record(run_of(), tmp_path, 70, threads=2, progress=interrupt)
    assert UNFINISHED in contents(tmp_path)
    told = []
    assert record(run_of(), tmp_path, 70, threads=2, progress=lambda *counts: told.append(counts))["written"] == 6
    assert told == [(70, 70)]
    assert contents(tmp_path) == contents(whole)


def test_a_log_is_extended_to_what_one_run_would_have_written(tmp_path, whole):
    record(run_of(), tmp_path, 66)
    assert record(run_of(), tmp_path, 70)["written"] == 4  # two of that shard's six were there
    assert contents(tmp_path) == contents(whole)


def test_what_damage_takes_from_a_shard_counts_as_written(tmp_path):
    record(run_of(), tmp_path, 66)
    (tmp_path / "agents-00001.parquet").write_bytes(b"")
    assert record(run_of(), tmp_path, 70)["written"] == 6


def test_a_killed_process_is_gone_on_from(tmp_path, whole):
    """Another process, which kill -9 ends after its first shard."""
    program = (
        "import os, sys; sys.path.insert(0, sys.argv[1]);"
        "from agents.recording import record, verify; from agents import *; from worlds.log.reader import open_log;"
        "run = RunConfig.from_dict(open_log(sys.argv[2]).config);"
        "record(run, sys.argv[3], 70, progress=lambda done, of: os.kill(os.getpid(), 9))"
    )
    home = tmp_path / "log"
    ended = subprocess.run([sys.executable, "-c", program, str(ROOT), str(whole), str(home)])
    assert ended.returncode == -signal.SIGKILL
    with pytest.raises(FunhouseError, match="not finished"):
        verify(home)
    assert record(run_of(), home, 70)["written"] == 6
    assert contents(home) == contents(whole)


@pytest.mark.parametrize(
    ("other", "named"),
    [
        (run_of(seed=1), "seed = 0, not 1"),
        (run_of("test"), "split = 'train', not 'test'"),
        (run_of(types="all"), "population.types = 'auto', not 'all'"),
        (RunConfig(WORLD, PolicyConfig(beta=7.0), POPULATION), "policy.beta = 30.0, not 7.0"),
    ],
)
def test_another_run_is_refused_by_the_setting_that_differs(whole, other, named):
    before = contents(whole)
    with pytest.raises(FunhouseError, match=named):
        record(other, whole, 70)
    assert contents(whole) == before


def test_a_log_verifies(whole):
    told = []
    summary = verify(whole, progress=lambda *counts: told.append(counts))
    assert told == [(64, 70), (70, 70)]
    assert 0 < summary.pop("held_out_weight") < 0.5  # these agents believe in all types
    assert summary == {
        "log": str(whole), "files": 6, "episodes": 70, "agent_steps": 70 * 6 * 3, "verified": True
    }  # fmt: skip


@pytest.mark.parametrize("roles", ["announced", "hidden"])
def test_every_split_verifies(tmp_path, roles):
    world = OrchardConfig(height=9, width=9, map="mixed", fruits=2, agents=4, steps=9, roles=roles)
    logs = []
    for split in ("train", "validation", "test"):
        record(RunConfig(world, population=POPULATION, split=split), tmp_path / split, 5)
        assert verify(tmp_path / split, threads=1)["verified"]
        logs.append(open_log(tmp_path / split))
    check_disjoint(logs)


def test_a_training_log_of_all_types_is_not_disjoint_from_what_is_held_out(tmp_path):
    record(run_of(types="all"), tmp_path, 70)
    with pytest.raises(FunhouseError, match="held-out type"):
        check_disjoint([open_log(tmp_path)])


@pytest.fixture
def forge(tmp_path, whole):
    """forge(table, column, row, value): a copy of the log with another value and every checksum right."""

    def forge(table, column, row, value) -> Path:
        home = tmp_path / "forged"
        shutil.copytree(whole, home)
        manifest, name = open_log(home).manifest, f"{table}-00001.parquet"
        rows = decode(manifest.read(name))
        values = rows[column].to_pylist()
        assert values[row] != value
        values[row] = value
        place, field = rows.column_names.index(column), rows.schema.field(column)
        data = encode(rows.set_column(place, field, pa.array(values, field.type)))
        (home / name).write_bytes(data)
        write_manifest(home, "log", manifest.meta, {**manifest.files, name: entry(data)})
        return home

    return forge


@pytest.mark.parametrize(
    ("table", "column", "value", "place"),
    [
        ("episodes", "seed", 7, "episode 66"),
        ("episodes", "map", "#......" + "\n......." * 6, "episode 66"),
        ("episodes", "split", "test", "episode 66"),
        ("agents", "name", "Nobody", "episode 64, agent 2"),
        ("agents", "temper", "grim", "episode 64, agent 2"),
        ("agents", "description", "an agent", "episode 64, agent 2"),
        ("steps", "prompt", "behave as nobody", "episode 64, step 0, agent 2"),
        ("steps", "role", ["Nobody"], "episode 64, step 0, agent 2"),
        ("steps", "action", 7, "episode 64, step 0, agent 2"),
        ("steps", "reward", 9.0, "episode 64, step 0, agent 2"),
        ("steps", "step", 3, "step"),
    ],
)
def test_a_forged_value_is_found_and_named(forge, table, column, value, place):
    with pytest.raises(FunhouseError, match=f"does not replay: {column} is") as caught:
        verify(forge(table, column, 2, value))
    assert f"{table}-00001.parquet" in caught.value.place
    assert place in caught.value.place
    assert "numba" in caught.value.remedy


def test_a_manifest_that_describes_another_run_is_found(tmp_path, whole):
    shutil.copytree(whole, tmp_path / "forged")
    manifest = open_log(whole).manifest
    write_manifest(tmp_path / "forged", "log", {**manifest.meta, "held_out": []}, manifest.files)
    with pytest.raises(FunhouseError, match="held_out is") as caught:
        verify(tmp_path / "forged")
    assert MANIFEST in caught.value.place


def test_rules_that_changed_since_are_found(whole, monkeypatch):
    """The roll-out and the log agree, but the rules alone no longer lead from the actions to the rewards."""
    monkeypatch.setattr("agents.orchard.verifying.replay", lambda *scene: (*(real := replay(*scene))[:2], real[2] + 1))
    with pytest.raises(FunhouseError, match="does not replay: reward is") as caught:
        verify(whole)
    assert "episode 0, step 0" in caught.value.place


@pytest.mark.parametrize("name", ["episodes-00001.parquet", "agents-00000.parquet", "steps-00000.parquet", MANIFEST])
def test_damage_is_named_before_anything_is_replayed(tmp_path, whole, name, monkeypatch):
    monkeypatch.setattr("agents.orchard.company.play_all", None)
    shutil.copytree(whole, tmp_path / "damaged")
    data = bytearray((whole / name).read_bytes())
    data[len(data) // 2] ^= 4
    (tmp_path / "damaged" / name).write_bytes(data)
    with pytest.raises(FunhouseError, match=name):
        verify(tmp_path / "damaged")
