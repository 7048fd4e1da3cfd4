"""An author's own package that is called as one of funhouse's: its environment plays, or is refused with the clash."""

import builtins
import sys

import pytest

from worlds import FunhouseError
from worlds.arena.environment import Environment
from worlds.arena.loading import load
from worlds.arena.name_clashes import watched_imports
from worlds.trust import trusting

PLAY = "from tests.worlds.arena.toys import field as parallel_env\n"
LATE = """
from tests.worlds.arena.toys import Field

class parallel_env(Field):
    def reset(self, seed=None, options=None):
        from worlds.meadow import START
        return super().reset(seed, options)
"""


@pytest.fixture
def author(tmp_path, monkeypatch):
    """write(name, text): a file of an author's, in the working directory."""
    monkeypatch.chdir(tmp_path)
    elsewhere = [place for place in sys.path if not place.startswith(str(tmp_path.parent))]  # what a test before left
    monkeypatch.setattr(sys, "path", elsewhere)
    for name in ("herd", "herd.flock_of_an_author", "flock_of_an_author"):
        sys.modules.pop(name, None)
    before = set(sys.modules)

    def write(name: str, text: str) -> None:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    with trusting("flock_of_an_author", "herd.flock_of_an_author", "agents.rules:near"):
        yield write
    for name in set(sys.modules) - before:
        if "author" in name or name == "herd":
            del sys.modules[name]


def refused(spec: str) -> FunhouseError:
    with pytest.raises(FunhouseError) as caught:
        Environment.open(spec)
    return caught.value


@pytest.mark.parametrize("name", ["agents", "worlds", "analysis", "tom"])
@pytest.mark.parametrize("how", ["import {} as own", "from {} import sheep", "from {}.sheep import START"])
def test_a_package_of_our_name_that_an_environment_imports_is_refused_by_name(author, name, how):
    author(f"{name}/__init__.py", "")
    author(f"{name}/sheep.py", "START = 3")
    author("flock_of_an_author.py", how.format(name) + "\n" + PLAY)
    error = refused("flock_of_an_author")
    assert f"'{name}' is the name of a package of funhouse" in error.what
    assert f"{name}/__init__.py" in error.what
    assert "flock_of_an_author.py" in error.place
    assert f"my_{name}" in error.remedy


def test_so_is_a_module_beside_the_environment_in_its_own_package_and_one_imported_late(author):
    author("herd/__init__.py", "")
    author("herd/agents.py", "START = 3")
    author("herd/flock_of_an_author.py", "import agents\n" + PLAY)
    assert "herd/agents.py" in refused("herd.flock_of_an_author").what
    author("worlds/meadow.py", "START = 3")
    author("flock_of_an_author.py", LATE)
    assert "'worlds' is the name" in refused("flock_of_an_author").what


def test_so_is_a_policy_that_is_named_in_such_a_package(author):
    author("agents/__init__.py", "")
    author("agents/rules.py", "def near(context): ...")
    with pytest.raises(FunhouseError, match="'agents' is the name of a package of funhouse"):
        load("agents.rules:near")


def test_what_nobody_imports_and_what_means_ours_is_let_be(author):
    author("agents/__init__.py", "raise RuntimeError('nobody imports this')")
    author("tom/notes.txt", "a folder and no package")
    author("herd/__init__.py", "")
    author("herd/agents.py", "START = 3")
    meant = "from worlds import FunhouseError\nimport tom\nfrom .agents import START\n"
    author("herd/flock_of_an_author.py", meant + PLAY)
    assert Environment.open("herd.flock_of_an_author").seats


def test_imports_are_watched_only_while_others_code_is_imported(author):
    plain = builtins.__import__
    author("agents/__init__.py", "")
    author("flock_of_an_author.py", "import agents\n" + PLAY)
    refused("flock_of_an_author")
    assert builtins.__import__ is plain
    first, second = watched_imports(), watched_imports()  # of two threads, the first to come is the first to leave
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    with pytest.raises(FunhouseError):
        exec("import agents", {"__name__": "still watched"})
    second.__exit__(None, None, None)
    assert builtins.__import__ is plain
