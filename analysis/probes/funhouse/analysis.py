"""Masks told apart by likelihood and by description, and the distortion undone; a panel of the picture for each.

Rows have `readout`, `of` (which imitators), contender, value with its interval; to undo, some of the fidelity table.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import permutations
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from rich.table import Table

from agents.registry import type_space
from analysis.figures.picture import canvas
from analysis.probes import panels
from analysis.probes.contenders import IGNORANT, REASONER, Exact, Ignorant
from analysis.probes.funhouse import design as masks
from analysis.probes.funhouse.design import IN_PLACE, NOT_UNDONE, TARGET, THEMSELVES, Design, column, descriptions
from analysis.probes.funhouse.thresholds import APART, STILL, UNDONE
from analysis.probes.probe import Document, Row, Trial, at_most, controls, figure, one_of
from analysis.probes.shift import bounds, flat
from analysis.probes.tables import bounded, pivot
from analysis.scores.describe import POSTERIOR, Describer
from analysis.scores.intervals import Bounded, less, mean, ratio
from analysis.scores.measures import agreement, divergence, mixture_weights, smoothed, total_variation
from worlds import Episode

LIKELIHOOD, DESCRIPTION, UNDO = "which is which, by likelihood", "which is which, by description", "undone"
MIXED, ALIKE, ALL = "near and far", "the same sight", "all four"
COPIED = "the imitator's act"
SAME = 1e-9  # log likelihoods, or probabilities, this close are equal: it is a toss
Told = dict[str, list[Any]]  # by contender: of each episode


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls", "figures"}."""
    design, mind, who = trial.design, trial.mind, [trial.mind, *trial.blind]
    told: dict[str, Told] = defaultdict(lambda: defaultdict(list))
    seeds, imaged = [], []
    for place, seed, _, index in trial.places({"": design.episodes}):
        episode = masks.masquerade(design, seed, trial.settings.split, index)
        for name, table in masks.likelihoods(episode, design, [*who, masks.Themselves(), Exact(), Ignorant()]).items():
            told["apart"][name].append(told_apart(table, design))
            told["behind"][name].append(placed(table))
        for name, said in descriptions(episode, design, who, episode.steps - 1).items():
            told["named"][name].append(nearer(said[:, column(type_space(episode), "near")], design))
        for name, said in movements(episode, design, [mind]).items():
            told["moved"][name].append(said)
        imaged += [(place, one) for one in masks.images(episode, design, mind, trial.blind)]
        seeds.append(seed)
    every, apart = len(seeds) * len(design.imitators), np.array(told["apart"][mind.name])[:, design.mixed].mean(1)
    rows = [
        *_pairs(LIKELIHOOD, told["apart"], {MIXED: design.mixed, ALIKE: ~design.mixed}),
        *_pairs(DESCRIPTION, told["named"], {MIXED: design.mixed}),
        *(_row(LIKELIHOOD, ALL, name, _mean(np.array(one)[:, None]), every) for name, one in told["behind"].items()),
        *(row for sight in dict.fromkeys(design.imitators) for row in _undone(design, imaged, sight)),
    ]
    by_seed = [float(apart[np.array(seeds) == one].mean()) for one in np.unique(seeds)]
    figures = [*_figures(rows, mind.name, told["moved"], by_seed)]
    return {"rows": rows, "controls": _controls(trial, rows), "figures": figures}


def told_apart(table: np.ndarray, design: Design) -> np.ndarray:
    """(pairs,) 1 where two are likelier behind their own masks than behind each other's, 0.5 where equally likely."""
    return np.array([_over(table[i, i] + table[j, j] - table[i, j] - table[j, i]) for i, j in design.pairs])


def placed(table: np.ndarray) -> float:
    """The share of imitators that the likeliest assignment puts behind their masks; a mean over equally likely ones."""
    own = np.arange(len(table))
    orders = np.array([*permutations(own)])
    likely = table[own, orders].sum(1)
    return float((orders[likely >= likely.max() - SAME] == own).mean())


def _over(difference: float) -> float:
    return 0.5 if abs(difference) <= SAME else float(difference > 0)


def nearer(stated: np.ndarray, design: Design) -> np.ndarray:
    """(pairs,) 1 where the near-sighted one of two is called near-sighted more surely; stated (imitators,)."""
    sign = [1 if design.imitators[i] == "near" else -1 for i, _ in design.pairs]
    return np.array([_over(s * float(stated[i] - stated[j])) for s, (i, j) in zip(sign, design.pairs, strict=True)])


def movements(episode: Episode, design: Design, who: Sequence[Describer]) -> dict[str, np.ndarray]:
    """By contender, how descriptions of each imitator moved from the first step of the masks to the last: (2, 2,
    imitators), announced and with the same acts unannounced; in mean total variation of a trait, and by how much the
    target's taste became likelier, NaN where it is theirs."""
    space, last = type_space(episode), episode.steps - 1
    start = descriptions(episode, design, who, design.alone)
    ends = [descriptions(world, design, who, last) for world in (episode, masks.unannounced(episode, design.alone))]
    taste = [column(space, agent.type["taste"]) for agent in episode.agents]
    same = np.array([taste[one] == taste[TARGET] for one in design.crowd])
    found = {}
    for name, before in start.items():
        moved = [total_variation(end[name], before) / len(space.traits) for end in ends]
        taken = [end[name][:, taste[TARGET]] - before[:, taste[TARGET]] for end in ends]
        found[name] = np.array([(one, np.where(same, np.nan, other)) for one, other in zip(moved, taken, strict=True)])
    return found


def _pairs(readout: str, told: Told, kinds: dict[str, np.ndarray]) -> Iterator[Row]:
    """The share of pairs told apart, of each kind, a mask over pairs."""
    for name, episodes in told.items():
        for of, which in kinds.items():
            count = int(which.sum()) * len(episodes)
            yield _row(readout, of, name, _mean(np.array(episodes)[:, which]), count)


def _row(readout: str, of: str, contender: str, values: Bounded, questions: int, **more: Any) -> Row:
    """A row; `more` are the keys of the fidelity table that it has."""
    named = {"readout": readout, "of": of, "contender": contender, "questions": questions}
    return named | flat({"value": values}) | more


def _mean(told: np.ndarray) -> Bounded:
    """The mean over episodes, told (e, c), with its interval; NaN is left out."""
    there = np.isfinite(told)
    return ratio(np.where(there, told, 0.0).sum(1), there.sum(1).astype(float))


def _undone(design: Design, imaged: Sequence[tuple[int, masks.Images]], sight: str) -> Iterator[Row]:
    """The share of the distortion undone in the places of imitators with that sight, and the nats that are left."""
    part = [(place, one) for place, one in imaged if design.imitators[one.imitator - 1] == sight]
    if not part:
        return
    episode = np.concatenate([np.full(len(one.truth), place) for place, one in part])
    truth, image, action = (np.concatenate([one[k] for _, one in part]) for k in (1, 2, 3))
    answer = {name: np.concatenate([one.answer[name] for _, one in part]) for name in part[0][1].answer}
    answer |= {COPIED: _copied(truth, action), THEMSELVES: image}
    for name, said in answer.items():
        error = divergence(truth, said)
        nats, low, high = mean(error, episode)
        yield _row(
            UNDO, sight, name, less(ratio(error, divergence(truth, image), episode)), len(truth),
            stance="predict", depth=1, excess_nats=nats, excess_low=low, excess_high=high,
            top1=float(agreement(truth, said).mean()), total_variation=float(total_variation(truth, said).mean()),
        )  # fmt: skip


def _copied(truth: np.ndarray, action: np.ndarray) -> np.ndarray:
    """The imitators' acts (q,) as distributions, smoothed as suits them best in hindsight."""
    base = np.full(truth.shape[1], 1 / truth.shape[1])
    bare = smoothed(action, base, 0.0)
    share = float(mixture_weights(truth, [bare, np.broadcast_to(base, truth.shape)])[1])
    return smoothed(action, base, share)


def value_of(rows: Sequence[Row], readout: str, of: str, contender: str) -> Bounded:
    """(value, low, high) of one row."""
    return bounds(one_of(rows, readout=readout, of=of, contender=contender))


def _controls(trial: Trial, rows: Sequence[Row]) -> list[Row]:
    blind, ignorant = trial.blinded, [*trial.blinded, IGNORANT]

    def judged(readout: str, of: str, threshold: float, *who: list[str]) -> list[Row]:
        return controls(partial(value_of, rows, readout, of), threshold, *who, words=f"{readout}: {{}}")

    return [
        *judged(LIKELIHOOD, MIXED, APART, [REASONER], ignorant, [THEMSELVES]),
        *judged(DESCRIPTION, MIXED, APART, [POSTERIOR], blind),
        *judged(UNDO, "near", UNDONE, [REASONER], ignorant, [NOT_UNDONE, IN_PLACE, COPIED]),
    ]


def _figures(rows: Sequence[Row], mind: str, moved: Told, by_seed: Sequence[float]) -> Iterator[Row]:
    goals = (
        (LIKELIHOOD, MIXED, APART), (LIKELIHOOD, ALIKE, None), (LIKELIHOOD, ALL, None),
        (DESCRIPTION, MIXED, APART), (UNDO, "near", UNDONE),
    )  # fmt: skip
    for readout, of, goal in goals:
        seeds = by_seed if (readout, of) == (LIKELIHOOD, MIXED) else None
        yield figure(readout, value_of(rows, readout, of, mind), goal, by_seed=seeds, of=of)
    for name in (mind, POSTERIOR):
        for how, words in enumerate(("announced", "unannounced")):
            told = np.array(moved[name])[:, how]  # e 2 imitators
            goal = STILL if name == mind and how == 0 else None
            yield figure(f"descriptions moved by acts, {words}", _mean(told[:, 0]), goal, reached=at_most, of=name)
            yield figure(f"taken for the target, {words}", _mean(told[:, 1]), of=name)


def tables(document: Document) -> list[Table]:
    """A table for each readout: a line for each contender, a column for each sort of imitators."""
    parts = {one: [row for row in document["rows"] if row["readout"] == one] for one in (LIKELIHOOD, DESCRIPTION, UNDO)}
    return [pivot(one, rows, ("contender",), "of", bounded("value"), block=0) for one, rows in parts.items()]


def draw(document: Document) -> dict[str, Figure]:
    """ "funhouse": the three readouts."""
    parts = (
        (LIKELIHOOD, MIXED, "who is behind which mask?\nby likelihood", (0.5, "chance"), APART),
        (DESCRIPTION, MIXED, "who sees near, who far?\nby description", (0.5, "chance"), APART),
        (UNDO, "near", "what would the target have done?", (0.0, "image"), UNDONE),
    )
    mine = {readout: one_of(document["figures"], name=readout, of=of) for readout, of, *_ in parts}
    told = "Behind the masks of one target, the mind tells {:.0%} of near-far pairs apart,\n"
    told += "and undoes {:.0%} of what a near-sighted imitator distorts"
    values = [mine[readout]["value"] for readout in (LIKELIHOOD, UNDO)]
    picture, places = canvas(
        panels.finding(told, values, "Several with different eyes imitate the same one"), len(parts), (14.2, 4.8)
    )
    for axes, (readout, _, words, nothing, threshold) in zip(places, parts, strict=True):
        panels.verdicts(axes, panels.of_effect(document, mine[readout], readout), threshold)
        for at, said in (nothing, (threshold, "threshold")):
            panels.bound(axes, at, said)
        share = "share of the distortion undone" if readout == UNDO else "share of near-far pairs told apart"
        panels.titled(axes, words, share)
    return {"funhouse": picture}
