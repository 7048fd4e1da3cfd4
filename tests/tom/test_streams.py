"""The commands do their work and say so plainly, whatever the standard streams are."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ASCII = {"PYTHONIOENCODING": "ascii"}
POSIX = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
SCRIPT = """
import sys
from tests.tom.test_failures import Acts
from tom.cli import main
from tom.commands import COMMANDS
from tom.terminal import progress, show_table, tell
from worlds import FunhouseError

class Says(Acts):
    def work(self):
        with progress("é – 阿達") as report:
            report(1, 2, "…")
        tell("é – 阿達")
        open("made", "w").close()
        if "fails" in sys.argv:
            raise FunhouseError("no é", place="阿達")
        return {"é": "阿達 \\ud800"}

    def show(self, document):
        show_table(list(document), [["阿達 – ±"]], "é")
        print("é" * ("long" in sys.argv and 1_000_000))

COMMANDS["verify"] = Says
sys.exit(main(["verify", *sys.argv[2:]]))
"""


def shell(line: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess:
    """A line of bash in which $TOM runs a command that prints, or fails as its first word says."""
    (cwd / "script.py").write_text(SCRIPT, encoding="utf-8")
    names = {"PYTHONPATH": str(ROOT), "TOM": f"{sys.executable} script.py", **environment}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "PYTHON"))}
    return subprocess.run(["bash", "-c", line], cwd=cwd, env=kept | names, capture_output=True)


@pytest.mark.parametrize("environment", [ASCII, POSIX, {}], ids=["ascii", "C", "utf-8"])
@pytest.mark.parametrize(("words", "status"), [("shows", 0), ("shows --json", 0), ("fails", 1)])
def test_no_encoding_is_too_small(tmp_path, environment, words, status):
    done = shell(f"$TOM {words}", tmp_path, **environment)
    assert done.returncode == status
    assert b"Traceback" not in done.stderr
    if "--json" in words:
        assert json.loads(done.stdout) == {"é": "阿達 \ud800"}
    assert environment == {} or (done.stdout + done.stderr).isascii()


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("$TOM shows >&-", 0),
        ("$TOM shows --json >&-", 0),
        ("$TOM shows 2>&-", 0),
        ("$TOM fails 2>&-", 1),
        ("$TOM shows <&- >&- 2>&-", 0),
        ("$TOM fails <&- >&- 2>&-", 1),
        ("$TOM shows > /dev/full", 1),
        ("$TOM shows --json > /dev/full", 1),
        ("$TOM fails 2> /dev/full", 1),
        ("set -o pipefail; $TOM long | head -1", 1),
        ("set -o pipefail; $TOM fails 2>&1 >&- | true", 1),
    ],
)
def test_no_stream_is_needed(tmp_path, line, status):
    done = shell(line, tmp_path)
    assert done.returncode == status, done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr
    assert (tmp_path / "made").read_bytes() == b""  # and nothing was written to it in a stream's place


@pytest.mark.parametrize("environment", [ASCII, POSIX], ids=["ascii", "C"])
def test_the_help_is_there_in_ascii(tmp_path, environment):
    environment = {**os.environ, **environment, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-m", "tom", "run", "--help"], env=environment, capture_output=True)
    assert done.returncode == 0
    assert b"--episodes" in done.stdout
    assert done.stdout.isascii()


@pytest.mark.parametrize(
    ("line", "status", "said"),
    [
        ("set -o pipefail; tom run --help | true", 1, b""),
        ("set -o pipefail; tom --help | true", 1, b""),
        ("tom --help > /dev/full", 1, b"error: No space left on device\n"),
        ("tom --help >&-", 0, b""),
    ],
)
def test_a_help_that_nobody_reads_ends_quietly(tmp_path, line, status, said):
    done = shell(line.replace("tom", f"{sys.executable} -m tom"), tmp_path)
    assert (done.returncode, done.stderr) == (status, said)


TALKS = """
import ctypes, os
from tests.worlds.arena.toys import Field

class parallel_env(Field):
    def step(self, actions):
        print("in Python")
        os.write(1, b"at once\\n")
        ctypes.CDLL(None).puts(b"in C, which holds it back")
        return super().step(actions)

    def __del__(self):
        os.write(1, b"a last word\\n")

kept = parallel_env()
"""


def test_under_json_stdout_is_one_document_whatever_an_environment_prints(tmp_path):
    (tmp_path / "talking_world.py").write_text(TALKS)
    little = "--episodes 2 --steps 4 --random-linear 4 --random-mlp 2"
    tom = f"{sys.executable} -m tom run --world pettingzoo:talking_world {little}"
    done = shell(f"{tom} --out log --json", tmp_path)
    assert json.loads(done.stdout)["episodes"] == 2, done.stderr
    for words in (b"in Python", b"at once", b"in C", b"a last word"):
        assert words in done.stderr
