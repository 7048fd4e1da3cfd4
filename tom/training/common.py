"""How common it is that wishes come true, by what they ask for: in training common ones are said less often.

Most wishes that come true would have come true anyway, and tell little of what to do. So a sentence is left out by
chance, the more often the more common its sort is. That depends on the sentence and on the scene in which it is said,
never on what follows there, so that the optimum of training stays what it is: do. How common a sort is is counted once,
on the first episodes of a log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable

import numpy as np

from agents.orchard.hindsight import hindsight, places
from agents.wishes.styles import Explore, MoveLike
from agents.wishes.wish import Clause, Collect, EndIn, StayOut, Wish
from worlds import Episode

LEVEL = 0.06  # what is as common as this, or less so, is never left out
MOST = 9  # numbers and distances from here on count as one


class Common:
    """Counts of how often each sort of clause came true."""

    def __init__(self) -> None:
        self._said: Counter[Hashable] = Counter()
        self._true: Counter[Hashable] = Counter()

    def count(self, episode: Episode, said: Iterable[tuple[int, Wish]]) -> None:
        """Counts the clauses of wishes, each by itself, in the episode in which they were said."""
        scene = Scene(episode)
        for step, wish in said:
            for one in wish.clauses:
                sort = scene.sort(step, one, wish.steps)
                self._said[sort] += 1
                self._true[sort] += hindsight(episode, 0, step, Wish((one,), wish.steps))

    def share(self, scene: Scene, step: int, wish: Wish) -> float:
        """How many of such sentences are said: 1 of rare ones, less of common ones."""
        expected = 1.0
        for one in wish.clauses:
            sort = scene.sort(step, one, wish.steps)
            expected *= (self._true[sort] + 1) / (self._said[sort] + 2)
        return min(1.0, LEVEL / expected)


class Scene:
    """The scenes of an episode: what of each makes a wish rare."""

    def __init__(self, episode: Episode):
        self.steps, where = episode.steps, np.array(places(episode))
        away = episode.geometry.distance[episode.cell[:, 0]]  # t cells
        self._away = {place: away[:, where == place].min(1).tolist() for place in np.unique(where).tolist()}
        self._fruits = (episode.fruit.reshape(episode.steps, -1) >= 0).sum(1).tolist()

    def sort(self, step: int, one: Clause, steps: int | None) -> Hashable:
        """What a clause asks for, in about how many steps, and how far that is."""
        span = (steps or self.steps - step).bit_length(), (steps or self.steps - step) > 12
        if isinstance(one, EndIn | StayOut):
            return type(one), min(self._away[one.place][step], MOST), span
        if isinstance(one, Collect):
            return Collect, one.kind is None, one.least, min(one.most, MOST), self._fruits[step], span
        if isinstance(one, Explore | MoveLike):
            return one, span
        return type(one), span
