"""What an observation of anybody's environment says of each action, as vectors: another way into the network.

Axes: e events, a actions, c width, f entries of a flattened observation.
"""

from collections.abc import Mapping

import torch
from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional as F

from tom.filter.encoders import squared_relu
from tom.training.settings import NetworkConfig

HIDDEN_UNITS = 64  # units: with more, a log of 2,000 matches is learned by heart
CLIP = 5.0  # standard deviations


class ObservationEncoder(nn.Module):
    """For each species a network of its own from an observation, vector or image, to what each action leads to.

    Entries are standardised by the mean and the deviation that `measure` finds before training.
    """

    def __init__(self, config: NetworkConfig, width: int | None = None):
        """width: of what an eye says of an observation; of all actions, if it is not given."""
        super().__init__()
        self.actions, self.width = config.actions, width or config.actions * config.element_width
        self.eyes = nn.ModuleList([_Eye(size, self.width) for size in config.species])

    @torch.no_grad()
    def measure(self, row: Mapping[str, Tensor]) -> None:
        """Sets the statistics of each species' entries from some events."""
        for kind, eye in enumerate(self.eyes):
            assert isinstance(eye, _Eye)
            seen = row["observation"][row["species"] == kind][:, : eye.size]
            if len(seen) > 1:
                eye.mean.copy_(seen.mean(0))
                eye.scale.copy_(1 / seen.std(0).clamp(min=1e-2))

    def forward(self, row: Mapping[str, Tensor]) -> Tensor:
        """row: observation (e, f) float32, padded to the largest species', species (e,) -> (e a c)."""
        return rearrange(self.seen(row), "e (a c) -> e a c", a=self.actions)

    def seen(self, row: Mapping[str, Tensor]) -> Tensor:
        """What the eyes say, (e, width)."""
        observation, species = row["observation"], row["species"]
        around = observation.new_zeros(len(species), self.width)
        for kind, eye in enumerate(self.eyes):
            here = torch.nonzero(species == kind).squeeze(1)
            if len(here):
                around = around.index_put((here,), eye(observation[here]))
        return around


class _Eye(nn.Module):
    """One species' network over flattened observations of `size` entries."""

    mean: Tensor
    scale: Tensor

    def __init__(self, size: int, out: int):
        super().__init__()
        self.size = size
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("scale", torch.ones(size))
        self.first, self.second = nn.Linear(size, HIDDEN_UNITS), nn.Linear(HIDDEN_UNITS, HIDDEN_UNITS)
        self.straight, self.out = nn.Linear(size, out), nn.Linear(HIDDEN_UNITS, out)

    def forward(self, observation: Tensor) -> Tensor:
        x = ((observation[:, : self.size] - self.mean) * self.scale).clamp(-CLIP, CLIP)
        bent = F.relu(self.second(squared_relu(self.first(x)) * 0.5))
        return self.straight(x) + self.out(bent)
