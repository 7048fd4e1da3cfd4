"""docs/log_format.md: its columns are the columns, and its code runs."""

import re
from pathlib import Path

import pytest

from agents.orchard.rollout import RunConfig
from agents.recording import record
from worlds import OrchardConfig
from worlds.log.manifest import MANIFEST
from worlds.log.reader import open_log
from worlds.orchard.shard import TABLES

FILE = Path(__file__).parents[2] / "docs" / "log_format.md"
PAGE = FILE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A directory in which logs/demo is a log of twelve episodes."""
    home = tmp_path_factory.mktemp("home")
    record(
        RunConfig(OrchardConfig(height=7, width=7, map="open", fruits=2, agents=3, steps=6)),
        home / "logs" / "demo",
        12,
    )
    return home


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_listed_with_its_type(home, table):
    section = PAGE.split(f"\n**{table}**")[1].split("\n**")[0].split("\n## ")[0]
    listed = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", section, re.MULTILINE)
    schema = open_log(home / "logs" / "demo").table(table).schema
    names = {"list<element: string not null>": "list of string", "float": "float32"}
    assert listed == [(field.name, names.get(str(field.type), str(field.type))) for field in schema]


def test_every_key_of_the_manifest_is_listed(home):
    manifest = open_log(home / "logs" / "demo").manifest
    for key in manifest.meta:
        assert f"`meta.{key}`" in PAGE
    for key in manifest.meta["config"]:
        assert f"`{key}`" in PAGE


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL), ids=["package", "by hand"])
def test_the_code_runs(home, monkeypatch, code):
    monkeypatch.chdir(home)
    exec(compile(code, str(FILE), "exec"), {})


def test_the_check_by_hand_finds_damage(home, monkeypatch):
    code = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]
    monkeypatch.chdir(home)
    path = home / "logs" / "demo" / MANIFEST
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"episodes": 12', b'"episodes": 13'))
    try:
        with pytest.raises(AssertionError):
            exec(compile(code, str(FILE), "exec"), {})
    finally:
        path.write_bytes(whole)
