"""Every benchmark ends with one line of JSON that a program can read."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BENCHMARKS = ("world_steps", "parallel_env", "population", "ask", "wishes", "train_step", "players")


@pytest.mark.slow
@pytest.mark.parametrize("name", BENCHMARKS)
def test_the_last_line_is_a_figure_and_its_peers(name):
    done = subprocess.run(
        [sys.executable, f"benchmarks/{name}.py", "--json"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True, capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert set(told) == {"per_second", "unit", "peers"}
    assert told["per_second"] > 0
    assert all(rate > 0 for rate in told["peers"].values())
