"""The network: one transformer, shared by all agents: p(action | what I perceived, "behave as X pretending to be Y").

Events (tom.events) are encoded once and know nothing of any prompt. A question is one token, made of its words, of the
asked agent's persona in words, and of the scene in which the action is taken; it attends to the events before its step.
Names are pointers: a question finds events by *relations* ("its actor is the last one named", "the one named before
could see it", ...), which bias the attention, so renaming or reordering agents changes nothing.

Axes: b histories, e events, a actions, q questions, h heads, r relations, c width of a head or an element, d width.
"""

import torch
from einops import rearrange, repeat
from torch import Tensor, nn
from torch.nn import functional as F

from tom.encoders import Feedforward, SurroundingsEncoder, TextEncoder, squared_relu
from tom.relations import BARRED, NATIVE, OPEN, POINTERS, RELATIONS
from tom.settings import NetworkConfig

ACTIONS = 5
READOUT = 128  # hidden units of the readout
SCENE_FEATURES = ACTIONS + 2 + 2  # blocked, cover, native and own


class Attention(nn.Module):
    """Sigmoid attention with relation biases: evidence adds up instead of being averaged (Ramapuram et al. 2024)."""

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.heads = config.heads
        self.norm = nn.RMSNorm(config.width)
        self.query = nn.Linear(config.width, config.width)
        self.key_value = nn.Linear(config.width, 2 * config.width)
        self.relation = nn.Parameter(torch.randn(config.heads, RELATIONS))
        self.join = nn.Linear(config.width, config.width)
        self._point()

    @torch.no_grad()
    def _point(self) -> None:
        """Heads begin as pointers, so that retrieval need not be discovered: at the native acts of the last one named,
        of those only what the one before had in near, or far, sight, and at the acts of the one before."""
        self.relation.mul_(0.5)
        self.relation[:, OPEN] = -3.0
        for head, pointed in zip(range(self.heads - 1), POINTERS, strict=False):
            self.relation[head, OPEN] = 1.0 - 4.0 * len(pointed)
            self.relation[head, NATIVE] = 1.0
            self.relation[head, list(pointed)] = 4.0

    def keys_values(self, event: Tensor) -> tuple[Tensor, Tensor]:
        """What the events offer, b e d -> two of (b h) e c."""
        k, v = rearrange(self.key_value(event), "b e (two h c) -> two (b h) e c", two=2, h=self.heads)
        return k, v

    def forward(self, x: Tensor, keys_values: tuple[Tensor, Tensor], relation: Tensor) -> Tensor:
        """x (b q d), relation (b r q e) -> b q d. The last relation bars an event, whatever the others say."""
        k, v = keys_values
        q = rearrange(self.query(self.norm(x)) * k.shape[-1] ** -0.5, "b q (h c) -> (b h) q c", h=self.heads)
        weight = torch.cat([self.relation, torch.full_like(self.relation[:, :1], BARRED)], 1)
        bias = rearrange(weight @ rearrange(relation, "b r q e -> b r (q e)"), "b h (q e) -> (b h) q e", q=q.shape[1])
        found = torch.sigmoid(torch.baddbmm(bias, q, k.mT)) @ v
        return self.join(rearrange(found, "(b h) q c -> b q (h c)", h=self.heads) * 0.25)


class Block(nn.Module):
    """Attention to events, then a feedforward, each added to the stream."""

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.attend = Attention(config)
        self.norm = nn.RMSNorm(config.width)
        self.feed = Feedforward(config.width, 4 * config.width)

    def forward(self, x: Tensor, keys_values: tuple[Tensor, Tensor], relation: Tensor) -> Tensor:
        x = x + self.attend(x, keys_values, relation)
        return x + self.feed(self.norm(x))


def _offered(block: nn.Module, event: Tensor) -> tuple[Tensor, Tensor]:
    """The keys and values that events offer a block."""
    assert isinstance(block, Block)
    return block.attend.keys_values(event)


class ActionReadout(nn.Module):
    """A mixture of softmaxes over actions, each action judged alike by what its surroundings hold for it."""

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.state = nn.Linear(config.width, 2 * READOUT)
        self.scene = nn.Linear(config.element_width + 2, READOUT, bias=False)
        self.logit = nn.Linear(READOUT, config.mixture)
        self.weight = nn.Linear(config.width, config.mixture)

    def forward(self, state: Tensor, scene: Tensor, blocked: Tensor) -> Tensor:
        """state (b q d), scene (b q a c), blocked (b q a) -> log probabilities (b q a) float32."""
        stay = torch.zeros_like(blocked)
        stay[..., 0] = 1
        seen = torch.cat([scene, blocked[..., None], stay[..., None]], -1)
        gate, shift = self.state(state)[..., None, :].chunk(2, -1)
        x = squared_relu(self.scene(seen) * gate + shift)
        logit = self.logit(x).float().log_softmax(-2)  # b q a m
        weight = self.weight(state).float().log_softmax(-1)
        return torch.logsumexp(logit + weight[..., None, :], -1)


class Network(nn.Module):
    """The weights. `encode` once per history, then `answer` any number of questions about it."""

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.config = config
        width = config.width
        self.text = TextEncoder(config)
        self.surroundings = SurroundingsEncoder(config)
        scene = ACTIONS * config.element_width
        self.event = Feedforward(scene + SCENE_FEATURES + 2 * config.element_width + ACTIONS, 2 * width, width)
        self.event_blocks = nn.ModuleList([Block(config) for _ in range(config.event_layers)])
        self.event_norm = nn.RMSNorm(width)
        self.persona = nn.Linear(width, width)
        self.scene = Feedforward(scene + SCENE_FEATURES, 2 * width, width)
        self.blocks = nn.ModuleList([Block(config) for _ in range(config.layers)])
        self.norm = nn.RMSNorm(width)
        self.action = ActionReadout(config)
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

    def encode(self, event: dict[str, Tensor]) -> dict:
        """One pass over the events (batch arrays of tom.batch): what every question about them shares."""
        around = self.surroundings(event["kind"], event["distance"], event["flag"])  # b e a c
        taken = around.gather(2, repeat(event["action"], "b e -> b e 1 c", c=around.shape[-1])).squeeze(2)
        did = F.one_hot(event["action"], ACTIONS)
        scene = torch.cat([rearrange(around, "b e a c -> b e (a c)"), *self._features(event, around.dtype)], -1)
        x = self.event(torch.cat([scene, taken, taken - around.amax(2), did.to(around.dtype)], -1))
        for block in self.event_blocks:
            x = block(x, _offered(block, x), event["relation"])
        x = self.event_norm(x)
        return {
            "around": around,
            "scene": scene,
            "keys_values": [_offered(block, x) for block in self.blocks],
        }

    @staticmethod
    def _features(event: dict[str, Tensor], dtype: torch.dtype) -> list[Tensor]:
        """What is known of an event besides fruits and agents around it, without the action taken."""
        return [x.to(dtype) for x in (event["blocked"], event["cover"], event["own"])]

    def answer(self, encoded: dict, event: dict[str, Tensor], question: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Log probabilities of the actions (b q a) and trait logits of the last one named (b q traits), float32.

        question: text (b q) and persona (b) index question["texts"] (u w); place (b q) is the event at whose actor's
        cell and step the action is taken; relation (b r q e).
        """
        text = self.text(question["texts"])
        around, scene = (self._at(encoded[name], question["place"]) for name in ("around", "scene"))
        x = text[question["text"]] + self.persona(text[question["persona"]])[:, None] + self.scene(scene)
        for block, keys_values in zip(self.blocks, encoded["keys_values"], strict=True):
            x = block(x, keys_values, question["relation"])
        x = self.norm(x)
        blocked = self._at(event["blocked"], question["place"]).to(around.dtype)
        return self.action(x, around, blocked), self.trait(x).float()

    @staticmethod
    def _at(x: Tensor, place: Tensor) -> Tensor:
        """x (b e ...) at place (b q) -> b q ..."""
        return x[torch.arange(len(x), device=x.device)[:, None], place]
