"""The network, shared by all agents: p(action | what I perceived, "behave as X pretending to be Y").

Events (tom.filter.events) are encoded once and know nothing of any prompt. A question is one token, made of its words,
of the asked agent's persona in words, and of the scene in which the action is taken; it finds the events before its
step by *relations* ("about the last one named", "seen through the one before with near sight", ...), adds up the
evidence that they are for the policies of a learned *library*, attends to them, and answers with a mixture of those
policies. Names are nothing but such relations, so renaming or reordering agents changes nothing.

Axes: b histories, e events of all histories end to end, a actions, q questions, h heads, r relations, k policies of the
library, c width of what an action leads to, d width.
"""

from collections.abc import Mapping

import torch
from einops import rearrange, repeat
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from tom.filter.attention import Beliefs, Block
from tom.filter.encoders import Feedforward, SurroundingsEncoder, TextEncoder
from tom.filter.library import Library, Readout, options
from tom.filter.size import NetworkConfig

FEATURES = 2 + 2  # of an event besides blocked actions: cover, native and own
TOLD = 4.0  # nats: how much an act may say for or against a policy in an event's token


class Network(nn.Module):
    """The weights. `encode` once per history, then `answer` any number of questions about it."""

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.config = config
        width = config.width
        self.text = TextEncoder(config)
        self.surroundings = SurroundingsEncoder(config)
        self.library = Library(config)
        scene = FEATURES + config.actions * (config.element_width + 1)
        done = 2 * config.element_width + config.actions  # of an event, besides its scene
        self.event = Feedforward(scene + done + config.library, 2 * width, width)
        self.event_norm = nn.RMSNorm(width)
        self.trust = nn.Linear(width, 2 * config.library)
        self.persona = nn.Linear(width, width)
        self.scene = Feedforward(scene, 2 * width, width)
        self.beliefs = Beliefs(config)
        self.believe = nn.Linear(config.heads * config.library, width)
        self.blocks = nn.ModuleList([Block(config) for _ in range(config.layers)])
        self.norm = nn.RMSNorm(width)
        self.readout = Readout(config)
        self.trait = nn.Linear(width, sum(config.traits))
        self.apply(self._strengthen)
        self.surroundings.detect()

    @staticmethod
    def _strengthen(module: nn.Module) -> None:
        """Unit variance through every linear map: with torch's smaller weights the events hardly reach the answer."""
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=module.in_features**-0.5)
            if module.bias is not None:
                nn.init.zeros_(module.bias)

    def lower(self) -> "Network":
        """To bf16, but for the library and what it reads: policies are sharp, and rounding would blur them."""
        self.bfloat16()
        self.surroundings.float()
        self.library.float()
        return self

    @property
    def dtype(self) -> torch.dtype:
        """What most of it computes in."""
        return self.trait.weight.dtype

    def encode(self, event: dict) -> dict:
        """One pass over the events (as tom.training.batch.event_tensors has them): what every question about them
        shares.

        Of each event its scene and what the library would do there; of each history, padded, evidence, keys and values.
        """
        row = event["rows"]
        seen = self.look(row)
        evidence, x = (
            pad_sequence(part.split(event["sizes"]), batch_first=True)
            for part in self.acts(seen["scene"], seen["policy"], row)
        )
        return seen | {"evidence": evidence, "keys_values": [_offered(block, x) for block in self.blocks]}

    def look(self, row: dict[str, Tensor]) -> dict:
        """What lies around the actor of each event, and what the library would do there; the action taken is not read.

        option (e a c+2), scene (e, scene), policy (e a k) float32 log probabilities.
        """
        around = self.surroundings(row)
        option = options(around, row["blocked"])
        policy = self.library(option)
        features = [row[name].to(self.dtype) for name in ("blocked", "cover", "own")]
        scene = torch.cat([rearrange(around.to(self.dtype), "e a c -> e (a c)"), *features], -1)
        return {"option": option.to(self.dtype), "scene": scene, "policy": policy}

    def acts(self, scene: Tensor, policy: Tensor, row: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """What each act is evidence for, (e k) float32 in nats, and its token (e d); row: action (e,)."""
        told = _of_action(policy, row["action"])
        told = told - told.mean(-1, keepdim=True)
        known = (0.5 * told).clamp(-TOLD, TOLD).to(self.dtype)
        x = self.event_norm(self.event(torch.cat([scene, *self._done(scene, row), known], -1)))
        trust, hint = self.trust(x).float().chunk(2, -1)
        return 1.5 * told * torch.sigmoid(trust + 1) + 0.1 * hint, x

    def _done(self, scene: Tensor, row: Mapping[str, Tensor]) -> list[Tensor]:
        """What was done: what it led to, how that falls short of the best, and which action it was."""
        width = self.config.actions * self.config.element_width
        around = rearrange(scene[:, :width], "e (a c) -> e a c", a=self.config.actions)
        taken = _of_action(around, row["action"])
        return [taken, taken - around.amax(1), F.one_hot(row["action"], self.config.actions).to(self.dtype)]

    def answer(self, encoded: dict, question: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Log probabilities of the actions (b q a) and trait logits of the last one named (b q traits), float32.

        question: text (b q) and persona (b) index question["texts"] (u w); place (b q) is the event at whose actor's
        cell and step the action is taken; relation (b r q e).
        """
        place, text = question["place"], self.text(question["texts"])
        x = text[question["text"]] + self.persona(text[question["persona"]])[:, None]
        x = x + self.scene(encoded["scene"][place])
        belief = self.beliefs(encoded["evidence"], question["relation"])
        x = x + self.believe(2 * rearrange(belief, "b q h k -> b q (h k)").to(x.dtype))
        for block, keys_values in zip(self.blocks, encoded["keys_values"], strict=True):
            x = block(x, keys_values, question["relation"])
        x = self.norm(x)
        there = [encoded[name][place] for name in ("policy", "option")]
        return self.readout(x, belief, *there), self.trait(x).float()


def _offered(block: nn.Module, event: Tensor) -> tuple[Tensor, Tensor]:
    """The keys and values that events (b e d) offer a block, two of (b h) e c."""
    assert isinstance(block, Block)
    return block.attend.keys_values(event)


def _of_action(x: Tensor, action: Tensor) -> Tensor:
    """x (e a c) of the action taken (e) -> e c."""
    return x.gather(1, repeat(action, "e -> e 1 c", c=x.shape[-1])).squeeze(1)
