"""Recording and verifying matches: whole, resumed, damaged, and where the environment keeps chance of its own."""

import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from agents.arena.bank_config import BankConfig
from agents.arena.run import ArenaRun
from agents.population import PopulationConfig
from agents.recording import record, verify
from agents.registry import run_of
from worlds import FunhouseError
from worlds.arena import ArenaConfig
from worlds.log.disjoint_splits import check_disjoint
from worlds.log.manifest import entry, write_manifest
from worlds.log.reader import open_log
from worlds.log.tables import decode, encode

LITTLE = BankConfig(random_linear=4, random_mlp=2)
FIELD, ROUNDS = "tests.worlds.arena.toys:field", "tests.worlds.arena.toys:rounds"


def little(environment=FIELD, split="train", steps=6, seed=0, **arguments) -> ArenaRun:
    """A little run."""
    arena = ArenaConfig(environment, arguments, steps, "partial:0.5,2")
    return ArenaRun(arena, LITTLE, PopulationConfig(switch=2), seed, split)


def contents(home: Path) -> dict[str, bytes]:
    """Every file of a directory."""
    return {path.name: path.read_bytes() for path in home.iterdir()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A log of 70 matches in two shards, that nothing disturbed."""
    home = tmp_path_factory.mktemp("logs") / "whole"
    record(little(), home, 70)
    return home


def test_a_log_says_which_run_made_it_and_verifies(whole):
    log = open_log(whole)
    assert run_of(log.config) == little()
    assert (log.world, log.meta["dropped"]) == (f"pettingzoo:{FIELD}", [])
    assert log[69].run == log.config
    told = []
    summary = verify(whole, progress=lambda *counts: told.append(counts))
    assert 0.01 < summary.pop("held_out_weight") < 0.5  # these agents believe in everybody
    assert summary == {
        "log": str(whole), "files": 8, "episodes": 70, "agent_steps": 70 * 6 * 4, "verified": True,
        "agents": True, "replayed": True, "episodes_replayed": 70, "why_not": None, "bank": little().space.mark,
    }  # fmt: skip
    assert told[-1] == (70, 70)


def test_interruptions_change_no_byte(tmp_path, whole):
    def interrupt(done, _):
        if done >= 64:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record(little(), tmp_path / "log", 70, progress=interrupt)
    summary = record(little(), tmp_path / "log", 70)
    assert (summary["written"], summary["agent_steps"], summary["dropped"]) == (6, 70 * 6 * 4, [])
    assert contents(tmp_path / "log") == contents(whole)


def test_matches_in_turn_with_masks_are_recorded_and_verify(tmp_path):
    for name, run in {"turns": little(ROUNDS, agents=3), "masks": little(masked=True, ends=3)}.items():
        record(run, tmp_path / name, 4)
        assert verify(tmp_path / name)["replayed"]


def test_splits_are_disjoint_and_the_held_out_stay_out_of_training(tmp_path, whole):
    for split in ("validation", "test"):
        record(little(split=split), tmp_path / split, 4)
    logs = [open_log(path) for path in (whole, tmp_path / "validation", tmp_path / "test")]
    check_disjoint(logs)
    assert len(logs[0].meta["held_out"]) > 0
    with pytest.raises(FunhouseError, match="share a seed"):
        check_disjoint([logs[0], logs[0]])


def test_what_was_dropped_is_in_the_manifest_and_a_resumed_log_says_the_same(tmp_path):
    run = little(fault="raise", length=200, steps=4, seed=5)
    told = []
    summary = record(run, tmp_path / "one", 70, report=lambda index, one: told.append((index, one.seed)))
    assert summary["dropped"] == [{"episode": index, "seed": seed} for index, seed in told] != []
    assert open_log(tmp_path / "one").meta["dropped"] == summary["dropped"]
    assert verify(tmp_path / "one")["replayed"]
    with pytest.raises(KeyboardInterrupt):
        record(run, tmp_path / "two", 70, progress=_stop)
    assert record(run, tmp_path / "two", 70)["dropped"] == summary["dropped"]
    assert contents(tmp_path / "two") == contents(tmp_path / "one")


def _stop(done: int, _: int) -> None:
    if done >= 64:
        raise KeyboardInterrupt


def forged(home: Path, source: Path, table: str, column: str, value, which: int = 2) -> Path:
    """A copy of a log with another value and every checksum right."""
    shutil.copytree(source, home)
    manifest, name = open_log(source).manifest, f"{table}-00000.parquet"
    rows = decode(manifest.read(name))
    values = rows[column].to_pylist()
    values[which] = value(values[which])
    place, field = rows.column_names.index(column), rows.schema.field(column)
    data = encode(rows.set_column(place, field, pa.array(values, field.type)))
    (home / name).write_bytes(data)
    write_manifest(home, "log", manifest.meta, {**manifest.files, name: entry(data)})
    return home


FORGERIES = [
    ("episodes", "dropped", lambda _: [7]),
    ("agents", "policy", lambda name: name + "s"),
    ("steps", "prompt", lambda _: "behave as nobody"),
    ("steps", "role", lambda _: ["an agent like nobody"]),
    ("steps", "action", lambda action: (action + 1) % 3),
    ("steps", "reward", lambda _: 9.0),
    ("steps", "perceives", lambda bits: bits ^ 1),
    ("observations", "observation", lambda data: bytes([data[0] ^ 1]) + data[1:]),
]


WORLDS = ("reward", "perceives", "observation")  # what the environment and the rule make


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [row for row in FORGERIES if row[1] not in WORLDS],
    ids=[column for _, column, _ in FORGERIES if column not in WORLDS],
)
def test_a_forged_value_of_an_agent_is_damage_in_any_environment(tmp_path, whole, table, column, value):
    with pytest.raises(FunhouseError, match=f"does not replay: {column} is") as caught:
        verify(forged(tmp_path / "forged", whole, table, column, value))
    assert "episode 0" in caught.value.place or "episode 2" in caught.value.place


@pytest.fixture(scope="module")
def chancy(tmp_path_factory) -> Path:
    """A log of an environment that has chance of its own."""
    home = tmp_path_factory.mktemp("logs") / "chancy"
    record(little(fault="dice"), home, 3)
    return home


def test_where_the_environment_has_chance_of_its_own_verify_says_so(chancy):
    summary = verify(chancy)
    assert (summary["verified"], summary["agents"], summary["replayed"]) == (False, True, False)
    assert "3 of 3 episodes come out otherwise, first episode 0: observation of agent 0 at step" in summary["why_not"]


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [row for row in FORGERIES if row[1] in ("prompt", "role", "action")],
    ids=["prompt", "role", "action"],
)
def test_even_then_what_agents_did_follows_from_what_they_observed(tmp_path, chancy, table, column, value):
    with pytest.raises(FunhouseError, match=f"{column} is"):
        verify(forged(tmp_path / "forged", chancy, table, column, value))


def test_another_run_is_refused_by_the_setting_that_differs(whole):
    for run, named in ((little(seed=1), "seed = 0, not 1"), (little(steps=7), "arena.steps = 6, not 7")):
        with pytest.raises(FunhouseError, match=named):
            record(run, whole, 70)
