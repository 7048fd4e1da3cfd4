"""Encoded events that are kept and added to: what every later question about them shares.

The events of this network do not attend to one another, so that what is encoded once never changes: the incremental
cache is simply each event's evidence, keys and values.
"""

from collections.abc import Sequence

import numpy as np
import torch
from einops import rearrange
from torch import Tensor

from tom.filter.network import Network

BLANK = 0  # the row of no event, which pads


class Kept:
    """Encoded events end to end; row BLANK is none. Axes: r rows, b questions, e events of a question."""

    def __init__(self, network: Network):
        config = network.config
        width = (config.heads, config.width // config.heads)
        self.count, self.layers, self.dtype = 1, config.layers, network.dtype
        self._encoded = [torch.zeros(1, config.library + config.compares)]  # evidence; of each layer keys, values
        self._encoded += [torch.zeros(1, *width, dtype=network.dtype) for _ in range(2 * config.layers)]
        self._placed = {
            "agent": np.full(1, -1), "step": np.zeros(1, np.int64), "line": np.zeros(1, np.int64),
            "sights": np.zeros((1, 2), np.int64), "own": np.zeros((1, 2), np.float32),
        }  # fmt: skip

    def add(self, placed: dict[str, np.ndarray], evidence: Tensor, offered: Sequence[tuple[Tensor, Tensor]]) -> range:
        """Keeps r more events; returns their rows.

        placed: agent, step, line (r,), sights, own (r, 2), as relations read them; evidence (r k); offered: of each
        layer, keys and values (h r c).
        """
        more = [evidence, *(rearrange(x, "h r c -> r h c") for pair in offered for x in pair)]
        first, self.count = self.count, self.count + len(evidence)
        if self.count > len(self._encoded[0]):
            self._grow(2 * self.count)
        for held, new in zip(self._encoded, more, strict=True):
            held[first : self.count] = new
        for name, array in placed.items():
            self._placed[name][first : self.count] = array
        return range(first, self.count)

    def _grow(self, room: int) -> None:
        self._encoded = [torch.cat([x, x.new_zeros(room - len(x), *x.shape[1:])]) for x in self._encoded]
        self._placed = {
            name: np.concatenate([x, np.zeros((room - len(x), *x.shape[1:]), x.dtype)])
            for name, x in self._placed.items()
        }

    def events(self, rows: Sequence[Sequence[int]]) -> tuple[dict[str, Tensor], dict]:
        """Some questions' events, padded: as relations read them (b e ...), and as Network.encode gives them."""
        index = np.zeros((len(rows), max(1, *map(len, rows))), np.int64)
        for b, mine in enumerate(rows):
            index[b, : len(mine)] = mine
        event = {name: torch.from_numpy(array[index]) for name, array in self._placed.items()}
        event["real"] = torch.from_numpy(index != BLANK)
        chosen = torch.from_numpy(index)
        evidence, *offered = (x[chosen] for x in self._encoded)
        flat = [rearrange(x, "b e h c -> (b h) e c") for x in offered]
        pairs = list(zip(flat[::2], flat[1::2], strict=True))
        return event, {"evidence": evidence, "keys_values": pairs}
