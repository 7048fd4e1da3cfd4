"""Comparing: as far as somebody did what I did at the same steps, a question about it is one about myself.

Which of its acts at which of mine say so, and how much, is learned; so a mind that never met a mirror has no reason to
take anybody for itself. The test is a naive Bayesian one: evidence adds up over the steps at which it was seen.

Axes: b histories, e events, q questions, a actions, d width.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tom.filter.relations import ABSENT, LAST
from tom.filter.size import NetworkConfig

WEIGHT = 4.0  # nats of an entry that is 1: entries begin at 0 and move by little at a step of training
DOUBT = -2.0  # nats, at first, for somebody never seen being oneself


class Itself(nn.Module):
    """Whether the one named is oneself, and what is then asked."""

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.alike = nn.Parameter(torch.zeros(config.actions, config.actions))
        self.doubt = nn.Parameter(torch.tensor(DOUBT))

    def evidence(self, action: Tensor, mine: Tensor) -> Tensor:
        """(e, 1) float32 nats: what another's act (e,) at the step of mine (e,) says for its being me.

        Where mine is the number of actions, what I did is not known, and it says nothing."""
        return WEIGHT * F.pad(self.alike.float(), (0, 1))[action, mine.long()][:, None]

    def forward(self, asked: Tensor, myself: Tensor, evidence: Tensor, question: dict[str, Tensor]) -> Tensor:
        """What is asked, (b q d): about the one named, and as far as that is oneself, "behave as myself".

        asked (b q d) and myself (d) are words encoded; evidence (b e); question: slot (b q SLOTS), relation (b r q e).
        Somebody imagined at second hand is never oneself.
        """
        total = (question["relation"][:, LAST].float() @ evidence[..., None]).squeeze(-1) + self.doubt.float()
        alone = (question["slot"][..., 0] >= 0) & (question["slot"][..., 1] == ABSENT)
        share = (torch.sigmoid(total) * alone)[..., None].to(asked.dtype)
        return torch.lerp(asked, myself.expand_as(asked), share)
