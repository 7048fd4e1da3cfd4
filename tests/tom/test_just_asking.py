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
        rows = [{"contender": who, "success": [value, None, None]}]
        return {"rows": rows, "controls": [control("knows", "positive", value, value, value, 0.5)]}

    return measure


@pytest.fixture
def two(monkeypatch):
    """The only experiments there are: one that can tell, and one that cannot."""
    made = {
        name: Experiment(
            name, f"about {name}", lambda: SimpleNamespace(seeds=5), measured(value), ("contender",), ("success",)
        )
        for name, value in {"good": 1.0, "bad": 0.0}.items()
    }
    monkeypatch.setattr(just_ask, "experiments", lambda: made)


def test_without_a_mind_it_says_that_none_ships_and_what_helps(two, capsys):
    assert main(["just-ask", "good", "--json", "--seeds", "2"]) == 0
    said = capsys.readouterr()
    assert "ships yet" in said.err
    assert "make wishes" in said.err
    document = json.loads(said.out)
    assert (document["experiment"], document["seeds"]) == ("good", [0, 1])
    assert document["rows"] == [{"contender": "nobody", "success": [1.0, None, None]}]


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
