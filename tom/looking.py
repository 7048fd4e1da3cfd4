"""Looking at things: of each action an answer reads what becomes of the things that its prompt names.

What can be wished for are things, kinds of fruits and places, each told in the same terms after each action. A word
that names one points to it, as a name points to whom it names; by attention among such words an answer picks those that
it is about. A readout without this has to learn of each thing anew what nearer means.

Axes: l lines, t tokens, n answers, h looks, a actions, e things, f what is told of a thing, d width.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LOOKS, WIDTH = 4, 16


class Looking(nn.Module):
    """The weights."""

    def __init__(self, d: int, things: tuple[int, ...], told: int):
        super().__init__()
        self.wants, self.says = (nn.Linear(d, LOOKS * WIDTH, bias=False) for _ in range(2))
        self.things, self.told = things, told

    @property
    def width(self) -> int:
        """What an answer reads of an action."""
        return LOOKS * self.told

    def forward(self, x: Tensor, prompt: dict[str, Tensor], around: Tensor) -> Tensor:
        """What becomes of what is looked at, (n a LOOKS * f); x (l t d), around (n a ...), whose last features are
        those of the things."""
        named = prompt["word"][..., None] == torch.tensor(self.things, device=x.device)  # l t e
        line, token = prompt["answer"] // x.shape[1], prompt["answer"] % x.shape[1]
        at = torch.arange(x.shape[1], device=x.device)
        said = (token[:, None] < prompt["until"][line]) & (at < token[:, None])  # n t
        wants = self.wants(x.flatten(0, 1)[prompt["answer"]]).unflatten(-1, (LOOKS, WIDTH))
        says = self.says(x).unflatten(-1, (LOOKS, WIDTH))[line]
        score = torch.einsum("nhc,nthc->nht", wants, says) * WIDTH**-0.5
        score = score.masked_fill(~(said & named.any(-1)[line])[:, None], -torch.inf)
        share = F.pad(score, (1, 0)).softmax(-1)[..., 1:]  # what is padded is to look at nothing
        share = torch.einsum("nht,nte->nhe", share, named[line].to(share.dtype))
        things = around[..., -len(self.things) * self.told :].unflatten(-1, (len(self.things), self.told))
        return torch.einsum("nhe,naef->nahf", share, things.to(share.dtype)).flatten(-2)
