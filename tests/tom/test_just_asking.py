"""`tom just-ask`, from the command line to the document and the exit status."""

import json
from types import SimpleNamespace

import pytest

from analysis import just_ask
from analysis.just_ask import Experiment
from analysis.probes import control
from tests.tom.test_cli import failure
from tom.cli import main


def measured(value: float):
    def measure(trial):
        who = "nobody" if trial.mind is None else trial.mind.name
        rows = [{"contender": who, "kind": "mind", "success": [value, None, None]}]
        return {"rows": rows, "controls": [control("knows", "positive", value, value, value, 0.5)]}

    return measure


@pytest.fixture
def two(monkeypatch):
    """The only experiments there are: one that can tell, and one that cannot."""
    made = {
        name: Experiment(
            name,
            f"about {name}",
            lambda: SimpleNamespace(seeds=5),
            measured(value),
            ("contender",),
            ("success",),
            "success",
            "how often",
            [0.5],
        )
        for name, value in {"good": 1.0, "bad": 0.0}.items()
    }
    monkeypatch.setattr(just_ask, "experiments", lambda: made)


def test_without_a_mind_the_one_of_the_package_that_knows_wishes_is_asked(two, capsys):
    assert main(["just-ask", "good", "--json", "--seeds", "2"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["experiment"], document["seeds"]) == ("good", [0, 1])
    assert document["rows"][0] == {"contender": "mind", "kind": "mind", "success": [1.0, None, None]}


def test_what_was_measured_is_written_as_a_page_with_documents_and_pictures(two, tmp_path):
    assert main(["just-ask", "all", "--json", "--out", str(tmp_path)]) == 3
    names = {
        "experiments.html",
        "experiments.json",
        *(f"{n}.{e}" for n in ("good", "bad") for e in ("json", "png", "svg")),
    }
    assert {path.name for path in tmp_path.iterdir()} == names
    page = (tmp_path / "experiments.html").read_text()
    assert page.count("<img") == 2
    assert "about good" in page
    assert "consciousness" not in page  # which is said of probes
    assert json.loads((tmp_path / "good.json").read_text())["rows"][0]["success"][0] == 1.0


def test_of_all_there_are_documents_and_a_control_on_the_wrong_side_is_status_3(two, capsys):
    assert main(["just-ask", "all", "--json"]) == 3
    said = capsys.readouterr()
    assert [one["experiment"] for one in json.loads(said.out)["experiments"]] == ["good", "bad"]
    assert "bad: nothing follows about the mind" in said.err


def test_tables_show_rows_and_controls(two, capsys):
    assert main(["just-ask", "bad"]) == 3
    said = capsys.readouterr().out
    assert "about bad" in said
    assert "controls of bad" in said


def test_what_cannot_be_asked_is_a_message(two, trained, capsys):
    assert "there is no experiment 'ugly'" in failure(capsys, "just-ask", "ugly")
    assert "make wishes" in failure(capsys, "just-ask", "good", "--mind", trained)
