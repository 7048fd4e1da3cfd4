"""Both columns of the essay's table, goal by goal and budget by budget, and where asking is ahead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from analysis.just_ask.asking import episodes
from analysis.just_ask.better.design import SHARP
from analysis.just_ask.better.design import Design as Scenes
from analysis.just_ask.experiment import row
from analysis.just_ask.table import measured, rewards
from analysis.just_ask.table.design import (
    ACROSS,
    ASK,
    BETWEEN,
    CONTROL,
    EXACT,
    OPTIMISE,
    REACH,
    TRIES,
    TUNED,
    WORTH,
    Told,
    moved,
    reached,
    stitched,
    tried,
)
from analysis.just_ask.table.thresholds import AHEAD, SHARE
from analysis.probes.probe import NEGATIVE, POSITIVE, Row, Trial, control
from analysis.scores.intervals import NONE, Bounded, mean

OF_REWARDS = {"maximum-entropy IRL": OPTIMISE, "D-REX": ASK, "noise order shuffled": CONTROL, "who knows": EXACT,
              "best demonstration": EXACT}  # fmt: skip
JUDGED = [  # by goal and contender; of the most data that it has
    (REACH, "who knows, played", POSITIVE), (REACH, "goals shuffled", NEGATIVE),
    (WORTH[SHARP], "who knows", POSITIVE), (WORTH[SHARP], "noise order shuffled", NEGATIVE),
    (TRIES, "exact filter", POSITIVE), (TRIES, "another task's tries", NEGATIVE),
    (TUNED, "who knows", POSITIVE), (TUNED, "Bayes filter", POSITIVE), (TUNED, "history blanked", NEGATIVE),
    (ACROSS, "Q-learning on a table", POSITIVE), (ACROSS, "goals shuffled", NEGATIVE), (ACROSS, "cloning", NEGATIVE),
]  # fmt: skip
Found = dict[tuple[str, str, str, int], dict[int, float]]  # by goal, column, contender, budget: by seed the share


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls"}. Nobody is asked. share: of the way from acts at random to V*; ahead: the share of who asks
    less that of the better one who optimises with as much; which: who is ahead, or open. Intervals are over seeds."""
    found: Found = defaultdict(dict)
    for seed in trial.watched(trial.seeds, len(trial.seeds)):
        for told in _told(trial, seed):
            found[told.of, told.column, told.contender, told.budget][seed] = told.share
    for one in measured.measured(trial.seeds):
        found[one["of"], _column(one["method"]), one["method"], one["budget"]][one["seed"]] = one["share"]
    rows = [_row(found, *which) for which in sorted(found, key=_order)]
    verdicts = [control(f"{of}: {who}", kind, *_most(rows, of, who), SHARE) for of, who, kind in JUDGED]
    return {"rows": rows, "controls": verdicts}


def _column(method: str) -> str:
    """Of one of the libraries' methods."""
    return BETWEEN if measured.BETWEEN in method else EXACT if measured.BESIDE in method else OPTIMISE


def _told(trial: Trial, seed: int) -> Iterator[Told]:
    """What everybody but the libraries' methods came to."""
    design = trial.design
    yield from reached(seed, design)
    yield from _worth(trial, seed)
    yield from tried(seed, design)
    yield from moved(seed, design, trial.count(design.lives), trial.settings.split)
    yield from stitched(seed, design)


def _worth(trial: Trial, seed: int) -> Iterator[Told]:
    """Row 2: of all scenes of a seed together."""
    design, settings = trial.design, replace(trial.settings, seed=seed, seeds=1, episodes=trial.design.scenes)
    brought: dict[tuple[str, str, int], list[float]] = defaultdict(list)
    for _, _, episode in episodes(Trial(trial.subject, settings, Scenes())):
        for demonstrator in WORTH:
            generator = np.random.default_rng([seed, int(episode.seed)])
            for name, budget, worth in rewards.brought(episode, demonstrator, design.demonstrations, generator):
                brought[demonstrator, name, budget].append(worth)
    for (demonstrator, name, budget), each in brought.items():
        if name in OF_REWARDS:
            worst, best = (sum(brought[demonstrator, who, budget]) for who in ("at random", "who knows"))
            yield Told(WORTH[demonstrator], name, OF_REWARDS[name], budget, (sum(each) - worst) / (best - worst))


def _row(found: Found, of: str, column: str, contender: str, budget: int) -> Row:
    shares = found[of, column, contender, budget]
    figures = {"share": mean(np.array([*shares.values()])), "ahead": NONE}
    if column == ASK:
        figures["ahead"] = _ahead(found, of, budget, shares)
    own = {"of": of, "column": column, "budget": budget, "which": which(figures["ahead"])}
    return row(contender, {ASK: "ask", OPTIMISE: "optimise"}.get(column, column), len(shares), figures, **own)


def _ahead(found: Found, of: str, budget: int, shares: dict[int, float]) -> Bounded:
    """Of who asks; undefined where nobody optimised with as much."""
    rivals = [by for (goal, column, _, much), by in found.items() if (goal, column, much) == (of, OPTIMISE, budget)]
    rivals = [by for by in rivals if by.keys() >= shares.keys()]
    if not rivals:
        return NONE
    better = max(rivals, key=lambda by: float(np.mean([by[seed] for seed in shares])))
    return mean(np.array([share - better[seed] for seed, share in shares.items()]))


def which(ahead: Bounded) -> str:
    """Who is ahead."""
    _, low, high = ahead
    if low is None or high is None:
        return "–"
    return "ask" if low >= AHEAD else "optimise" if high <= -AHEAD else "open"


def _most(rows: Sequence[Row], of: str, contender: str) -> Bounded:
    """The share that somebody comes to with the most that it has."""
    value, low, high = [one for one in rows if (one["of"], one["contender"]) == (of, contender)][-1]["share"]
    return value, low, high


def _order(which: tuple[str, str, str, int]) -> tuple:
    of, column, contender, budget = which
    goals = [REACH, *WORTH.values(), TRIES, TUNED, ACROSS]
    columns = [OPTIMISE, BETWEEN, ASK, EXACT, CONTROL]
    return goals.index(of) if of in goals else len(goals), columns.index(column), contender, budget
