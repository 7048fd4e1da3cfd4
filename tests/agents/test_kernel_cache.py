"""Compiled kernels are cached where the user may write, if anywhere, and never read where they are damaged."""

import errno
import os
import shutil
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from worlds import kernel_cache as compiled

ROOT = Path(__file__).resolve().parents[2]
PLAY = """
from agents.orchard.rollout import RunConfig, play
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


LITTLE = """
import sys, tempfile
if "nowhere" in sys.argv:
    tempfile.tempdir = "/proc"
import worlds
from numba import njit
@njit(cache=True)
def twice(x):
    return 2 * x
told = f"{twice(21)} {sum(twice.stats.cache_hits.values())}"
print(told)
"""
NOWHERE = "/proc/nowhere"  # which nobody can make, be it root
SOUND = ["42 0", "42 1"]  # compiled, then found


def little(home: Path, *words: str, before: tuple[str, ...] = (), **environment: str) -> str:
    """What a process prints that uses one little kernel: its value, and whether it was found."""
    (home / "little.py").write_text(LITTLE)
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LD_LIBRARY_PATH")}
    places = {"PYTHONPATH": str(ROOT), "TMPDIR": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [*before, sys.executable, str(home / "little.py"), *words]
    done = subprocess.run(command, cwd=home, env=kept | places | environment, text=True, capture_output=True)
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.mark.parametrize(
    "environment",
    [
        {"HOME": NOWHERE, "NUMBA_CACHE_DIR": NOWHERE},
        {"HOME": "/proc", "XDG_CACHE_HOME": "no\udc80where/\n"},
    ],
)
def test_without_a_home_that_can_be_written_kernels_are_kept_elsewhere(tmp_path, environment):
    assert [little(tmp_path, **environment), little(tmp_path, **environment)] == SOUND


def test_a_user_without_a_home_or_a_name_needs_neither(tmp_path):
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root becomes somebody else")
    only = "-all,+dac_read_search"  # for the interpreter may lie where others may not look
    held = ("--inh-caps", only, "--ambient-caps", only, "--bounding-set", only)
    nobody = ("setpriv", "--reuid", "61234", "--regid", "61234", "--clear-groups", *held)
    tmp_path.chmod(0o777)
    assert [little(tmp_path, before=nobody), little(tmp_path, before=nobody)] == SOUND


def test_where_nothing_can_be_written_kernels_are_compiled_each_time(tmp_path):
    assert [little(tmp_path, "nowhere", HOME=NOWHERE) for _ in range(2)] == ["42 0", "42 0"]
    assert [path.name for path in tmp_path.iterdir()] == ["little.py"]


def test_a_folder_that_others_can_write_to_is_not_trusted(tmp_path):
    theirs = tmp_path / f"funhouse-{os.geteuid()}"
    theirs.mkdir()
    theirs.chmod(0o777)
    assert [little(tmp_path, HOME=NOWHERE) for _ in range(2)] == ["42 0", "42 0"]
    assert not list(theirs.iterdir())


DAMAGE = {
    "cut": lambda content: content[: len(content) // 2],
    "empty": lambda content: b"",
    "garbage": lambda content: os.urandom(len(content)),
    "a bit": lambda content: content[:-40] + bytes([content[-40] ^ 1]) + content[-39:],
    "longer": lambda content: content + b"x",
}


def twice(folder: Path) -> str:
    """The little kernel in this process, imported anew: its value, and whether it was found."""
    spec = spec_from_file_location("little", folder / "little.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.told


@pytest.mark.parametrize("ending", [".nbi", ".nbc"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_kernel_is_compiled_anew(tmp_path, monkeypatch, damage, ending):
    monkeypatch.setattr("numba.config.CACHE_DIR", str(tmp_path))
    (tmp_path / "little.py").write_text(LITTLE)
    assert [twice(tmp_path), twice(tmp_path)] == SOUND
    (victim,) = tmp_path.rglob(f"little.twice*{ending}")
    victim.write_bytes(DAMAGE[damage](victim.read_bytes()))
    assert [twice(tmp_path), twice(tmp_path)] == SOUND


def test_a_full_disk_is_no_reason_to_stop(tmp_path, monkeypatch):
    monkeypatch.setattr("numba.config.CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(compiled._Sealing, "write", full)
    (tmp_path / "little.py").write_text(LITTLE)
    assert twice(tmp_path) == "42 0"


def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")
