"""What strangers do among the others, compiled: in whosever body, on what is perceived there."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from agents.orchard.families import STAY, WAYS, Linear, Network, Stranger
from agents.orchard.kernel import act
from agents.orchard.kernel_inputs import Part, make_work
from agents.orchard.strange_ways import AS_TYPE, NUMBERS, choose, loose, make_room
from worlds.orchard.geometry import NO_WAY


class Codes(NamedTuple):
    """The strangers among n agents as the kernel reads them; the rows of others hold nothing."""

    way: np.ndarray  # (n, 2) int64: an index into WAYS, -1 for none
    numbers: np.ndarray  # (n, 2, NUMBERS) float64: the fields of the way, one after another
    discount: np.ndarray  # (n, 2, 256) float64: γ^distance of these that have a γ, 0 where there is no way
    joined: np.ndarray  # (n, 4) float64: share, gate, reach, noise


def coded(strangers: Mapping[int, Stranger], agents: int) -> Codes:
    """The strangers, by index, of so many agents; no rows where there are none."""
    n = agents if strangers else 0
    codes = Codes(np.full((n, 2), -1), np.zeros((n, 2, NUMBERS)), np.zeros((n, 2, NO_WAY + 1)), np.zeros((n, 4)))
    for agent, one in strangers.items():
        for place, way in enumerate(one.ways):
            fields: Any = way
            codes.way[agent, place] = WAYS.index(type(way))
            if fields:
                numbers = np.concatenate([np.ravel(field).astype(np.float64) for field in fields])
                codes.numbers[agent, place, : len(numbers)] = numbers
            if isinstance(way, (Linear, Network)):
                codes.discount[agent, place, :NO_WAY] = way.gamma ** np.arange(NO_WAY, dtype=np.float64)
        codes.joined[agent] = one.share, one.gate, one.reach, one.noise
    return codes


@loose
def act_as_stranger(stage, codes, who, body, own, step, work, room, out):
    """Writes what the stranger `who` does in a body, out (actions,), on what both perceive there; own (n,) types."""
    powers, events, ground = stage.powers, stage.events, stage.ground
    every, last = powers.every, events.action[step - 1, body] if step else STAY
    eyes = every.meet[powers.sense[own[body]], powers.sense[own[who]]]
    if codes.way[who, 0] == AS_TYPE or codes.way[who, 1] == AS_TYPE:
        nobody = codes.way[who, :0]
        _act_as_type(stage, Part(body, own[body], body, nobody), own[who], step, work, room.native)
    view = ground.visible[every.sight[eyes], events.cell[step, body]]
    choose(
        codes.way[who], codes.numbers[who], codes.discount[who], codes.joined[who],
        events.cell[step], events.board[step], body, last, view, every.kinds[eyes],
        ground.neighbor, ground.distance, room, out,
    )  # fmt: skip


@loose
def _act_as_type(stage, part, type, step, work, out):
    """Writes what a type does in the body of a part's asker, out (actions,), on what that one perceives."""
    powers = stage.powers
    eyes = powers.every.meet[powers.sense[part.own], powers.sense[type]]
    for narrow in range(work.weight.shape[0]):
        work.weighs[narrow] = narrow == eyes
        for mind in range(work.weight.shape[1]):
            work.weight[narrow, mind] = 0.0
    work.weight[eyes, powers.mind[type]] = 1.0
    act(stage, powers.window[: powers.memory[type] + 1], part, step, work, out)


@njit(cache=True, nogil=True)
def act_as_strangers(stage, codes, who, body, own, step, out):
    """The same of q acts, out (q, actions)."""
    work, room = make_work(stage, 1), make_room(stage.ground.neighbor.shape[1], out.shape[1])
    for q in range(len(who)):
        act_as_stranger(stage, codes, who[q], body[q], own, step[q], work, room, out[q])
