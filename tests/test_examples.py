"""The examples run from their first line to their last, and print what they promise."""

import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
PRINTED = {
    "a_new_trait": ("verified: True", "knows of its vigour", "behave as an agent that takes its time"),
    "ask": ("behave as myself", "pretending to be me", "the truth"),
    "corridor": ("verified: True", "agent that seeks the", "behave as an agent that seeks the sun"),
    "score_a_function": ("answers are as they must be", "frequencies", "behave 1", "loses to the best shortcut"),
    "a_new_probe": ("learned from watching", "reasoner", "every control is on its side"),
    "score_a_file": ("from a file", "predict 2"),
}


def test_every_example_is_run_here():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(PRINTED)


@pytest.mark.parametrize("name", PRINTED)
def test_the_example_runs_to_its_end(name, capsys):
    runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
    printed = capsys.readouterr().out
    assert [words for words in PRINTED[name] if words not in printed] == []
