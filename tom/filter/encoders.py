"""Words, and what lies around an actor, as vectors: the network's two ways in.

Axes: f elements, a actions, u distinct texts, w words, d width.
"""

from collections.abc import Mapping

import torch
from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional as F

from tom.filter.size import NetworkConfig

FLAGS = 4  # bits of History.flag
SCALE = 4.0  # of a fruit underfoot among the surroundings


def squared_relu(x: Tensor) -> Tensor:
    """relu(x)**2 (So et al. 2021, Primer): cheap on a CPU in bf16."""
    return F.relu(x).square()


class Feedforward(nn.Module):
    """Two linear maps around a squared ReLU."""

    def __init__(self, width: int, hidden: int, out: int | None = None):
        super().__init__()
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, out or width)

    def forward(self, x: Tensor) -> Tensor:  # ... width -> ... out
        return self.down(squared_relu(self.up(x)))


class TextLayer(nn.Module):
    """One layer of a transformer over words."""

    def __init__(self, width: int, heads: int = 4):
        super().__init__()
        self.heads = heads
        self.norm, self.norm2 = nn.RMSNorm(width), nn.RMSNorm(width)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.join = nn.Linear(width, width, bias=False)
        self.feed = Feedforward(width, 2 * width)

    def forward(self, x: Tensor, barred: Tensor) -> Tensor:
        """x (u w d), barred (u 1 1 w) -> u w d."""
        q, k, v = rearrange(self.qkv(self.norm(x)), "u w (c h d) -> c u h w d", c=3, h=self.heads)
        weight = (q @ k.mT / q.shape[-1] ** 0.5 + barred).softmax(-1)
        x = x + self.join(rearrange(weight.to(v.dtype) @ v, "u h w d -> u w (h d)"))
        return x + self.feed(self.norm2(x))


class TextEncoder(nn.Module):
    """A small transformer over words; names and "me" are tokens that say only that somebody is named there."""

    def __init__(self, config: NetworkConfig, longest: int = 64):
        super().__init__()
        width = config.text_width
        self.word = nn.Embedding(config.vocabulary, width)
        self.place = nn.Embedding(longest, width)
        self.mix = nn.ModuleList([TextLayer(width) for _ in range(2)])
        self.out = nn.Linear(2 * width, config.width)
        nn.init.normal_(self.word.weight, std=0.5)
        nn.init.normal_(self.place.weight, std=0.1)

    def forward(self, token: Tensor) -> Tensor:  # u w int64 (0: padding) -> u d
        here = token > 0
        x = self.word(token) + self.place.weight[: token.shape[1]]
        barred = torch.where(here, 0.0, -1e4)[:, None, None, :]
        for layer in self.mix:
            x = layer(x, barred)
        x = x * here[..., None]
        mean = x.sum(1) / here.sum(1, keepdim=True).clamp(min=1)
        most = x.amax(1).clamp(min=0)  # as beside padding, so that a text is the same beside longer ones
        return self.out(torch.cat([mean, most], -1))


class SurroundingsEncoder(nn.Module):
    """A set of fruits and agents, pooled for each action alike: the most that any element has to say for it.

    The first channels begin as detectors, one for each code and sense: how near is the nearest of these to those?
    """

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.gamma = config.gamma
        self.what = nn.Embedding((config.kinds + 2) << FLAGS, config.element_width)
        self.where = nn.Linear(2, config.element_width, bias=False)
        self.out = nn.Linear(config.element_width, config.element_width)

    @torch.no_grad()
    def detect(self) -> None:
        """Sets the detectors: channel by channel a code (an agent, each kind) and a flag."""
        codes = self.what.num_embeddings >> FLAGS
        wanted = [(code, flag) for code in range(1, codes) for flag in range(2 if code == 1 else FLAGS)]
        entry = torch.arange(self.what.num_embeddings)
        nn.init.normal_(self.what.weight, std=1.0)
        for channel, (code, flag) in enumerate(wanted[: self.what.embedding_dim]):
            there = ((entry >> FLAGS) == code) & ((entry >> flag) & 1 > 0)
            self.what.weight[:, channel] = torch.where(there, 0.0, -2.0 * SCALE)
            self.where.weight[channel] = torch.tensor([1.0, 0.0])
        nn.init.eye_(self.out.weight)

    def forward(self, row: Mapping[str, Tensor]) -> Tensor:
        """row: kind (e f), distance (e f a), flag (e f) uint8 -> (e, a, element width)."""
        kind, distance, flag = (row[name] for name in ("kind", "distance", "flag"))
        table = SCALE * self.gamma ** torch.arange(256, device=kind.device)
        near = table[distance.int()] * (kind > 0)[..., None]
        where = torch.stack([near, 4 * (near - near[..., :1])], -1).to(self.where.weight.dtype)
        what = self.what((kind.int() << FLAGS) + flag.int())[..., None, :]
        return self.out(F.relu((self.where(where) + what).max(-3).values))
