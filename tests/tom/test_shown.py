"""Names that come from data reach nobody as commands: not the terminal, not XML, not a formula, not a script."""

import io
import json
from html.parser import HTMLParser
from xml.etree import ElementTree

import networkx as nx
import pytest

from analysis.figures.graph_pictures import draw_chains, draw_imitation
from analysis.figures.imitation_graph import write_graphml
from analysis.figures.picture import canvas, encoded, save
from analysis.figures.report import page, table
from analysis.scores.table import description_table
from tests.worlds.test_harmless import HOSTILE, obeyed
from tom.cli import main
from tom.terminal import progress, show, show_table, tell, write_document

NAMES = [
    HOSTILE,
    "[bold red]x[/bold red]",
    "[/]",
    ":bomb:",
    "<script>alert(1)</script>",
    "$\\frac{$",
    "a&b",
    "]]>",
    "--",
]
ROW = {"skill": 0.5, "excess_nats": 0.1, "depth": 1, "questions": 8}


@pytest.fixture(params=NAMES, ids=ascii)
def name(request) -> str:
    return request.param


def harmless_on(capsys) -> str:
    """All that was printed, once it is known to hold nothing that a terminal obeys."""
    printed = "".join(capsys.readouterr())
    assert set(obeyed(printed)) <= {"\n"}
    return printed


def test_a_terminal_shows_a_name_and_obeys_nothing_in_it(capsys, name):
    tell(f"error: {name}", style="red")
    show_table((name, "p"), [(name, 0.5)], title=name)
    loss = {"contender": name, "trait": name, "log_loss": 1.0, "log_loss_low": None, "log_loss_high": None}
    show(description_table([loss], title=name))
    show(name)
    with progress(name) as report:
        report(1, 1, name)
    printed = harmless_on(capsys)
    if name is not HOSTILE:
        assert printed.count(name) >= 10


def test_an_error_about_a_file_of_any_name_is_harmless(capsys, name):
    assert main(["verify", f"nowhere-{name.replace(chr(0), '')}"]) == 1
    harmless_on(capsys)


def test_json_holds_the_true_name_and_nothing_that_is_obeyed(name):
    stream = io.StringIO()
    write_document({name: [name]}, stream)
    assert set(obeyed(stream.getvalue())) <= {"\n"}
    assert stream.getvalue().isascii()
    assert json.loads(stream.getvalue()) == {name: [name]}


def graph(name: str) -> nx.DiGraph:
    drawn = nx.DiGraph(contender=name, stance="behave")
    drawn.add_edge(name, "Bo", **ROW, best_shortcut=name)
    drawn.add_edge("Bo", name, **{**ROW, "skill": 0.1})
    return drawn


def test_graphml_is_well_formed_and_holds_the_name(tmp_path, name):
    path = write_graphml(graph(name), tmp_path, "graph")
    ElementTree.parse(path)
    nodes = set(nx.read_graphml(path))
    assert len(nodes) == 2
    assert not any(map(obeyed, nodes))
    assert name is HOSTILE or name in nodes


def test_pictures_are_well_formed_and_draw_no_formula(tmp_path, name):
    chains = nx.DiGraph()
    chains.add_node(name, **ROW)
    figure, (axes,) = canvas(name)
    axes.set_yticks([0], [name])
    for place, drawn in enumerate([draw_imitation(graph(name)), draw_chains(chains), figure]):
        for path in save(drawn, tmp_path, str(place)):
            if path.suffix == ".svg":
                ElementTree.parse(path)


def test_a_dollar_starts_no_formula():
    drawn = []
    for words in ("$x^2$", "x^2"):
        figure, (axes,) = canvas(words)
        axes.set_yticks([0], [words])
        stream = io.BytesIO()
        encoded(figure, stream)
        drawn.append(stream.getvalue().decode())
    assert "$x^2$" in drawn[0]  # as a comment beside its letters
    assert drawn[0].count("<use") == drawn[1].count("<use") + 4  # the dollars themselves


class Tags(HTMLParser):
    def __init__(self, text: str):
        super().__init__()
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)


def test_the_page_of_the_probes_runs_nothing(name):
    document = {"probe": name, "controls": [{"name": name, "value": 0.5}], "figures": [{"name": name}]}
    figure, _ = canvas(name)
    shown = page([(name, document, {name: figure})])
    assert "script" not in Tags(shown).tags
    assert set(obeyed(shown)) <= {"\n"}
    assert "script" not in Tags(table([{name: name}], [name])).tags


def test_no_console_but_the_harmless_one_is_made():
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    made = [path.name for floor in ("tom", "analysis", "agents", "worlds") for path in (root / floor).rglob("*.py")
            if " Console(" in path.read_text(encoding="utf-8")]  # fmt: skip
    assert made == []
