"""What an agent of a given type does with what it perceives: plain functions, no state.

    Q(a)    = best(a) + push · γ^(steps from the cell after a to the nearest other agent seen now)
    best(a) = max over remembered kinds of weight · γ^(steps from the cell after a to the nearest of the kind)
    π(a)    = (1 − floor) · softmax(β · Q)(a) + floor / 5

Nothing remembered makes best(a) = 0, nobody seen makes the second term 0. Where there are marks, π has a sixth action:
who feels a mark does nothing but wash, anybody else never does, except for the floor, which is shared by all six.
docs/theory.md has every constant.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from agents.orchard.types import TypeSpace
from worlds.orchard.geometry import Geometry
from worlds.orchard.marks import WASH


class Traits(NamedTuple):
    """One type as numbers."""

    weight: np.ndarray  # (kinds,) what each kind of fruit is worth
    sight: int  # index into the senses, near first
    window: int  # steps that are remembered, the present one included
    push: float  # what nearness to another agent is worth


def traits(space: TypeSpace, index: int) -> Traits:
    """The numbers of type `index` of a space."""
    table = space.table
    return Traits(
        table.weight[table.taste[index]],
        int(table.sight[index]),
        int(table.window[table.memory[index]]),
        float(table.push[table.temper[index]]),
    )


def act(
    space: TypeSpace,
    index: int,
    fruit: Mapping[int, Collection[int]],
    others: Collection[int],
    cell: int,
    ground: Geometry,
    felt: bool = False,
) -> np.ndarray:
    """π of type `index` at `cell`, (actions,) float64 over the world's actions.

    `fruit` are the remembered cells of each remembered kind, `others` the cells of the other agents seen now; `felt`
    says whether it feels a mark on itself.
    """
    me, table = traits(space, index), space.table

    def worth(after):
        """Q, from the cell after an action."""

        def discount(cells):
            return table.gamma ** min(float(ground.distance[after, c]) for c in cells)

        def discounts(cells):
            return sum(table.gamma ** float(ground.distance[after, c]) for c in cells)

        if space.policy.value == "sum":
            wanted = sum(me.weight[kind] * discounts(cells) for kind, cells in fruit.items())
        else:
            wanted = max((me.weight[kind] * discount(cells) for kind, cells in fruit.items()), default=0.0)
        return wanted + (me.push * discount(others) if others else 0.0)

    wish = np.zeros(len(space.orchard.action_names))
    if felt:
        wish[WASH] = 1
    else:
        after = ground.neighbor[cell]
        wish[: len(after)] = softmax(table.beta * np.array([worth(there) for there in after]))
    return (1 - table.floor) * wish + table.floor / len(wish)


def softmax(worth: np.ndarray) -> np.ndarray:
    """Odds of exp(worth) as probabilities, float64."""
    odds = np.exp(worth - worth.max())
    return odds / odds.sum()
