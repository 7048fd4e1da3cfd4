"""Documents whose checksums hold and whose values no run writes: each is refused by file, field and remedy.

`tests.forging` signs them again, as a hostile author would.
"""

import os
import shutil
from pathlib import Path

import pytest

from agents import RunConfig
from agents.recording import record, verify
from agents.registry import run_of
from tests import forging
from tests.forging import ABSENT
from tom.cli import main
from worlds import FunhouseError, OrchardConfig, open_log

HUGE = 10**30
DEEP: list = []
for _ in range(40):
    DEEP = [DEEP]

ANYTHING_ELSE = ("1", 1.5, True, None, [], {}, -1, HUGE)
SIZES = ("height", "width", "agents", "steps", "fruits", "kinds")
NO_NAMES = ("../x", "/etc/passwd", "a\0b", "", "x" * 300, "..", "manifest.json")
MANIFEST = [
    *(("meta", value) for value in ([], "x", 3, None, ABSENT)),
    *(("files", value) for value in ([], "x", None, ABSENT)),
    *(("kind", value) for value in (1, "logs", ABSENT)),
    *(("format", value) for value in ("1", 2, True, ABSENT)),
    *(("files.*.bytes", value) for value in ("1", -1, True, 1.5, HUGE, ABSENT)),
    *(("files.*.sha256", value) for value in ("", "A" * 64, 7, ABSENT)),
    *(("files.*.colour", value) for value in ("red",)),
    *((("files", name), {"bytes": 1, "sha256": "0" * 64}) for name in NO_NAMES),
    ("colour", "red"),
    ("meta.config", DEEP),
]
META = [
    *(("episodes", value) for value in (*ANYTHING_ELSE, 0, 10**12, ABSENT)),
    *(("shard_size", value) for value in (*ANYTHING_ELSE, 0, 10**12, 1, ABSENT)),
    *(("split", value) for value in ("all", 1, None, ABSENT, "test")),
    *(("held_out", value) for value in ("x", [1], [{"taste": 1}], ABSENT)),
    *(("world", value) for value in (7, "mars", "pettingzoo:", "pettingzoo:classic.rps_v2")),
    *(("versions", value) for value in (7, {"numpy": 2})),
    *(("dropped", value) for value in (7, [7], [{"episode": -1, "seed": 0}], [{"episode": 0}])),
    *(("config", value) for value in (7, [], {}, ABSENT)),
    ("colour", "red"),
]
DIARY = [
    *((f"meta.{path}", value) for path, value in META if path not in ("versions", "world", "colour")),
    *(
        (f"meta.config.orchard.{path}", value)
        for path, value in (("steps", -1), ("map", "/dev/zero"), ("steps", ABSENT))
    ),
    *((path, value) for path, value in MANIFEST if path[:7] == "files.*"),
    *((("files", name), {"bytes": 1, "sha256": "0" * 64}) for name in NO_NAMES),
]
RUN_OF_IT = RunConfig(OrchardConfig(height=5, width=6, map="open", fruits=1, agents=3, steps=4))
ORCHARD = [
    *((field, value) for field in SIZES for value in (*ANYTHING_ELSE, 0)),
    *((field, ABSENT) for field in ("height", "map", "agents", "steps", "roles", "sights")),
    *(("agents", value) for value in (65, 8000)),
    *(("map", value) for value in ("/dev/zero", "nowhere.txt", 7, None, "#" * 5000, "\n", "a\nb\nc", "#\n" * 2000)),
    *(("sights", value) for value in ([], [1], [6, 2], [2, 6, 9], [2, HUGE], ["2", "6"], [2.5, 6], 2)),
    *(("roles", value) for value in ("open", 0, [])),
    *(("mirrors", value) for value in (1, "yes", True)),
    *(("marks", value) for value in (2, -0.1, "0.1", [], True)),
    ("colour", "red"),
]
RUN = [
    *(("seed", value) for value in ("1", 1.5, True, None, -1, 2**63, ABSENT)),
    *(("split", value) for value in ("all", None, ABSENT)),
    *(("policy", value) for value in (7, None, {}, ABSENT)),
    *(("policy.beta", value) for value in ("x", -1, None, HUGE * HUGE * 10**250, True, ABSENT)),
    *(("policy.weights", value) for value in ([1e300, 0, 0], [], [1, 2], [1, 2, "3"], 5)),
    *(("policy.gamma", value) for value in (0, 1, 2, "x")),
    *(("policy.floor", value) for value in (0, 2)),
    *(("policy.window", value) for value in (0, HUGE, 1.5)),
    *(("policy.rankings", value) for value in ("none", 1)),
    *(("policy.temper", value) for value in ("warm", None)),
    *(("population", value) for value in ([], ABSENT)),
    *(("population.switch", value) for value in (0, -1, HUGE, "8", True, ABSENT)),
    *(("population.depth_share", value) for value in ([1, 0], [2, -1, 0], [0.5, 0.5, 0.5], "x", [1, 0, "0"])),
    *(("population.description_share", value) for value in (-1, 2, "x")),
    *(("population.self_share", value) for value in (-1, 2, "x")),
    *(("population.types", value) for value in ("new", 1)),
    *(("minds", value) for value in (7, {}, {"copies": 2}, {"copies": 1, "checkpoint": "0" * 64})),
    *(("minds", {"copies": copies, "checkpoint": "0" * 64}) for copies in (True, "2", HUGE, 64)),
    *(("minds", {"copies": 2, "checkpoint": checkpoint}) for checkpoint in (7, "x")),
    ("colour", "red"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A log of two episodes."""
    home = tmp_path_factory.mktemp("made") / "log"
    record(RUN_OF_IT, home, 2, threads=1)
    return home


@pytest.fixture
def log(made, tmp_path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "log"))


def refusal(act, *arguments) -> str:
    """What it is refused with: always the file that is wrong, and what to do."""
    with pytest.raises(FunhouseError) as caught:
        act(*arguments)
    assert caught.value.place
    assert caught.value.remedy
    assert str(caught.value).isprintable() or set(str(caught.value)) - set("\n") <= set(map(chr, range(32, 0x2600)))
    return str(caught.value)


def named(paths: list) -> dict:
    """The parameters of a test of (path, value), with readable names."""
    return {"argvalues": paths, "ids": [f"{path}-{number}" for number, (path, _) in enumerate(paths)]}


@pytest.mark.parametrize(("path", "value"), **named(MANIFEST))
def test_a_manifest_of_other_values_is_refused_by_the_manifest_s_name(log, path, value):
    forging.manifest(log, path, value)
    assert "manifest.json" in refusal(open_log, log)


@pytest.mark.parametrize("body", [[], "x", 3, None, {}, {"kind": "log"}, [[]] * 3])
def test_a_manifest_of_another_shape_is_refused(log, body):
    forging.sign(log, body)
    assert "manifest.json" in refusal(open_log, log)


@pytest.mark.parametrize("text", ['{"a": 1, "a": 1}', '{"a": NaN}', '{"a": 1e9999999999}', f'{{"a": {"9" * 5000}}}'])
def test_json_of_no_one_meaning_is_refused(log, text):
    (log / "manifest.json").write_text(text)
    assert "manifest.json" in refusal(open_log, log)


@pytest.mark.parametrize(("path", "value"), **named(META))
def test_a_log_s_meta_of_other_values_is_refused_by_its_field(log, path, value):
    forging.manifest(log, f"meta.{path}", value)
    said = refusal(verify, log)
    assert "manifest.json" in said
    if path not in ("colour", "episodes", "shard_size", "world"):
        assert path in said


@pytest.mark.parametrize(("path", "value"), **named(ORCHARD))
def test_a_world_of_other_settings_is_refused_by_its_field(log, path, value):
    forging.manifest(log, f"meta.config.orchard.{path}", value)
    assert "manifest.json" in refusal(open_log, log)


@pytest.mark.parametrize(("path", "value"), **named(RUN))
def test_a_run_of_other_settings_is_refused_by_its_field(log, path, value):
    forging.manifest(log, f"meta.config.{path}", value)
    said = refusal(lambda: run_of(open_log(log).config))
    assert "manifest.json" in said


@pytest.mark.parametrize(("path", "value"), **named(DIARY))
def test_a_journal_of_other_values_is_refused_by_its_name(log, path, value):
    forging.journal(log, path, value)
    assert str(log) in refusal(record, RUN_OF_IT, log, 2, 1)


def test_a_part_that_a_journal_notes_of_another_log_counts_for_nothing(log):
    before = {file.name: file.read_bytes() for file in log.iterdir()}
    forging.journal(log, "files.notes-x", {"bytes": 1, "sha256": "0" * 64})
    record(RUN_OF_IT, log, 2, 1)
    assert {file.name: file.read_bytes() for file in log.iterdir()} == before


def test_a_file_that_the_settings_name_is_never_opened(log, tmp_path):
    """A read of a FIFO would wait for ever."""
    os.mkfifo(tmp_path / "fifo")
    forging.manifest(log, "meta.config.orchard.map", str(tmp_path / "fifo"))
    assert "map" in refusal(open_log, log)


def test_a_manifest_that_is_no_file_is_refused(log, tmp_path):
    (log / "manifest.json").unlink()
    os.mkfifo(log / "manifest.json")
    assert "manifest.json" in refusal(open_log, log)


@pytest.mark.parametrize(
    ("path", "value"),
    [("meta.shard_size", -1), ("meta.episodes", 10**12), ("meta.config.orchard.map", "/dev/zero"), ("meta", "x")],
)
def test_the_command_line_says_so_and_exits_with_1(log, capsys, path, value):
    forging.manifest(log, path, value)
    who = ["--episode", "0", "--agent", "Bo", "--step", "1"]
    for command in (["verify", str(log)], ["ask", "behave as myself", "--log", str(log), *who]):
        assert main(command) == 1
        said = capsys.readouterr()
        assert "manifest.json" in said.err
        assert "Traceback" not in said.err


def test_what_a_message_shows_of_a_value_is_short_and_printable(log):
    forging.manifest(log, "meta.config.orchard.roles", "\x1b]0;owned\x07\u202e" * 1000)
    said = refusal(open_log, log)
    assert len(said) < 1000
    assert "\x1b" not in said
    assert "\u202e" not in said
