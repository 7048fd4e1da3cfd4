"""Many wishes at once, as arrays: drawn for the steps of a lone agent's episode, and judged by what followed.

They are drawn as agents/wishes/drawing.py draws one, but for a wish that cannot be: that is drawn again there, and here
left as it is, for it never comes true. What came true is what agents/orchard/hindsight.py says; tests hold the two
equal. Axes: t steps, d wishes, p places, k kinds.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from agents.orchard.hindsight import events, places
from agents.wishes.drawing import MOST_CLAUSES, SORTS, UNBOUNDED
from agents.wishes.styles import ANIMALS, AT_LEAST_PLACES, AT_MOST_PLACES, EXTENTS, Explore, MoveLike
from agents.wishes.wish import PLACES, WITHOUT_END, Clause, Collect, EndIn, Order, StayOut
from worlds import KINDS, Episode
from worlds.orchard.geometry import NO_WAY

COLLECT, COLOUR, ORDER, END, OUT, EXPLORE, MOVE = range(len(SORTS))
MISSING, NOTHING = len(SORTS), len(SORTS) + 1  # there is none of the sort that was drawn; there is no such clause
NEVER = 1 << 30
_UP_TO = np.cumsum(list(SORTS.values()))
_LEAST = np.array([0, *(AT_LEAST_PLACES[extent] for extent in EXTENTS[1:])])  # places that are entered
_MOST = np.array([AT_MOST_PLACES, *(len(PLACES) for _ in EXTENTS[1:])])


class Scene:
    """What can be wished for at each step of an episode of one agent, which is told of no later step."""

    def __init__(self, episode: Episode):
        self.steps, self.regrow = episode.steps, episode.config.regrow
        fruit = episode.fruit.reshape(episode.steps, -1)
        self.left = (fruit[:, :, None] == np.arange(episode.config.kinds)).sum(1)  # t k
        where = np.array([PLACES.index(place) for place in places(episode)])
        away = episode.geometry.distance[episode.cell[:, 0]]  # t cells
        self.away = np.stack([away[:, where == p].min(1, initial=NO_WAY) for p in range(len(PLACES))], 1)  # t p


class Clauses(NamedTuple):
    """One clause of each of d wishes: what sort it is of, and its numbers; 0 where a sort has none of them.

    first: a kind, a place, an extent or an animal; second: the other kind of an order; least, most: of an amount.
    """

    sort: np.ndarray
    first: np.ndarray
    second: np.ndarray
    least: np.ndarray
    most: np.ndarray


class Sentences(NamedTuple):
    """d wishes: the step of each, in how many steps it is to come true, whether that is left unsaid, and its clauses,
    the second of which may be NOTHING."""

    step: np.ndarray
    span: np.ndarray
    open: np.ndarray
    clauses: tuple[Clauses, ...]

    def of(self, which: np.ndarray) -> Sentences:
        """Some of them."""
        clauses = tuple(Clauses(*(column[which] for column in one)) for one in self.clauses)
        return Sentences(self.step[which], self.span[which], self.open[which], clauses)


def drawn(scene: Scene, step: np.ndarray, lasts: np.ndarray, generator: np.random.Generator) -> Sentences:
    """A wish for each of some steps (d,), after which so many, lasts (d,), are the agent's own."""
    ends, spans, counts = generator.random((3, len(step)))
    unsaid = (step + lasts == scene.steps) & (ends < UNBOUNDED)
    span = np.where(unsaid, lasts, 1 + (lasts * spans).astype(int))
    count = 1 + (MOST_CLAUSES * counts).astype(int)
    every = [_clauses(scene, step, span, generator) for _ in range(MOST_CLAUSES)]
    said = [one._replace(sort=np.where(count > k, one.sort, NOTHING)) for k, one in enumerate(every)]
    return Sentences(step, span, unsaid, tuple(said))


def _clauses(scene: Scene, step: np.ndarray, span: np.ndarray, generator: np.random.Generator) -> Clauses:
    which, one, two, number = generator.random((4, len(step)))
    sort = np.searchsorted(_UP_TO, which * _UP_TO[-1], side="right").clip(max=MOVE)
    left = scene.left[step]
    there, kind = left > 0, _picked(left > 0, one)
    others = there & (np.arange(there.shape[1]) != kind[:, None])
    amount = np.where(sort == COLLECT, left.sum(1), np.take_along_axis(left, kind[:, None], 1)[:, 0])
    most = span if scene.regrow else np.minimum(amount, span)
    bound, reached = (3 * two).astype(int), scene.away[step] != NO_WAY  # exactly, at least, at most
    number = (number * (most + (bound == 0))).astype(int)
    lacks = np.select(
        [sort <= COLOUR, sort == ORDER, sort <= OUT], [most == 0, ~others.any(1), ~reached.any(1)], default=False
    )
    place, style = _picked(reached, one), np.where(sort == EXPLORE, len(EXTENTS), len(ANIMALS)) * one
    first = np.select([sort == COLLECT, sort <= ORDER, sort <= OUT], [0, kind, place], default=style.astype(int))
    least = np.where(bound == 0, number, np.where(bound == 1, number + 1, 0))
    return Clauses(
        np.where(lacks, MISSING, sort), first, _picked(others, two), least, np.where(bound == 1, WITHOUT_END, number)
    )


def _picked(there: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """(d,): the number of one that is there, (d, n) bool, each as likely as the others; 0 where none is."""
    rank = (there.sum(1) * chance).astype(int)
    return (np.cumsum(there, 1) > rank[:, None]).argmax(1)


@lru_cache(maxsize=1 << 14)
def clause_of(sort: int, first: int, second: int, least: int, most: int) -> Clause | None:
    """One clause as a value; None where it is MISSING."""
    if sort in (COLLECT, COLOUR):
        return Collect(least, most, None if sort == COLLECT else KINDS[first])
    if sort == ORDER:
        return Order(KINDS[first], KINDS[second])
    if sort in (END, OUT):
        return (EndIn if sort == END else StayOut)(PLACES[first])
    if sort in (EXPLORE, MOVE):
        return Explore(EXTENTS[first]) if sort == EXPLORE else MoveLike(ANIMALS[first])
    return None


class Followed:
    """What came about in an episode of one agent, by which its wishes are judged."""

    def __init__(self, episode: Episode):
        told, kinds, ways = events(episode)[0], KINDS[: episode.config.kinds], []
        ate, self.place = _ones([one.kind for one in told], kinds), _ones([one.place for one in told], PLACES)
        self.eaten, self.next_meal, self.next_visit = _sums(ate), _next(ate), _next(self.place)
        before = None
        for one in told:
            ways.append(one.way is not None and before is not None and one.way != before)
            before = one.way or before
        moves = np.array([[one.way is not None] for one in told])
        self.turn, self.next_move = np.array([*ways, False]), _next(moves)[:, 0].clip(max=len(told))
        like = [[one.way is None, one.by_wall, turn, one.by_fruit] for one, turn in zip(told, ways, strict=True)]
        self.like = _sums(np.array(like))  # by the animals: snail, mouse, moth, bee

    def came_true(self, said: Sentences) -> np.ndarray:
        """(d,) bool: which wishes came true."""
        return np.all([self._holds(one, said.step, said.step + said.span) for one in said.clauses], axis=0)

    def _holds(self, one: Clauses, step: np.ndarray, end: np.ndarray) -> np.ndarray:
        meals, place = self.eaten[end] - self.eaten[step], np.where((one.sort == END) | (one.sort == OUT), one.first, 0)
        kind, animal = np.where(one.sort <= ORDER, one.first, 0), np.where(one.sort == MOVE, one.first, 0)
        extent, each = np.where(one.sort == EXPLORE, one.first, 0), np.arange(len(step))
        count = np.where(one.sort == COLLECT, meals.sum(1), meals[each, kind])
        enough = (one.least <= count) & (count <= one.most)
        first, then = self.next_meal[step, kind], self.next_meal[step, one.second]
        entered = (self.next_visit[step] < end[:, None]).sum(1)
        go = self.next_move[step]  # the first move of a wish is no turn
        like = self.like[end, animal] - self.like[step, animal]
        like = like - ((animal == ANIMALS.index("moth")) & (go < end) & self.turn[go])
        half = np.where(animal == ANIMALS.index("mouse"), like == end - step, 2 * like >= end - step)
        return np.choose(one.sort, [
            enough, enough, (first < then) & (then < end), self.place[end - 1, place],
            self.next_visit[step, place] >= end, (_LEAST[extent] <= entered) & (entered <= _MOST[extent]), half,
            False, True,
        ])  # fmt: skip


def _ones(told: list, names: tuple[str, ...]) -> np.ndarray:
    """(t, names) bool: which of some names each is."""
    return np.array([[one == name for name in names] for one in told])


def _sums(ones: np.ndarray) -> np.ndarray:
    """(t+1, n): how many there were before each step."""
    return np.concatenate([np.zeros((1, ones.shape[1]), int), np.cumsum(ones, 0)])


def _next(ones: np.ndarray) -> np.ndarray:
    """(t+1, n): when there is the next one from each step on, NEVER where there is none."""
    when = np.where(ones, np.arange(len(ones))[:, None], NEVER)
    return np.concatenate([np.minimum.accumulate(when[::-1], 0)[::-1], np.full((1, ones.shape[1]), NEVER)])
