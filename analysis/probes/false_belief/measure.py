"""Everybody's shifts over the cases; rows, controls and figures. The folder's docstring says what they mean."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from agents.answer import Answerer, resolve
from agents.orchard.rollout import play
from agents.world import reasoner_of
from analysis.probes.contenders import EGOCENTRIC, IGNORANT, KINDS, MYSELF, OTHERS, PLANNER, REASONER
from analysis.probes.false_belief.cases import AWAY, POOLED, RETENTIVE, SECOND, Case, Design, Search, worlds_of
from analysis.probes.orchard import types_of
from analysis.probes.probe import BASELINE, BLIND, NEGATIVE, POSITIVE, Bounded, Progress, Settings, Subject, control
from analysis.probes.shift import correlation, flat, slope
from analysis.scores.intervals import EpisodeBootstrap
from analysis.scores.measures import checked, total_variation
from worlds import Episode, FunhouseError

KEPT, MISSED, WATCHED = range(3)  # the worlds of a case
SHOWN = 0.6  # the threshold of a control, and what the mind should reach
ALL = "pooled"
AGO = {(1, 1): "1 step ago", (2, 3): "2-3 steps ago", (4, 7): "4-7 steps ago"}
BEYOND = {(0, 0): "behind a wall", (1, 1): "1 beyond sight", (2, 2): "2 beyond sight", (3, 99): "3+ beyond sight"}


@dataclass
class Sheet:
    """The cases and what everybody expected in each world; axis q runs over cases, w over the three worlds."""

    mind: str
    held_out: list[bool] = field(default_factory=list)
    case: list[Case] = field(default_factory=list)
    episode: list[int] = field(default_factory=list)  # of each case
    seed: list[int] = field(default_factory=list)
    truth: list[np.ndarray] = field(default_factory=list)  # q of w a
    answer: dict[str, list[np.ndarray]] = field(default_factory=dict)  # by contender: q of w a

    def put(self, place: int, seed: int, episode: Episode, case: Case, answerers: Sequence[Answerer]) -> None:
        """Asks everybody about one case."""
        worlds, space = worlds_of(episode, case), types_of(episode)
        question, reasoner = case.question(episode), reasoner_of(space)
        for one in answerers:
            said = np.concatenate([one.answer(world, [question]) for world in worlds])
            self.answer.setdefault(one.name, []).append(checked(said, len(worlds), one.name))
        self.truth.append(np.concatenate([reasoner.truth(world, [resolve(world, question)]) for world in worlds]))
        self.held_out.append(bool(space.held_out[space.index(episode.agents[case.who].type)]))
        self.case.append(case)
        self.episode.append(place)
        self.seed.append(seed)

    @cached_property
    def bootstrap(self) -> EpisodeBootstrap:
        """Over the episodes that have a case."""
        return EpisodeBootstrap(np.array(self.episode))

    def shift(self, name: str | None, after: int, before: int) -> np.ndarray:
        """(q, a): an answer in one world less that in another; None: what is real."""
        said = np.array(self.truth if name is None else self.answer[name])
        return said[:, after] - said[:, before]

    def rows(self, *conditions: str) -> np.ndarray:
        """(r,) int: the cases of some conditions."""
        return np.flatnonzero([case.condition in conditions for case in self.case])

    def groups(self) -> Iterator[tuple[str, str | None, np.ndarray]]:
        """(condition, dose, rows): pooled, and so about held-out types; every condition; of a retentive Bo, by dose."""
        pooled, retentive = self.rows(*POOLED), self.rows(RETENTIVE)
        yield ALL, None, pooled
        yield f"{ALL}, held-out types", None, pooled[np.array(self.held_out)[pooled]]
        yield from ((condition, None, self.rows(condition)) for condition in (*POOLED, SECOND, AWAY))
        for (low, high), words in AGO.items():
            yield RETENTIVE, words, np.array([q for q in retentive if low <= self.case[q].ago <= high], int)
        for (low, high), words in BEYOND.items():
            yield RETENTIVE, words, np.array([q for q in retentive if low <= self.case[q].beyond <= high], int)


def measure(
    subject: Subject,
    settings: Settings | None = None,
    progress: Progress | None = None,
    design: Design | None = None,
) -> dict[str, Any]:
    """{"rows", "controls", "figures", "seeds"}, JSON values only.

    Raises FunhouseError where no fruit ever goes behind anybody's back.
    """
    settings, design = settings or Settings(), design or Design()
    blind = [one for one in subject.blanked if one.name in BLIND]
    sheet = _asked(Sheet(subject.mind.name), [subject.mind, *OTHERS, *blind], settings, design, progress)
    kinds = {subject.mind.name: "mind", **KINDS, **{one.name: "control" for one in blind}}
    return {
        "rows": [_row(sheet, name, kind, *group) for name, kind in kinds.items() for group in sheet.groups()],
        "controls": list(_controls(sheet, [one.name for one in blind])),
        "figures": list(_figures(sheet)),
        "seeds": list(settings.all_seeds),
    }


def _asked(
    sheet: Sheet, answerers: Sequence[Answerer], settings: Settings, design: Design, progress: Progress | None
) -> Sheet:
    """All cases of all episodes, put to everybody."""
    count = settings.episodes or design.episodes
    for place in range(count * settings.seeds):
        seed = settings.all_seeds[place // count]
        episode = play(design.run(seed, settings.split), place % count)
        for case in Search(episode, design).cases():
            sheet.put(place, seed, episode, case, answerers)
        if progress:
            progress(place + 1, count * settings.seeds)
    if not sheet.case:
        raise FunhouseError("nobody ever missed what somebody else saw", remedy="ask for more episodes")
    return sheet


def watching(sheet: Sheet, name: str, rows: np.ndarray) -> Bounded:
    """The correlation of what watching changes, predicted with real."""
    said, real = (sheet.shift(one, WATCHED, MISSED) for one in (name, None))
    return correlation(sheet.bootstrap, said, real, rows)


def _moved(sheet: Sheet, name: str, rows: np.ndarray) -> Bounded:
    """The correlation of the shifts from "as it was", missed and watched together."""
    said, real = (
        np.concatenate([sheet.shift(one, world, KEPT) for world in (MISSED, WATCHED)], axis=1) for one in (name, None)
    )
    return correlation(sheet.bootstrap, said, real, rows)


def _slope(sheet: Sheet, name: str, rows: np.ndarray) -> Bounded:
    """That of what watching changes, predicted, on what it really does."""
    said, real = (sheet.shift(one, WATCHED, MISSED) for one in (name, None))
    return slope(sheet.bootstrap, said, real, rows)


def _leak(sheet: Sheet, name: str, rows: np.ndarray) -> Bounded:
    """The share of its own shift for a Bo that watched which it also shows for one that missed it."""
    missed, watched = (sheet.shift(name, world, KEPT) for world in (MISSED, WATCHED))
    return slope(sheet.bootstrap, missed, watched, rows)


def _size(shift: np.ndarray, rows: np.ndarray) -> float | None:
    """Mean total variation."""
    return float(total_variation(shift, np.zeros_like(shift))[rows].mean()) if len(rows) else None


def _row(sheet: Sheet, name: str, kind: str, condition: str, dose: str | None, rows: np.ndarray) -> dict[str, Any]:
    figures = {"watching": watching, "moved": _moved, "slope": _slope, "leak": _leak}
    found = {key: figure(sheet, name, rows) for key, figure in figures.items()}
    return {
        "stance": "predict", "depth": 2 if condition == SECOND else 1, "contender": name, "kind": kind,
        "condition": condition, "dose": dose, "questions": len(rows),
        "moved_to": sum(sheet.case[row].goal is not None for row in rows),
        "real_watched": _size(sheet.shift(None, WATCHED, KEPT), rows),
        "real_missed": _size(sheet.shift(None, MISSED, KEPT), rows),
        "said_watched": _size(sheet.shift(name, WATCHED, KEPT), rows),
        "said_missed": _size(sheet.shift(name, MISSED, KEPT), rows),
        **flat(found),
    }  # fmt: skip


def _controls(sheet: Sheet, blind: Sequence[str]) -> Iterator[dict[str, Any]]:
    negative = dict.fromkeys((EGOCENTRIC, MYSELF, PLANNER, *blind), NEGATIVE)
    for name, kind in {REASONER: POSITIVE, **negative, IGNORANT: BASELINE}.items():
        threshold = None if kind == BASELINE else SHOWN
        yield control(name, kind, *watching(sheet, name, sheet.rows(*POOLED)), threshold)


def _figures(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """What the mind came to, and whether that is what it should reach."""
    mind, pooled, seed = sheet.mind, sheet.rows(*POOLED), np.array(sheet.seed)
    retentive, second, away = (sheet.rows(condition) for condition in (RETENTIVE, SECOND, AWAY))
    by_seed = [watching(sheet, mind, pooled[seed[pooled] == one])[0] for one in np.unique(seed)]
    yield _figure("what watching changes, correlation", watching(sheet, mind, pooled), SHOWN, by_seed)
    yield _figure("shifts from as it was, correlation", _moved(sheet, mind, pooled), SHOWN)
    yield _figure("what watching changes, slope", _slope(sheet, mind, retentive))
    yield _figure("leak", _leak(sheet, mind, retentive))
    yield _figure("second order, correlation", watching(sheet, mind, second))
    still = [float(np.abs(sheet.shift(mind, world, KEPT)[away]).max(initial=0)) for world in (MISSED, WATCHED)]
    yield _figure("largest shift where Ada was away", (max(still), None, None), 0.0, most=True)


def _figure(
    name: str, values: Bounded, goal: float | None = None, by_seed: Sequence | None = None, most: bool = False
) -> dict[str, Any]:
    value, low, high = values
    reached = None if goal is None or value is None else bool(value <= goal if most else value >= goal)
    return {
        "name": name, "value": value, "low": low, "high": high, "goal": goal, "reached": reached, "by_seed": by_seed,
    }  # fmt: skip


def row_of(document: Mapping[str, Any], contender: str, condition: str, dose: str | None = None) -> dict[str, Any]:
    """One row of the probe's document."""
    wanted = (contender, condition, dose)
    return next(row for row in document["rows"] if (row["contender"], row["condition"], row["dose"]) == wanted)
