"""The network: one transformer, shared by all agents: p(action | what I perceived, "behave as X pretending to be Y").

Events (tom.events) are encoded once and know nothing of any prompt. A question is one token, made of its words, of the
asked agent's persona in words, and of the scene in which the action is taken; it attends to the events before its step.
Names are pointers: a question finds events by *relations* ("its actor is the last one named", "the one named before
could see it", ...), which bias the attention, so renaming or reordering agents changes nothing.

Axes: b histories, e events, f elements, a actions, q questions, h heads, r relations, d width, u distinct texts.
"""

from dataclasses import asdict, dataclass

import torch
from einops import rearrange, repeat
from torch import Tensor, nn
from torch.nn import functional as F

from tom.relations import BARRED, NATIVE, OPEN, POINTERS, RELATIONS

ACTIONS = 5
SCALE = 4.0  # of a fruit underfoot among the surroundings
READOUT = 128  # hidden units of the readout
FLAGS = 4  # bits of History.flag
SCENE_FEATURES = ACTIONS + 2 + 2  # blocked, cover, native and own


@dataclass(frozen=True)
class NetworkConfig:
    """The network's size. traits: the number of values of taste, sight, memory and temper."""

    vocabulary: int
    traits: tuple[int, ...]
    kinds: int = 3
    width: int = 128
    heads: int = 8
    layers: int = 3  # of questions attending to events
    event_layers: int = 1  # of events attending to earlier events
    element_width: int = 32
    text_width: int = 64
    mixture: int = 8  # softmaxes mixed in the answer
    gamma: float = 0.8  # walking distances enter as gamma ** distance

    def to_dict(self) -> dict:
        """Plain JSON values."""
        return {**asdict(self), "traits": list(self.traits)}

    @classmethod
    def from_dict(cls, values: dict) -> "NetworkConfig":
        """The size from to_dict's values."""
        return cls(**{**values, "traits": tuple(values["traits"])})


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
        return self.out(torch.cat([mean, x.amax(1)], -1))


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

    def forward(self, kind: Tensor, distance: Tensor, flag: Tensor) -> Tensor:
        """(..., f), (..., f, a), (..., f) uint8 -> (..., a, element width)."""
        table = SCALE * self.gamma ** torch.arange(256, device=kind.device)
        near = table[distance.int()] * (kind > 0)[..., None]
        where = torch.stack([near, 4 * (near - near[..., :1])], -1).to(self.where.weight.dtype)
        what = self.what((kind.int() << FLAGS) + flag.int())[..., None, :]
        return self.out(F.relu((self.where(where) + what).max(-3).values))


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
