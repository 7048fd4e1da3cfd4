"""Compiled kernels are cached where the user may write, also when two processes compile them at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLAY = """
from agents.rollout import RunConfig, play
from worlds import OrchardConfig
print(play(RunConfig(OrchardConfig(agents=3, steps=12)), 0).action.tobytes().hex())
"""


def start(home: Path) -> subprocess.Popen:
    """A process that plays an episode, its kernels cached under `home`."""
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    environment |= {"XDG_CACHE_HOME": str(home), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", PLAY], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.mark.slow
def test_two_processes_compile_at_once_and_a_third_finds_the_kernels(tmp_path):
    both = [process.communicate() for process in [start(tmp_path), start(tmp_path)]]
    kernels = list((tmp_path / "funhouse" / "kernels").rglob("*.nbc"))
    times = {kernel: kernel.stat().st_mtime_ns for kernel in kernels}
    third = start(tmp_path).communicate()
    assert kernels
    assert {out for out, _ in [*both, third]} == {both[0][0]} != {""}, [error for _, error in both]
    assert {kernel: kernel.stat().st_mtime_ns for kernel in kernels} == times
