"""The readouts of all episodes, scored; analysis/probes/funhouse/__init__.py says what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from agents.world import type_space
from analysis.contenders.shortcuts import IGNORANT
from analysis.probes.funhouse.episodes import Design, masquerade
from analysis.probes.funhouse.readouts import (
    COPIED,
    IN_PLACE,
    NOT_UNDONE,
    THEMSELVES,
    Images,
    Moved,
    Pairs,
    column,
    descriptions,
    exact,
    images,
    likelihoods,
    movements,
    nearer,
    placed,
    told_apart,
)
from analysis.probes.probe import (
    BASELINE,
    BLIND,
    NEGATIVE,
    POSITIVE,
    Contender,
    Mind,
    Progress,
    Settings,
    Subject,
    control,
)
from analysis.questions.survey import REASONER
from analysis.scores.describe import POSTERIOR
from analysis.scores.intervals import EpisodeBootstrap, or_none
from analysis.scores.measures import agreement, divergence, mixture_weights, smoothed, total_variation
from worlds import Episode

APART, UNDONE, STILL = 0.7, 0.5, 0.02  # the thresholds, and what descriptions may move
LIKELIHOOD, DESCRIPTION, UNDO = "which is which, by likelihood", "which is which, by description", "undone"
MIXED, ALIKE, ALL = "near and far", "the same sight", "all four"
Bounds = tuple[float | None, float | None, float | None]


@dataclass
class Seen:
    """Everything that was read of all episodes, by contender; axis e runs over episodes."""

    design: Design
    pairs: Pairs
    seed: list[int] = field(default_factory=list)  # e
    apart: dict[str, list[np.ndarray]] = field(default_factory=dict)  # e pairs: by likelihood
    placed: dict[str, list[float]] = field(default_factory=dict)  # e
    named: dict[str, list[np.ndarray]] = field(default_factory=dict)  # e pairs: by description
    moved: dict[str, list[Moved]] = field(default_factory=dict)  # e
    images: list[tuple[int, Images]] = field(default_factory=list)  # with their episode

    def read(self, seed: int, episode: Episode, mind: Mind, blind: Sequence[Contender]) -> None:
        """Adds one episode."""
        design = self.design
        for name, table in likelihoods(episode, design, [mind, *blind, *exact(episode)]).items():
            self.apart.setdefault(name, []).append(told_apart(table, self.pairs))
            self.placed.setdefault(name, []).append(placed(table))
        near = column(type_space(episode), "near")
        for name, said in descriptions(episode, design, [mind, *blind], episode.steps - 1).items():
            self.named.setdefault(name, []).append(nearer(said[:, near], design, self.pairs))
        for name, moved in movements(episode, design, [mind]).items():
            self.moved.setdefault(name, []).append(moved)
        self.images += [(len(self.seed), one) for one in images(episode, design, mind, blind)]
        self.seed.append(seed)


def measure(
    subject: Subject, settings: Settings | None = None, progress: Progress | None = None, design: Design | None = None
) -> dict[str, Any]:
    """{"rows", "controls", "figures", "seeds"}, JSON values only.

    Rows have `readout`, `of` (which imitators), contender, value with its interval and, to undo, the keys of the
    fidelity table that it has. Raises FunhouseError as the episodes' settings do.
    """
    settings, design = settings or Settings(), design or Design()
    blind = [one for one in subject.blanked if one.name in BLIND]
    count, found = settings.episodes or design.episodes, Seen(design, Pairs.of(design))
    for seed in settings.all_seeds:
        for index in range(count):
            found.read(seed, masquerade(design, seed, settings.split, index), subject.mind, blind)
            if progress:
                progress(len(found.seed), settings.seeds * count)
    rows = [*_rows(found)]
    return {
        "rows": rows,
        "controls": [*_controls(rows, blind)],
        "figures": [*_figures(found, rows, subject.mind.name)],
        "seeds": list(settings.all_seeds),
    }


def _rows(found: Seen) -> Iterator[dict[str, Any]]:
    kinds = ((MIXED, found.pairs.mixed), (ALIKE, ~found.pairs.mixed))
    for readout, told in ((LIKELIHOOD, found.apart), (DESCRIPTION, found.named)):
        for name, episodes in told.items():
            for of, which in kinds if readout == LIKELIHOOD else kinds[:1]:
                count = int(which.sum()) * len(episodes)
                yield _row(readout, of, name, _mean(np.array(episodes)[:, which]), count)
    for name, shares in found.placed.items():
        yield _row(LIKELIHOOD, ALL, name, _mean(np.array(shares)[:, None]), len(shares) * len(found.design.imitators))
    for sight in dict.fromkeys(found.design.imitators):
        yield from _undone(found, sight)


def _row(readout: str, of: str, contender: str, values: Bounds, questions: int, **more: Any) -> dict[str, Any]:
    """A row; `more` are the keys of the fidelity table that it has."""
    value, low, high = values
    return {
        "readout": readout, "of": of, "contender": contender, "questions": questions,
        "value": value, "low": low, "high": high, **more,
    }  # fmt: skip


def _mean(told: np.ndarray) -> Bounds:
    """The mean over episodes, told (e, c), with its interval; NaN is left out."""
    there = np.isfinite(told)
    return _ratio(np.where(there, told, 0.0).sum(1), there.sum(1).astype(float), np.arange(len(told)))


def _ratio(above: np.ndarray, below: np.ndarray, episode: np.ndarray) -> Bounds:
    """Σ above / Σ below (q,), with its interval over episodes (q,) int."""
    ratio = EpisodeBootstrap(episode).ratio(above[:, None], below[:, None], np.arange(len(above)))
    value, low, high = (or_none(float(part[0])) for part in ratio)
    return value, low, high


def _less(values: Bounds) -> Bounds:
    """1 - a figure."""
    value, low, high = (None if one is None else 1 - one for one in values)
    return value, high, low


def _undone(found: Seen, sight: str) -> Iterator[dict[str, Any]]:
    """The share of the distortion undone in the places of imitators with that sight, and the nats that are left."""
    part = [(e, one) for e, one in found.images if found.design.imitators[one.imitator - 1] == sight]
    if not part:
        return
    episode = np.concatenate([np.full(len(one.truth), e) for e, one in part])
    truth = np.concatenate([one.truth for _, one in part])
    distortion = np.concatenate([one.distortion for _, one in part])
    answer = {name: np.concatenate([one.answer[name] for _, one in part]) for name in part[0][1].answer}
    answer[COPIED] = _copied(truth, np.concatenate([one.action for _, one in part]))
    answer[THEMSELVES] = np.concatenate([one.image for _, one in part])
    for name, said in answer.items():
        error, one = divergence(truth, said), np.ones(len(truth))
        nats, low, high = _ratio(error, one, episode)
        yield _row(
            UNDO, sight, name, _less(_ratio(error, distortion, episode)), len(truth),
            stance="predict", depth=1, excess_nats=nats, excess_low=low, excess_high=high,
            top1=float(agreement(truth, said).mean()), total_variation=float(total_variation(truth, said).mean()),
        )  # fmt: skip


def _copied(truth: np.ndarray, action: np.ndarray) -> np.ndarray:
    """The imitators' acts (q,) as distributions, smoothed as suits them best in hindsight."""
    base = np.full(truth.shape[1], 1 / truth.shape[1])
    bare = smoothed(action, base, 0.0)
    share = float(mixture_weights(truth, [bare, np.broadcast_to(base, truth.shape)])[1])
    return smoothed(action, base, share)


def value_of(rows: Sequence[Mapping[str, Any]], readout: str, of: str, contender: str) -> Bounds:
    """(value, low, high) of one row."""
    row = next(row for row in rows if (row["readout"], row["of"], row["contender"]) == (readout, of, contender))
    return row["value"], row["low"], row["high"]


def _controls(rows: Sequence[Mapping[str, Any]], blind: Sequence[Contender]) -> Iterator[dict[str, Any]]:
    negative = dict.fromkeys([one.name for one in blind], NEGATIVE)
    ignorant, themselves = {IGNORANT: NEGATIVE}, {THEMSELVES: BASELINE}
    baselines = dict.fromkeys((NOT_UNDONE, IN_PLACE, COPIED), BASELINE)
    effects = (
        (LIKELIHOOD, MIXED, APART, {REASONER: POSITIVE} | negative | ignorant | themselves),
        (DESCRIPTION, MIXED, APART, {POSTERIOR: POSITIVE} | negative),
        (UNDO, "near", UNDONE, {REASONER: POSITIVE} | negative | ignorant | baselines),
    )
    for readout, of, threshold, kinds in effects:
        for name, kind in kinds.items():
            bar = None if kind == BASELINE else threshold
            yield control(f"{readout}: {name}", kind, *value_of(rows, readout, of, name), bar)


def _figures(found: Seen, rows: Sequence[Mapping[str, Any]], mind: str) -> Iterator[dict[str, Any]]:
    goals = (
        (LIKELIHOOD, MIXED, APART), (LIKELIHOOD, ALIKE, None), (LIKELIHOOD, ALL, None),
        (DESCRIPTION, MIXED, APART), (UNDO, "near", UNDONE),
    )  # fmt: skip
    for readout, of, goal in goals:
        yield _figure(readout, of, value_of(rows, readout, of, mind), goal, _by_seed(found, readout, of, mind))
    for name in (mind, POSTERIOR):
        for words, how, goal in (("announced", 0, STILL), ("unannounced", 1, None)):
            told = np.array([(one.masked, one.bare)[how] for one in found.moved[name]])
            goal = goal if name == mind else None
            yield _figure(f"descriptions moved by acts, {words}", name, _mean(told), goal, most=True)
            taken = np.array([one.taken[:, how] for one in found.moved[name]])
            yield _figure(f"taken for the target, {words}", name, _mean(taken), None)


def _by_seed(found: Seen, readout: str, of: str, mind: str) -> list[float | None] | None:
    """The mind's share of mixed pairs told apart, on each seed; of the other readouts not given."""
    if (readout, of) != (LIKELIHOOD, MIXED):
        return None
    told, seed = np.array(found.apart[mind])[:, found.pairs.mixed].mean(1), np.array(found.seed)
    return [float(told[seed == one].mean()) for one in np.unique(seed)]


def _figure(
    name: str,
    of: str,
    values: Bounds,
    goal: float | None,
    by_seed: list[float | None] | None = None,
    most: bool = False,
) -> dict[str, Any]:
    value, low, high = values
    reached = None if goal is None or value is None else bool(value <= goal if most else value >= goal)
    return {
        "name": name, "of": of, "value": value, "low": low, "high": high, "goal": goal, "reached": reached,
        "by_seed": by_seed,
    }  # fmt: skip
