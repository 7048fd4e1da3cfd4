"""The commands, from the command line to the document, on little logs and a mind that is barely trained."""

import dataclasses
import json
import math
import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from agents.orchard.presets import DEFAULT, PRESETS
from agents.orchard.run import RunConfig
from agents.population import PopulationConfig
from analysis import Sampling, examine
from analysis.questions import sampling
from tom.cli import main, parse
from tom.commands.running import Run
from tom.commands.training import Train
from tom.training.settings import TrainConfig
from worlds import ACTIONS, Episode, FunhouseError, OrchardConfig, open_log

FIXED = {"warmup", "cooldown", "describe"}  # settings of the training that the command line leaves alone
Capture = pytest.CaptureFixture[str]


def document(capsys: Capture, *arguments: str | Path) -> dict:
    """Runs a command with --json; its stdout is one document."""
    status = main([*map(str, arguments), "--json"])
    captured = capsys.readouterr()
    assert status == 0, captured.err
    return json.loads(captured.out)


def failure(capsys: Capture, *arguments: str | Path) -> str:
    """Runs a command that fails; returns its message."""
    assert main([*map(str, arguments)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    return captured.err


@pytest.fixture
def episode(logs: dict[str, Path]) -> Episode:
    return open_log(logs["test"])[0]


@pytest.fixture
def place(logs: dict[str, Path], episode: Episode) -> tuple[str, ...]:
    """Where the questions of these tests are asked."""
    return ("--log", str(logs["test"]), "--episode", "0", "--agent", episode.names[0], "--step", "20")


NEAR_FAR = ("run", "--out", "x", "--preset", "near-far")
APART: dict[tuple[str, ...], bool] = {
    (): True, ("--no-apart",): False, NEAR_FAR[3:]: False, (*NEAR_FAR[3:], "--apart"): True,
}  # fmt: skip


def test_without_a_preset_the_default_world_is_run_whole():
    command = parse(["run", "--out", "somewhere"])
    assert isinstance(command, Run)
    assert command.settings() == RunConfig(*PRESETS[DEFAULT])
    assert get_args(get_type_hints(Run)["preset"]) == tuple(PRESETS)


def test_the_first_default_world_is_the_plain_settings():
    assert parse(NEAR_FAR).settings() == RunConfig()


def test_the_defaults_of_train_are_those_of_the_training():
    command = parse(["train", "somewhere", "--out", "elsewhere", "--train-steps", "1"])
    assert isinstance(command, Train)
    assert TrainConfig(**command.settings()) == TrainConfig(train_steps=1)
    assert set(command.settings()) == {field.name for field in dataclasses.fields(TrainConfig)} - FIXED


def test_a_role_lasts_as_long_as_is_said():
    assert parse([*NEAR_FAR, "--switch", "40"]).settings().population == PopulationConfig(switch=40)
    assert parse(["run", "--out", "x", "--switch", "40"]).settings().population.switch == 40
    with pytest.raises(FunhouseError, match="switch = 0"):
        parse(["run", "--out", "x", "--switch", "0"]).settings()


def test_every_setting_of_the_orchard_can_be_given(tmp_path):
    (tmp_path / "map.txt").write_text("." * 9 + "\n" + "." * 9 + "\n" + "." * 9 + "\n")
    flags = {
        "height": 3, "width": 9, "map": str(tmp_path / "map.txt"), "kinds": 2, "fruits": 3, "agents": 4,
        "steps": 5, "near": 1, "far": 4, "roles": "hidden", "marks": 0.2,
        "moves": 4, "slip": 0.0, "luck": 0.0,
    }  # fmt: skip
    spelled = [word for name, value in flags.items() for word in (f"--{name}", str(value))]
    orchard = parse([*NEAR_FAR, "--mirrors", "--apart", "--no-regrow", "--no-compass", *spelled]).settings().orchard
    drawn = (tmp_path / "map.txt").read_text().strip()
    switched = {"mirrors": True, "apart": True, "regrow": False, "compass": False}
    expected = {**flags, "map": drawn, **switched, "sights": (flags.pop("near"), flags.pop("far"))}
    assert {name: expected[name] for name in vars(orchard)} == vars(orchard)
    assert {field.name for field in dataclasses.fields(OrchardConfig)} <= set(expected)


def test_maps_are_apart_as_the_preset_has_it_until_a_flag_says_otherwise():
    given = {words: parse(["run", "--out", "x", *words]).settings().orchard.apart for words in APART}
    assert given == APART


def test_a_preset_is_a_world_of_other_traits_of_which_single_settings_are_replaced():
    run = parse(["run", "--out", "x", "--preset", "blind", "--kinds", "3", "--far", "9"]).settings()
    assert run.policy.traits == ("taste", "blindness", "manner")
    assert (run.orchard.kinds, run.orchard.moves, run.orchard.sights, run.orchard.map) == (3, 8, (2, 9), "open")


def test_traits_replace_those_of_the_preset_in_the_order_of_types_and_leave_its_other_settings():
    blind = parse(["run", "--out", "x", "--preset", "blind"]).settings()
    run = parse(["run", "--out", "x", "--preset", "blind", "--traits", "sight, blindness,taste"]).settings()
    assert run.policy.traits == ("taste", "sight", "blindness")
    assert run == dataclasses.replace(blind, policy=dataclasses.replace(blind.policy, traits=run.policy.traits))
    assert parse([*NEAR_FAR, "--traits", "temper,memory,sight,taste"]).settings() == RunConfig()


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--traits", "taste,colour"], "there is no trait 'colour'.*blindness, memory, temper, manner"),
        (["--traits", "sight"], "without taste.*taste,sight"),
        (["--traits", "taste,sight,sight"], "sight is named twice"),
        (["--traits", "taste,feeling"], "where there are marks"),
        (
            ["--preset", "near-far", "--traits", "taste,manner"],
            "every type with the taste red>blue>green would be held out",
        ),
        (["--traits", "taste,blindness", "--near", "1"], "--near says nothing: the agents have taste, blindness"),
        (["--preset", "blind", "--near", "1"], "--near says nothing"),
    ],
)
def test_traits_that_make_no_world_are_refused_with_what_there_is(options, what):
    with pytest.raises(FunhouseError) as caught:
        parse(["run", "--out", "x", *options]).settings()
    assert re.search(what, str(caught.value), re.DOTALL)


def test_a_preset_for_testing_makes_no_other_split(capsys, tmp_path):
    asked = ("run", "--out", tmp_path / "log", "--preset", "blind-rooms", "--episodes", 2, "--steps", 4)
    for split in ("train", "validation"):
        assert "blind-rooms is for testing only" in failure(capsys, *asked, "--split", split)
    assert document(capsys, *asked, "--split", "test")["episodes"] == 2


def test_run_resumes_and_verify_proves(capsys, logs, tmp_path):
    arguments = ("run", "--out", tmp_path / "log", "--episodes", "3", "--steps", "8", "--agents", "3")
    assert document(capsys, *arguments)["episodes"] == 3
    before = {path.name: path.read_bytes() for path in (tmp_path / "log").iterdir()}
    assert document(capsys, *arguments)["episodes"] == 3
    assert {path.name: path.read_bytes() for path in (tmp_path / "log").iterdir()} == before
    assert document(capsys, "verify", tmp_path / "log")["episodes"] == 3


def test_verify_names_the_damaged_file(capsys, tmp_path):
    document(capsys, *NEAR_FAR[:2], tmp_path / "log", *NEAR_FAR[3:], "--episodes", 2, "--steps", 4, "--agents", 2)
    victim = max((tmp_path / "log").glob("*.parquet"), key=lambda path: path.stat().st_size)
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(content)
    assert victim.name in failure(capsys, "verify", tmp_path / "log")


def test_ask_puts_the_truth_and_the_shortcuts_beside_the_mind(capsys, trained, place, episode):
    prompt = f"behave as {episode.names[1]} pretending to be me"
    answer = document(capsys, "ask", prompt, *place, "--mind", trained, "--exact")
    assert (answer["prompt"], answer["stance"], answer["depth"]) == (prompt, "behave", 2)
    assert answer["chain"] == [episode.names[1], episode.names[0]]
    assert {"ignorant", "myself"} <= set(answer["shortcuts"])
    for distribution in (answer["probabilities"], answer["exact"], *answer["shortcuts"].values()):
        assert tuple(distribution) == ACTIONS
        assert math.isclose(sum(distribution.values()), 1, abs_tol=1e-3)


def test_an_exact_answer_opens_the_log_once_and_draws_the_questions_of_each_training_episode_once(
    trained, place, monkeypatch, tmp_path
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    opened, drawn = [], []
    monkeypatch.setattr("worlds.open_log", lambda path: opened.append(path) or open_log(path))
    made = sampling.Draw.__init__
    monkeypatch.setattr(sampling.Draw, "__init__", lambda self, *of: drawn.append(of[0].index) or made(self, *of))
    parse(["ask", "behave as myself", *map(str, place), "--mind", str(trained), "--exact"]).work()
    assert len(opened) == 1
    assert len(drawn) == len(set(drawn)) > 0


def test_without_exact_the_truth_is_null(capsys, trained, place):
    answer = document(capsys, "ask", "behave as myself", *place, "--mind", trained)
    assert answer["exact"] is None
    assert answer["shortcuts"] is None


def test_a_person_reads_a_table(capsys, trained, place, episode):
    prompt = f"behave as {episode.names[1]}"
    assert main(["ask", prompt, *place, "--mind", str(trained), "--exact"]) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in (*ACTIONS, "the mind", "the truth", "ignorant", prompt))


def test_describe_gives_a_distribution_over_each_trait(capsys, trained, place, episode):
    said = document(capsys, "describe", *place, "--who", episode.names[1], "--mind", trained, "--exact")
    for side in ("traits", "exact"):
        assert set(said[side]) == {"taste", "sight", "memory", "temper"}
        assert all(math.isclose(sum(odds.values()), 1, abs_tol=1e-3) for odds in said[side].values())
    assert main(["describe", *place, "--who", episode.names[1], "--mind", str(trained)]) == 0
    assert "near" in capsys.readouterr().out


def test_score_prints_the_stated_rows(capsys, trained, logs):
    table = document(capsys, "score", trained, "--log", logs["test"])
    keys = {
        "stance", "depth", "contender", "questions", "kept", "excess_nats", "skill", "skill_low",
        "skill_high", "unfiltered_skill", "top1", "total_variation",
    }  # fmt: skip
    assert all(keys <= set(row) for row in table["rows"])
    exchanged = {"mind, first name exchanged", "mind, descriptions exchanged"}
    assert {"mind", "ignorant", "base rate", *exchanged} <= {row["contender"] for row in table["rows"]}
    assert parse(["score", "--log", "LOG", "--description-share", "0.5"]).sampling().description_share == 0.5


def test_controls_are_asked_only_where_the_table_shows_them(trained, logs, monkeypatch):
    asked = []
    monkeypatch.setattr("analysis.score", lambda *_, controls, **__: {"rows": asked.append(len(controls)) or []})
    monkeypatch.setattr("analysis.score_descriptions", lambda *_, **__: {})
    for more in ((), ("--all",), ("--json",)):
        parse(["score", str(trained), "--log", str(logs["test"]), *more]).work()
    assert asked == [0, 6, 6]


def test_the_shortcuts_are_fitted_on_a_training_log_that_is_named(capsys, trained, logs, monkeypatch):
    monkeypatch.setattr("analysis.scores.fidelity.training_episodes", None)  # none need be made then
    few = ("--log", logs["test"], "--questions", "16", "--train-log", logs["train"])
    table = document(capsys, "score", trained, *few)
    fitted = examine(open_log(logs["test"]), [], open_log(logs["train"]), sampling=Sampling(questions=16))
    expected = {(row["stance"], row["depth"]): row["best_shortcut"] for row in fitted.report()["rows"]}
    assert {(row["stance"], row["depth"]): row["best_shortcut"] for row in table["rows"]} == expected


def test_a_log_of_another_split_or_world_is_not_fitted_on(capsys, trained, logs, tmp_path):
    asked = ("--log", logs["test"], "--train-log")
    assert "validation" in failure(capsys, "score", trained, *asked, logs["validation"])
    settings = ("--preset", "near-far", "--map", "open", "--episodes", 1, "--steps", 8, "--agents", 3)
    document(capsys, "run", "--out", tmp_path / "open", *settings)
    out = "--out", tmp_path / "graphs"
    assert "'orchard'" in failure(capsys, "graph", trained, *asked, tmp_path / "open", *out)
    assert not (tmp_path / "graphs").exists()


def test_of_a_world_that_no_mind_knows_its_traits_are_said_and_what_can_be_asked(capsys, monkeypatch, tmp_path):
    log = tmp_path / "log"
    little = ("--preset", "near-far", "--episodes", 2, "--steps", 8, "--agents", 3)
    document(capsys, "run", "--out", log, *little, "--kinds", 2, "--split", "test")
    said = failure(capsys, "graph", "--log", log, "--out", tmp_path / "out")
    assert said.count("no mind") == said.count("with taste, sight, memory, temper") == 1
    assert "tom ask --exact, tom score --needs" in said
    monkeypatch.setattr("analysis.score", lambda *_, **__: {"rows": []})
    monkeypatch.setattr("analysis.score_descriptions", lambda *_, **__: {})
    parse(["score", "--log", str(log)]).work()
    said = capsys.readouterr().err
    assert "with taste, sight, memory, temper" in said
    assert "the exact contenders stand alone" in said


def test_graph_draws_what_it_says(capsys, trained, logs, tmp_path):
    drawn = document(capsys, "graph", trained, "--log", logs["test"], "--out", tmp_path / "graphs")
    files = [Path(name) for name in drawn["files"]]
    assert {file.suffix for file in files} >= {".png", ".svg", ".graphml"}
    assert all(file.stat().st_size > 0 for file in files)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"--agent": "Nobody"}, ["Nobody", "episode 0"]),
        ({"--step": "999"}, ["999", "23"]),
        ({"--episode": "999"}, ["999", "7"]),
        ({"--log": "nowhere"}, ["nowhere"]),
        ({"--mind": "nowhere"}, ["nowhere"]),
        ({"prompt": "behave like as myself"}, ["^"]),
        ({"prompt": "behave as Nobody"}, ["Nobody"]),
        ({"prompt": "behave as me" + " pretending to be me" * 7}, ["6"]),
        ({"prompt": "behave as " + "myself " * 80}, ["400"]),
    ],
    ids=["agent", "step", "episode", "log", "mind", "grammar", "name", "depth", "length"],
)
def test_a_question_that_cannot_be_asked(capsys, trained, place, change, words):
    settings = {**dict(zip(place[::2], place[1::2], strict=True)), "--mind": str(trained), **change}
    prompt = settings.pop("prompt", "behave as myself")
    message = failure(capsys, "ask", prompt, *[word for pair in settings.items() for word in pair])
    assert all(word in message for word in words), message


def test_logs_of_different_splits_are_disjoint_and_a_log_clashes_with_itself(capsys, logs):
    told = document(capsys, "verify", *logs.values())
    assert told["disjoint"] is True
    assert told["drawn_by_hand"] == []
    assert told["map_distance"] > 0
    assert "seed" in failure(capsys, "verify", logs["train"], logs["train"])


def test_that_logs_share_no_map_is_not_said_of_maps_that_the_user_drew(capsys, logs, tmp_path):
    (tmp_path / "map.txt").write_text("........\n" * 5)
    little = ("--preset", "near-far", "--episodes", 1, "--steps", 4, "--agents", 2, "--map", tmp_path / "map.txt")
    for split in ("train", "test"):
        document(capsys, "run", "--out", tmp_path / split, "--split", split, *little)
    assert main(["verify", str(tmp_path / "train"), str(tmp_path / "test")]) == 0
    said = capsys.readouterr().err
    assert f"but for maps drawn by hand, which may be shared: {tmp_path / 'train'}, {tmp_path / 'test'}" in said
    assert main(["verify", *map(str, logs.values())]) == 0
    assert "drawn by hand" not in capsys.readouterr().err


def test_a_mind_is_not_scored_on_what_it_was_trained_on(capsys, trained, logs, tmp_path):
    again = ("--log", logs["train"], "--seed", "3")
    assert "trained on" in failure(capsys, "score", trained, *again)
    assert "trained on" in failure(capsys, "graph", trained, *again, "--out", tmp_path / "graphs")
    assert not (tmp_path / "graphs").exists()


def test_settings_that_make_no_world(capsys, tmp_path):
    message = failure(capsys, "run", "--out", tmp_path / "log", "--agents", "0")
    assert "agents = 0" in message
    assert not (tmp_path / "log").exists()


def test_training_needs_a_log(capsys, tmp_path):
    assert "no log" in failure(capsys, "train", "--out", tmp_path / "run")
