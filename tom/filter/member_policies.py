"""The library where types are members of a bank: the policy of each member is made of the words that describe it.

The members, known to everybody by their words, are the hypotheses: what was done is evidence for those that would have
done so. Whoever moves like a bold heron is bold as the bold otter is and looks as the calm heron does, so that members
never met have policies too. What a word does is learned in hindsight, from the acts of those it describes.

Axes: e events, s species, k members of a species, v words, u texts, a actions, p pieces, c width of an option, d width.
"""

from collections.abc import Mapping

import torch
from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional as F

from tom.filter.library import EXTRA, IMPOSSIBLE, LEAST, SLIP
from tom.filter.size import NetworkConfig
from tom.filter.vocabulary import PAD

MEANING = 64  # width in which words are compared
SAME = 4.0  # how much a word in common says, at first, that a text is about a member


class Members(nn.Module):
    """What each member of the actor's species would do; read as tom.filter.library.Library, and asked in words too."""

    words: Tensor  # (s k v) 0 or 1: of each member
    exists: Tensor  # (s k) 0 or 1: species have different numbers of members
    place: Tensor  # of each value of the trait, among the members of its species

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.pieces = config.pieces
        option = config.element_width + EXTRA
        self.see = nn.Linear(option, config.hidden)
        shape = config.pieces, option + config.hidden
        self.common = nn.Parameter(shape[1] ** -0.5 * torch.randn(shape))
        self.judge = nn.Parameter(torch.zeros(config.vocabulary, *shape))
        self.decisive = nn.Parameter(torch.zeros(config.vocabulary))
        self.slip = nn.Parameter(torch.full((len(config.members), config.library), SLIP))
        self.meaning = nn.Parameter(torch.randn(config.vocabulary, MEANING) * (SAME / MEANING) ** 0.5)
        words = torch.zeros(len(config.members), config.library, config.vocabulary)
        for kind, species in enumerate(config.members):
            for member, tokens in enumerate(species):
                words[kind, member, list(tokens)] = 1
        self.register_buffer("words", words, persistent=False)
        self.register_buffer("exists", words.amax(-1), persistent=False)
        places = [member for species in config.members for member in range(len(species))]
        self.register_buffer("place", torch.tensor(places), persistent=False)

    def forward(self, option: Tensor, row: Mapping[str, Tensor]) -> Tensor:
        """option (e a c); row: blocked (e a) bool, species (e,) -> log probabilities (e a k) float32."""
        seen = self._seen(option)
        worth = seen.new_zeros(*seen.shape[:2], self.exists.shape[1])
        for kind, words in enumerate(self.words):
            here = torch.nonzero(row["species"] == kind).squeeze(1)
            if len(here):
                judge = rearrange(self._judge(words), "k p c -> (k p) c")
                best = rearrange(F.linear(seen[here], judge), "e a (k p) -> e a k p", p=self.pieces).amax(-1)
                worth = worth.index_put((here,), best * (words @ self.decisive).exp())
        return _chances(worth, row["blocked"], self.slip.sigmoid()[row["species"]])

    def meant(self, texts: Tensor) -> Tensor:
        """Whom texts (u w) are about, by the words that they share with members: (s u k) float32, sums to 1."""
        said = torch.zeros(len(texts), len(self.meaning)).scatter_(1, texts, 1.0)
        said[:, PAD] = 0
        alike = (said @ self.meaning) @ (self.words @ self.meaning).mT
        return alike.masked_fill(self.exists[:, None] == 0, IMPOSSIBLE).softmax(-1)

    def known(self, belief: Tensor, question: dict[str, Tensor], species: Tensor) -> tuple[Tensor, Tensor]:
        """Beliefs (b q h k) without members that there are not, and what the prompt and the persona say (b q 2 k);
        species (b q) is whose members they are about."""
        belief = belief * self.exists[species][:, :, None]
        meant = self.meant(question["texts"])
        said = [meant[species, text] for text in (question["text"], question["persona"][:, None])]
        return belief / belief.sum(-1, keepdim=True), torch.stack(said, 2)

    def hindsight(self, option: Tensor, row: Mapping[str, Tensor]) -> Tensor:
        """The mean negative log likelihood, nats, of acts under the policies of who acted: option (e a c); row:
        blocked, species, action (e,), type (e,) as tom.filter.inputs.arena.ArenaInputs.acts has them."""
        who, order = row["type"].sort()
        words = self.words[self.exists > 0]
        acts = self._seen(option[order]).split(torch.bincount(who, minlength=len(words)).tolist())
        worth = [(seen @ judge.mT).amax(-1) for seen, judge in zip(acts, self._judge(words), strict=True)]
        decided = torch.cat(worth) * (words @ self.decisive).exp()[who][:, None]
        slip = self.slip.sigmoid()[row["species"][order], self.place[who]]
        policy = _chances(decided[..., None], row["blocked"][order], slip[:, None])
        return -policy[torch.arange(len(who)), row["action"][order], 0].sum() / max(len(who), 1)

    def _seen(self, option: Tensor) -> Tensor:
        """What is judged, e a c."""
        return torch.cat([option, F.relu(self.see(option))], -1)

    def _judge(self, words: Tensor) -> Tensor:
        """The pieces by which members of these words (k v) judge, k p c: a word never met changes nothing."""
        return self.common + (words @ self.judge.flatten(1)).unflatten(1, self.common.shape)


def _chances(worth: Tensor, blocked: Tensor, slip: Tensor) -> Tensor:
    """worth (e a k), blocked (e a) bool, slip (e k): how often anything at all is done -> log probabilities (e a k)."""
    even = ~blocked / (~blocked).sum(-1, keepdim=True)
    own = worth.masked_fill(blocked[..., None], IMPOSSIBLE).softmax(-2)
    return ((1 - slip[:, None]) * own + slip[:, None] * even[..., None]).clamp(min=LEAST).log()
