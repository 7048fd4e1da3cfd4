"""What an observation of anybody's environment says, as a vector: a small network for each species.

Axes: e events, f entries of a flattened observation.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

HIDDEN_UNITS = 64  # units: with more, a log of 2,000 matches is learned by heart
CLIP = 5.0  # standard deviations


class ObservationEncoder(nn.Module):
    """For each species a network of its own from an observation, vector or image, to `out` numbers.

    Entries are standardised by the mean and the deviation that `measure` finds before training.
    """

    def __init__(self, sizes: Sequence[int], out: int):
        """sizes: entries of an observation of each species."""
        super().__init__()
        self.out = out
        self.eyes = nn.ModuleList([_Eye(size, out) for size in sizes])

    @torch.no_grad()
    def measure(self, row: Mapping[str, Tensor]) -> None:
        """Sets the statistics of each species' entries from some events."""
        for kind, eye in enumerate(self.eyes):
            assert isinstance(eye, _Eye)
            seen = row["observation"][row["species"] == kind][:, : eye.size]
            if len(seen) > 1:
                eye.mean.copy_(seen.mean(0))
                eye.scale.copy_(1 / seen.std(0).clamp(min=1e-2))

    def seen(self, row: Mapping[str, Tensor]) -> Tensor:
        """(e, out) of observation (e, f) float32, padded to the largest species', and species (e,)."""
        observation, species = row["observation"], row["species"]
        around = observation.new_zeros(len(species), self.out)
        for kind, eye in enumerate(self.eyes):
            here = torch.nonzero(species == kind).squeeze(1)
            if len(here):
                around = around.index_put((here,), eye(observation[here]).to(around.dtype))
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
        bent = F.relu(self.second(F.relu(self.first(x)).square() * 0.5))
        return self.straight(x) + self.out(bent)
