"""Everybody's uptake, cell by cell; rows, controls and figures. The folder's docstring says what they mean."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from agents.answer import Answerer, resolve
from agents.traits.sight import SIGHTS
from agents.world import reasoner_of
from analysis.probes.contenders import EGOCENTRIC, IGNORANT, KINDS, MYSELF, OTHERS, PLANNER, REASONER
from analysis.probes.lens.episodes import CONTESTED, HIDDEN, NEAR, NEW, UNSEEN, Design, Put, Scene, Spot
from analysis.probes.probe import BASELINE, BLIND, NEGATIVE, POSITIVE, Bounded, Progress, Settings, Subject, control
from analysis.probes.shift import correlation, flat, separation, share
from analysis.scores.intervals import EpisodeBootstrap
from analysis.scores.measures import LEAST, checked
from worlds import FunhouseError

AREA, CORRELATION = 0.6, 0.6  # the thresholds: see analysis/probes/lens/__init__.py
EVERY = "every"
POSTERIOR = "posterior"


@dataclass
class Sheet:
    """What was asked, and what everybody said; axis q runs over changed cells, d over questions about Bo's sight."""

    mind: str
    world: list[str] = field(default_factory=list)  # q
    seed: list[int] = field(default_factory=list)  # q
    episode: list[int] = field(default_factory=list)  # q
    spot: list[Spot] = field(default_factory=list)  # q
    real: list[np.ndarray] = field(default_factory=list)  # q of a: the real shift
    said: dict[str, list[np.ndarray]] = field(default_factory=dict)  # by contender: q of a
    direct: list[tuple[str, int, int]] = field(default_factory=list)  # d of (world, episode, contested cells)
    stated: dict[str, list[float]] = field(default_factory=dict)  # by contender: d, the chance given to Bo's true sight

    def put(self, place: int, world: str, seed: int, scene: Scene, put: Put, answerers: Sequence[Answerer]) -> None:
        """Asks everybody about every changed cell of one question."""
        spots = list(scene.spots(put))
        worlds = [scene.changed(put, Spot(CONTESTED, 0, int(scene.fruit[put.step, 0]), False, np.zeros(5)))]
        worlds += [scene.changed(put, spot) for spot in spots]
        question, reasoner = put.question(scene.episode), reasoner_of(scene.space)
        for one in answerers:
            said = np.concatenate([one.answer(other, [question]) for other in worlds])
            said = checked(said, len(worlds), one.name)
            self.said.setdefault(one.name, []).extend(said[1:] - said[0])
        truth = np.concatenate([reasoner.truth(other, [resolve(other, question)]) for other in worlds])
        self.real += list(truth[1:] - truth[0])
        self.spot += spots
        self.world += [world] * len(spots)
        self.seed += [seed] * len(spots)
        self.episode += [place] * len(spots)

    def tell(self, place: int, world: str, scene: Scene, put: Put, mind: Any) -> None:
        """Asks directly for Bo's sight: the posterior, and a mind that describes."""
        episode, sight = scene.episode, SIGHTS.index(scene.episode.agents[put.who].type["sight"])
        belief = reasoner_of(scene.space).posterior(episode, put.asked, put.step, put.who)
        stated = {POSTERIOR: belief[scene.space.table.sight == sight].sum()}
        if hasattr(mind, "traits"):
            stated[self.mind] = mind.traits(episode, put.asked, [put.step], [put.who])["sight"][0, sight]
        self.direct.append((world, place, int(scene.contested(put).sum())))
        for name, chance in stated.items():
            self.stated.setdefault(name, []).append(float(chance))

    @cached_property
    def bootstrap(self) -> EpisodeBootstrap:
        """Over the episodes in which a cell was changed."""
        return EpisodeBootstrap(np.array(self.episode))

    def rows(self, world: str, cells: str) -> np.ndarray:
        """(r,) int: the changed cells of one sort in one world; every: all but the unseen ones."""
        sorts = (NEAR, CONTESTED, HIDDEN) if cells == EVERY else (cells,)
        here = zip(self.world, self.spot, strict=True)
        return np.flatnonzero([one == world and spot.cells in sorts for one, spot in here])

    @cached_property
    def seen(self) -> np.ndarray:
        """(q,) bool: whether Bo sees the cell."""
        return np.array([spot.seen for spot in self.spot])

    def uptake(self, name: str) -> np.ndarray:
        """(q,): an answer's shift projected on the would-be shift; 0 where that is none."""
        would = np.array([spot.would for spot in self.spot])
        length = (would**2).sum(1)
        return (np.array(self.said[name]) * would).sum(1) / np.where(length > 0, length, 1)


def measure(
    subject: Subject,
    settings: Settings | None = None,
    progress: Progress | None = None,
    design: Design | None = None,
) -> dict[str, Any]:
    """{"rows", "controls", "figures", "seeds"}, JSON values only.

    Raises FunhouseError where there is no cell whose being seen hangs on somebody's sight.
    """
    settings, design = settings or Settings(), design or Design()
    blind = [one for one in subject.blanked if one.name in BLIND]
    sheet = _asked(subject.mind, [subject.mind, *OTHERS, *blind], settings, design, progress)
    kinds = {subject.mind.name: "mind", **KINDS, **{one.name: "control" for one in blind}}
    worlds = list(dict.fromkeys(sheet.world))
    sorts = (EVERY, NEAR, CONTESTED, HIDDEN, UNSEEN)
    asked = [(world, cells, *who) for world in worlds for cells in sorts for who in kinds.items()]
    told = [(name, world) for world in worlds for name in sheet.stated]
    return {
        "rows": [_row(sheet, *one) for one in asked] + [_direct(sheet, *one) for one in told],
        "controls": list(_controls(sheet, [one.name for one in blind])),
        "figures": list(_figures(sheet)),
        "seeds": list(settings.all_seeds),
    }


def _asked(
    mind: Answerer, answerers: Sequence[Answerer], settings: Settings, design: Design, progress: Progress | None
) -> Sheet:
    """Every question of every episode, put to everybody."""
    sheet, counts = Sheet(mind.name), {world: settings.episodes or count for world, count in design.episodes}
    places = [(s, world, k) for s in settings.all_seeds for world, count in counts.items() for k in range(count)]
    for place, (seed, world, index) in enumerate(places):
        scene = Scene(design.episode(world, index, seed, settings.split), design)
        for put in scene.questions():
            sheet.put(place, world, seed, scene, put, answerers)
            sheet.tell(place, world, scene, put, mind)
        if progress:
            progress(place + 1, len(places))
    if not len(sheet.rows(NEW, CONTESTED)):
        raise FunhouseError("what anybody sees hangs on nobody's sight here", remedy="ask for more episodes")
    return sheet


def _area(sheet: Sheet, name: str, rows: np.ndarray) -> Bounded:
    """How well the uptake separates cells that Bo sees from those that it does not."""
    return separation(sheet.bootstrap, sheet.uptake(name), sheet.seen, rows)


def _correlation(sheet: Sheet, name: str, rows: np.ndarray) -> Bounded:
    """Of the answer's shifts with the real ones."""
    return correlation(sheet.bootstrap, np.array(sheet.said[name]), np.array(sheet.real), rows)


def _uptake(sheet: Sheet, name: str, rows: np.ndarray) -> Bounded:
    """The mean uptake."""
    return share(sheet.bootstrap, sheet.uptake(name), np.ones(len(sheet.spot)), rows)


def _row(sheet: Sheet, world: str, cells: str, name: str, kind: str) -> dict[str, Any]:
    rows, seen = sheet.rows(world, cells), sheet.seen
    found = {
        "area": _area(sheet, name, rows), "correlation": _correlation(sheet, name, rows),
        "uptake_seen": _uptake(sheet, name, rows[seen[rows]]), "uptake_not": _uptake(sheet, name, rows[~seen[rows]]),
    }  # fmt: skip
    return {
        "stance": "predict", "depth": 1, "contender": name, "kind": kind, "asked": "by behaviour", "world": world,
        "cells": cells, "questions": len(rows), "seen": int(seen[rows].sum()), "largest": _largest(sheet, name, rows),
        **flat(found),
    }  # fmt: skip


def _largest(sheet: Sheet, name: str, rows: np.ndarray) -> float | None:
    """The largest change of any probability."""
    return float(np.abs(np.array(sheet.said[name])[rows]).max()) if len(rows) else None


def _direct(sheet: Sheet, name: str, world: str) -> dict[str, Any]:
    """The log loss over contested cells of a stated sight, and what it saves of one half's."""
    here = [d for d, (one, *_) in enumerate(sheet.direct) if one == world]
    place, cells = (np.array([sheet.direct[d][k] for d in here]) for k in (1, 2))
    loss = -np.log(np.maximum(np.array(sheet.stated[name])[here], LEAST)) * cells
    bootstrap, rows = EpisodeBootstrap(place), np.arange(len(here))
    nats = share(bootstrap, loss, cells, rows)
    left = share(bootstrap, loss, cells * np.log(2), rows)
    saved = tuple(None if one is None else 1 - one for one in (left[0], left[2], left[1]))
    return {
        "contender": name, "kind": "mind" if name == sheet.mind else "oracle", "asked": "directly", "world": world,
        "cells": CONTESTED, "questions": int(cells.sum()),
        **flat({"log_loss": nats, "skill": saved}),
    }  # fmt: skip


def _controls(sheet: Sheet, blind: Sequence[str]) -> Iterator[dict[str, Any]]:
    negative = dict.fromkeys((EGOCENTRIC, MYSELF, PLANNER, *blind), NEGATIVE)
    for name, kind in {REASONER: POSITIVE, **negative, IGNORANT: BASELINE}.items():
        yield control(name, kind, *_area(sheet, name, sheet.rows(NEW, CONTESTED)), None if kind == BASELINE else AREA)


def _figures(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """What the mind came to, and whether that is what it should reach."""
    mind, contested, seed = sheet.mind, sheet.rows(NEW, CONTESTED), np.array(sheet.seed)
    by_seed = [_area(sheet, mind, contested[seed[contested] == one])[0] for one in np.unique(seed)]
    yield _figure("contested cells, area", _area(sheet, mind, contested), AREA, by_seed)
    yield _figure("every cell, correlation", _correlation(sheet, mind, sheet.rows(NEW, EVERY)), CORRELATION)
    for world in [world for world in dict.fromkeys(sheet.world) if world != NEW]:
        yield _figure(f"contested cells, area, {world} sights", _area(sheet, mind, sheet.rows(world, CONTESTED)))
    for name in (mind, REASONER):
        still = max(_largest(sheet, name, sheet.rows(world, UNSEEN)) or 0.0 for world in set(sheet.world))
        yield _figure(f"unseen cells, largest shift, {name}", (still, None, None), 0.0, most=True)


def _figure(
    name: str, values: Bounded, goal: float | None = None, by_seed: Sequence | None = None, most: bool = False
) -> dict[str, Any]:
    value, low, high = values
    reached = None if goal is None or value is None else bool(value <= goal if most else value >= goal)
    return {
        "name": name, "value": value, "low": low, "high": high, "goal": goal, "reached": reached, "by_seed": by_seed,
    }  # fmt: skip


def row_of(document: Mapping[str, Any], contender: str, world: str, cells: str, asked: str = "by behaviour") -> dict:
    """One row of the probe's document."""
    wanted = (contender, world, cells, asked)
    keys = ("contender", "world", "cells", "asked")
    return next(row for row in document["rows"] if tuple(row[key] for key in keys) == wanted)
