"""Nothing outside a world's own folders asks which world it deals with: it asks agents.registry.world_of."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("worlds", "agents", "analysis", "tom")
OWN = {"orchard", "arena", "plain"}  # folders, and files that are a world's own
NAMES = {"orchard", "arena", "plain", "pettingzoo", "pettingzoo:"}
REGISTRIES = {
    "worlds/log/formats.py",  # what reads a log, by its world's name
    "worlds/log/document.py",
    "worlds/log/disjoint_splits.py",
}
PAGES = [page for floor in FLOORS for page in sorted((ROOT / floor).rglob("*.py"))]


def is_a_worlds_own(page: Path) -> bool:
    return bool(OWN & {part.removesuffix(".py") for part in page.relative_to(ROOT).parts})


def questions(source: str) -> list[str]:
    """What a source asks of worlds: the kind of an episode, space, run or reasoner, or a world's name or settings."""
    tree = ast.parse(source)
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and OWN & set((node.module or "").split("."))
        for alias in node.names
    } | {"Episode", "ArenaEpisode", "TypeSpace", "Bank", "RunConfig", "ArenaRun", "Reasoner", "BankReasoner"}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("isinstance", "issubclass", "type"):
            asked = {one.id for argument in node.args[1:] for one in ast.walk(argument) if isinstance(one, ast.Name)}
            found += [ast.unparse(node)] * bool(asked & imported)
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            found += [ast.unparse(node)] * any(isinstance(one, ast.Constant) and one.value in NAMES for one in sides)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "startswith":
            found += [ast.unparse(node)] * (getattr(node.args[0], "value", "") in NAMES)
    return found


@pytest.mark.parametrize("page", [page for page in PAGES if not is_a_worlds_own(page)], ids=str)
def test_nobody_asks_which_world_it_is(page):
    if str(page.relative_to(ROOT)) not in REGISTRIES:
        assert questions(page.read_text()) == []


@pytest.mark.parametrize(
    "asked",
    [
        "isinstance(episode, Episode)",
        "'arena' in config",
        "log.world == 'orchard'",
        "name.startswith('pettingzoo:')",
        "from worlds.arena import ArenaEpisode as A\nisinstance(one, A)",
    ],
)
def test_such_questions_are_found(asked):
    assert len(questions(asked)) == 1
