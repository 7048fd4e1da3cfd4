"""Tables whose checksums hold and which no run writes: each is refused by its file, before it is played or decoded."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from agents import ArenaRun, BankConfig, RunConfig
from agents.recording import record
from tests import forging
from tom.cli import main
from worlds import FunhouseError, OrchardConfig, open_log
from worlds.arena import ArenaConfig
from worlds.log.parquet import read_table

NAN = float("nan")


def every(value):
    """All rows of a column the same."""
    return lambda rows: [value] * len(rows)


def first(value):
    """The first row of a column."""
    return lambda rows: [value, *rows[1:]]


ANY_LOG = [
    ("episodes", "episode", every(0)),
    ("episodes", "episode", every(-1)),
    ("episodes", "episode", lambda rows: rows[::-1]),
    ("episodes", "split", every("test")),
    ("agents", "episode", every(0)),
    ("agents", "episode", first(7)),
    ("agents", "episode", first(-7)),
    ("agents", "agent", every(0)),
    ("agents", "agent", first(-1)),
    ("agents", "name", every("Bo")),
    ("agents", "name", first("")),
    ("agents", "name", first("an agent")),
    ("agents", "description", first("x" * 5000)),
    ("steps", "episode", every(0)),
    ("steps", "episode", lambda rows: rows[::-1]),
    ("steps", "episode", first(9)),
    ("steps", "step", every(0)),
    ("steps", "step", first(2**30)),
    ("steps", "agent", every(1)),
    ("steps", "agent", first(-1)),
    ("steps", "prompt", first("x" * 5000)),
    ("steps", "role", first(["Nobody"])),
    ("steps", "role", first(["Bo"] * 3000)),
    ("steps", "action", first(100)),
    ("steps", "action", first(-2)),
    ("steps", "reward", first(NAN)),
    ("steps", "reward", first(float("inf"))),
]
ORCHARD = [
    *ANY_LOG,
    ("episodes", "map", every("")),
    ("episodes", "map", every("...\n...\n...")),
    ("episodes", "map", every("\n".join(["######"] * 4 + [".#####"]))),
    ("episodes", "map", every("x" * 30)),
    ("episodes", "map", every("\x1b" * 5000)),
    ("steps", "action", first(5)),
    ("steps", "action", first(-1)),
]
ARENA = [
    *ANY_LOG,
    ("agents", "species", first(2)),
    ("agents", "species", first(-1)),
    ("steps", "perceives", first(2**60)),
    ("steps", "game", first(-1)),
    ("observations", "episode", every(0)),
    ("observations", "step", every(0)),
    ("observations", "agent", every(0)),
    ("observations", "observation", first(b"")),
    ("observations", "observation", first(b"x" * 2000)),
    ("observations", "observation", first(np.array([NAN] * 8, np.float32).tobytes())),
    ("observations", "mask", first(b"x")),
]


def _arena() -> ArenaRun:
    return ArenaRun(ArenaConfig("mpe2.simple_adversary_v3", steps=4), BankConfig(4, 4, scripted=False))


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> dict[str, Path]:
    """A little log of each world, two episodes each."""
    home = tmp_path_factory.mktemp("made")
    orchard = OrchardConfig(height=5, width=6, map="open", fruits=1, agents=3, steps=4)
    record(RunConfig(orchard), home / "orchard", 2, threads=1)
    record(_arena(), home / "arena", 2)
    return {"orchard": home / "orchard", "arena": home / "arena"}


@pytest.fixture
def logs(made, tmp_path) -> dict[str, Path]:
    return {world: Path(shutil.copytree(source, tmp_path / world)) for world, source in made.items()}


def refused(log: Path) -> str:
    """What reading an episode of it is refused with."""
    with pytest.raises(FunhouseError, match=r"\.parquet") as caught:
        open_log(log).batch([0, 1])
    assert caught.value.remedy
    return str(caught.value)


def ids(cases: list) -> list[str]:
    return [f"{table}.{column}-{number}" for number, (table, column, _) in enumerate(cases)]


@pytest.mark.parametrize(("table", "column", "change"), ORCHARD, ids=ids(ORCHARD))
def test_a_value_that_no_run_in_the_orchard_writes_is_refused(logs, table, column, change):
    forging.table(logs["orchard"], f"{table}-00000.parquet", forging.column(column, change))
    refused(logs["orchard"])


@pytest.mark.parametrize(("table", "column", "change"), ARENA, ids=ids(ARENA))
def test_a_value_that_no_run_in_an_arena_writes_is_refused(logs, table, column, change):
    forging.table(logs["arena"], f"{table}-00000.parquet", forging.column(column, change))
    refused(logs["arena"])


def _columns(world: str) -> list[tuple[str, str, str]]:
    """Every column of a world's tables, each of which is taken away, doubled, or given another type."""
    columns = {
        "episodes": ("episode", "seed", "split", *(("map",) if world == "orchard" else ("dropped",))),
        "agents": ("episode", "agent", "name", "description"),
        "steps": ("episode", "step", "agent", "prompt", "role", "action", "reward"),
    }
    if world == "arena":
        columns["observations"] = ("episode", "step", "agent", "observation", "mask")
    return [(world, table, column) for table, names in columns.items() for column in names]


@pytest.mark.parametrize(("world", "table", "column"), [*_columns("orchard"), *_columns("arena")])
def test_a_column_that_is_absent_or_of_another_type_is_refused(logs, world, table, column):
    log, name = logs[world], f"{table}-00000.parquet"
    whole = (log / name).read_bytes()
    forging.table(log, name, lambda rows: rows.drop_columns([column]))
    refused(log)
    for kind in (pa.float64(), pa.bool_(), pa.list_(pa.int8()), pa.large_string()):
        forging.file(log, name, whole)
        forging.table(log, name, forging.column(column, lambda rows: [None] * len(rows), kind))
        refused(log)


@pytest.mark.parametrize("world", ["orchard", "arena"])
@pytest.mark.parametrize("table", ["episodes", "agents", "steps"])
def test_rows_that_are_absent_or_come_twice_are_refused(logs, world, table):
    log, name = logs[world], f"{table}-00000.parquet"
    whole = (log / name).read_bytes()
    for change in (
        lambda rows: rows.slice(0, 0),
        lambda rows: rows.slice(1),
        lambda rows: pa.concat_tables([rows, rows]),
        lambda rows: rows.take(list(range(len(rows)))[::-1]),
    ):
        forging.file(log, name, whole)
        forging.table(log, name, change)
        refused(log)


def test_an_unfinished_log_of_other_tables_is_not_finished(logs):
    log = logs["arena"]
    forging.table(log, "episodes-00000.parquet", lambda rows: rows.drop_columns(["dropped"]))
    forging.journal(log, "meta.split", "train")
    with pytest.raises(FunhouseError, match=r"episodes-00000\.parquet"):
        record(_arena(), log, 2)


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1", b"x" * 1000])
def test_bytes_that_are_no_table_are_refused(logs, data):
    forging.file(logs["orchard"], "steps-00000.parquet", data)
    assert "steps-00000.parquet" in refused(logs["orchard"])
    with pytest.raises(FunhouseError, match=r"steps-00000\.parquet"):
        open_log(logs["orchard"]).table("steps")


SCHEMA = pa.schema([pa.field("n", pa.int64(), nullable=False), pa.field("text", pa.string(), nullable=False)])


def file_of(rows: pa.Table, **options) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd", **options)
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize(
    ("rows", "texts", "options", "said"),
    [
        (1, ["x" * (1 << 23)], {"use_dictionary": False}, "expand"),
        (1000, ["x" * (1 << 15)] * 1000, {}, "holds 32768 bytes in one place"),
        (1000, ["x" * (1 << 15)] * 1000, {"use_dictionary": False}, "expand"),
        (2, ["x", "x"], {"use_dictionary": False, "column_encoding": {"text": "DELTA_BYTE_ARRAY"}}, "encoding"),
        (10, ["x"], {}, "1 rows where the manifest leads to 10"),
        (1, ["x"] * 10, {}, "10 rows where the manifest leads to 1"),
    ],
)
def test_what_a_file_expands_to_is_known_before_it_is_decoded(rows, texts, options, said):
    data = file_of(pa.table([range(len(texts)), texts], schema=SCHEMA), **options)
    with pytest.raises((FunhouseError, ValueError), match=said):
        read_table(data, SCHEMA, rows)


def test_a_list_of_endless_elements_is_refused():
    schema = pa.schema([pa.field("role", pa.list_(pa.field("element", pa.string(), nullable=False)), nullable=False)])
    data = file_of(pa.table([[["Bo"] * 1_000_000]], schema=schema))
    with pytest.raises(ValueError, match="1000000 values in 1 rows"):
        read_table(data, schema, 1)


BOMB = """
import resource, sys
import pyarrow as pa
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
from worlds import FunhouseError, open_log
try:
    open_log(sys.argv[1])[0]
except FunhouseError as error:
    print(error)
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def test_a_small_file_that_would_fill_gigabytes_is_refused_within_little_memory(logs, tmp_path):
    """One prompt of 16 MiB that every row repeats, in a file of some kilobytes."""
    log = logs["orchard"]
    forging.table(log, "steps-00000.parquet", forging.column("prompt", every("x" * (1 << 24))))
    assert (log / "steps-00000.parquet").stat().st_size < 1 << 14
    done = subprocess.run([sys.executable, "-c", BOMB, str(log)], capture_output=True, text=True, check=True)
    assert "steps-00000.parquet" in done.stdout
    assert int(re.search(r"VmHWM:\s*(\d+) kB", done.stdout)[1]) < 2 << 20


def test_the_command_line_says_so_and_exits_with_1(logs, capsys):
    forging.table(logs["orchard"], "steps-00000.parquet", forging.column("action", every(77)))
    assert main(["verify", str(logs["orchard"])]) == 1
    said = capsys.readouterr().err
    assert "steps-00000.parquet" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("trait", ["taste", "sight", "memory"])
@pytest.mark.parametrize(
    "command",
    [
        ("ask", "behave as myself"),
        ("ask", "behave as myself", "--exact"),
        ("ask", "predict {other}", "--exact"),
        ("describe", "--who", "{other}"),
    ],
    ids=" ".join,
)
def test_a_trait_that_nobody_has_is_refused_whatever_is_asked(logs, capsys, trait, command):
    me, other = (agent.name for agent in open_log(logs["orchard"])[0].agents[:2])
    forging.table(logs["orchard"], "agents-00000.parquet", forging.column(trait, every("odd")))
    where = ("--log", str(logs["orchard"]), "--episode", "0", "--agent", me, "--step", "1")
    assert main([*(word.format(other=other) for word in command), *where]) == 1
    said = capsys.readouterr().err
    assert "odd" in said
    assert "remedy" in said
    assert "Traceback" not in said
