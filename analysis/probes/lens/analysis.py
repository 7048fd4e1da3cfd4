"""How far every answer takes it that Bo sees a cell (its uptake), and how well that tells what Bo sees.

Asked directly too: what is said of Bo's sight gives, with the map, each cell a chance that Bo perceives it; all but the
contested ones are certain. Rows `asked` "directly" have the log loss in nats over every contested cell of the map, and
as `skill` the share that this saves of the loss of not knowing (one half): of a mind that describes, and of the exact
posterior.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.table import Table

from agents.registry import reasoner_of
from agents.traits.sight import SIGHTS
from analysis.figures.picture import BLACK, BLUE, GREEN, GREY, ORANGE, canvas
from analysis.probes import panels
from analysis.probes import tables as written
from analysis.probes.contenders import EGOCENTRIC, IGNORANT, REASONER, TRUE, asked_in, everybody, judges
from analysis.probes.lens.design import CONTESTED, EVERY, HIDDEN, NEAR, NEW, UNSEEN, Put, Scene
from analysis.probes.lens.thresholds import AREA, CORRELATION, STILL
from analysis.probes.probe import Document, Row, Trial, at_most, controls, figure, one_of
from analysis.probes.shift import correlation, flat, separation
from analysis.scores.describe import POSTERIOR
from analysis.scores.intervals import Bounded, EpisodeBootstrap, less, ratio, share
from analysis.scores.measures import LEAST
from worlds import FunhouseError

FIGURES = {
    "by behaviour": ("area", "correlation", "uptake_seen", "uptake_not", "largest"),
    "directly": ("log_loss", "skill"),
}
SORTS = (
    (NEAR, "uptake_seen", "in near sight:\nBo sees it", 1),
    (CONTESTED, "uptake_seen", "Bo's sight\ndecides: it sees", 1),
    (CONTESTED, "uptake_not", "Bo's sight\ndecides: it does not", 0),
    (HIDDEN, "uptake_not", "out of all sight:\nBo does not", 0),
)  # sort of cell, figure, words, and what is true


class Sheet:
    """What was asked, and what everybody said; axis q runs over changed cells, d over questions about Bo's sight.

    Raises FunhouseError where there is no cell whose being seen hangs on somebody's sight.
    """

    def __init__(self, trial: Trial):
        self.mind, self.who = trial.mind.name, everybody(trial)
        self.direct: list[tuple[str, int, int, dict[str, float]]] = []  # d: world, episode, cells, stated chances
        answerers, found = {name: one for name, (one, _) in self.who.items()}, []
        self.worlds = [world for world, _ in trial.design.episodes]
        for place, seed, world, index in trial.places(dict(trial.design.episodes)):
            scene = Scene(trial.design.episode(world, index, seed, trial.settings.split), trial.design)
            for put in scene.questions():
                spots = list(scene.spots(put))
                edited = [scene.as_it_was(put), *(scene.changed(put, spot) for spot in spots)]
                said = asked_in(edited, put.question(scene.episode), answerers)
                for q, spot in enumerate(spots, 1):
                    found.append((world, seed, place, spot, {name: rows[q] - rows[0] for name, rows in said.items()}))
                self.direct.append(
                    (world, place, int(scene.contested(put).sum()), self._stated(scene, put, trial.mind))
                )
        if not any((one[0], one[3].cells) == (NEW, CONTESTED) for one in found):
            raise FunhouseError("what anybody sees hangs on nobody's sight here", remedy="ask for more episodes")
        self.world, self.seed, places = (np.array([one[k] for one in found]) for k in range(3))
        self.bootstrap = EpisodeBootstrap(places)
        self.cells, self.seen, self.would = (
            np.array([getattr(one[3], name) for one in found]) for name in ("cells", "seen", "would")
        )
        self.said = {name: np.array([one[4][name] for one in found]) for name in found[0][4]}  # q a: shifts

    def _stated(self, scene: Scene, put: Put, mind: Any) -> dict[str, float]:
        """The chance given to Bo's true sight, by who states one: the posterior, and a mind that describes."""
        episode, sight = scene.episode, SIGHTS.index(scene.episode.agents[put.who].type["sight"])
        belief = reasoner_of(scene.space).posterior(episode, put.asked, put.step, put.who)
        stated = {POSTERIOR: float(belief[scene.space.table.sight == sight].sum())}
        if hasattr(mind, "traits"):
            stated[self.mind] = float(mind.traits(episode, put.asked, [put.step], [put.who])["sight"][0, sight])
        return stated

    def rows(self, world: str, cells: str) -> np.ndarray:
        """(r,) int: the changed cells of one sort in one world."""
        sorts = (NEAR, CONTESTED, HIDDEN) if cells == EVERY else (cells,)
        return np.flatnonzero((self.world == world) & np.isin(self.cells, sorts))

    def uptake(self, name: str) -> np.ndarray:
        """(q,): an answer's shift projected on the would-be shift; 0 where that is none."""
        length = (self.would**2).sum(1)
        return (self.said[name] * self.would).sum(1) / np.where(length > 0, length, 1)

    def mean_uptake(self, name: str, rows: np.ndarray) -> Bounded:
        """Over some cells."""
        return share(self.bootstrap, self.uptake(name), np.ones(len(self.seen)), rows)

    def area(self, name: str, rows: np.ndarray) -> Bounded:
        """How well the uptake separates cells that Bo sees from those that it does not."""
        return separation(self.bootstrap, self.uptake(name), self.seen, rows)

    def correlation(self, name: str, rows: np.ndarray) -> Bounded:
        """Of the answer's shifts with the real ones."""
        return correlation(self.bootstrap, self.said[name], self.said[TRUE], rows)

    def largest(self, name: str, rows: np.ndarray) -> float | None:
        """The largest change of any probability."""
        return float(np.abs(self.said[name][rows]).max()) if len(rows) else None


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls", "figures"}; raises FunhouseError where nothing hangs on anybody's sight."""
    sheet = Sheet(trial)
    kinds = [(name, kind) for name, (_, kind) in sheet.who.items()]
    sorts, contested = (EVERY, NEAR, CONTESTED, HIDDEN, UNSEEN), sheet.rows(NEW, CONTESTED)
    asked = [(world, cells, *who) for world in sheet.worlds for cells in sorts for who in kinds]
    told = [(name, world) for world in sheet.worlds for name in sheet.direct[0][-1]]
    return {
        "rows": [_row(sheet, *one) for one in asked] + [_direct(sheet, *one) for one in told],
        "controls": controls(lambda name: sheet.area(name, contested), AREA, *judges(trial)),
        "figures": list(_figures(sheet, contested)),
    }


def _row(sheet: Sheet, world: str, cells: str, name: str, kind: str) -> Row:
    rows = sheet.rows(world, cells)
    seen, unseen = rows[sheet.seen[rows]], rows[~sheet.seen[rows]]
    found = {
        "area": sheet.area(name, rows), "correlation": sheet.correlation(name, rows),
        "uptake_seen": sheet.mean_uptake(name, seen), "uptake_not": sheet.mean_uptake(name, unseen),
    }  # fmt: skip
    return {
        "stance": "predict", "depth": 1, "contender": name, "kind": kind, "asked": "by behaviour", "world": world,
        "cells": cells, "questions": len(rows), "seen": len(seen), "largest": sheet.largest(name, rows), **flat(found),
    }  # fmt: skip


def _direct(sheet: Sheet, name: str, world: str) -> Row:
    """The log loss over contested cells of a stated sight, and what it saves of one half's."""
    here = [one for one in sheet.direct if one[0] == world]
    place, cells, stated = (np.array(one) for one in zip(*[(d[1], d[2], d[3][name]) for d in here], strict=True))
    loss = -np.log(np.maximum(stated, LEAST)) * cells
    found = {"log_loss": ratio(loss, cells, place), "skill": less(ratio(loss, cells * np.log(2), place))}
    return {
        "contender": name, "kind": "mind" if name == sheet.mind else "oracle", "asked": "directly", "world": world,
        "cells": CONTESTED, "questions": int(cells.sum()), **flat(found),
    }  # fmt: skip


def _figures(sheet: Sheet, contested: np.ndarray) -> Iterator[Row]:
    """What the mind came to, and whether that is what it should reach."""
    mind = sheet.mind
    by_seed = [sheet.area(mind, contested[sheet.seed[contested] == one])[0] for one in np.unique(sheet.seed)]
    yield figure("contested cells, area", sheet.area(mind, contested), AREA, by_seed=by_seed)
    yield figure("every cell, correlation", sheet.correlation(mind, sheet.rows(NEW, EVERY)), CORRELATION)
    for world in [world for world in sheet.worlds if world != NEW]:
        yield figure(f"contested cells, area, {world} sights", sheet.area(mind, sheet.rows(world, CONTESTED)))
    for name in (mind, REASONER):
        still = max(sheet.largest(name, sheet.rows(world, UNSEEN)) or 0.0 for world in sheet.worlds)
        yield figure(f"unseen cells, largest shift, {name}", (still, None, None), STILL, reached=at_most)


def tables(document: Document) -> list[Table]:
    """By behaviour, a line for each world, sort of cells and contender; and directly."""
    title, beside = "which cells Bo sees, ", (REASONER, IGNORANT, EGOCENTRIC, "mind, no history")
    behaviour, direct = ([row for row in document["rows"] if row["asked"] == asked] for asked in FIGURES)
    shown = [row for row in behaviour if row["kind"] == "mind" or row["contender"] in beside]
    parts = ((shown, "by how a change of them moves the prediction"), (direct, "asked directly"))
    left = ("world", "cells", "contender")
    return [
        written.lines(title + words, rows, left, ("questions", *figures), block=2)
        for (rows, words), figures in zip(parts, FIGURES.values(), strict=True)
    ]


def draw(document: Document) -> dict[str, Figure]:
    """ "lens": the mean uptake by sort of cell, and how well contested cells are separated."""
    picture, (uptakes, areas) = canvas(_title(document), 2, (13, 5.2))
    mind = one_of(document["rows"], kind="mind")["contender"]
    colors = {REASONER: ORANGE, mind: BLUE, EGOCENTRIC: GREEN}
    called = ("exact reasoner", "the mind", "egocentric (Bo knows what Ada knows)")
    for place, (name, words) in enumerate(zip(colors, called, strict=True)):
        _uptakes(uptakes, document, name, place, colors[name], words)
    for x, (*_, true) in enumerate(SORTS):
        uptakes.plot(
            [x - 0.42, x + 0.42], [true, true], color=GREY, linewidth=2.2, label=None if x else "truth", zorder=1
        )
    uptakes.set_xticks(range(len(SORTS)), [sort for _, _, sort, _ in SORTS], fontsize=9.5)
    uptakes.set_ylabel("uptake: 1 moves as if Bo saw the cell, 0 not at all")
    picture.legend(
        *uptakes.get_legend_handles_labels(), loc="outside lower left", ncols=4, frameon=False, fontsize=10.5
    )
    uptakes.set_title("A cell changes before Ada's eyes: does the prediction of Bo move?", fontsize=11.5, loc="left")
    panels.verdicts(areas, [{**document["figures"][0], "name": mind}, *document["controls"]], colors, AREA)
    areas.axvline(0.5, color=GREY, linewidth=1, linestyle=":", zorder=1)
    areas.set_title("Cells that Bo sees told from those it does not", fontsize=11.5, color=BLACK, loc="left")
    areas.set_xlabel(f"area under the ROC curve, 95% interval; dotted: chance, dashed: {AREA}")
    return {"lens": picture}


def _title(document: Document) -> str:
    main = document["figures"][0]
    if main["value"] is None:
        return "What could Bo see?"
    told = f"With sights it never trained with, the mind tells what Bo could see: area {main['value']:.2f}"
    return f"{told} where walls and distance do not decide"


def _uptakes(axes: Axes, document: Document, name: str, place: int, color: str, words: str) -> None:
    """Somebody's bars, with intervals."""
    here = [row for row in document["rows"] if row["asked"] == "by behaviour" and row["world"] == NEW]
    found = []
    for x, (cells, key, *_) in zip(panels.side_by_side(len(SORTS), place, 3, 0.25), SORTS, strict=True):
        row = one_of(here, contender=name, cells=cells)
        found.append((x, row[key], row[f"{key}_low"], row[f"{key}_high"]))
    drawn = [one for one in found if one[1] is not None]
    panels.bars(axes, [x for x, *_ in drawn], [value for _, value, *_ in drawn], 0.25, color, words)
    for x, _, *ends in drawn:
        if None not in ends:
            axes.plot([x, x], ends, color=BLACK, linewidth=1.1, zorder=4)
