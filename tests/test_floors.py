"""Four floors, one way up: tom stands on analysis, analysis on agents, agents on worlds."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("worlds", "agents", "analysis", "tom")
MODULES = sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))


def packages_named(source: str) -> Iterator[str]:
    """The top-level package of every import, wherever it stands, and of every import_module("...")."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module).split(".")[0]
        elif isinstance(node, ast.Call) and "import" in ast.unparse(node.func):
            names = (a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str))
            yield from (name.split(".")[0] for name in names)


def upward(floor: str, source: str) -> set[str]:
    """The packages above `floor` that the source of one of its modules imports."""
    return set(FLOORS[FLOORS.index(floor) + 1 :]) & set(packages_named(source))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_nothing_from_above(path: Path):
    floor = path.relative_to(ROOT).parts[0]
    assert not upward(floor, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "source",
    [
        "import tom",
        "import tom.mind as mind",
        "from tom.mind import Mind",
        "def late():\n    from tom import load",
        "from importlib import import_module\nimport_module('tom.mind')",
        "__import__('tom')",
    ],
)
def test_an_import_from_above_is_noticed(source: str):
    assert upward("analysis", source) == {"tom"}


def test_every_floor_has_modules():
    assert {path.relative_to(ROOT).parts[0] for path in MODULES} == set(FLOORS)
