"""How much of the exact difference that the word for a style makes everybody shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from agents.answer import Answerer, Question
from agents.orchard.hindsight import events
from analysis.just_ask.asking import DO, NO_WISH, Exact, NoWish, episodes, exactly, played
from analysis.just_ask.experiment import minds, row
from analysis.just_ask.style.design import AXES, NEXT
from analysis.just_ask.style.thresholds import SHARE
from analysis.probes.probe import Row, Trial, controls, some
from analysis.scores.intervals import Bounded, mean, ratio
from worlds import Episode

AGAIN, SHUFFLED = ", other dice", "do, words shuffled"


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls"}; a row for each axis and contender."""
    found: dict[str, list[tuple[int, dict[str, float]]]] = {axis: [] for axis in AXES}
    for place, seed, episode in episodes(trial):
        for axis, told in _shown(episode, seed, minds(trial)):
            found[axis].append((place, told))
    every = [_judged(axis, some(told, f"nobody can {axis} there"), trial) for axis, told in found.items()]
    return {"rows": [one for rows, _ in every for one in rows], "controls": [one for _, told in every for one in told]}


def _shown(episode: Episode, seed: int, asked: list[Answerer]) -> Iterator[tuple[str, dict[str, float]]]:
    """By axis that can be asked for, the statistic of what each contender does."""
    do, nobody, name = Exact(), NoWish(), episode.names[0]
    may = {axis for axis in AXES if (one := exactly(episode, Question(name, 0, _words(axis, episode)))) and one.chance}
    for axis in AXES:
        if axis in may and NEXT[axis] in may:
            who: dict[str, tuple[Any, str]] = {one.name: (one, axis) for one in asked}
            who |= {DO: (do, axis), DO + AGAIN: (do, axis), NO_WISH: (nobody, axis), NO_WISH + AGAIN: (nobody, axis)}
            who |= {SHUFFLED: (do, NEXT[axis])}
            told = {}
            for k, (contender, (answerer, word)) in enumerate(who.items()):
                generator = np.random.default_rng([seed, int(episode.seed), list(AXES).index(axis), k])
                lived = played(episode, Question(name, 0, _words(word, episode)), answerer, generator)
                told[contender] = AXES[axis](events(lived)[0])
            yield axis, told


def _words(axis: str, episode: Episode) -> str:
    return f"{axis} in {episode.steps} steps"


def _judged(axis: str, told: list[tuple[int, dict[str, float]]], trial: Trial) -> tuple[list[Row], list[Row]]:
    place = np.array([one for one, _ in told])
    value = {who: np.array([shown[who] for _, shown in told]) for who in told[0][1]}
    exact, names = value[DO] - value[NO_WISH], [one.name for one in minds(trial)]

    def effect(name: str) -> Bounded:
        return ratio(value[name] - value[NO_WISH], exact, place)

    def figures(name: str) -> dict[str, Bounded]:
        return {"shown": mean(value[name], place), "share": effect(name)}

    kinds = {DO: "oracle", NO_WISH: "shortcut"} | dict.fromkeys(names, "mind")
    rows = [row(name, kinds.get(name, "control"), len(told), figures(name), axis=axis) for name in value]
    negative = [NO_WISH + AGAIN, SHUFFLED]
    return rows, controls(effect, SHARE, [DO + AGAIN], negative, words=f"{axis}: {{}}")
