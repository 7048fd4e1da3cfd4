"""What the pages name is there: files, headings that links lead to, dotted names, and commands that can be typed.

A path is what stands in backticks with a slash in it and looks like a file of Python or Markdown, or begins with a
folder of the repository. A command in a fenced block is whole, and has to parse; one in the text may leave out what its
command always needs, and parses once that is added.
"""

import contextlib
import functools
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name

import pytest

from tom.cli import parse
from worlds import FunhouseError

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    page
    for pattern in ("*.md", ".github/*.md", "docs/**/*.md", "benchmarks/*.md", "examples/*.md", "tom/minds/*/*.md")
    for page in ROOT.glob(pattern)
)
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
FOLDERS = ("worlds", "agents", "analysis", "tom", "tests", "benchmarks", "docs", "examples", ".ci", ".github")
MADE = ("logs", "runs")  # what commands of the pages write
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NEEDED = {  # what a command in the text may leave out
    "run": "--out LOG",
    "train": "LOG --out RUN",
    "ask": "PROMPT --log LOG --episode 0 --agent Ada --step 0",
    "describe": "--who Bo --log LOG --episode 0 --agent Ada --step 0",
    "score": "--log LOG",
    "graph": "--log LOG --out DIR",
    "merge": "PART --out LOG",
    "verify": "LOG",
    "generations": "--out DIR",
    "probe": "NAME",
    "view": "LOG",
}
CODE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def prose(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def paths(text: str) -> Iterator[str]:
    for code in CODE.findall(text):
        first, slash, _ = code.partition("/")
        named = first in FOLDERS or (first not in MADE and code.endswith((".py", ".md")))
        if slash and named and re.fullmatch(r"[\w./-]+", code):
            yield code


def headings(page: Path) -> set[str]:
    """The anchors of a page, as a browser spells them."""
    lines = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


def lost_links(page: Path, text: str) -> list[str]:
    lost = []
    for link in LINK.findall(text):
        target, _, anchor = link.partition("#")
        there = page.parent / target if target else page
        if not link.startswith("http") and not (there.exists() and (not anchor or anchor in headings(there))):
            lost.append(link)
    return lost


def dotted(text: str) -> Iterator[str]:
    for code in CODE.findall(text):
        if match := re.match(r"((?:worlds|agents|analysis|tom)(?:\.(?!py\b)[a-zA-Z_]\w*)+)(\(.*\))?$", code):
            yield match[1]


def resolves(name: str) -> bool:
    try:
        resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


def commands(page: Path) -> Iterator[tuple[str, bool]]:
    """Each command line of `tom` on a page, and whether it is whole."""
    for block in FENCE.finditer(page.read_text(encoding="utf-8")):
        for line in block[2].replace("\\\n", " ").splitlines():
            if match := re.match(r"(?:\$ )?(tom .+)", line):
                yield match[1], True
    for code in CODE.findall(prose(page)):
        if code.startswith("tom ") and code != "tom COMMAND --help":
            yield code, False


@functools.cache
def parses(command: str) -> bool:
    """Whether `tom` understands the command; words in capitals stand for anything."""
    arguments = ["1" if re.fullmatch(r"\[?[A-Z]+\]?", word) else word for word in shlex.split(command)[1:]]
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        try:
            parse(arguments)
        except SystemExit as end:
            return not end.code
    return True


def worldless(page: Path, drawn: Path) -> list[str]:
    """The commands of a page that would run the orchard and whose settings make none; `drawn` is the FILE of a map."""
    wrong = []
    for command, _ in commands(page):
        run, *options = shlex.split(command)[1:]
        if run == "run" and not {"--world", "--bank"} & set(options):
            words = [str(drawn) if word == "FILE" else re.sub(r"^[A-Z]+$", "1", word) for word in options]
            made = parse([run, *words, *([] if "--out" in words else ["--out", "x"])])
            try:
                made.settings()  # type: ignore[attr-defined]
            except FunhouseError:
                wrong.append(command)
    return wrong


def misspelt(page: Path) -> list[str]:
    wrong = []
    for command, whole in commands(page):
        name = command.split()[1]
        if not (parses(command) or (not whole and parses(f"{command} {NEEDED.get(name, '')}"))):
            wrong.append(command)
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_path_on_a_page_exists(page: Path):
    assert [path for path in paths(prose(page)) if not ((ROOT / path).exists() or (page.parent / path).exists())] == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_leads_to_a_file_and_its_heading(page: Path):
    assert lost_links(page, prose(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_dotted_name_on_a_page_resolves(page: Path):
    assert [name for name in dotted(prose(page)) if not resolves(name)] == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_on_a_page_can_be_typed(page: Path):
    assert misspelt(page) == []


def test_every_orchard_that_a_page_runs_can_be_made(tmp_path: Path):
    (tmp_path / "map.txt").write_text("........|\n" * 9)
    assert [command for page in PAGES for command in worldless(page, tmp_path / "map.txt")] == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_what_stands_in_backticks_stands_on_one_line(page: Path):
    assert [line for line in prose(page).splitlines() if line.count("`") % 2] == []


def test_every_path_that_a_source_names_exists():
    named = re.compile(r"\b(?:docs|worlds|agents|analysis|tom|tests|benchmarks|examples)/[\w/.-]+\.(?:py|md)\b")
    sources = [path for folder in FOLDERS[:4] for path in (ROOT / folder).rglob("*.py")]
    found = {(path, name) for path in sources for name in named.findall(path.read_text(encoding="utf-8"))}
    assert [f"{path.relative_to(ROOT)}: {name}" for path, name in sorted(found) if not (ROOT / name).exists()] == []


def test_what_is_wrong_on_a_page_is_found(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text(
        "# A page\n\n`docs/nowhere.md`, `agents/definitions.py`, `docs/theory.md`, `agents.exactly`, `agents.exact`,\n"
        "[here](gone.md), [there](#no-page), [and here](#a-page), `tom run --presett blind`, `tom score`\n\n"
        "```console\n$ tom scores\n```\n"
    )
    assert list(paths(prose(page))) == ["docs/nowhere.md", "agents/definitions.py", "docs/theory.md"]
    assert [resolves(name) for name in dotted(prose(page))] == [False, True]
    assert lost_links(page, prose(page)) == ["gone.md", "#no-page"]
    assert misspelt(page) == ["tom scores", "tom run --presett blind"]


def test_the_glossary_has_at_most_forty_entries_and_no_word_twice():
    page = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    entries = re.findall(r"^- \*\*(.+?)\*\*: .+ `[\w/]+\.py`$", page, re.MULTILINE)
    assert len(entries) == page.count("\n- ") <= 40
    words = [word for entry in entries for word in entry.lower().split(", ")]
    assert len(words) == len(set(words))
