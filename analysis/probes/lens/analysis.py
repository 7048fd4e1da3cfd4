"""How far every answer takes it that Bo sees a cell (its uptake), and how well that tells what Bo sees.

Asked directly too: what is said of Bo's sight gives, with the map, each cell a chance that Bo perceives it; all but the
contested ones are certain. Rows `asked` "directly" have the log loss in nats over every contested cell of the map, and
as `skill` the share that this saves of the loss of not knowing (one half): of a mind that describes, and of the exact
posterior.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from rich.table import Table

from agents.registry import reasoner_of
from agents.traits.sight import SIGHTS
from analysis.figures.picture import GREY, canvas
from analysis.probes import panels
from analysis.probes.contenders import REASONER, answerers, asked_in, judges
from analysis.probes.lens.design import CONTESTED, EVERY, HIDDEN, NEAR, NEW, UNSEEN, Put, Search
from analysis.probes.lens.thresholds import AREA, CORRELATION, STILL
from analysis.probes.probe import Document, Row, Trial, at_most, controls, figure, one_of, some
from analysis.probes.shift import Shifts, bounds, flat, separation
from analysis.probes.tables import beside, lines
from analysis.scores.describe import POSTERIOR
from analysis.scores.intervals import Bounded, less, ratio, share
from analysis.scores.measures import LEAST

NOTHING = "what anybody sees hangs on nobody's sight here"
SORTS = (
    (NEAR, "uptake_seen", "in near sight:\nBo sees it", 1.0),
    (CONTESTED, "uptake_seen", "Bo's sight\ndecides: it sees", 1.0),
    (CONTESTED, "uptake_not", "Bo's sight\ndecides: it does not", 0.0),
    (HIDDEN, "uptake_not", "out of all sight:\nBo does not", 0.0),
)  # sort of cell, figure, words, and what is true


class Sheet(Shifts):
    """What everybody said before and after each change of a cell; axis d runs over questions about Bo's sight.

    Raises FunhouseError where there is no cell whose being seen hangs on somebody's sight.
    """

    def __init__(self, trial: Trial):
        self.direct: list[tuple[str, int, int, dict[str, float]]] = []  # d: world, episode, cells, stated chances
        super().__init__(trial, some([*self._asked(trial)], NOTHING))
        self.worlds, self.world = [*dict(trial.design.episodes)], np.array([world for world, _ in self.cases])
        self.cells, self.seen, self.would = (
            np.array([getattr(spot, name) for _, spot in self.cases]) for name in ("cells", "seen", "would")
        )
        self.contested = some(self.rows(NEW, CONTESTED), NOTHING)

    def _asked(self, trial: Trial) -> Iterator[tuple]:
        for place, seed, world, index in trial.places(dict(trial.design.episodes)):
            search = Search(trial.design.episode(world, index, seed, trial.settings.split), trial.design)
            for put in search.questions():
                spots = list(search.spots(put))
                edited = [search.as_it_was(put), *(search.changed(put, spot) for spot in spots)]
                said = asked_in(edited, put.question(search.episode), answerers(trial))
                for q, spot in enumerate(spots, 1):
                    yield place, seed, (world, spot), {name: rows[[0, q]] for name, rows in said.items()}
                count = int(search.contested(put).sum())
                self.direct.append((world, place, count, _stated(search, put, trial.mind)))

    def rows(self, world: str, cells: str) -> np.ndarray:
        """(r,) int: the changed cells of one sort in one world."""
        sorts = (NEAR, CONTESTED, HIDDEN) if cells == EVERY else (cells,)
        return np.flatnonzero((self.world == world) & np.isin(self.cells, sorts))

    def uptake(self, name: str) -> np.ndarray:
        """(q,): an answer's shift projected on the would-be shift; 0 where that is none."""
        length = (self.would**2).sum(1)
        return (self.shift(name) * self.would).sum(1) / np.where(length > 0, length, 1)

    def mean_uptake(self, name: str, rows: np.ndarray) -> Bounded:
        """Over some cells."""
        return share(self.bootstrap, self.uptake(name), np.ones(len(self.seen)), rows)

    def area(self, name: str, rows: np.ndarray) -> Bounded:
        """How well the uptake separates cells that Bo sees from those that it does not."""
        return separation(self.bootstrap, self.uptake(name), self.seen, rows)


def _stated(search: Search, put: Put, mind: Any) -> dict[str, float]:
    """The chance given to Bo's true sight, by who states one: the posterior, and a mind that describes."""
    episode, sight = search.episode, SIGHTS.index(search.episode.agents[put.who].type["sight"])
    belief = reasoner_of(search.space).posterior(episode, put.asked, put.step, put.who)
    stated = {POSTERIOR: float(belief[search.space.table.sight == sight].sum())}
    if hasattr(mind, "traits"):
        stated[mind.name] = float(mind.traits(episode, put.asked, [put.step], [put.who])["sight"][0, sight])
    return stated


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls", "figures"}; raises FunhouseError where nothing hangs on anybody's sight."""
    sheet = Sheet(trial)
    sorts = (EVERY, NEAR, CONTESTED, HIDDEN, UNSEEN)
    asked = [(world, cells, *who) for world in sheet.worlds for cells in sorts for who in sheet.kinds.items()]
    told = [(name, world) for world in sheet.worlds for name in sheet.direct[0][-1]]
    return {
        "rows": [_row(sheet, *one) for one in asked] + [_direct(sheet, *one) for one in told],
        "controls": controls(lambda name: sheet.area(name, sheet.contested), AREA, *judges(trial)),
        "figures": list(_figures(sheet)),
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
    here = [(place, cells, said[name]) for where, place, cells, said in sheet.direct if where == world]
    place, cells, stated = (np.array(one) for one in zip(*here, strict=True))
    loss = -np.log(np.maximum(stated, LEAST)) * cells
    found = {"log_loss": ratio(loss, cells, place), "skill": less(ratio(loss, cells * np.log(2), place))}
    return {
        "contender": name, "kind": "mind" if name == sheet.mind else "oracle", "asked": "directly", "world": world,
        "cells": CONTESTED, "questions": int(cells.sum()), **flat(found),
    }  # fmt: skip


def _figures(sheet: Sheet) -> Iterator[Row]:
    def area(rows: np.ndarray) -> Bounded:
        return sheet.area(sheet.mind, rows)

    by_seed = sheet.by_seed(area, sheet.contested)
    yield figure("contested cells, area", area(sheet.contested), AREA, by_seed=by_seed)
    yield figure("every cell, correlation", sheet.correlation(sheet.mind, sheet.rows(NEW, EVERY)), CORRELATION)
    for world in [world for world in sheet.worlds if world != NEW]:
        yield figure(f"contested cells, area, {world} sights", area(sheet.rows(world, CONTESTED)))
    for name in (sheet.mind, REASONER):
        still = max(sheet.largest(name, sheet.rows(world, UNSEEN)) or 0.0 for world in sheet.worlds)
        yield figure(f"unseen cells, largest shift, {name}", (still, None, None), STILL, reached=at_most)


def tables(document: Document) -> list[Table]:
    """By behaviour, a line for each world, sort of cells and contender; and directly."""
    title, left = "which cells Bo sees, ", ("world", "cells", "contender")
    behaviour, directly = (
        [row for row in document["rows"] if row["asked"] == asked] for asked in ("by behaviour", "directly")
    )
    right = ("questions", "area", "correlation", "uptake_seen", "uptake_not", "largest")
    return [
        lines(f"{title}by how a change of them moves the prediction", beside(behaviour), left, right, block=2),
        lines(f"{title}asked directly", directly, left, ("questions", "log_loss", "skill"), block=2),
    ]


def draw(document: Document) -> dict[str, Figure]:
    """ "lens": the mean uptake by sort of cell, and how well contested cells are separated."""
    main, mind = document["figures"][0], one_of(document["rows"], kind="mind")["contender"]
    told = "With sights it never trained with, the mind tells what Bo could see: area {:.2f}"
    title = panels.finding(f"{told} where walls and distance do not decide", [main["value"]], "What could Bo see?")
    picture, (uptakes, areas) = canvas(title, 2, (13, 5.2))
    truth: list[Bounded] = [(true, None, None) for *_, true in SORTS]
    told_by = panels.rows_of(document["rows"], panels.EXACT, panels.MIND, panels.KNOWS_ALL)
    series = [
        (words, color, [bounds(one_of(own, world=NEW, cells=cells), key) for cells, key, *_ in SORTS])
        for words, color, own in told_by
    ]
    panels.grouped(uptakes, [words for *_, words, _ in SORTS], [("truth", GREY, truth), *series])
    panels.titled(uptakes, "A cell changes before Ada's eyes: does the prediction of Bo move?",
                  y="uptake: 1 moves as if Bo saw the cell, 0 not at all")  # fmt: skip
    picture.legend(*uptakes.get_legend_handles_labels(), loc="outside lower left", ncols=4, frameon=False)
    panels.verdicts(areas, [{**main, "name": mind}, *document["controls"]], AREA)
    areas.axvline(0.5, color=GREY, linewidth=1, linestyle=":", zorder=1)
    panels.titled(areas, "Cells that Bo sees told from those it does not",
                  f"area under the ROC curve, 95% interval; dotted: chance, dashed: {AREA}")  # fmt: skip
    return {"lens": picture}
