"""Where actions are many, as in chess: of each event only what is legal there is read, in no fixed places.

A network that has a place for every action of every event would need gigabytes for its weights alone. Here an action is
a vector of its own, which the observation moves; events are looked at in parts, whose insides are worked out once more
on the way back, so that memory is bounded by what is legal and not by what there is.

Axes: e events, a actions, l choices (the legal actions of an event, padded), c width of what an action leads to.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from tom.filter.library import IMPOSSIBLE, LEAST
from tom.filter.size import MOST_LEGAL, NetworkConfig
from tom.observations import ObservationEncoder
from worlds import FunhouseError

MANY_ACTIONS = 64  # actions: with more, only legal ones are read
AT_ONCE = 1 << 15  # choices of the events of one part


def check_legal(most: int, place: str) -> None:
    """Raises FunhouseError where so many actions are legal at once that no mind is trained on them."""
    if most > MOST_LEGAL:
        what = f"{most:,} actions are legal at once, and a mind is trained on at most {MOST_LEGAL:,}"
        raise FunhouseError(what, place=place, remedy="give the environment an action mask, or fewer actions")


def narrowed(row: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rows of events, blocked (e a), with their legal actions only: choice (e l) int64, padded with the number of
    actions, blocked (e l) bool; action (e,) becomes its place among the choices. Raises FunhouseError."""
    legal = ~row["blocked"]
    count = legal.sum(1)
    check_legal(most := int(count.max()), "a step of the log")
    event, action = legal.nonzero(as_tuple=True)
    place = torch.arange(len(event)) - (count.cumsum(0) - count)[event]
    choice = torch.full((len(legal), most), legal.shape[1])
    choice[event, place] = action
    told = {**row, "choice": choice, "blocked": choice == legal.shape[1]}
    return told | ({"action": (choice == row["action"][:, None]).int().argmax(1)} if "action" in row else {})


def widened(log: Tensor, choice: Tensor, actions: int) -> Tensor:
    """Log probabilities (… l) of choices (… l) as those of all actions (… a)."""
    least = torch.full((*log.shape[:-1], actions + 1), LEAST).log()
    return least.scatter(-1, choice, log)[..., :actions]


def pooled(around: Tensor, blocked: Tensor) -> Tensor:
    """What choices (e l c) lead to at best, channel by channel, and on average: e 2c."""
    barred = blocked[..., None]
    most = around.masked_fill(barred, IMPOSSIBLE).amax(1)
    return torch.cat([most, around.masked_fill(barred, 0).sum(1) / (~barred).sum(1)], -1)


def in_parts(call: Callable[[dict[str, Tensor]], tuple[Tensor, ...]], row: Mapping[str, Tensor]) -> list[Tensor]:
    """call(row), part by part of the events; what is within a part is worked out anew for the gradient."""
    size = max(1, AT_ONCE // row["choice"].shape[1])
    parts = zip(*(x.split(size) for x in row.values()), strict=True)
    told = [checkpoint(call, dict(zip(row, part, strict=True)), use_reentrant=False) for part in parts]
    return [torch.cat(pieces) for pieces in zip(*told, strict=True)]


class ChoiceEncoder(ObservationEncoder):
    """What each choice of an event leads to: a vector of the action's own, moved by what its species observes."""

    def __init__(self, config: NetworkConfig):
        super().__init__(config.species, config.element_width)
        self.actions = config.actions
        self.vectors = nn.Embedding(len(config.species) * (config.actions + 1), 2 * config.element_width)

    def forward(self, row: Mapping[str, Tensor]) -> Tensor:
        """row: observation (e, f) float32, species (e,), choice (e l) -> (e l c)."""
        moved, own = self.vectors(row["species"][:, None] * (self.actions + 1) + row["choice"]).chunk(2, -1)
        return self.seen(row)[:, None] * moved + own
