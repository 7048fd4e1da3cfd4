"""The definition of asking for what one wants, for one agent alone where nothing regrows, in plain and slow Python.

An agent is of one of some types b, whose policies π_b are functions of the state: where it stands, and which fruits are
left. A wish g comes true or not by the end of its last step. h is what has happened: the state, and a belief P(b | h).

    P_b(g | h)    = Σ_a π_b(a | h) · P_b(g | h, a)       how likely a type brings g about, acting as it does
    P(g | h)      = Σ_b P(b | h) · P_b(g | h)            `chance`: what comes of it when nobody is asked
    do(h, g)(a)   = Σ_b P(b | h) · π_b(a | h) · P_b(g | h, a) / P(g | h)
    asked(h, g)   = the probability that g comes true when at every step the act is drawn from do
    best(h, g)    = the same where at every step the best act is taken: what optimisation could reach

After a step the wish is restated (agents/wishes/progress.py), so that all of these are one recursion over the state,
the clauses that are left, and the steps that are left.

**Why do.** Take episodes in which agents act as their types do, draw a sentence g without a look at what follows a
step, and keep it where it came true from there. Among what is kept, the act that followed h has the law P(a | h, g),
which by Bayes' rule is do(h, g). So that is where maximum likelihood on labels of hindsight ends up, whatever
sentences were drawn, and however they are weighted by g alone. (It is not where a sentence is drawn among those that
came true: then easy sentences crowd out others, and more so after some acts than after others.)

**Own acts.** An act that is drawn from do is not drawn from any π_b, so that it tells nothing of a type: it is no
native act, and by the rule of agents/definition.py acts in a role are no evidence. The belief of `asked` therefore
stays P(b | h) of the question, at every step; the state and the wish are what they have become. A model that cannot
tell its own acts from native ones has learned otherwise: in its training all acts were native, so that maximum
likelihood leads to the same formula with P(b | h, own acts), and it believes more and more in a type for which its
wish is easy. `asked(…, own_acts=True)` is that one. Where chance has no part in what acts lead to, both are sure
to succeed; with luck they differ.

**The theorem.** If every act leads to one state only, asked = best = 1 wherever chance > 0. For do gives weight to
those acts alone after which some type that is believed in may bring g about; so chance stays above 0, and after the
last step it is 1 or 0. Where acts turn out otherwise than meant, do leans to acts after which types *had luck*, and
asked may be less than best: what return conditioning is known for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from agents.wishes.event import WAYS, Event
from agents.wishes.progress import after, fulfilled
from agents.wishes.wish import Clause

# type, cell, the cells of the fruits left -> (actions,)
Policy = Callable[[int, int, frozenset[int]], Sequence[float] | np.ndarray]
Clauses = tuple[Clause, ...]


@dataclass(frozen=True)
class Solo:
    """A world with one agent in it, in which eaten fruits are gone.

    neighbor: [cells][actions] the cell to which each move leads, walls and the rim being in it; place: [cells] in which
    place a cell lies; kind: of the fruit on each cell that has one; turns_out: [actions][actions] how likely each
    action becomes each move, None: it is the one that is meant.
    """

    neighbor: Sequence[Sequence[int]]
    place: Sequence[str]
    kind: Mapping[int, str]
    policy: Policy
    turns_out: Sequence[Sequence[float]] | None = None

    def event(self, cell: int, left: frozenset[int], move: int) -> Event:
        """What a move brings where one stands on a cell, and there are fruits left on some cells."""
        there = self.neighbor[cell][move]
        eaten, way = self.kind[there] if there in left else None, WAYS[move] if there != cell else None
        by_wall = there in self.neighbor[there][1:5]  # the moves north, south, west and east
        return Event(eaten, self.place[there], way, by_wall, not left.isdisjoint((there, *self.neighbor[there])))

    @property
    def actions(self) -> range:
        """The actions, by index."""
        return range(len(self.neighbor[0]))

    def moves(self, action: int) -> list[tuple[int, float]]:
        """What an action may turn out as, and how likely that is."""
        if self.turns_out is None:
            return [(action, 1.0)]
        return [(move, chance) for move, chance in enumerate(self.turns_out[action]) if chance > 0]


class Wishing:
    """The definition in one world; k types. A state is a cell and the cells of the fruits that are left."""

    def __init__(self, solo: Solo):
        self.solo = solo
        self.brought_about = cache(self.brought_about)  # type: ignore[method-assign]
        self.asked = cache(self.asked)  # type: ignore[method-assign]
        self.best = cache(self.best)  # type: ignore[method-assign]

    def lead(self, cell: int, left: frozenset[int], clauses: Clauses, move: int):
        """The state after a move, and the clauses that are then left; None for these where they can come true no
        more."""
        there = self.solo.neighbor[cell][move]
        return there, left - {there}, after(clauses, self.solo.event(cell, left, move))

    def expected(self, value: Callable, action: int, cell: int, left: frozenset[int], clauses: Clauses, steps: int):
        """The mean of a value(cell, left, clauses, steps) after an action; 0 where the wish can come true no more."""
        total = 0.0
        for move, chance in self.solo.moves(action):
            there, rest, wished = self.lead(cell, left, clauses, move)
            if wished is not None:
                total += chance * value(there, rest, wished, steps - 1)
        return total

    def brought_about(self, type: int, cell: int, left: frozenset[int], clauses: Clauses, steps: int) -> float:
        """P_b(g | h): how likely a type brings a wish about in so many steps."""
        if steps == 0:
            return float(fulfilled(clauses, self.solo.place[cell]))
        chances = self.solo.policy(type, cell, left)
        return sum(chances[a] * self.given(type, a, cell, left, clauses, steps) for a in self.solo.actions)

    def given(self, type: int, action: int, cell: int, left: frozenset[int], clauses: Clauses, steps: int) -> float:
        """P_b(g | h, a)."""

        def value(*state):
            return self.brought_about(type, *state)

        return self.expected(value, action, cell, left, clauses, steps)

    def chance(self, belief: Sequence[float], *state) -> float:
        """P(g | h), for a belief (k,) and a state (cell, left, clauses, steps)."""
        return sum(b * self.brought_about(k, *state) for k, b in enumerate(belief) if b > 0)

    def do(self, belief: Sequence[float], cell: int, left: frozenset[int], clauses: Clauses, steps: int) -> np.ndarray:
        """do(h, g), (actions,); all 0 where nobody who is believed in would bring the wish about."""
        weight = np.zeros(len(self.solo.actions))
        for k, b in enumerate(belief):
            if b > 0:
                chances = self.solo.policy(k, cell, left)
                for a in self.solo.actions:
                    weight[a] += b * chances[a] * self.given(k, a, cell, left, clauses, steps)
        total = weight.sum()
        return weight / total if total > 0 else weight

    def asked(
        self, belief: tuple[float, ...], cell: int, left: frozenset[int], clauses: Clauses, steps: int, own_acts=False
    ) -> float:
        """How likely the wish comes true where every act is drawn from do; own_acts: they are taken for native ones."""
        if steps == 0:
            return float(fulfilled(clauses, self.solo.place[cell]))
        total = 0.0
        for a, chance in enumerate(self.do(belief, cell, left, clauses, steps)):
            if chance > 0:
                then = self.after_act(belief, a, cell, left) if own_acts else belief

                def value(cell, left, clauses, steps, then=then):
                    return self.asked(then, cell, left, clauses, steps, own_acts)

                total += chance * self.expected(value, a, cell, left, clauses, steps)
        return total

    def best(self, cell: int, left: frozenset[int], clauses: Clauses, steps: int) -> float:
        """The most likely that anybody could make it."""
        if steps == 0:
            return float(fulfilled(clauses, self.solo.place[cell]))
        return max(self.expected(self.best, a, cell, left, clauses, steps) for a in self.solo.actions)

    def after_act(self, belief: Sequence[float], action: int, cell: int, left: frozenset[int]) -> tuple[float, ...]:
        """A belief after a native act: Bayes' rule."""
        weighed = [b * self.solo.policy(k, cell, left)[action] if b > 0 else 0.0 for k, b in enumerate(belief)]
        return tuple(one / sum(weighed) for one in weighed)
