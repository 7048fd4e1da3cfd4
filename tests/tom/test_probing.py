"""`tom probe`, from the command line to the document, the page and the pictures."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import tom
from agents.orchard.rollout import play
from analysis.figures.picture import canvas
from analysis.probes import Probe, control
from analysis.probes import probes as registered
from analysis.probes.false_belief import design as fruits
from analysis.probes.lens import design as cells
from analysis.probes.orchard import until
from tests.tom.test_cli import failure
from tom.cli import main
from worlds.signed import read_signed


def document(capsys, *arguments) -> dict:
    """What a probe prints with --json; one of few episodes need not be sound."""
    status = main([*map(str, arguments), "--json"])
    captured = capsys.readouterr()
    assert status in (0, 3), captured.err
    assert ("nothing follows about the mind" in captured.err) == (status == 3)
    return json.loads(captured.out)


def measured(trial):
    """A probe that passes, and tells who was probed."""
    assert len(trial.subject.blanked) > 2
    assert trial.subject.players is not None
    trial.progress(1, 1)
    return {
        "rows": [{"contender": trial.mind.name, "seeds": trial.settings.seeds}],
        "controls": [control("one", "positive", 1.0, 0.9, 1.0, 0.5)],
        "figures": [{"name": "gain", "value": 0.7, "low": None, "high": None, "goal": 0.5, "reached": True}],
    }


@pytest.fixture
def little(monkeypatch) -> Probe:
    """The only probe there is."""
    probe = Probe(
        "little", "what a test measures", lambda: SimpleNamespace(seeds=5), measured,
        lambda _: {"little": canvas("it works")[0]}, lambda _: [],
    )  # fmt: skip
    monkeypatch.setattr("analysis.probes.probes", lambda: {"little": probe})
    return probe


def test_a_probe_prints_its_document(capsys, trained, little):
    said = document(capsys, "probe", "little", trained, "--seeds", 2)
    assert said["probe"] == "little"
    assert said["rows"] == [{"contender": "mind", "seeds": 2}]
    assert said["controls"][0]["passed"] is True


def test_all_of_them_make_one_page_and_its_documents(capsys, trained, little, tmp_path):
    out = tmp_path / "page"
    said = document(capsys, "probe", "all", trained, "--out", out)
    assert [one["probe"] for one in said["probes"]] == ["little"]
    written = {path.name for path in out.iterdir()}
    assert written == {"probes.html", "probes.json", "little.json", "little.png", "little.svg"}
    assert read_signed(out / "probes.json", remedy="") == said
    page = (out / "probes.html").read_text()
    assert "data:image/svg+xml" in page
    assert "<script" not in page
    assert "what a test measures" in page


def test_all_of_them_are_written_to_a_folder_of_its_own(capsys, trained, little, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    document(capsys, "probe", "all", trained)
    assert Path("runs/probes/probes.html").exists()


def test_a_person_reads_the_controls(capsys, trained, little):
    assert main(["probe", "little", str(trained)]) == 0
    shown = capsys.readouterr().out
    assert "controls of little" in shown
    assert "what the mind came to" in shown


@pytest.mark.parametrize(("kind", "low"), [("positive", 0.4), ("negative", 0.9)])
def test_a_control_on_the_wrong_side_is_said_and_is_status_3(capsys, trained, little, monkeypatch, kind, low):
    def broken(trial):
        right = {"positive": 0.9, "negative": 0.1} | {kind: low}
        return measured(trial) | {"controls": [control(one, one, 0.7, at, 1.0, 0.5) for one, at in right.items()]}

    monkeypatch.setattr("analysis.probes.probes", lambda: {"little": replace(little, measure=broken)})
    for name in ("little", "all"):
        assert main(["probe", name, str(trained), "--json", "--out", str(trained / "probed")]) == 3
        said = " ".join(capsys.readouterr().err.split())
        assert f"little: nothing follows about the mind, for the {kind} control '{kind}'" in said
    assert main(["probe", "little", str(trained)]) == 3


def test_an_unknown_probe_is_a_message(capsys, trained):
    said = failure(capsys, "probe", "strangr", trained)
    assert "there is no probe 'strangr'" in said
    assert all(name in said for name in registered())


@pytest.mark.slow
def test_the_stranger_is_probed(capsys, trained, tmp_path):
    settings = ("--seeds", 1, "--episodes", 2, "--split", "validation", "--out", tmp_path)
    said = document(capsys, "probe", "stranger", trained, *settings)
    assert {"held-out", "astar", "wall-follower", "random", "noisy", "hidden-roles"} == {
        row["stranger"] for row in said["rows"]
    }
    assert {row["observed"] for row in said["rows"]} == {0, 1, 2, 4, 8, 16, 32, 64}
    assert {one["name"] for one in said["controls"] if one["kind"] == "negative"} == {
        "mind, no history", "mind, no prompt", "mind, names shuffled", "A* planner",
    }  # fmt: skip
    assert (tmp_path / "stranger.svg").exists()


@pytest.mark.parametrize("name", ["funhouse", "self-report"])
def test_the_selves_are_probed(capsys, trained, tmp_path, name):
    settings = ("--seeds", 1, "--episodes", 2, "--split", "validation", "--out", tmp_path)
    said = document(capsys, "probe", name, trained, *settings)
    assert said["rows"]
    assert {one["kind"] for one in said["controls"]} >= {"positive", "negative"}
    assert (tmp_path / f"{name.replace('-', '_')}.svg").exists()


def test_a_probe_is_repeated_with_tastes_permuted(capsys, trained, little, monkeypatch):
    def asked(trial):
        return {"rows": [{"places": [one.places for one in (trial.mind, *trial.subject.blanked)]}], "controls": []}

    monkeypatch.setattr("analysis.probes.probes", lambda: {"little": replace(little, measure=asked)})
    assert set(document(capsys, "probe", "little", trained, "--permute", 2)["rows"][0]["places"]) == {2}


def test_what_neither_perceives_moves_no_mind_by_one_bit(trained):
    mind, design = tom.load(trained), cells.Design(cells=((cells.NEAR, 1), (cells.UNSEEN, 2)))
    scene = cells.Search(design.episode(cells.NEW, 0, 0, "validation"), design)
    put = scene.questions()[0]
    as_it_was = mind.answer(until(scene.episode, put.step), [put.question(scene.episode)])
    for spot in scene.spots(put):
        said = mind.answer(scene.changed(put, spot), [put.question(scene.episode)])
        assert np.array_equal(said, as_it_was) == (spot.cells == cells.UNSEEN)


def test_what_happens_where_the_asked_agent_does_not_look_moves_no_mind_by_one_bit(trained):
    mind, design = tom.load(trained), fruits.Design(cases=((fruits.AWAY, 1),))
    made = (play(design.run(0, "validation"), index) for index in range(8))
    found = [(episode, case) for episode in made for case in fruits.Search(episode, design).cases()]
    assert found
    for episode, case in found:
        said = [mind.answer(world, [case.question(episode)]) for world in fruits.worlds_of(episode, case)]
        assert np.array_equal(said[0], said[1])
        assert np.array_equal(said[0], said[2])


@pytest.mark.parametrize("name", ["false-belief", "lens"])
def test_beliefs_are_probed(capsys, trained, name, tmp_path):
    settings = ("--seeds", 1, "--episodes", 2, "--split", "validation", "--out", tmp_path)
    said = document(capsys, "probe", name, trained, *settings)
    assert {one["kind"] for one in said["controls"]} == {"positive", "negative", "baseline"}
    assert (tmp_path / f"{name.replace('-', '_')}.png").exists()


READOUTS = ("as the image", "what the image will do", "which one is you", "washing")


def test_the_mirror_is_probed(capsys, trained, tmp_path):
    settings = ("--seeds", 1, "--episodes", 2, "--split", "validation", "--out", tmp_path)
    said = document(capsys, "probe", "mirror", trained, *settings)
    assert {row["readout"] for row in said["rows"]} == {*READOUTS}
    negative = {one["name"] for one in said["controls"] if one["kind"] == "negative"}
    assert {"mind, own actions blanked: recognition", "A* planner: recognition", "A* planner: mark"} <= negative
    assert (tmp_path / "mirror.svg").exists()
    assert (tmp_path / "mirror_mark.svg").exists()
