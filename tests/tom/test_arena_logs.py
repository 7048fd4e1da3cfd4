"""`tom run` and `tom verify` in somebody else's environment, from the command line to the document."""

import json
from pathlib import Path

import numpy as np
import pytest

from tom.cli import main, parse
from worlds import open_log
from worlds.arena.time_limit import PATIENCE

FIELD = "pettingzoo:tests.worlds.arena.toys:field"
LITTLE = ("--episodes", "3", "--steps", "8", "--random-linear", "4", "--random-mlp", "2")


def fading(observation: np.ndarray, mask: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A policy of one's own: mostly the first legal action."""
    chance = mask * 0.5 ** np.arange(len(mask))
    return chance / chance.sum()


def document(capsys, *arguments) -> dict:
    """Runs a command with --json; its stdout is one document."""
    status = main([*map(str, arguments), "--json"])
    captured = capsys.readouterr()
    assert status == 0, captured.err
    return json.loads(captured.out)


def failure(capsys, *arguments) -> str:
    """Runs a command that fails; returns its message."""
    assert main([*map(str, arguments)]) == 1
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return captured.err


def test_a_run_is_recorded_resumed_and_verified(capsys, tmp_path):
    arguments = ("run", "--world", FIELD, "--out", tmp_path / "log", *LITTLE, "--visibility", "partial:0.5,2")
    assert main([*map(str, arguments)]) == 0
    shown = capsys.readouterr()
    assert "MiB" in shown.err
    assert "tom ask" in shown.err
    before = {path.name: path.read_bytes() for path in (tmp_path / "log").iterdir()}
    told = document(capsys, *arguments)
    assert (told["episodes"], told["written"], told["agent_steps"], told["dropped"]) == (3, 0, 3 * 8 * 4, [])
    assert {path.name: path.read_bytes() for path in (tmp_path / "log").iterdir()} == before
    verified = document(capsys, "verify", tmp_path / "log")
    assert (verified["replayed"], verified["held_out_weight"]) == (True, None)  # in eight steps nobody has a role
    assert open_log(tmp_path / "log").config["population"]["believed"] == "auto"


def test_every_setting_reaches_the_log(capsys, tmp_path):
    arguments = (
        "--world", FIELD, "--arguments", '{"agents": 5, "small": 2}', "--visibility", "radius:3", "--random-linear", 5,
        "--random-mlp", 3, "--no-scripted", "--policy", "tests.tom.test_arena_logs:fading", "--bank-seed", 4,
        "--types", "all", "--split", "test", "--seed", 6, "--steps", 5, "--episodes", 2,
    )  # fmt: skip
    document(capsys, "run", "--out", tmp_path / "log", *arguments)
    log = open_log(tmp_path / "log")
    arena, bank = log.config["arena"], log.config["bank"]
    assert arena["arguments"] == {"agents": 5, "small": 2}
    assert (arena["visibility"], arena["steps"], log.split, log.config["seed"]) == ("radius:3", 5, "test", 6)
    told = bank["random_linear"], bank["random_mlp"], bank["scripted"], bank["callables"], bank["seed"]
    assert told == (5, 3, False, ["tests.tom.test_arena_logs:fading"], 4)
    assert len(log[0].agents) == 5


def test_the_orchard_behind_its_pettingzoo_interface_is_an_environment_like_any_other(tmp_path, capsys):
    settings = ("--arguments", '{"map": "maze", "agents": 3}', "--steps", 4, "--episodes", 2)
    world = ("--world", "pettingzoo:funhouse/orchard-v0")
    document(capsys, "run", "--out", tmp_path / "log", *world, *settings)
    assert document(capsys, "verify", tmp_path / "log")["verified"] is True
    log = open_log(tmp_path / "log")
    assert [form.shape for form in log[0].forms] == [(7, 7)]
    assert log.config["arena"]["environment"] == "funhouse/orchard-v0"


def test_matches_have_64_moves_where_nothing_else_is_said():
    assert parse(["run", "--out", "x", "--world", FIELD]).settings().arena.steps == 64


def test_a_dropped_match_is_told_on_stderr(capsys, tmp_path):
    fault = ("--arguments", '{"fault": "raise", "length": 200}', "--seed", "5")
    arguments = ["run", "--world", FIELD, "--out", str(tmp_path / "log"), *LITTLE, *fault, "--json"]
    assert main(arguments) == 0
    shown = capsys.readouterr()
    dropped = json.loads(shown.out)["dropped"]
    assert dropped
    assert all(str(one["seed"]) in shown.err for one in dropped)
    assert "flooded" in shown.err


@pytest.mark.parametrize("fault", ["hang", "sleep"])
def test_a_match_that_hangs_is_dropped_and_told_with_its_seed_and_the_rest_is_whole(capsys, tmp_path, fault):
    hung = ("--arguments", f'{{"fault": "{fault}", "length": 200}}', "--seed", "5", "--patience", "0.3")
    arguments = ["run", "--world", FIELD, "--out", str(tmp_path / "log"), *LITTLE, *hung, "--json"]
    assert main(arguments) == 0
    shown = capsys.readouterr()
    dropped = json.loads(shown.out)["dropped"]
    assert dropped
    assert all(str(one["seed"]) in shown.err for one in dropped)
    assert "never ends" in shown.err
    assert document(capsys, "verify", tmp_path / "log", "--patience", "0.3")["replayed"] is True
    sound = ("--arguments", '{"length": 200}', "--seed", "5")
    document(capsys, "run", "--world", FIELD, "--out", tmp_path / "sound", *LITTLE, *sound)
    pairs = zip(open_log(tmp_path / "log"), open_log(tmp_path / "sound"), strict=True)
    kept = [(one.seed, one.action, same.action) for one, same in pairs if not one.dropped]
    assert len(kept) == 3 - len({one["episode"] for one in dropped}) > 0
    assert all(np.array_equal(had, same) for _, had, same in kept)


def test_without_patience_nothing_runs(capsys, tmp_path):
    message = failure(capsys, "run", "--world", FIELD, "--out", tmp_path / "log", *LITTLE, "--patience", "0")
    assert "patience = 0" in message
    assert parse(["run", "--out", "x", "--world", FIELD]).patience == PATIENCE


def test_an_environment_with_chance_of_its_own_verifies_and_it_is_said(capsys, tmp_path):
    chance = ("--arguments", '{"fault": "dice"}')
    document(capsys, "run", "--world", FIELD, "--out", tmp_path / "log", *LITTLE, *chance)
    assert main(["verify", str(tmp_path / "log")]) == 3
    assert "does not keep to its seed" in capsys.readouterr().err


def test_damage_is_named(capsys, tmp_path):
    document(capsys, "run", "--world", FIELD, "--out", tmp_path / "log", *LITTLE)
    victim = tmp_path / "log" / "observations-00000.parquet"
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(content)
    assert victim.name in failure(capsys, "verify", tmp_path / "log")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--world", "mars"), ["mars", "orchard", "pettingzoo"]),
        (("--world", "pettingzoo:no_such_thing_v0"), ["no_such_thing_v0"]),
        (("--world", FIELD, "--agents", "5"), ["--agents", "says nothing"]),
        (("--visibility", "radius:3"), ["--visibility", "orchard"]),
        (("--world", FIELD, "--visibility", "sometimes"), ["sometimes", "radius"]),
        (("--world", FIELD, "--arguments", "[1]"), ["[1]", "JSON"]),
        (("--world", FIELD, "--policy", "nobody:nothing"), ["nobody"]),
        (("--world", FIELD, "--random-linear", "-1"), ["random_linear"]),
        (("--world", FIELD, "--steps", "0"), ["steps"]),
        (("--world", "pettingzoo:mpe2.simple_tag_v3", "--arguments", '{"continuous_actions": true}'), ["not discrete"]),
    ],
    ids=["world", "module", "orchard's", "arena's", "rule", "arguments", "policy", "bank", "steps", "continuous"],
)
def test_what_makes_no_run_is_refused(capsys, tmp_path: Path, arguments, words):
    message = failure(capsys, "run", "--out", tmp_path / "log", *arguments)
    assert all(word in message for word in words), message
    assert not (tmp_path / "log").exists()
