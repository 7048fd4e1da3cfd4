"""Pictures of the imitation-accuracy graphs; each title states the finding."""

from collections.abc import Mapping, Sequence

import networkx as nx
import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch

from analysis.figures.picture import BLACK, GREY, MAP, canvas, ends

MOST_LABELLED = 20  # edges
OUTSTANDING = 3  # of a graph with more: how many of the best and of the worst are labelled
BEND = 0.16  # of an arrow, relative to its length
WORDS = {"skill": "skill (1: the truth, 0: the best shortcut)", "excess_nats": "nats from the truth"}
Point = np.ndarray  # (2,) float64


class Shade:
    """What a picture shows, in colours and words: skill where all parts have one, else the excess."""

    def __init__(self, rows: Sequence[Mapping]):
        self.key = "skill" if all("skill" in row for row in rows) else "excess_nats"
        values = [row[self.key] for row in rows]
        low, high = min(values), max(values)
        self.scale = Normalize(low, high if high > low else low + 1)
        self.colors = colormaps[MAP] if self.key == "skill" else colormaps[MAP].reversed()
        self.places = 2 if high - low > 0.1 else 3  # enough to tell the parts from one another

    def color(self, row: Mapping) -> tuple[float, float, float, float]:
        """Light is good, whichever the figure."""
        return self.colors(self.scale(row[self.key]))

    def said(self, row: Mapping) -> str:
        """The figure as a title says it."""
        value = self._written(row[self.key])
        return f"skill {value}" if self.key == "skill" else f"{value} nats off"

    def spread(self, row: Mapping) -> str:
        """The figure and, where there is one, its interval."""
        low, high = ends(dict(row), self.key)
        value = self._written(row[self.key])
        return value if low == high else f"{value}  [{self._written(low)}, {self._written(high)}]"

    def width(self, row: Mapping) -> str:
        """The figure and, under it, half the width of its interval: shorter, for places where lines cross."""
        low, high = ends(dict(row), self.key)
        value = self._written(row[self.key])
        return value if low == high else f"{value}\n±{self._written((high - low) / 2)}"

    def _written(self, value: float) -> str:
        return f"{round(value, self.places) + 0.0:.{self.places}f}"

    def bar(self, figure: Figure, axes: Axes) -> None:
        """The key to the colours."""
        figure.colorbar(ScalarMappable(self.scale, self.colors), ax=axes, shrink=0.6, label=WORDS[self.key])


def draw_imitation(graph: nx.DiGraph) -> Figure:
    """An arrow from each who is asked to each whom it imitates; dark arrows are the poor imitations.

    In a graph with many edges the best and the worst few stand out, and the others are thin.
    """
    shade = Shade([row for *_, row in graph.edges(data=True)])
    ranked = sorted(graph.edges(data=True), key=lambda edge: (edge[2][shade.key], edge[:2]))
    figure, (axes,) = canvas(_imitation_title(ranked, shade), size=(8.4, 6.8))
    place = nx.circular_layout(sorted(graph))
    loud = ranked if len(ranked) <= MOST_LABELLED else ranked[:OUTSTANDING] + ranked[-OUTSTANDING:]
    for asked, target, row in ranked:
        _arrow(axes, place[asked], place[target], shade.color(row), 3.0 if (asked, target, row) in loud else 0.8)
    for asked, target, row in loud:
        _number(axes, _label_place(place[asked], place[target]), shade.width(row))
    for node, at in place.items():
        _box(axes, at, node.replace(", ", "\n"))
    shade.bar(figure, axes)
    reach = 1.5 if any(nx.selfloop_edges(graph)) else 1.15
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    axes.set_axis_off()
    return figure


def _imitation_title(ranked: Sequence[tuple[str, str, dict]], shade: Shade) -> str:
    best, worst = (ranked[-1], ranked[0]) if shade.key == "skill" else (ranked[0], ranked[-1])
    said = [f"{asked} as {target} ({shade.said(row)})" for asked, target, row in (best, worst)]
    return f"Best imitation: {said[0]}\nWorst: {said[1]}"


def draw_chains(graph: nx.DiGraph) -> Figure:
    """The tree of nested questions, one depth to the right of the last; light boxes are near the truth."""
    shade = Shade([row for _, row in graph.nodes(data=True)])
    figure, (axes,) = canvas(_chain_title(graph, shade), size=(10.5, 5.6))
    place = _tree(graph)
    for outer, inner in graph.edges:
        axes.plot(*zip(place[outer], place[inner], strict=True), color=GREY, linewidth=1.2, zorder=1)
    for node, row in graph.nodes(data=True):
        _box(axes, place[node], f"{node}\n{shade.spread(row)}", shade.color(row))
    shade.bar(figure, axes)
    x, y = np.array(list(place.values())).T
    axes.set(xlim=(x.min() - 0.45, x.max() + 0.5), ylim=(y.min() - 0.7, y.max() + 0.7))
    axes.set_axis_off()
    return figure


def _chain_title(graph: nx.DiGraph, shade: Shade) -> str:
    """The mean figure at each depth, weighted by questions."""
    levels: dict[int, list[dict]] = {}
    for _, row in graph.nodes(data=True):
        levels.setdefault(row["depth"], []).append(row)
    means = [
        np.average([row[shade.key] for row in rows], weights=[row["questions"] for row in rows])
        for _, rows in sorted(levels.items())
    ]
    what = "Skill" if shade.key == "skill" else "Nats from the truth"
    return f"{what} as roles nest, depth {min(levels)} and on: {' → '.join(f'{mean:.3f}' for mean in means)}"


def _arrow(axes: Axes, start: Point, end: Point, color: tuple, width: float) -> None:
    """A bent arrow, or a loop outside the circle of nodes."""
    if np.array_equal(start, end):
        centre = start + 0.22 * _outward(start)
        axes.add_patch(Circle((centre[0], centre[1]), 0.17, fill=False, linewidth=width, edgecolor=color, zorder=2))
        return
    axes.add_patch(
        FancyArrowPatch(
            (start[0], start[1]), (end[0], end[1]), connectionstyle=f"arc3,rad={BEND}", arrowstyle="-|>",
            mutation_scale=9 + 3 * width, shrinkA=26, shrinkB=28, linewidth=width, color=color, zorder=2,
        )
    )  # fmt: skip


def _label_place(start: Point, end: Point) -> Point:
    """On an arrow, nearer to its tail; on the far side of a loop."""
    if np.array_equal(start, end):
        return start + 0.39 * _outward(start)
    across = end - start
    control = (start + end) / 2 + BEND * np.array([across[1], -across[0]])  # where arc3 puts it
    t = 0.36
    return (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end


def _outward(at: Point) -> Point:
    return at / max(float(np.linalg.norm(at)), 1e-9)


def _number(axes: Axes, at: Point, words: str) -> None:
    box = {"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
    style = {"ha": "center", "va": "center", "fontsize": 8.5, "fontweight": "bold", "linespacing": 1.0}
    axes.text(at[0], at[1], words, style, color=BLACK, bbox=box, zorder=3)


def _box(axes: Axes, at: Sequence[float], words: str, face: tuple = (1.0, 1.0, 1.0, 1.0)) -> None:
    """Words in a box, in black or white, whichever reads better on its colour."""
    red, green, blue, _ = face
    ink = BLACK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else "white"
    box = {"boxstyle": "round,pad=0.45", "facecolor": face, "edgecolor": GREY}
    style = {"ha": "center", "va": "center", "fontsize": 10, "fontweight": "bold"}
    axes.text(at[0], at[1], words, style, color=ink, bbox=box, zorder=4)


def _tree(graph: nx.DiGraph) -> dict[str, tuple[float, float]]:
    """Depth to the right; leaves evenly spaced, each parent amid its children."""
    place: dict[str, tuple[float, float]] = {}
    leaves = 0

    def visit(node: str) -> float:
        nonlocal leaves
        heights = [visit(child) for child in sorted(graph.successors(node))]
        if not heights:
            heights, leaves = [-float(leaves)], leaves + 1
        place[node] = (float(graph.nodes[node]["depth"]), sum(heights) / len(heights))
        return place[node][1]

    for root in sorted(node for node in graph if graph.in_degree(node) == 0):
        visit(root)
    return place
