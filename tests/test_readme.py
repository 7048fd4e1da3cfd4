"""Every example of the README, and of pages that ask about the same log, is run in order beside a little demo.

Fenced blocks come in three kinds: Python sessions, checked to the letter as doctests; `console`, whose `$`
lines are run and whose output has to hold the words that are printed here (a mind trained for two steps says
them with other numbers); and `text`, which is not run. The other pages have tests of their own.
"""

import doctest
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tom.cli import main, parse

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "docs/theory.md", "docs/probes/copies.md")]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
PYTHON = ("python", "pycon")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MOST_EPISODES = {"run": 192, "score": 6, "graph": 6, "probe": 2}  # the examples ask about an episode of the test log


class Block(NamedTuple):
    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    return [Block(*match.groups()) for match in FENCE.finditer(page.read_text(encoding="utf-8"))]


def steps(console: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block with the output printed under it."""
    for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
        command, _, output = part.replace("\\\n", " ").partition("\n")
        yield command, output


def cut_down(command: str) -> list[str]:
    """The arguments of a `tom` command, with fewer episodes, and two training steps in place of minutes."""
    arguments = shlex.split(command)[1:]
    if arguments[0] == "score" and "--episodes" not in arguments:
        arguments += ["--episodes", str(MOST_EPISODES["score"])]
    for at, argument in enumerate(arguments):
        if argument == "--episodes":
            arguments[at + 1] = str(min(int(arguments[at + 1]), MOST_EPISODES[arguments[0]]))
        if argument == "--minutes":
            arguments[at : at + 2] = ["--train-steps", "2"]
    return arguments


def demo_commands() -> list[str]:
    """The `tom` commands of `make demo`."""
    dry = subprocess.run(["make", "-n", "demo"], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = dry.stdout.replace("\\\n", " ").splitlines()
    return [line.partition("/bin/")[2] for line in lines if "/bin/tom " in line]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory in which a little demo has run."""
    home = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        for command in demo_commands():
            # All questions of an episode take a quarter of a minute; tests/tom/view asks them of a smaller one.
            if command.startswith("tom view"):
                assert parse(shlex.split(command)[1:])
                continue
            assert main(cut_down(command)) == 0, command
    return home


def test_the_demo_leaves_its_log_its_run_and_its_graphs(demo: Path):
    assert (demo / "logs" / "demo" / "manifest.json").is_file()
    drawn = {path.suffix for path in (demo / "runs" / "demo" / "graphs").iterdir()}
    assert drawn >= {".png", ".svg", ".graphml"}


def test_the_page_shows_the_numbers_of_the_example(demo: Path):
    from tom import load
    from tom.view.desk import Desk
    from worlds import open_log

    example = next(text for language, text in blocks(ROOT / "README.md") if "tom ask" in text)
    rows = [line.strip("│ ").split("│") for line in example.splitlines() if line.startswith("│")]
    said = Desk(open_log(demo / "logs" / "demo-test"), load()).ask(55, "Ada", 47, "behave as Bo pretending to be me")
    for column, source, off in ((1, "mind", 0.01), (2, "truth", 6e-4)):  # the mind's, in bf16, by the machine
        assert said[source] == pytest.approx([float(row[column]) for row in rows], abs=off)


@pytest.mark.parametrize("page", [*PAGES[:-1], pytest.param(PAGES[-1], marks=pytest.mark.slow)], ids=NAMES)
def test_every_example_runs(page: Path, demo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    monkeypatch.chdir(demo)
    python = "\n".join(block.text for block in blocks(page) if block.language in PYTHON)
    test = doctest.DocTestParser().get_doctest(python, {}, page.name, str(page), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(test)
    report = capsys.readouterr().out
    assert not runner.failures, report
    for command, output in console_steps(page):
        run_step(command, output, capsys)


def console_steps(page: Path) -> Iterator[tuple[str, str]]:
    for block in blocks(page):
        if block.language == "console":
            yield from steps(block.text)


def run_step(command: str, output: str, capsys: pytest.CaptureFixture) -> None:
    """Runs one command of the documentation; its output has to hold every word that is printed there."""
    if command.startswith("make "):
        subprocess.run(["make", "-n", *command.split()[1:]], cwd=ROOT, check=True, capture_output=True)
        return
    assert command.startswith("tom "), f"the documentation runs {command!r}, and no test knows how"
    status = main(cut_down(command))
    captured = capsys.readouterr()
    few = command.startswith("tom probe")  # so few episodes that controls need not be on their sides
    assert status in ((0, 3) if few else (0,)), captured.err
    if command.startswith("tom probe"):  # whose story it tells hangs on draws, which another CPU may round otherwise
        output = "".join(line for line in output.splitlines() if "┃" in line)
    missing = set(re.findall(r"[A-Za-z]{2,}", output)) - set(re.findall(r"[A-Za-z]{2,}", captured.out))
    assert not missing, f"{command} prints no {sorted(missing)}:\n{captured.out}"


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_no_example_escapes(page: Path):
    for block in blocks(page):
        assert block.language in {*PYTHON, "console", "text", ""}
        assert (">>> " in block.text) == (block.language in PYTHON), "Python is shown as a session"


def test_the_constants_of_the_theory_are_those_of_the_code():
    from agents.orchard.policy_config import PolicyConfig
    from agents.population import PopulationConfig
    from worlds import OrchardConfig

    defaults = {**vars(OrchardConfig()), **vars(PolicyConfig()), **vars(PopulationConfig())}
    page = (ROOT / "docs" / "theory.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.+?`) \| (.+?) \|", page, re.MULTILINE)
    stated = {name: value for names, value in rows for name in re.findall(r"`(\w+)`", names)}
    assert stated == {name: repr(defaults[name]) for name in stated}
    assert set(stated) >= set(vars(PolicyConfig()))
