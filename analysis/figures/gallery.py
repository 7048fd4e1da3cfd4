"""All pictures of a scored log, in one folder."""

from collections.abc import Callable, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from agents.answer import Answerer
from analysis.figures.graph_pictures import draw_chains, draw_imitation
from analysis.figures.imitation_graph import (
    by_name,
    chain_graph,
    examine_pairs,
    imitated,
    imitation_graph,
    write_graphml,
)
from analysis.figures.picture import save
from analysis.scores import curves
from analysis.scores.fidelity import Scores
from worlds import FunhouseError
from worlds.base_episode import BaseEpisode


def publish(
    scores: Scores,
    directory: str | Path,
    *,
    contender: str = "mind",
    descriptions: dict | None = None,
    episode: BaseEpisode | None = None,
    answerers: Sequence[Answerer] = (),
) -> list[Path]:
    """Draws everything there is to draw of a contender and returns the paths (PNG, SVG, GraphML).

    imitation: kinds of agents, by sight and memory or by policy; chains: nested questions; by_depth,
    by_observed, by_sight: accuracy curves; calibration, where `descriptions` are given
    (describe.score_descriptions); episode: who imitates whom in one `episode`, asked of the `answerers`. Raises
    FunhouseError where there is too little to draw.
    """
    report, stance = scores.report(), imitated(scores)
    figures = {
        "by_depth": _drawn(curves.by_depth, report, contender),
        "by_observed": _drawn(curves.by_observed, report, contender, stance),
        "by_sight": _drawn(curves.by_sight, report, contender, stance),
    }
    if descriptions is not None:
        figures["calibration"] = _drawn(curves.calibration, descriptions, contender)
    graphs = {
        "imitation": imitation_graph(scores, contender, stance=stance),
        "chains": chain_graph(scores, contender, stance=stance),
    }
    if episode is not None:
        pairs = examine_pairs(episode, answerers, scores.fitted)
        graphs["episode"] = imitation_graph(pairs, contender, by_name, stance=imitated(pairs))
    figures |= {name: draw_chains(g) if name == "chains" else draw_imitation(g) for name, g in graphs.items()}
    pictures = [path for name, figure in figures.items() if figure for path in save(figure, directory, name)]
    return pictures + [write_graphml(graph, directory, name) for name, graph in graphs.items()]


def _drawn(draw: Callable[..., Figure], table: dict, *which: str) -> Figure | None:
    """A curve, or None where a small log has too few questions for one, or its world lacks what it shows."""
    try:
        return draw(table, *which)
    except FunhouseError:
        return None
