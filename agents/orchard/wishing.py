"""What is exact about wishes in an orchard with one agent in which nothing regrows: do, chance, asked and best."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np

from agents.orchard import policy
from agents.orchard.types import TypeSpace
from agents.wishes.automaton import Automaton, automaton_of
from agents.wishes.definition import Solo
from agents.wishes.inexact import Inexact
from agents.wishes.kernel import LANES, MOST_FRUITS, Field, Powers, answer_wish
from agents.wishes.reach import remaining_of
from agents.wishes.styles import STYLES
from agents.wishes.timed import Timed, timed_automaton_of
from agents.wishes.timed_kernel import NO_ROOM, Styled, answer_styled
from agents.wishes.wish import PLACES, Clause, place_of
from worlds import KINDS
from worlds.orchard.geometry import NO_WAY, Geometry, has

MOST_EXPONENT = 600.0  # of a product of odds


class Reply(NamedTuple):
    """The exact answer to a wish."""

    do: np.ndarray  # (actions,) float64; all 0 where chance is 0
    chance: float
    asked: float
    best: float


class SoloOrchard:
    """One map with the fruits that are on it; fruit (cells,) int: the kind on each cell, -1 for none.

    Raises Inexact where a type remembers what it no longer sees, or feels marks: what it does is then no function
    of where it stands and which fruits are left.
    """

    def __init__(
        self,
        space: TypeSpace,
        ground: Geometry,
        shape: tuple[int, int],
        fruit: np.ndarray,
        believed: np.ndarray | None = None,
        turns_out: np.ndarray | None = None,
    ):
        self.space, self.ground, self.fruit = space, ground, np.asarray(fruit).astype(np.int64)
        self.prior = space.believed(False) if believed is None else believed
        self.where = [PLACES.index(place_of(c // shape[1], c % shape[1], *shape)) for c in range(len(self.fruit))]
        self.turns_out = turns_out
        self.cells = np.flatnonzero(self.fruit >= 0)
        _check(space, self.prior)
        self.groups, self.of = _alike(space)
        self._acts = cache(self._acts)  # type: ignore[method-assign]

    @property
    def solo(self) -> Solo:
        """The world as the definition has it."""
        kind = {int(cell): KINDS[self.fruit[cell]] for cell in self.cells}
        turns_out = None if self.turns_out is None else self.turns_out.tolist()
        return Solo(self.ground.neighbor.tolist(), [PLACES[p] for p in self.where], kind, self.acts, turns_out)

    def acts(self, type: int, cell: int, left: frozenset[int]) -> np.ndarray:
        """π of a type where it stands on a cell, and there are fruits left on some cells: (actions,)."""
        return self._acts(self.groups[self.of[type]], cell, left)

    def _acts(self, type: int, cell: int, left: frozenset[int]) -> np.ndarray:
        fruit: dict[int, list[int]] = {}
        for there in sorted(left):
            if self.sees(type, cell, there):
                fruit.setdefault(int(self.fruit[there]), []).append(there)
        return policy.act(self.space, type, fruit, (), cell, self.ground)

    def sees(self, type: int, cell: int, there: int) -> bool:
        """Whether a type that stands on a cell heeds the fruit on another: it sees it, and can walk to it."""
        senses, number = self.space.senses, self.space.table.senses[type]
        in_sight = has(self.ground.visible[senses.sight[number], cell], there)
        shown = senses.kinds[number] >> self.fruit[there] & 1
        return bool(in_sight and shown and self.ground.distance[cell, there] != NO_WAY)

    def reply(self, belief: np.ndarray, cell: int, clauses: tuple[Clause, ...], steps: int) -> Reply:
        """The exact answer to a wish at a cell, for a belief (k,) over the types. Raises Inexact for more fruits
        than MOST_FRUITS."""
        self._check_few()
        most, do = min(steps, len(self.cells)), np.zeros(self.ground.neighbor.shape[1])
        weight = np.bincount(self.of, belief, len(self.groups))
        weight = np.pad(weight, (0, self._powers.factor.shape[-1] - len(weight)))
        powers = self._powers._replace(belief=weight)
        styles = [timed_automaton_of(one, steps) for one in clauses if isinstance(one, STYLES)]
        plain = automaton_of(tuple(one for one in clauses if not isinstance(one, STYLES)), most)
        if styles:
            chance, asked, best = answer_styled(self._field, powers, self._styled(plain, styles), cell, steps, do)
        else:
            chance, asked, best, settled = answer_wish(self._field, powers, plain.leads, plain.good, cell, steps, do)
            assert settled, clauses
        if chance == NO_ROOM:
            what = f"there is too much to how this may come about over {steps} steps for an exact answer"
            raise Inexact(what, remedy="ask at a later step, for fewer clauses, or in fewer steps")
        return Reply(do, chance, min(asked, 1.0), best)

    def _styled(self, plain: Automaton, styles: Sequence[Timed]) -> Styled:
        """What is left of a wish with styles on this map, as the kernel reads it."""
        neighbor, near = self._field.neighbor, np.zeros(len(self.fruit), np.int64)
        for f, cell in enumerate(self.cells):
            near[(neighbor == cell).any(1)] |= 1 << f  # the cell itself among them: one may stay
        by_wall = (neighbor[:, 1:5] == np.arange(len(neighbor))[:, None]).any(1)
        where, shape = np.array(self.where), np.max([one.leads.shape for one in styles], axis=0)
        leads = np.array([np.pad(one.leads, [(0, more) for more in shape - one.leads.shape]) for one in styles])
        good = np.array([np.pad(one.good, (0, shape[1] - len(one.good))) for one in styles])
        code = np.array([one.place[where] + one.wall * by_wall for one in styles])
        radix = np.cumprod([1, *(len(one.good) - 1 for one in styles)])
        start, way, fruit = (
            np.array(column) for column in zip(*((one.start, one.way, one.fruit) for one in styles), strict=True)
        )
        remaining = remaining_of(self._field, plain.leads)[0]
        return Styled(remaining, plain.leads, plain.good, leads, good, start, radix, code, way, fruit, near)

    def _check_few(self) -> None:
        """Raises Inexact where the kernel would need too much room, or too large numbers."""
        fruits, table = len(self.cells), self.space.table
        if fruits > MOST_FRUITS:
            what = f"there are {fruits} fruits on this map, and 2**{fruits} sets of those that are left"
            raise Inexact(what, remedy=f"have at most {MOST_FRUITS} fruits in all, or ask at a later step")
        if table.beta * np.abs(table.weight).max() * fruits > MOST_EXPONENT:
            raise Inexact(f"beta = {table.beta:g} is too decisive to compute with", remedy="choose a smaller beta")

    @cached_property
    def _field(self) -> Field:
        """As the kernel reads it."""
        neighbor = self.ground.neighbor.astype(np.int64)
        fruit_at = np.full(len(self.fruit), -1)
        fruit_at[self.cells] = np.arange(len(self.cells))
        turns_out = np.eye(neighbor.shape[1]) if self.turns_out is None else np.asarray(self.turns_out, float)
        slips, kinds = self.turns_out is not None, self.fruit[self.cells]
        where, walk = np.array(self.where), self.ground.distance.astype(np.int64)
        return Field(neighbor, where, walk, fruit_at, self.cells, kinds, np.ascontiguousarray(turns_out), slips)

    @cached_property
    def _powers(self) -> Powers:
        """As the kernel reads them, types that act alike being one; but for the belief."""
        table, neighbor = self.space.table, self.ground.neighbor
        wide = -(-len(self.groups) // LANES) * LANES
        shape = len(self.cells), len(self.fruit), neighbor.shape[1], wide
        factor, seen = np.ones(shape), np.zeros((*shape[:2], wide), bool)
        weight = table.weight[table.taste[self.groups]]  # (k, kinds)
        for f, there in enumerate(self.cells):
            near = table.gamma ** self.ground.distance[neighbor, there].astype(np.float64)  # (cells, w)
            for g, type in enumerate(self.groups):
                seen[f, :, g] = [self.sees(type, c, int(there)) for c in range(len(self.fruit))]
                worth = np.exp(table.beta * weight[g, self.fruit[there]] * near)
                factor[f, :, :, g] = np.where(seen[f, :, g, None], worth, 1.0)
        likes = np.zeros((weight.shape[1], wide), bool)
        likes[:, : len(self.groups)] = weight.T > 0
        sums = self.space.policy.value == "sum"
        return Powers(factor, seen, likes, sums, float(table.floor), np.empty(0))


def _alike(space: TypeSpace) -> tuple[list[int], np.ndarray]:
    """One type of each way to act when alone, and which of these each type acts as, (k,)."""
    table = space.table
    every = list(zip(table.weight[table.taste].tolist(), table.senses.tolist(), strict=True))
    first: dict[tuple, int] = {}
    for k, (weight, senses) in enumerate(every):
        first.setdefault((*weight, senses), k)
    numbers = {way: g for g, way in enumerate(first)}
    return list(first.values()), np.array([numbers[(*weight, senses)] for weight, senses in every])


def _check(space: TypeSpace, prior: np.ndarray) -> None:
    table = space.table
    if (table.window[table.memory[prior > 0]] > 1).any():
        what = "agents here remember what they no longer see, so that no exact answer to a wish is at hand"
        raise Inexact(what, remedy="leave memory out: --traits taste,blindness,manner")
    if space.orchard.marks:
        raise Inexact("agents here wash off marks, of which no wish speaks", remedy="leave --marks out")
