"""The wheel stands on its own: installed without the source tree, used from an empty read-only folder."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """The command's stdout; its stderr is the reason where it fails."""
    ours = ("PYTHONPATH", "NUMBA_CACHE_DIR")
    clean = {name: value for name, value in os.environ.items() if name not in ours}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env={**clean, **environment}, text=True, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def binaries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin directory of a fresh environment that holds the wheel; it borrows the libraries of this one."""
    home = tmp_path_factory.mktemp("wheel")
    source = copied_source(home / "source")
    run(sys.executable, "-m", "pip", "wheel", "-qq", "--no-deps", "--wheel-dir", home, source, cwd=home)
    shutil.rmtree(source)
    venv.create(home / "fresh", with_pip=True)
    python = home / "fresh" / "bin" / "python"
    run(python, "-m", "pip", "install", "-qq", "--no-deps", *home.glob("funhouse_tom-*.whl"), cwd=home)
    borrow_libraries(python, home)
    return python.parent


def copied_source(place: Path) -> Path:
    """What a wheel is built from; a build leaves its traces there, and not in the working tree."""
    place.mkdir()
    for name in ("worlds", "agents", "analysis", "tom"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, place)
    return place


def borrow_libraries(python: Path, cwd: Path) -> None:
    """Lets the fresh environment find numpy, torch and the rest here, after everything of its own."""
    own = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=cwd).strip()
    # The path alone is lent: an editable install is made of .pth files, and those count at home only.
    Path(own, "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory):
    """A folder that is empty and read-only."""
    folder = tmp_path_factory.mktemp("empty")
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)


def test_the_wheel_holds_all_four_packages_and_no_tests(binaries: Path, empty: Path):
    script = "import agents, analysis, tom, worlds as w; print([p.__file__ for p in (w, agents, analysis, tom)])"
    found = run(binaries / "python", "-c", script, cwd=empty)
    assert found.count(str(binaries.parent)) == 4


def test_the_wheel_holds_the_page(binaries: Path, empty: Path):
    script = "from tom.view.server import FILES, PAGE; print([(PAGE / name).is_file() for name, _ in FILES.values()])"
    assert run(binaries / "python", "-c", script, cwd=empty).strip() == "[True, True, True, True]"


def test_the_reference_mind_answers_and_is_scored(binaries, empty, logs: dict[str, Path], tmp_path):
    def document(*arguments: str) -> dict:
        command = (binaries / "tom", *arguments, "--log", logs["test"], "--json")
        return json.loads(run(*command, cwd=empty, XDG_CACHE_HOME=str(tmp_path)))

    where = ("--episode", "0", "--agent", agent_of(logs["test"]), "--step", "9")
    answer = document("ask", "behave as myself", *where, "--exact")
    assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-3)
    assert sum(answer["exact"].values()) == pytest.approx(1, abs=1e-6)
    table = document("score")
    assert "mind" in {row["contender"] for row in table["rows"]}
    assert list(empty.iterdir()) == []


def agent_of(log: Path) -> str:
    """Somebody who takes part in the log's first episode."""
    from worlds import open_log

    return open_log(log)[0].names[0]
