"""How common it is that wishes come true, by what they ask for: in training common ones are said less often.

Most wishes that come true would have come true anyway, and tell little of what to do. So a sentence is left out by
chance, the more often the more common its sort is. That depends on the sentence and on the scene in which it is said,
never on what follows there, so that the optimum of training stays what it is: do. How common a sort is is counted once,
on the first episodes of a log.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from tom.training.sentences import COLOUR, END, EXPLORE, NOTHING, ORDER, OUT, Clauses, Followed, Scene, Sentences

LEVEL = 0.006  # what is as common as this, or less so, is never left out
MOST = 9  # numbers and distances from here on count as one


class Common:
    """Counts of how often each sort of clause came true."""

    def __init__(self) -> None:
        self._said: Counter[int] = Counter()
        self._true: Counter[int] = Counter()

    def count(self, scene: Scene, followed: Followed, said: Sentences) -> None:
        """Counts the clauses of wishes, each by itself, in the episode in which they were said."""
        for one in said.clauses:
            sorts, there = _sorts(scene, said, one), one.sort < NOTHING
            true = followed.came_true(said._replace(clauses=(one,)))
            self._said.update(sorts[there].tolist())
            self._true.update(sorts[there & true].tolist())

    def share(self, scene: Scene, said: Sentences) -> np.ndarray:
        """(d,): how many of such sentences are said: 1 of rare ones, less of common ones."""
        expected, true, often = np.ones(len(said.step)), self._true.get, self._said.get
        for one in said.clauses:
            chance = [(true(sort, 0) + 1) / (often(sort, 0) + 2) for sort in _sorts(scene, said, one).tolist()]
            expected *= np.where(one.sort < NOTHING, chance, 1.0)
        return np.minimum(1.0, LEVEL / expected)


def _sorts(scene: Scene, said: Sentences, one: Clauses) -> np.ndarray:
    """(d,) int64: what clauses ask for, in about how many steps, and how far that is, as one number each."""
    amount, place, style = one.sort <= COLOUR, (one.sort == END) | (one.sort == OUT), one.sort >= EXPLORE
    away = scene.away[said.step, np.where(place, one.first, 0)].clip(max=MOST)
    what = np.select([amount, one.sort == ORDER, place, style], [one.least, 0, away, one.first])
    most, left = (np.where(amount, part, 0) for part in (one.most.clip(max=MOST), scene.left[said.step].sum(1)))
    parts = (what, most, left, np.ceil(np.log2(said.span + 1)).astype(int), said.span > 12)
    sort = one.sort.astype(np.int64)
    for part in parts:
        sort = 64 * sort + np.minimum(part, 63)
    return sort
