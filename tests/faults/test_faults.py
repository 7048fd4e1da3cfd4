"""A sample of the faults of `make faults`: nothing is silent, executed, lost or hung, and nothing shows a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.child import Ended
from tests.faults.trial import EXECUTED, HANG, TRACEBACK, Trial, proper

ROOT = Path(__file__).parents[2]


def test_a_sample_of_faults_comes_to_what_is_right():
    command = [sys.executable, "-m", "tests.faults", "--seed", "11", "--count", "80", "--few"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all 80" in done.stdout


@pytest.mark.parametrize(
    ("ended", "wrong"),
    [
        (Ended(0, "{}", "", False), None),
        (Ended(1, "", "error: what\n  remedy: this", False), None),
        (Ended(1, "", "Traceback (most recent call last):", False), TRACEBACK),
        (Ended(-11, "", "", False), TRACEBACK),
        (Ended(-9, "", "", True), HANG),
    ],
)
def test_how_a_command_ended_is_judged(tmp_path, ended, wrong):
    assert Trial(0, 0, tmp_path, {}).fail(ended) == wrong


def test_code_that_was_run_is_noticed(tmp_path):
    trial = Trial(0, 0, tmp_path, {})
    subprocess.run([sys.executable, "faultmarker.py"], cwd=trial.home, check=True)
    assert trial.fail(Ended(0, "{}", "", False)) == EXECUTED


@pytest.mark.parametrize("chance", [None, float("nan"), 0.7])
def test_an_answer_that_is_no_distribution_is_noticed(chance):
    assert proper({"probabilities": {"stay": 0.5, "north": 0.5}})
    assert not proper({"probabilities": {"stay": 0.5, "north": chance}})
