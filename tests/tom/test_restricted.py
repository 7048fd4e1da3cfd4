"""In a container's way: a user without a home, a name or a place to write but the one for results."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOOKS = "-all,+dac_read_search"  # for the interpreter may lie where others may not look
NOBODY = (
    "setpriv", "--reuid", "61234", "--regid", "61234", "--clear-groups", "--inh-caps", LOOKS, "--ambient-caps", LOOKS,
    "--bounding-set", LOOKS,
)  # fmt: skip
LITTLE = ("--episodes", "2", "--steps", "16", "--agents", "3")


@pytest.mark.slow
def test_a_user_without_a_home_or_a_name_does_all_of_it(tmp_path):
    somebody = os.geteuid() == 0 and shutil.which("setpriv")
    tmp_path.chmod(0o777)
    kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    environment = kept if somebody else kept | {"HOME": "/proc/nowhere"}
    for line in (
        ("run", "--preset", "near-far", "--out", "log", *LITTLE),
        ("run", "--preset", "near-far", "--out", "test", "--split", "test", *LITTLE),
        ("verify", "log", "test"),
        ("train", "log", "--out", "run", "--train-steps", "1"),
        ("score", "run", "--log", "test", "--questions", "8"),
        ("graph", "--log", "test", "--questions", "32", "--out", "graphs"),
    ):
        command = [*(NOBODY if somebody else ()), sys.executable, "-m", "tom", *line]
        done = subprocess.run(command, cwd=tmp_path, env=environment, text=True, capture_output=True)
        assert done.returncode == 0, (line, done.stderr)
        assert "Traceback" not in done.stderr
    assert list((tmp_path / "graphs").glob("*.svg"))
