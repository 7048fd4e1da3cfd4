"""The mind: a decoder-only causal transformer over what one agent perceived, then a prompt, then an answer.

    me, event, event, ...  |  behave as Bo pretending to be me  |  answer, answer, ...

An event is one agent-step: who acted (a code, drawn anew for each history), what lay around, what it did. Events attend
to earlier events. The words of a prompt attend to the events before the prompt and to the words before; an answer, one
for each step at which the prompt holds, to the events before that step and to the words of its prompt. Prompts do not
attend to one another, so that one history, encoded once (the keys and values of `encode`), answers any number of them.

Axes: b histories, e events, r rows (agent-steps of all histories), a actions, g prompts, w words, s answers, d width.
"""

from dataclasses import asdict, dataclass
from typing import Annotated

import torch
from annotated_types import Interval, MaxLen
from torch import Tensor, nn
from torch.nn import functional as F

from tom import rungs
from tom.observations import ObservationEncoder
from worlds import FunhouseError, schema

CODES = 64  # names that a history can tell apart; after them the code of "me", and nobody's
ME, NOBODY = CODES, CODES + 1
STEPS = 512  # later steps share an embedding
MOST_WORDS = 128
OPTION = 32  # width of what an action leads to

Count = Annotated[int, Interval(ge=1, le=1 << 20)]
Few = Annotated[int, Interval(ge=1, le=64)]


@dataclass(frozen=True)
class Size:
    """The network's size; the world decides the first six."""

    vocabulary: Count
    traits: Annotated[tuple[Count, ...], MaxLen(64)]  # values of each
    actions: Count
    features: Annotated[int, Interval(ge=0, le=1 << 20)]  # of what an action leads to: see tom.tokens
    layers_seen: Count
    species: Annotated[tuple[Count, ...], MaxLen(1024)] = ()  # entries of an observation of each, where there are any
    width: Annotated[int, Interval(ge=4, le=4096)] = 128
    layers: Few = 4
    heads: Few = 4
    feedforward: Few = 2  # times the width
    mixture: Few = 4  # softmaxes that an answer is a mixture of
    rung: Annotated[str, schema.one_of(*rungs.RUNGS)] = "plain"  # what else attention is given: tom.rungs

    def __post_init__(self):
        schema.check(self, "network")
        if self.width % self.heads:
            what = f"width = {self.width} is no multiple of heads = {self.heads}"
            raise FunhouseError(what, remedy="choose a width that the heads divide")

    def to_dict(self) -> dict:
        """Plain JSON values."""
        return {**asdict(self), "traits": list(self.traits), "species": list(self.species)}


def relu2(x: Tensor) -> Tensor:
    """Squared ReLU."""
    return F.relu(x).square()


def exactly(device: torch.device) -> torch.autocast:
    """Within it nothing is rounded to bf16: policies are sharp, and rounding would blur them."""
    return torch.autocast(device.type, enabled=False)


def forbid(allowed: Tensor, dtype: torch.dtype) -> Tensor:
    """0 where attention is allowed, -inf where it is not."""
    return torch.zeros_like(allowed, dtype=dtype).masked_fill_(~allowed, -torch.inf)


class Feedforward(nn.Module):
    """Two linear maps and a squared ReLU between them."""

    def __init__(self, inside: int, hidden: int, out: int):
        super().__init__()
        self.first, self.last = nn.Linear(inside, hidden), nn.Linear(hidden, out)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(relu2(self.first(x)))


class Block(nn.Module):
    """Attention, then a feedforward part, each on what the norm before it gives."""

    def __init__(self, size: Size):
        super().__init__()
        self.heads, d = size.heads, size.width
        self.norm, self.norm2 = nn.RMSNorm(d), nn.RMSNorm(d)
        self.query, self.key, self.value, self.out = (nn.Linear(d, d, bias=False) for _ in range(4))
        self.feedforward = Feedforward(d, size.feedforward * d, d)
        if told := rungs.count(size.rung, size.layers_seen):
            self.bias = nn.Parameter(torch.zeros(size.heads, told))

    def begin(self) -> None:
        """Keys begin as queries are, so that a name finds its own events, and each block as one that adds nothing."""
        self.key.weight.copy_(self.query.weight)
        self.out.weight.zero_()
        self.feedforward.last.weight.zero_()

    def forward(self, x: Tensor, allowed: Tensor, past: tuple | None = None, before: Tensor | None = None, facts=None):
        """x (b g t d) attends to itself where allowed (b 1 g t t) says so, and to the keys and values of a history
        (b h e c) where before (b 1 g*t e) does; both are 0 or -inf; facts (b r g e): see tom.rungs. Returns the new x,
        its own keys and values."""
        b, g, t, d = x.shape
        heads, c = self.heads, d // self.heads
        normed = self.norm(x).view(b, g * t, d)
        q, k, v = (
            part(normed).view(b, g * t, heads, c).transpose(1, 2).contiguous()
            for part in (self.query, self.key, self.value)
        )  # b h (g t) c
        q = q * c**-0.5
        inside = (q.view(b, heads, g, t, c) @ k.view(b, heads, g, t, c).transpose(-1, -2) + allowed).flatten(2, 3)
        if past is None:
            weight, told = inside.softmax(-1), 0.0
        else:
            outside = q @ past[0].transpose(-1, -2) + before
            if facts is not None:
                bias = torch.einsum("hr,brge->bhge", self.bias, facts.to(q.dtype))
                outside = (outside.unflatten(2, (g, t)) + bias[:, :, :, None]).flatten(2, 3)
            weight = torch.cat([inside, outside], -1).softmax(-1)
            told = weight[..., t:] @ past[1]
        told = told + (weight[..., :t].reshape(b, heads, g, t, t) @ v.view(b, heads, g, t, c)).flatten(2, 3)
        x = x + self.out(told.transpose(1, 2).reshape(b, g, t, d))
        return x + self.feedforward(self.norm2(x)), (k, v)


class Transformer(nn.Module):
    """The weights. `read` rows, `encode` histories of them once, then `answer` any number of prompts."""

    def __init__(self, size: Size):
        super().__init__()
        self.size, d = size, size.width
        self.word = nn.Embedding(size.vocabulary, d)
        self.place = nn.Embedding(MOST_WORDS, d)
        self.code = nn.Embedding(CODES + 2, d)
        self.step = nn.Embedding(STEPS, d)
        self.kind = nn.Embedding(3, d)  # of token: me, an event, an answer
        self.action = nn.Embedding(size.actions, d)
        if size.species:
            self.eyes = ObservationEncoder(size.species, size.actions * OPTION)
        else:
            self.straight = nn.Linear(size.features + 1, OPTION)
            self.bent = Feedforward(size.features + 1, 2 * OPTION, OPTION)
        self.scene = Feedforward(size.actions * (OPTION + 1) + size.layers_seen, 2 * d, d)
        self.company = nn.Linear(d, size.layers_seen * d, bias=False)
        self.taken, self.instead = nn.Linear(OPTION, d), Feedforward(OPTION, d, d)
        self.persona = nn.Linear(d, d)
        self.blocks = nn.ModuleList([Block(size) for _ in range(size.layers)])
        self.norm = nn.RMSNorm(d)
        self.trait = nn.Linear(d, sum(size.traits))
        m = size.mixture
        self.gate = nn.Linear(d, m)
        self.want = nn.Linear(d, m * OPTION)
        self.ask, self.offer, self.judge = nn.Linear(d, d), nn.Linear(OPTION, d), nn.Linear(d, m)
        self.apply(_begin)
        nn.init.orthogonal_(self.code.weight, 2 * d**0.5)  # so that names stand out in events
        nn.init.zeros_(self.step.weight)
        nn.init.zeros_(self.company.weight)
        with torch.no_grad():
            self.code.weight[NOBODY] = 0
            for block in self.blocks:
                assert isinstance(block, Block)
                block.begin()

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.word.weight.device

    def lower(self) -> "Transformer":
        """To bf16, for answering, but for what is done exactly."""
        self.bfloat16()
        for name in ("eyes", "straight", "bent", "gate", "want", "ask", "offer", "judge"):
            if hasattr(self, name):
                getattr(self, name).float()
        return self

    def read(self, row: dict[str, Tensor]) -> dict[str, Tensor]:
        """What each action leads to, option (r a c), and all of it together, scene (r d), of rows: around (r a f), or
        observation (r f) and species (r,); blocked (r a), cover (r l), company (r l CODES + 2)."""
        dtype = self.word.weight.dtype
        with exactly(row["blocked"].device):
            if self.size.species:
                option = self.eyes.seen(row).unflatten(-1, (self.size.actions, OPTION))
            else:
                around = torch.cat([row["around"].float(), row["blocked"].float()[..., None]], -1)
                option = self.straight(around) + self.bent(around)
        flat = [option.flatten(1).to(dtype), row["blocked"].to(dtype), row["cover"].to(dtype)]
        scene = self.scene(torch.cat(flat, -1))
        stood = row["company"].to(dtype) @ self.code.weight  # r l d
        parts = self.company.weight.view(stood.shape[1], -1, stood.shape[2])
        scene = scene + torch.einsum("rld,lcd->rc", stood, parts)
        return {"option": option, "scene": scene, "blocked": row["blocked"], "company": row["company"]}

    def encode(self, rows: dict, event: dict, past: list | None = None) -> tuple[list, Tensor]:
        """The keys and values (b h 1+e c) of each block, and what is known at each event, (b e d).

        event: row, step, who, action (b e), real (b e): which are no padding; persona (b w), the words of who
        perceives. With the `past` of earlier events, which before (b e) marks as real, those of the new ones alone.
        """
        option, scene = rows["option"].to(self.word.weight.dtype), rows["scene"]
        taken = option[event["row"], event["action"]]
        beside = option[event["row"]] - taken[..., None, :]  # what every action led to, beside the one taken
        x = scene[event["row"]] + self.code(event["who"]) + self.action(event["action"])
        x = x + self.taken(taken) + self.instead.last(relu2(self.instead.first(beside)).mean(-2))
        x = x + self.step(event["step"].clamp(max=STEPS - 1)) + self.kind.weight[1]
        real, step = event["real"], event["step"]
        if past is None:
            me = self.bag(event["persona"]) + self.code.weight[ME] + self.kind.weight[0]
            x, real, step = (
                torch.cat([me[:, None], x], 1),
                F.pad(real, (1, 0), value=True),
                F.pad(step, (1, 0), value=-1),
            )
        earlier = (step[:, None] < step[..., None]) & real[:, None]
        itself = torch.eye(x.shape[1], dtype=torch.bool, device=x.device)
        inside = forbid(earlier | itself, x.dtype)[:, None, None]
        before = None if past is None else forbid(F.pad(event["before"], (1, 0), value=True), x.dtype)[:, None, None]
        x, made = x[:, None], []
        for k, block in enumerate(self.blocks):
            x, kv = block(x, inside, None if past is None else past[k], before)
            made.append(kv)
        return made, self.norm(x[:, 0, -event["row"].shape[1] :])

    def bag(self, words: Tensor) -> Tensor:
        """Texts (... w), padded with 0, as one vector each."""
        real = (words > 0)[..., None].to(self.word.weight.dtype)
        return self.persona((self.word(words) * real).sum(-2) / real.sum(-2).clamp(min=1) ** 0.5)

    def answer(self, rows: dict, past: list, event: dict, prompt: dict) -> tuple[Tensor, Tensor]:
        """Log probabilities (b g s a) of each answer, and what is known at each word, (b g w d).

        prompt: word, who (b g w), padded with 0; names (b g 3): whom it names, from its end; step (b g): when it was
        given; row, when (b g s): an answer's scene and step.
        """
        words, w = prompt["word"], prompt["word"].shape[-1]
        said = self.word(words) + self.code(prompt["who"])
        said = said + self.place(torch.arange(w, device=words.device).clamp(max=MOST_WORDS - 1))
        scene = rows["scene"][prompt["row"]] + self.bag(event["persona"])[:, None, None] + self.kind.weight[2]
        x = torch.cat([said, scene + self.step(prompt["when"].clamp(max=STEPS - 1))], 2)
        allowed, before = self._masks(prompt, event, x.dtype)
        facts = None
        if self.size.rung != rungs.LOWEST:
            facts = rungs.facts(self.size.rung, prompt["names"], event, rows["company"], ME)
        for block, kv in zip(self.blocks, past, strict=True):
            x, _ = block(x, allowed, kv, before, facts)
        x = self.norm(x)
        option, blocked = (rows[name][prompt["row"]] for name in ("option", "blocked"))
        return self.choose(x[:, :, w:], option, blocked if self.size.species else None), x[:, :, :w]

    def _masks(self, prompt: dict, event: dict, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """Who attends to whom: within a prompt (b g t t), and to the history (b g t 1+e)."""
        (w, s), device = (prompt["word"].shape[-1], prompt["row"].shape[-1]), prompt["word"].device
        t = w + s
        causal = torch.ones(t, t, dtype=torch.bool, device=device).tril()
        causal[w:, w:] = torch.eye(s, dtype=torch.bool, device=device)
        real = F.pad(prompt["word"] > 0, (0, s), value=True)[:, :, None]
        itself = torch.eye(t, dtype=torch.bool, device=device)
        allowed = (causal & real) | itself
        when = torch.cat([prompt["step"][..., None].expand(-1, -1, w), prompt["when"]], -1)
        seen = (event["step"][:, None, None] < when[..., None]) & event["real"][:, None, None]
        seen = F.pad(seen, (1, 0), value=True)
        return forbid(allowed, dtype)[:, None], forbid(seen.flatten(1, 2), dtype)[:, None]

    def choose(self, x: Tensor, option: Tensor, illegal: Tensor | None) -> Tensor:
        """Log probabilities (... a) from what is known (... d), what each action leads to (... a c), and which may not
        be taken, (... a)."""
        with exactly(x.device):
            x, m = x.to(option.dtype), self.size.mixture
            score = option @ self.want(x).unflatten(-1, (m, OPTION)).transpose(-1, -2)
            score = score + self.judge(relu2(self.ask(x)[..., None, :] + self.offer(option)))
            if illegal is not None:
                score = score.masked_fill(illegal[..., None], -1e9)
            part = self.gate(x).log_softmax(-1)
            return (score.log_softmax(-2) + part[..., None, :]).logsumexp(-1)


def _begin(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=module.in_features**-0.5)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=0.5)
