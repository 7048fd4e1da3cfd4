"""Imitation-accuracy graphs: directed networkx graphs made of the questions of a survey.

An edge X → Y carries how well X, asked to behave as Y (or to predict Y), is answered for. Across episodes
names are fresh, so a graph of a whole log has kinds of agents for nodes, and only the graph of one episode
has agents. Nested questions are a graph of their own: its nodes are chains such as "X as Y as Z", each an
imitation nested one deeper than the last.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import networkx as nx
import numpy as np

from agents.answer import Answerer
from agents.query import Query
from agents.registry import world_of
from analysis.contenders.fitting import Fitted
from analysis.questions.perception import target_of
from analysis.questions.sampling import Cell, Draw, Sampling
from analysis.questions.survey import bound, put
from analysis.scores.fidelity import Scores
from worlds import FunhouseError
from worlds.base_episode import BaseEpisode
from worlds.harmless import harmless

LETTERS = "XYZWVUTS"
Namer = Callable[[BaseEpisode, int], str]


def by_name(episode: BaseEpisode, agent: int) -> str:
    """A node for each agent: for graphs of one episode."""
    return episode.names[agent]


def by_traits(*traits: str) -> Namer:
    """A node for each combination of traits: by_traits("sight", "memory") gives "near, forgetful", ..."""
    return lambda episode, agent: ", ".join(episode.agents[agent].type[trait] for trait in traits)


def by_kind(episode: BaseEpisode, agent: int) -> str:
    """A node for each kind of agent, as the world calls it."""
    return world_of(episode).kind(episode.agents[agent].type)


def imitated(scores: Scores) -> str:
    """The stance in which one agent stands for another at depth 1: predict, where nobody can behave as anybody."""
    return "behave" if ("behave", 1) in scores.survey.cells() else "predict"


def imitation_graph(
    scores: Scores,
    contender: str = "mind",
    node: Namer | None = None,
    *,
    stance: str = "behave",
    depth: int = 1,
) -> nx.DiGraph:
    """Who imitates whom how well: an edge from the asked agent to its target for each pair of nodes.

    Edge attributes are the row of the fidelity table over the edge's questions, what is undefined left out,
    and shortcut_nats, the excess of the best shortcut on the same questions. Raises FunhouseError where no
    question of that stance and depth was asked, or the contender took no part.
    """
    node = node or by_kind
    pairs = _labels(scores, lambda episode, query: _pair(episode, query, node))
    graph = nx.DiGraph(contender=contender, stance=stance, depth=depth)
    for pair in sorted({one for one in pairs if one is not None}):
        row = _row(scores, (stance, depth), np.array([one == pair for one in pairs], bool), contender)
        if row:
            graph.add_edge(*pair, **row)
    return _checked(graph, contender)


def examine_pairs(
    episode: BaseEpisode, answerers: Sequence[Answerer], fitted: dict[Cell, Fitted], every: int = 4
) -> Scores:
    """The scores of one episode with everybody asked to behave as everybody it knows, at every so many moves.

    Where nobody can behave as another, everybody predicts everybody it sees. `fitted` are the shortcuts of a
    survey (Scores.fitted). Raises FunhouseError where nobody perceives anybody.
    """
    draw = Draw(episode, Sampling())
    asked = draw.every_pair(every, "predict" if ("behave", 1) in draw.meaningless else "behave")
    return Scores.of(put(0, episode, asked, answerers) if asked else bound([]), fitted)


def chain_graph(
    scores: Scores,
    contender: str = "mind",
    *,
    stance: str = "behave",
    name: Callable[[BaseEpisode, Query], str] | None = None,
) -> nx.DiGraph:
    """Nested questions: a node for each form of chain, an edge from each to those that nest one role more.

    By default forms are told apart by who is named again ("X as Y as X" and "X as Y as Z"); chains with
    descriptions are left out. Node attributes are the row of the fidelity table over the node's questions.
    Raises as imitation_graph does.
    """
    forms = _labels(scores, name or chain_form)
    graph = nx.DiGraph(contender=contender, stance=stance)
    for cell in (one for one in scores.survey.cells() if one[0] == stance):
        here = scores.survey.within(cell)
        for form in sorted({forms[q] for q in np.flatnonzero(here)} - {None}):
            row = _row(scores, cell, np.array([one == form for one in forms], bool), contender)
            outer = form.rpartition(" as ")[0]
            if row:
                graph.add_node(form, **row)
            if row and outer in graph:
                graph.add_edge(outer, form)
    return _checked(graph, contender)


def chain_form(episode: BaseEpisode, query: Query) -> str | None:
    """A chain with letters for names, in order of appearance, X being the asked agent: "X as Y as X"."""
    if any(isinstance(who, str) for who in query.chain):
        return None
    letter = dict(zip(dict.fromkeys((query.agent, *query.chain)), LETTERS, strict=False))
    chain = " as ".join(letter[who] for who in query.chain)
    between = " predicts " if query.stance == "predict" else " as " if chain else ""
    return letter[query.agent] + between + chain


def write_graphml(graph: nx.DiGraph, directory: str | Path, name: str) -> Path:
    """Writes NAME.graphml, which Gephi, Cytoscape, igraph and networkx read. Returns the path."""
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.graphml"
    nx.write_graphml(_legible(graph), path, encoding="utf-8", named_key_ids=True)
    return path


def _legible(graph: nx.DiGraph) -> nx.DiGraph:
    """The graph with names that XML can hold."""
    legible = nx.DiGraph(**_attributes(graph.graph))
    legible.add_nodes_from((harmless(node), _attributes(row)) for node, row in graph.nodes(data=True))
    legible.add_edges_from((harmless(a), harmless(b), _attributes(row)) for a, b, row in graph.edges(data=True))
    return legible


def _attributes(row: Mapping) -> dict:
    return {key: harmless(value) if isinstance(value, str) else value for key, value in row.items()}


def _pair(episode: BaseEpisode, query: Query, node: Namer) -> tuple[str, str] | None:
    target = target_of(query)
    return None if target is None else (node(episode, query.agent), node(episode, target))


def _labels(scores: Scores, label: Callable[[BaseEpisode, Query], object]) -> list:
    """The label of each question, (q)."""
    survey = scores.survey
    episodes = dict(zip(sorted(set(survey.episode.tolist())), survey.members, strict=True))
    return [label(episodes[place], one.query) for place, one in zip(survey.episode.tolist(), survey.asked, strict=True)]


def _row(scores: Scores, cell: tuple[str, int], mask: np.ndarray, contender: str) -> dict:
    """The figures of a contender over some questions of a stance and depth, without what is undefined."""
    names: Sequence[str] = [contender, scores.fitted[cell].best] if cell in scores.fitted else []
    found = scores.rows(cell, mask, names)
    if not found or found[0]["contender"] != contender:
        return {}
    row = {
        key: value
        for key, value in found[0].items()
        if value is not None and key not in ("stance", "contender", "kind", "excess_over")
    }
    return {**row, "shortcut_nats": found[-1]["excess_nats"]}


def _checked(graph: nx.DiGraph, contender: str) -> nx.DiGraph:
    if not len(graph):
        raise FunhouseError(
            f"there is no graph of '{contender}': it answered no such question",
            remedy="ask of more episodes, or name another contender, stance or depth",
        )
    return graph
