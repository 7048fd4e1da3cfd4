"""How questions find events: relations bias the attention, and what was done adds up as evidence.

Axes: b histories, e events, q questions, h heads, r relations, k policies of the library, c width of a head, d width.
"""

import torch
from einops import rearrange
from torch import Tensor, nn

from tom.filter.encoders import Feedforward
from tom.filter.relations import BARRED, NATIVE, OPEN, POINTERS, RELATIONS
from tom.filter.size import NetworkConfig

REST = 0.25  # of the attention's sum that enters the stream: sums over dozens of events are large


def _bias(weight: Tensor, relation: Tensor) -> Tensor:
    """weight (h r), relation (b r+1 q e), the one that bars last -> (b, h q, e)."""
    weight = torch.cat([weight, torch.full_like(weight[:, :1], BARRED)], 1)
    bias = weight @ rearrange(relation, "b r q e -> b r (q e)")
    return rearrange(bias, "b h (q e) -> b (h q) e", q=relation.shape[2])


@torch.no_grad()
def _pointers(config: NetworkConfig) -> nn.Parameter:
    """(h r): heads begin as pointers, so that retrieval need not be discovered: at the native acts of the last one
    named, of those only what the one before had in near, or far, sight, and at the acts of the one before."""
    relation = torch.randn(config.heads, RELATIONS)
    relation.mul_(0.5)
    relation[:, OPEN] = -3.0
    for head, pointed in zip(range(len(relation) - 1), POINTERS, strict=False):
        relation[head, OPEN] = 1.0 - 4.0 * len(pointed)
        relation[head, NATIVE] = 1.0
        relation[head, list(pointed)] = 4.0
    return nn.Parameter(relation)


class Beliefs(nn.Module):
    """Evidence added up over the events that relations point at: for each head a belief over the library's policies."""

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.heads = config.heads
        self.relation = _pointers(config)
        self.prior = nn.Parameter(torch.zeros(config.heads, config.library))

    def forward(self, evidence: Tensor, relation: Tensor) -> Tensor:
        """evidence (b e k) float32 in nats, relation (b r q e) -> beliefs (b q h k) float32, which sum to 1."""
        total = torch.sigmoid(_bias(self.relation, relation)).float() @ evidence
        return (rearrange(total, "b (h q) k -> b q h k", h=self.heads) + self.prior.float()).softmax(-1)


class Attention(nn.Module):
    """Sigmoid attention with relation biases: what is found adds up (Ramapuram et al. 2024)."""

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.heads = config.heads
        self.norm = nn.RMSNorm(config.width)
        self.query = nn.Linear(config.width, config.width)
        self.key_value = nn.Linear(config.width, 2 * config.width)
        self.relation = _pointers(config)
        self.join = nn.Linear(config.width, config.width)

    def keys_values(self, event: Tensor) -> tuple[Tensor, Tensor]:
        """What the events offer, b e d -> two of (b h) e c."""
        k, v = rearrange(self.key_value(event), "b e (two h c) -> two (b h) e c", two=2, h=self.heads)
        return k, v

    def forward(self, x: Tensor, keys_values: tuple[Tensor, Tensor], relation: Tensor) -> Tensor:
        """x (b q d), relation (b r q e) -> b q d. The last relation bars an event, whatever the others say."""
        k, v = keys_values
        q = rearrange(self.query(self.norm(x)) * k.shape[-1] ** -0.5, "b q (h c) -> (b h) q c", h=self.heads)
        bias = rearrange(_bias(self.relation, relation), "b (h q) e -> (b h) q e", h=self.heads)
        found = torch.sigmoid(torch.baddbmm(bias, q, k.mT)) @ v
        return self.join(rearrange(found, "(b h) q c -> b q (h c)", h=self.heads) * REST)


class Block(nn.Module):
    """Attention to events, then a feedforward, each added to the stream."""

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.attend = Attention(config)
        self.norm = nn.RMSNorm(config.width)
        self.feed = Feedforward(config.width, 4 * config.width)

    def forward(self, x: Tensor, keys_values: tuple[Tensor, Tensor], relation: Tensor) -> Tensor:
        """x (b q d), relation (b r q e) -> b q d."""
        x = x + self.attend(x, keys_values, relation)
        return x + self.feed(self.norm(x))
