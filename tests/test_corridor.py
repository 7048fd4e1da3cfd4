"""A world of one's own, examples/corridor.py: it is run, read, proven and asked by every command, and nothing forged
of it is believed."""

import json
import shutil
import sys

import pyarrow as pa
import pytest

import agents
from agents.plain import run_of
from agents.recording import record
from tests import forging
from tom.cli import main
from worlds import FunhouseError, open_log
from worlds.trust import trusting

CORRIDOR = "examples.corridor:Corridor"
TRUSTED = ("--trust", CORRIDOR)
SHORT = {"agents": 3, "steps": 12, "length": 5}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A log of two episodes."""
    place = tmp_path_factory.mktemp("corridor") / "log"
    with trusting(CORRIDOR):
        record(run_of(CORRIDOR, SHORT, split="test"), place, episodes=2)
    return place


@pytest.fixture
def log(made, tmp_path):
    """A copy of it, to be changed."""
    shutil.copytree(made, tmp_path / "log")
    return tmp_path / "log"


@pytest.fixture(autouse=True)
def untrusting(monkeypatch):
    monkeypatch.setenv("FUNHOUSE_TRUST", "")
    monkeypatch.setattr(sys, "path", [*sys.path])


def said(capsys, *arguments) -> tuple[int, dict, str]:
    """A command's exit status, its document, and what it told."""
    status = main([*map(str, arguments), "--json"])
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return status, json.loads(out) if out else {}, err


def test_it_is_run_by_its_name_alone_and_proven(tmp_path, capsys):
    arguments = json.dumps(SHORT)
    run = ("run", "--world", CORRIDOR, "--arguments", arguments, "--episodes", 2, "--split", "test")
    assert said(capsys, *run, "--out", tmp_path / "log")[0] == 0
    status, document, _ = said(capsys, "verify", tmp_path / "log", *TRUSTED)
    assert (status, document["verified"], document["agent_steps"]) == (0, True, 2 * 3 * 12)
    assert open_log(tmp_path / "log").config["population"]["believed"] == "auto"


def test_the_same_run_writes_the_same_bytes(made, tmp_path):
    with trusting(CORRIDOR):
        record(run_of(CORRIDOR, SHORT, split="test"), tmp_path / "again", episodes=2)
    assert all((tmp_path / "again" / file.name).read_bytes() == file.read_bytes() for file in made.glob("*.parquet"))


def test_a_log_is_read_without_its_code(made):
    episode = open_log(made)[1]
    assert episode.action_names == ("left", "stay", "right")
    assert episode.content.shape == (12, 5)
    with pytest.raises(FunhouseError, match=r"have not named: examples\.corridor"):
        agents.exact(episode, episode.names[0], 3, "behave as myself")


@pytest.mark.parametrize(
    "command",
    [
        ("verify",),
        ("ask", "behave as myself", "--exact", "--episode", "0", "--agent", "NAME", "--step", "3", "--log"),
        ("describe", "--exact", "--who", "NAME", "--episode", "0", "--agent", "NAME", "--step", "3", "--log"),
        ("score", "--log"),
    ],
)
def test_a_command_says_what_must_be_trusted(made, command, capsys):
    name = open_log(made)[0].names[0]
    status, _, err = said(capsys, *(name if word == "NAME" else word for word in command), made)
    assert status == 1
    assert f"--trust {CORRIDOR}" in err


def test_it_is_asked_and_described_exactly_without_a_mind(made, capsys):
    me, other, _ = open_log(made)[0].names
    asked = ("--log", made, "--episode", 0, "--agent", me, "--step", 9, *TRUSTED)
    status, document, _ = said(capsys, "ask", f"behave as {other} pretending to be me", "--exact", *asked)
    assert (status, document["probabilities"]) == (0, None)
    assert sum(document["exact"].values()) == pytest.approx(1)
    assert sum(document["shortcuts"]["ignorant"].values()) == pytest.approx(1)
    status, document, _ = said(capsys, "describe", "--who", other, "--exact", *asked)
    assert (status, document["traits"], [*document["exact"]]) == (0, None, ["goal", "sight"])
    status, _, err = said(capsys, "ask", "behave as myself", *asked)
    assert status == 1
    assert "no mind reads the world 'examples.corridor:Corridor'" in err


def test_a_mind_that_is_named_does_not_read_it(made, capsys):
    name = open_log(made)[0].names[0]
    asked = ("--log", made, "--episode", 0, "--agent", name, "--step", 9, "--mind", "reference", *TRUSTED)
    status, _, err = said(capsys, "ask", "behave as myself", *asked)
    assert status == 1
    assert "no mind reads the world" in err


def test_no_mind_is_trained_on_it(tmp_path, capsys):
    run = ("run", "--world", CORRIDOR, "--arguments", json.dumps(SHORT), "--episodes", 1, "--out", tmp_path / "log")
    assert said(capsys, *run)[0] == 0
    train = ("train", tmp_path / "log", "--out", tmp_path / "run", "--train-steps", 1, *TRUSTED)
    status, _, err = said(capsys, *train)
    assert status == 1
    assert "no mind reads the world" in err


def test_the_exact_contenders_are_scored_alone(made, tmp_path, capsys):
    with trusting(CORRIDOR):
        record(run_of(CORRIDOR, SHORT), tmp_path / "train", episodes=2)
    score = ("score", "--log", made, "--questions", 8, "--train-log", tmp_path / "train", *TRUSTED)
    status, document, err = said(capsys, *score)
    assert status == 0
    assert "the exact contenders stand alone" in err
    assert {row["kind"] for row in document["rows"]} == {"oracle", "shortcut", "partial"}


REFUSED = {
    "an action that there is not": ("steps", "action", 3),
    "a place that there is not": ("steps", "place", 5),
    "a reward that is no number": ("steps", "reward", float("nan")),
    "a role of somebody who is not there": ("steps", "role", ["Nobody"]),
    "a content that there is not": ("scenes", "content", 3),
    "a content below nothing": ("scenes", "content", -1),
    "a place out of order": ("scenes", "place", 2),
    "a step out of order": ("scenes", "step", 2),
}


@pytest.mark.parametrize("forgery", REFUSED)
def test_a_value_that_no_run_wrote_is_refused_when_read(log, forgery):
    table, column, value = REFUSED[forgery]
    forging.table(log, f"{table}-00000.parquet", forging.column(column, lambda rows: [value, *rows[1:]]))
    with pytest.raises(FunhouseError, match=column):
        open_log(log)[0]


def test_a_scene_that_lacks_a_place_is_refused(log):
    forging.table(log, "scenes-00000.parquet", lambda rows: rows.slice(1))
    with pytest.raises(FunhouseError, match="rows"):
        open_log(log)[0]


def test_episodes_longer_and_shorter_than_the_settings_say_are_refused_where_all_rows_are_there(log):
    def one_step_more(rows):
        agents = rows["agent"].to_pylist()
        long = (
            agents.index(0, len(agents) // 2) + max(agents) + 1
        )  # the first step of the last episode, now the other's
        short = len(agents) - long
        episode = [rows["episode"][0].as_py()] * long + [rows["episode"][-1].as_py()] * short
        step = [i // (max(agents) + 1) for many in (long, short) for i in range(many)]
        for name, values in (("episode", episode), ("step", step)):
            rows = forging.column(name, lambda _, values=values: values)(rows)
        return rows

    forging.table(log, "steps-00000.parquet", one_step_more)
    with pytest.raises(FunhouseError, match="column step is not each step of each episode"):
        open_log(log)[0]


UNTRUE = {
    "reward": ("steps", "reward", lambda rows: [rows[0] + 1, *rows[1:]]),
    "action": ("steps", "action", lambda rows: [(rows[0] + 1) % 3, *rows[1:]]),
    "place": ("steps", "place", lambda rows: [(rows[0] + 1) % 5, *rows[1:]]),
    "content": ("scenes", "content", lambda rows: [*rows[1:], rows[0]]),
    "seed": ("episodes", "seed", lambda rows: [7, *rows[1:]]),
    "goal": ("agents", "goal", lambda rows: [{"sun": "shade", "shade": "sun"}[rows[0]], *rows[1:]]),
}


@pytest.mark.parametrize("what", UNTRUE)
def test_a_log_that_its_seed_does_not_make_is_not_proven(log, what, capsys):
    table, column, change = UNTRUE[what]
    forging.table(log, f"{table}-00000.parquet", forging.column(column, change))
    status, _, err = said(capsys, "verify", log, *TRUSTED)
    assert status == 1
    assert f"does not replay: {column} is" in err


SETTINGS = {
    "no class": ("meta.config.plain.world", "examples.corridor"),
    "another name": ("meta.world", "examples.corridor:Goal"),
    "no arguments": ("meta.config.plain.arguments", "[]"),
    "no agents": ("meta.config.plain.agents", 0),
    "places without end": ("meta.config.plain.places", 10**9),
    "no actions": ("meta.config.plain.actions", []),
    "two worlds": ("meta.config.orchard", {}),
    "a part missing": ("meta.config.plain.steps", forging.ABSENT),
}


@pytest.mark.parametrize("forgery", SETTINGS)
def test_settings_that_make_no_world_are_refused(log, forgery):
    forging.manifest(log, *SETTINGS[forgery])
    with pytest.raises(FunhouseError, match=r"manifest\.json"):
        open_log(log)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("arguments", {**SHORT, "length": 4}, "places"),
        ("arguments", {"depth": 4}, "depth"),
        ("actions", list("abc"), "actions"),
    ],
)
def test_settings_that_are_not_those_of_the_world_are_refused(log, field, value, told, capsys):
    forging.manifest(log, f"meta.config.plain.{field}", value)
    status, _, err = said(capsys, "verify", log, *TRUSTED)
    assert status == 1
    assert told in err


def test_a_trait_of_the_log_that_the_world_has_not_is_refused(log, capsys):
    def renamed(rows: pa.Table) -> pa.Table:
        return rows.rename_columns(["whim" if name == "goal" else name for name in rows.column_names])

    forging.table(log, "agents-00000.parquet", renamed)
    me = open_log(log)[0].names[0]
    asked = ("--log", log, "--episode", 0, "--agent", me, "--step", 3, *TRUSTED)
    status, _, err = said(capsys, "ask", "behave as myself", "--exact", *asked)
    assert status == 1
    assert "none of the 4 types" in err
