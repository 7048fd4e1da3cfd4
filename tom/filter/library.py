"""The library: policies that the mind has learned, with which it acts, and by which it reads what others did.

That one thing serves both ends is the point: an agent's act is evidence for the policies that would have acted so, and
"behave as Bo" is to mix the policies that Bo's acts are evidence for. Nobody tells the mind what the policies are.

Axes: e events, b histories, q questions, a actions, k policies, h heads, c width of what an action leads to, d width.
"""

import torch
from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional as F

from tom.filter.encoders import squared_relu
from tom.filter.size import NetworkConfig

EXTRA = 2  # channels of an option besides what lies around: whether it is blocked, whether it is the first action
SLIP = -3.0  # log odds, at first, of doing anything at all: one odd act must not refute a policy
LEAST = 1e-30  # a probability whose logarithm is still a number


def options(around: Tensor, blocked: Tensor) -> Tensor:
    """around (e a c), blocked (e a) -> e a c+2: what each action leads to."""
    blocked = blocked.to(around.dtype)
    first = torch.zeros_like(blocked)
    first[..., 0] = 1
    return torch.cat([around, blocked[..., None], first[..., None]], -1)


class Library(nn.Module):
    """What each policy would do in a scene. Every action is judged alike, by the best of several linear pieces: the
    policies to be learned follow the best of what they see. Now and then each slips and does anything, how often is
    learned."""

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.pieces = config.pieces
        option = config.element_width + EXTRA
        self.see = nn.Linear(option, config.hidden)
        self.judge = nn.Linear(option + config.hidden, config.library * config.pieces)
        self.slip = nn.Parameter(torch.full((config.library,), SLIP))

    def forward(self, option: Tensor) -> Tensor:
        """option (e a c) -> log probabilities (e a k) float32."""
        worth = self.judge(torch.cat([option, F.relu(self.see(option))], -1))
        worth = rearrange(worth, "e a (k p) -> e a k p", p=self.pieces).amax(-1)
        slip = self.slip.sigmoid()
        return ((1 - slip) * worth.softmax(-2) + slip / option.shape[1]).clamp(min=LEAST).log()


class Readout(nn.Module):
    """From beliefs to an answer: a mixture of the library's policies, and of a few made up for the question.

    The library is weighed by beliefs alone: those of the heads, each as it stands and `narrowed` (a far-sighted agent
    that a near-sighted one imagines sees no farther). What words alone tell, as of oneself or of somebody described, is
    made up from them: chosen from the library, a combination of traits never met was often taken for one that was.
    """

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.weigh = nn.Linear(config.width, config.made_up)
        self.source = nn.Linear(config.width, 2 * config.heads + 1)
        noise = 0.5 * torch.randn(config.library, config.library)
        self.narrow = nn.Parameter(6 * torch.eye(config.library) + noise)
        self.state = nn.Linear(config.width, 2 * config.hidden)
        self.scene = nn.Linear(config.element_width + EXTRA, config.hidden)
        self.logit = nn.Linear(config.hidden, config.made_up)

    def forward(self, state: Tensor, belief: Tensor, policy: Tensor, option: Tensor) -> Tensor:
        """state (b q d), belief (b q h k), policy (b q a k) in logs, option (b q a c) -> log probabilities (b q a)
        float32."""
        weight = self.weigh(state).float().softmax(-1)
        source = self.source(state).float().softmax(-1)
        every = torch.cat([belief, belief @ self.narrow.float().softmax(-1)], 2)
        mixed = (source[:, :, None, :-1] @ every).squeeze(2)
        rest = source[..., -1:] * weight
        chance = policy.exp() @ mixed[..., None] + self._made_up(state, option) @ rest[..., None]
        return chance.squeeze(-1).clamp(min=LEAST).log()

    def _made_up(self, state: Tensor, option: Tensor) -> Tensor:
        gate, shift = self.state(state)[..., None, :].chunk(2, -1)
        return self.logit(squared_relu(self.scene(option) * gate + shift)).float().softmax(-2)
