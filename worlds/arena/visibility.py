"""Who perceives whom: the rules that stand for senses in somebody else's environment.

Perceiving another's agent-step yields its observation, mask and action whole, or nothing. Everyone perceives itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numba import njit, uint64

from worlds import dice
from worlds.arena.foreign import FAILS, named, said
from worlds.arena.positions import REMEDY
from worlds.errors import FunhouseError

SHARE, INTERVAL = 0.5, 8  # of "partial", where nothing else is said
NEAREST = 23  # others that one agent perceives at most, where there are many
_RULES = "all, radius:R, partial, partial:SHARE,INTERVAL, or module:function"


@dataclass(frozen=True)
class Context:
    """What a rule is told about one step of an episode; arrays over the cast, n agents."""

    key: int  # the episode's key
    step: int
    round: int  # how many moves each has had a turn for: the step, or step // n where agents act in turn
    game: int  # of the match
    agents: list  # [n]  their ids in the environment
    species: np.ndarray  # n   int32
    acts: np.ndarray  # n   bool  who acts now
    place: "np.ndarray | Callable[[], np.ndarray | None] | None"  # what `position` is, or what finds it
    why: Callable[[], str] = str  # why the environment tells none although it seems to; else ""

    @cached_property
    def position(self) -> np.ndarray | None:
        """(n, 2) float64, NaN for those that are nowhere; None where the environment tells none. They are looked for
        when a rule first asks: one that does not ask needs none. Raises FunhouseError where they cannot be read."""
        return self.place() if callable(self.place) else self.place


Rule = Callable[[Context], np.ndarray]  # (n, n) bool: the first perceives the second


def see(rule: Rule, context: Context, focal: np.ndarray, crowded: bool) -> np.ndarray:
    """Who perceives whom at a step, (n, n) bool; only agent-steps are perceived, one's own always.

    focal (n,) bool: the others perceive only themselves; `crowded`: nobody perceives more than its 23 nearest, or
    first, others. Raises FunhouseError where a user's rule fails.
    """
    seen = _ask(rule, context)
    if crowded:
        seen = _nearest(seen, context) & focal[:, None]
    seen = seen & context.acts
    np.fill_diagonal(seen, context.acts)
    return seen


def _ask(rule: Rule, context: Context) -> np.ndarray:
    n = len(context.agents)
    try:
        seen = np.asarray(named("the visibility rule", f"step {context.step}", rule, context))
    except FunhouseError:
        raise
    except FAILS as error:
        blind = f" (positions are None: {why})" if (why := context.why()) else ""
        raise FunhouseError(
            f"the visibility rule raised {said(error)}{blind}", place=f"step {context.step}", remedy="mend the function"
        ) from error
    if seen.shape != (n, n) or seen.dtype != np.bool_:
        raise FunhouseError(
            f"the visibility rule returned {seen.dtype} {seen.shape}", remedy=f"return a bool array of ({n}, {n})"
        )
    return seen


def _nearest(seen: np.ndarray, context: Context) -> np.ndarray:
    """Of each row the NEAREST others that act; the first ones where positions do not tell."""
    others = seen & context.acts[None, :] & ~np.eye(len(seen), dtype=bool)
    try:
        place = context.position
    except FunhouseError:  # the rule did not ask for them, and so they are none that it needs
        place = None
    far = np.zeros(seen.shape) if place is None else np.nan_to_num(distances(place), nan=np.inf)
    order = np.argsort(np.where(others, far, np.inf), axis=1, kind="stable")
    order = np.take_along_axis(order, np.argsort(~np.take_along_axis(others, order, 1), axis=1, kind="stable"), 1)
    kept = np.zeros_like(others)
    np.put_along_axis(kept, order[:, :NEAREST], True, 1)
    return kept & others


def distances(position: np.ndarray) -> np.ndarray:
    """(n, n) Euclidean distances of positions (n, 2)."""
    return np.sqrt(((position[:, None] - position[None]) ** 2).sum(-1))


def steady_rounds(text: str) -> int | None:
    """For how many rounds the answer of a rule stays as it is, if the same agents act; None where it may look at
    where agents stand, or at anything.
    """
    kind, _, values = text.partition(":")
    return _partial_values(values)[1] if kind == "partial" else 1 << 31 if text == "all" else None


def parse_rule(text: str) -> Rule:
    """A rule by its name on the command line; one of a user's own is imported. Raises FunhouseError where there is no
    such rule, or it is not trusted."""
    if (rule := check_rule(text)) is not None:
        return rule
    from worlds.arena.loading import load

    return load(text)


@lru_cache(maxsize=64)
def check_rule(text: str) -> Rule | None:
    """A rule that needs no import; None for "module:function". Raises FunhouseError where the words make no rule."""
    kind, _, values = text.partition(":")
    try:
        if text == "all":
            return _all
        if kind == "radius" and (radius := float(values)) >= 0:
            return _within(radius)
        if kind == "partial":
            share, interval = _partial_values(values)
            if 0 <= share <= 1 and interval >= 1:
                return _partly(share, interval)
    except ValueError:
        pass
    if kind in ("radius", "partial") or ":" not in text:
        raise FunhouseError(f"'{text}' is no visibility rule", remedy=f"choose {_RULES}")
    return None


def _partial_values(values: str) -> tuple[float, int]:
    parts = values.split(",") if values else []
    if len(parts) > 2:
        raise ValueError
    return float(parts[0]) if parts else SHARE, int(parts[1]) if len(parts) > 1 else INTERVAL


def _all(context: Context) -> np.ndarray:
    return np.ones((len(context.agents),) * 2, bool)


def _within(radius: float) -> Rule:
    def rule(context: Context) -> np.ndarray:
        if context.position is None:
            why = f": {why}" if (why := context.why()) else ""
            raise FunhouseError(
                f"a radius needs positions, and the environment does not tell them{why}",
                remedy=REMEDY,
            )
        return distances(context.position) <= radius  # False where either is nowhere

    return rule


def _partly(share: float, interval: int) -> Rule:
    """Each agent perceives each other with chance `share`, drawn anew every `interval` rounds."""

    def rule(context: Context) -> np.ndarray:
        return _draw_subsets(context.key, context.round // interval, len(context.agents), share)

    return rule


@lru_cache(maxsize=256)  # one interval's draw serves all its steps, of all matches that go on side by side
def _draw_subsets(key: int, interval: int, n: int, share: float) -> np.ndarray:
    return _fill_subsets(np.uint64(key), interval, n, share)


@njit(cache=True, nogil=True)
def _fill_subsets(key, interval, n, share):
    seen = np.empty((n, n), np.bool_)
    for i in range(n):
        for j in range(n):
            word = dice.draw(uint64(key), interval, i * n + j, dice.SEEN)
            seen[i, j] = dice.uniform(word) < share
    return seen
