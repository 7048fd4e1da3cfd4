"""What an agent of a given type does with what it perceives: plain functions, no state.

    Q(a)    = best(a) + push · γ^(steps from the cell after a to the nearest other agent seen now)
    best(a) = max over remembered kinds of weight · γ^(steps from the cell after a to the nearest of the kind)
    π(a)    = (1 − floor) · softmax(β · Q)(a) + floor / 5

Nothing remembered makes best(a) = 0, nobody seen makes the second term 0. docs/theory.md has every constant.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from agents.agent_type import TypeSpace
from worlds.geometry import Geometry


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
) -> np.ndarray:
    """π of type `index` at `cell`, (5,) float64 over worlds.ACTIONS.

    `fruit` are the remembered cells of each remembered kind, `others` the cells of the other agents seen now.
    """
    me, table = traits(space, index), space.table

    def worth(after):
        """Q, from the cell after an action."""

        def discount(cells):
            return table.gamma ** min(float(ground.distance[after, c]) for c in cells)

        best = max((me.weight[kind] * discount(cells) for kind, cells in fruit.items()), default=0.0)
        return best + (me.push * discount(others) if others else 0.0)

    return choice(np.array([worth(after) for after in ground.neighbor[cell]]), table.beta, table.floor)


def choice(q: np.ndarray, beta: float, floor: float) -> np.ndarray:
    """π, (5,) float64: a softmax of β·Q with a small uniform floor."""
    odds = np.exp(beta * (q - q.max()))
    return (1 - floor) * odds / odds.sum() + floor / len(q)
