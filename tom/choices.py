"""What each action leads to in anybody's environment, from an observation.

Where actions are many, as in chess, only what is legal in a row is read, in no fixed places: a network that has a place
for every action would need gigabytes for its weights alone. There an action is a vector of its own, which the
observation moves.

Axes: r rows, a actions, l choices (the legal actions of a row, padded), c width of what an action leads to.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from tom.observations import ObservationEncoder

MANY_ACTIONS = 64  # with more, only legal ones are read
BARRED = -1e9  # where the largest of some is looked for
LEAST = 1e-30  # a probability whose logarithm is still a number


def narrowed(row: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rows, blocked (r a), with their legal actions only: choice (r l) int64, padded with the number of actions, and
    blocked (r l), which is the padding."""
    legal = ~row["blocked"]
    count = legal.sum(1)
    of, action = legal.nonzero(as_tuple=True)
    place = torch.arange(len(of), device=of.device) - (count.cumsum(0) - count)[of]
    choice = torch.full((len(legal), int(count.max())), legal.shape[1], device=of.device)
    choice[of, place] = action
    return {**row, "choice": choice, "blocked": choice == legal.shape[1]}


def widened(log: Tensor, choice: Tensor, actions: int) -> Tensor:
    """Log probabilities (n l) of choices (n l) as those of all actions (n a)."""
    least = torch.full((len(log), actions + 1), LEAST, dtype=log.dtype, device=log.device).log()
    return least.scatter(-1, choice, log)[:, :actions]


def place_of(action: Tensor, rows: Mapping[str, Tensor], row: Tensor) -> Tensor:
    """Where actions (...) stand among what may be done in some rows (...)."""
    if "choice" not in rows:
        return action
    return (rows["choice"][row] == action[..., None]).int().argmax(-1)


def pooled(option: Tensor, blocked: Tensor) -> Tensor:
    """What choices (r l c) lead to at best, channel by channel, and on average: r 2c."""
    return torch.cat([option.masked_fill(blocked[..., None], BARRED).amax(1), mean_of(option, blocked)], -1)


def mean_of(told: Tensor, blocked: Tensor) -> Tensor:
    """The mean (... c) of what is told of each action (... a c) that may be taken."""
    legal = (~blocked)[..., None].to(told.dtype)
    return (told * legal).sum(-2) / legal.sum(-2).clamp(min=1)


class ActionEncoder(ObservationEncoder):
    """What each action leads to, (r a c), all of them in their places."""

    def __init__(self, sizes: Sequence[int], actions: int, width: int):
        super().__init__(sizes, actions * width)
        self.width = width

    def forward(self, row: Mapping[str, Tensor]) -> Tensor:
        """row: observation (r f) float32, species (r,)."""
        return self.seen(row).unflatten(-1, (-1, self.width))


class ChoiceEncoder(ObservationEncoder):
    """What each choice leads to, (r l c)."""

    def __init__(self, sizes: Sequence[int], actions: int, width: int):
        super().__init__(sizes, width)
        self.actions = actions
        self.vectors = nn.Embedding(len(sizes) * (actions + 1), 2 * width)

    def forward(self, row: Mapping[str, Tensor]) -> Tensor:
        """row: observation (r f) float32, species (r,), choice (r l)."""
        moved, own = self.vectors(row["species"][:, None] * (self.actions + 1) + row["choice"]).chunk(2, -1)
        return self.seen(row)[:, None] * moved + own
