"""The mind: a decoder-only causal transformer over what one agent perceived, then a prompt, then an answer.

    me, persona | event, event, ... | behave as Bo pretending to be me | answer, answer, ...

The persona is what I am told of myself, in words. An event is one agent-step: who acted (a code, drawn anew for each
history), what lay around, what it did. Events attend to the persona, to those of their step and to earlier ones. The
words of a prompt attend to the persona, to the events before the prompt and to the words before; an answer, an event
whose act is missing, to the persona, to the events before its step and to the words of its prompt; one for each step
at which the prompt holds. Prompts do not attend to one another: one history, encoded once (the keys and values of
`encode`), answers many, and several stand on one line.

Axes: b histories, p tokens of the persona, e events, r rows (agent-steps of all histories), a actions, l lines of
prompts, t tokens, n answers, d width.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tom import choices, rungs
from tom.looking import Looking
from tom.size import Size

CODES = 64  # names that a history can tell apart; after them the code of "me", and nobody's
ME, NOBODY = CODES, CODES + 1
STEPS = 512  # later steps share an embedding
MOST_WORDS = 128
OPTION = 32  # width of what an action leads to
KEPT = ("blocked", "company", "choice", "around")  # of rows, for answers
EXACT = ("eyes", "straight", "bent", "gate", "want", "ask", "offer", "judge", "look")  # parts that stay in float32


def relu2(x: Tensor) -> Tensor:
    """Squared ReLU."""
    return F.relu(x).square()


def forbid(allowed: Tensor, dtype: torch.dtype) -> Tensor:
    """0 where attention is allowed, -inf where it is not."""
    return torch.zeros_like(allowed, dtype=dtype).masked_fill_(~allowed, -torch.inf)


def told_of_me(persona: Tensor) -> Tensor:
    """Which tokens (b p) before the first event are no padding: one for me, p - 1 for the persona's words."""
    return F.pad(persona > 0, (1, 0), value=True)


def attended(q: Tensor, keys: Tensor, values: Tensor, allowed: Tensor) -> Tensor:
    """Softmax attention, (l h t c); fused on a GPU, where on a CPU two products are faster."""
    if q.is_cuda:
        return F.scaled_dot_product_attention(q, keys, values, allowed)
    scores = ((q * q.shape[-1] ** -0.5) @ keys.transpose(-1, -2)).add_(allowed)
    return scores.softmax(-1) @ values


def waves(steps: int, d: int) -> Tensor:
    """(steps d): sines and cosines of every wavelength, so that a step is most like itself, and like those near it."""
    step, wave = torch.arange(steps, device="cpu"), torch.arange(0, d, 2, device="cpu")  # see tom.transforming.Unfilled
    angle = step[:, None] * 512 ** -(wave / d)
    return torch.cat([angle.sin(), angle.cos()], -1)[:, :d]


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

    def forward(self, x: Tensor, allowed: Tensor, past: tuple | None = None, facts: Tensor | None = None):
        """x (l t d) attends to the past, keys and values (l h e c), and to itself, where allowed (l 1 t e+t) is 0 and
        not -inf; facts (l r t e): see tom.rungs. Returns the new x, its own keys and values."""
        (lines, t, d), heads = x.shape, self.heads
        normed = self.norm(x)
        q, k, v = (
            part(normed).view(lines, t, heads, d // heads).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        keys, values = (k, v) if past is None else (torch.cat(pair, 2) for pair in zip(past, (k, v), strict=True))
        if facts is not None:
            bias = torch.einsum("hr,lrte->lhte", self.bias, facts.to(x.dtype))
            allowed = allowed + F.pad(bias, (0, t))
        x = x + self.out(attended(q, keys, values, allowed).transpose(1, 2).reshape(lines, t, d))
        return x + self.feedforward(self.norm2(x)), (k, v)


class Transformer(nn.Module):
    """The weights. `read` rows, `encode` histories of them once, then `answer` any number of prompts."""

    def __init__(self, size: Size):
        super().__init__()
        self.size, d, c = size, size.width, OPTION
        self.many = bool(size.species) and size.actions > choices.MANY_ACTIONS  # whether only legal ones are read
        self.word = nn.Embedding(size.vocabulary, d)
        self.place = nn.Embedding(MOST_WORDS, d)
        self.code = nn.Embedding(CODES + 2, d)
        self.step = nn.Embedding(STEPS, d)
        self.kind = nn.Embedding(3, d)  # what is said, and answers; events; answers
        self.action = nn.Embedding(size.actions, d)
        if size.species:
            self.eyes = (choices.ChoiceEncoder if self.many else choices.ActionEncoder)(size.species, size.actions, c)
        else:
            self.straight = nn.Linear(size.features + 1, c)
            self.bent = Feedforward(size.features + 1, 2 * c, c)
        scene = 2 * c if self.many else size.actions * (c + 1)
        self.scene = Feedforward(scene + size.layers_seen, 2 * d, d)
        self.company = nn.Linear(d, size.layers_seen * d, bias=False)
        self.taken, self.instead = nn.Linear(c, d), Feedforward(c, d, d)
        blocks = [Block(size) for _ in range(size.layers)]
        self.blocks = nn.ModuleList(blocks)
        self.norm = nn.RMSNorm(d)
        self.trait = nn.Linear(d, sum(size.traits))
        m, self.look = size.mixture, Looking(d, size.things, size.told) if size.things else None
        c += self.look.width if self.look else 0
        self.gate = nn.Linear(d, m)
        self.want = nn.Linear(d, m * c)
        self.ask, self.offer, self.judge = nn.Linear(d, d), nn.Linear(c, d), nn.Linear(d, m)
        self.apply(_begin)
        # Names stand out, so that they find their events, and what is said, so that answers look there; but both leave
        # room for what words mean and events tell.
        nn.init.orthogonal_(self.code.weight, (2 * d) ** 0.5)
        for table in (self.kind, self.word):
            nn.init.normal_(table.weight)
        nn.init.normal_(self.instead.last.weight, std=3 * d**-0.5)
        nn.init.zeros_(self.step.weight)
        if size.abreast:
            self.step.weight.data.copy_(waves(STEPS, d))
        for part in (self.company, self.want, self.judge):
            nn.init.zeros_(part.weight)
        with torch.no_grad():
            self.code.weight[NOBODY] = 0
            for block in blocks:
                block.begin()

    @property
    def dtype(self) -> torch.dtype:
        """In which it attends."""
        return self.norm.weight.dtype

    def lower(self) -> "Transformer":
        """To bf16, but for what is looked up, and for what actions lead to and the readout over it: policies are sharp,
        and rounding would blur them."""
        for name, part in self.named_children():
            if name not in EXACT and not isinstance(part, nn.Embedding):
                part.bfloat16()
        return self

    def read(self, row: dict[str, Tensor]) -> dict[str, Tensor]:
        """What each action leads to, option (r a c), and all of it together, scene (r d), of rows: around (r a f), or
        observation (r f) and species (r,); blocked (r a), cover (r l), company (r l CODES + 2)."""
        row = choices.narrowed(row) if self.many else row
        if self.size.species:
            option = self.eyes(row)
        else:
            around = torch.cat([row["around"].float(), row["blocked"].float()[..., None]], -1)
            option = self.straight(around) + self.bent(around)
        flat = [choices.pooled(option, row["blocked"])] if self.many else [option.flatten(1), row["blocked"]]
        scene = self.scene(torch.cat([part.to(self.dtype) for part in (*flat, row["cover"])], -1))
        stood = (row["company"].to(self.code.weight.dtype) @ self.code.weight).to(self.dtype)  # r l d
        parts = self.company.weight.view(stood.shape[1], -1, stood.shape[2])
        scene = scene + torch.einsum("rld,lcd->rc", stood, parts)
        return {**{name: row[name] for name in KEPT if name in row}, "option": option, "scene": scene}

    def encode(self, rows: dict, event: dict, past: list | None = None) -> tuple[list, Tensor]:
        """The keys and values (b h p+e c) of each block, p of the persona, and what is known (b 1+e d): of myself,
        at the persona's last word, and at each event.

        event: row, step, who, action (b e), real (b e): which are no padding; persona (b w), the words of who
        perceives. With the `past` of earlier events, which before (b e) marks as real, all of the new events alone.
        """
        option, scene = rows["option"].to(self.dtype), rows["scene"]
        place = choices.place_of(event["action"], rows, event["row"])
        taken = rows_of(option.flatten(0, 1), event["row"] * option.shape[1] + place)
        beside = rows_of(option, event["row"]) - taken[..., None, :]  # what every action led to, beside the one taken
        beside = relu2(self.instead.first(beside))
        beside = choices.mean_of(beside, rows["blocked"][event["row"]]) if self.size.species else beside.mean(-2)
        x = rows_of(scene, event["row"]) + self.taken(taken) + self.instead.last(beside)
        x = x + self.code(event["who"]) + self.action(event["action"])
        x = (x + self.step(event["step"].clamp(max=STEPS - 1)) + self.kind.weight[1]).to(self.dtype)
        real, step = event["real"], event["step"]
        told = told_of_me(event["persona"])
        if past is None:
            place = torch.arange(event["persona"].shape[1], device=x.device)
            me = self.say(event["persona"], torch.full_like(event["persona"], ME), place)
            first = (self.code.weight[ME] + self.kind.weight[0]).expand(len(x), 1, -1)
            x = torch.cat([first.to(x.dtype), me.to(x.dtype), x], 1)
            order = torch.arange(-told.shape[1], 0, device=x.device).expand(len(x), -1)
            real, step = torch.cat([told, real], 1), torch.cat([order, step], 1)
        before = step[:, None] <= step[..., None] if self.size.abreast else step[:, None] < step[..., None]
        allowed = before & real[:, None] | torch.eye(x.shape[1], dtype=torch.bool, device=x.device)
        if past is not None:
            known = torch.cat([told, event["before"]], 1)[:, None].expand(-1, x.shape[1], -1)
            allowed = torch.cat([known, allowed], -1)
        mask, made = forbid(allowed, x.dtype)[:, None], []
        for k, block in enumerate(self.blocks):
            x, kv = block(x, mask, None if past is None else past[k])
            made.append(kv)
        if past is None:
            known = torch.arange(told.shape[1] - 1, x.shape[1], device=x.device).repeat(len(x), 1)
            known[:, 0] = told.sum(1) - 1
            x = x.gather(1, known[..., None].expand(-1, -1, x.shape[-1]))
        return made, self.norm(x)

    def say(self, words: Tensor, who: Tensor, place: Tensor) -> Tensor:
        """Words, the codes of whom they name and their places in what is said, as vectors (... d)."""
        return self.word(words) + self.code(who) + self.place(place.clamp(max=MOST_WORDS - 1)) + self.kind.weight[0]

    def answer(self, rows: dict, past: list, event: dict, prompt: dict) -> tuple[Tensor, Tensor]:
        """Log probabilities (n a) of each answer, and what is known at each token, (l t d).

        prompt: history (l,): of which history a line is; word, who, place, until, when (l t): a word, 0 in the place of
        an answer, the code of whom it names, its place in its prompt, up to which token of the line the prompts go that
        have it, the step of its prompt or of the answer; names (l t 3): whom the prompt names, from its end; answer,
        row, body (n,): the tokens, of all lines, that are answers, the scene of each and the code of who is to act.
        """
        x = self.say(prompt["word"], prompt["who"], prompt["place"])
        step = self.step(prompt["when"].flatten()[prompt["answer"]].clamp(max=STEPS - 1))
        scene = (
            rows_of(rows["scene"], prompt["row"]) + self.code(prompt["body"]) + step + self.kind.weight[[0, 2]].sum(0)
        )
        x = x.flatten(0, 1).to(self.dtype).index_copy(0, prompt["answer"], scene.to(self.dtype)).view_as(x)
        mask, of = self._mask(prompt, event, x.dtype), prompt["history"]
        facts = rungs.facts(self.size.rung, prompt, event, rows["company"], ME, NOBODY)
        for block, (k, v) in zip(self.blocks, past, strict=True):
            x, _ = block(x, mask, tuple(_of_lines(part, of) for part in (k, v)), facts)
        x = self.norm(x)
        option, blocked = (rows_of(rows[name], prompt["row"]) for name in ("option", "blocked"))
        if self.look:
            option = torch.cat([option, self.look(x.float(), prompt, rows["around"][prompt["row"]])], -1)
        log = self.choose(rows_of(x.flatten(0, 1), prompt["answer"]), option, blocked if self.size.species else None)
        return (choices.widened(log, rows["choice"][prompt["row"]], self.size.actions) if self.many else log), x

    def _mask(self, prompt: dict, event: dict, dtype: torch.dtype) -> Tensor:
        """Which tokens of lines attend to which of their history and of their line, (l 1 t p+e+t)."""
        of, when = prompt["history"], prompt["when"]
        at = torch.arange(when.shape[1], device=when.device)
        seen = (event["step"][of][:, None] < when[..., None]) & event["real"][of][:, None]
        told = told_of_me(event["persona"])[of][:, None].expand(-1, when.shape[1], -1)
        itself = torch.eye(len(at), dtype=torch.bool, device=when.device)
        said = (at[:, None] < prompt["until"][:, None]) & (prompt["word"] > 0)[:, None]
        return forbid(torch.cat([told, seen, said.tril() | itself], -1), dtype)[:, None]

    def choose(self, x: Tensor, option: Tensor, illegal: Tensor | None) -> Tensor:
        """Log probabilities (... a) from what is known (... d), what each action leads to (... a c), and which may not
        be taken, (... a)."""
        x, m = x.to(option.dtype), self.size.mixture
        score = option @ self.want(x).unflatten(-1, (m, -1)).transpose(-1, -2)
        score = score + self.judge(relu2(self.ask(x)[..., None, :] + self.offer(option)))
        if illegal is not None:
            score = score.masked_fill(illegal[..., None], -1e9)
        part = self.gate(x).log_softmax(-1)
        return (score.log_softmax(-2) + part[..., None, :]).logsumexp(-1)


def rows_of(table: Tensor, index: Tensor) -> Tensor:
    """table[index]; on a GPU so that what flows back is not sorted before it is added up."""
    if not table.is_cuda:
        return table[index]
    return table.index_select(0, index.flatten()).unflatten(0, index.shape)


def _of_lines(part: Tensor, of: Tensor) -> Tensor:
    """The keys or values (b ...) of the histories that lines are of, (l ...); of a single one without a copy."""
    return part.expand(len(of), -1, -1, -1) if len(part) == 1 else part.index_select(0, of)


def _begin(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=module.in_features**-0.5)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=0.5)
