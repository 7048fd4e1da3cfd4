"""Adding a folder adds a probe, and a control's verdict follows from its interval."""

import ast
import json
from pathlib import Path

import pytest

from agents.orchard.presets import PRESETS
from analysis import probes as floor
from analysis.figures.report import page
from analysis.probes import Settings, Subject, control, find, probes, sound, table
from analysis.probes.orchard import WORLD
from analysis.probes.probe import BASELINE, NEGATIVE, POSITIVE, Probe
from worlds import FunhouseError

FOLDER = """
from analysis.probes.probe import Probe
PROBE = Probe("lonely", "one line", lambda: None, lambda _: {"rows": [], "controls": []}, lambda _: {}, lambda _: [])
"""


FOLDERS = sorted(path.parent for path in Path(floor.__file__).parent.glob("*/analysis.py"))


def names(tree):
    """The names in some code."""
    code = list(ast.walk(tree))
    return {one.id for one in code if isinstance(one, ast.Name)} | {
        one.attr for one in code if isinstance(one, ast.Attribute)
    }


@pytest.fixture
def fresh():
    """The registry, read anew before and after."""
    probes.cache_clear()
    yield
    probes.cache_clear()


def test_adding_a_folder_is_all_that_it_takes(tmp_path, monkeypatch, fresh):
    (tmp_path / "lonely").mkdir()
    (tmp_path / "lonely" / "__init__.py").write_text(FOLDER)
    monkeypatch.setattr(floor, "__path__", [*floor.__path__, str(tmp_path)])
    assert table()["lonely"] == "one line"
    found = find("lonely").run(Subject(mind=None), Settings(seeds=2))
    assert found == {"probe": "lonely", "rows": [], "controls": [], "seeds": [0, 1]}


def test_every_probe_has_a_line_and_says_how_many_seeds_it_takes():
    for name, probe in probes().items():
        assert isinstance(probe, Probe)
        assert name == probe.name
        assert probe.about
        assert "\n" not in probe.about
        assert probe.design().seeds >= 5


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_file_of_thresholds_holds_nothing_but_numbers_and_a_reason_for_each(folder):
    """The history then shows when a threshold came, and that it did not move with what measures."""
    text = (folder / "thresholds.py").read_text(encoding="utf-8")
    about, *lines = ast.parse(text).body
    assert isinstance(about, ast.Expr)
    for line in lines:
        assert isinstance(line, ast.Assign)
        assert isinstance(ast.literal_eval(line.value), int | float)
        assert "#" in "".join(text.splitlines()[line.lineno - 2 : line.end_lineno])


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_threshold_is_held_against_something(folder):
    there = names(ast.parse((folder / "thresholds.py").read_text(encoding="utf-8")))
    assert there <= names(ast.parse((folder / "analysis.py").read_text(encoding="utf-8")))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_probe_names_its_world(folder):
    """A default world that changes then changes no probe."""
    code = [node for path in folder.glob("*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    called = {ast.unparse(node.func) for node in code if isinstance(node, ast.Call)}
    assert "run_of" in called
    assert not called & {"OrchardConfig", "PolicyConfig", "RunConfig", "TypeSpace"}
    assert WORLD in PRESETS


def test_every_probe_has_a_page_that_the_list_of_pages_names():
    pages = Path(__file__).parents[3] / "docs" / "probes"
    listed = (pages / "README.md").read_text(encoding="utf-8")
    for name in probes():
        assert (pages / f"{name}.md").exists()
        assert f"[{name}]({name}.md)" in listed


def test_an_unknown_probe_is_told_which_there_are():
    with pytest.raises(FunhouseError) as error:
        find("strangr")
    assert "stranger" in str(error.value)


@pytest.mark.parametrize(
    ("kind", "low", "passed"),
    [(POSITIVE, 0.6, True), (POSITIVE, 0.4, False), (NEGATIVE, 0.4, False), (NEGATIVE, 0.6, True), (BASELINE, 1, None)],
)
def test_a_control_passes_where_its_whole_interval_does(kind, low, passed):
    assert control("one", kind, 0.7, low, 0.8, 0.5)["passed"] is passed


def test_a_control_without_an_interval_shows_nothing():
    assert control("one", POSITIVE, None, None, None, 0.5)["passed"] is False


def test_a_probe_is_sound_if_its_controls_do_what_they_must():
    good = [control("a", POSITIVE, 1, 0.9, 1, 0.5), control("b", NEGATIVE, 0, 0, 0, 0.5)]
    good.append(control("c", BASELINE, 1, 1, 1, None))
    assert sound({"controls": good})
    assert not sound({"controls": [*good, control("d", NEGATIVE, 1, 0.9, 1, 0.5)]})
    assert not sound({"controls": [*good, control("d", POSITIVE, 1, 0.4, 1, 0.5)]})


def test_settings_that_measure_nothing_are_refused():
    for wrong in ({"seeds": 0}, {"episodes": 0}, {"split": "train"}):
        with pytest.raises(FunhouseError):
            Settings(**wrong)


def test_the_page_stands_alone_and_says_what_is_undefined():
    document = {"probe": "lens", "rows": [], "controls": [control("<b>", POSITIVE, None, None, None, 0.5)]}
    written = page([("what <it> is", document, {})])
    assert "<script" not in written
    assert "http" not in written
    assert "&lt;b&gt;" in written
    assert "<td>–</td>" in written
    assert json.dumps(document)
