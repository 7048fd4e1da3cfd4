"""Histories and prompts as the tensors that the network reads."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tom.rungs import POINTERS
from tom.tokens.base import UNLABELLED, Seen
from tom.tokens.words import padded
from tom.transformer import CODES, ME, NOBODY
from worlds import FunhouseError

LINE = 64  # tokens: prompts of one history stand on a line up to here


@dataclass(frozen=True)
class Prompt:
    """A prompt about one history: its words and whom they name, when it is given, how deep it is, and the steps at
    which it is answered, in whose body and with which actions."""

    words: tuple[int, ...]
    who: tuple[int, ...]
    step: int
    depth: int
    body: int
    when: tuple[int, ...] = ()
    action: tuple[int, ...] = ()


@dataclass(frozen=True)
class Asked:
    """A history and the prompts about it, before they become tensors."""

    seen: Seen
    persona: tuple[int, ...]  # the words of who perceives
    types: np.ndarray  # (n, traits) int64, UNLABELLED where nobody says
    prompts: Sequence[Prompt]
    code: np.ndarray  # (n,) int64: everybody's code in this history

    @property
    def me(self) -> int:
        """Who perceives."""
        return int(np.flatnonzero(self.code == ME)[0])


def codes(agents: int, me: int, generator: np.random.Generator | None = None) -> np.ndarray:
    """A code for each agent, drawn anew or in their order; one's own is always ME. Raises FunhouseError where there are
    more than CODES."""
    if agents > CODES:
        what = f"a mind tells {CODES} bodies apart, and here are {agents}"
        raise FunhouseError(what, remedy="choose a world of fewer agents")
    code = np.arange(agents) if generator is None else generator.permutation(CODES)[:agents]
    code[me] = ME
    return code


def tensors(asked: Sequence[Asked]) -> dict[str, Any]:
    """A batch: rows (r ...), event (b e ...), and the prompts of all histories, in lines (l t ...)."""
    rows, event = history(asked)
    prompt, _ = lines(asked, [one.prompts for one in asked], firsts(asked))
    return {"rows": rows, "event": event, "prompt": prompt}


def firsts(asked: Sequence[Asked]) -> np.ndarray:
    """The first row of each history."""
    return np.cumsum([0, *(len(one.seen) for one in asked[:-1])])


def history(asked: Sequence[Asked]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Rows (r ...) and events (b e ...) as Transformer.read and Transformer.encode take them; trait (b 1+e traits): of
    myself, and of who acts at each event."""
    rows = {name: np.concatenate([one.seen.look[name] for one in asked]) for name in asked[0].seen.look}
    rows["company"] = np.concatenate([_company(one) for one in asked])
    return {name: torch.from_numpy(array) for name, array in rows.items()}, _events(asked, firsts(asked))


def _company(one: Asked) -> np.ndarray:
    """Who stood there, by codes."""
    company = one.seen.look["company"]
    out = np.zeros((*company.shape[:-1], CODES + 2), np.uint8)
    out[..., one.code] = company
    return out


def _events(asked: Sequence[Asked], first: np.ndarray) -> dict[str, Tensor]:
    chosen = [np.flatnonzero(one.seen.native) for one in asked]
    widest = max(1, *map(len, chosen))
    parts = {
        "row": [mine + at for mine, at in zip(chosen, first, strict=True)],
        "step": [one.seen.step[mine] for one, mine in zip(asked, chosen, strict=True)],
        "who": [one.code[one.seen.agent[mine]] for one, mine in zip(asked, chosen, strict=True)],
        "action": [one.seen.action[mine] for one, mine in zip(asked, chosen, strict=True)],
        "real": [np.ones(len(mine), np.int64) for mine in chosen],
    }
    made = {name: torch.from_numpy(padded(arrays, widest, 0)) for name, arrays in parts.items()}
    made["real"] = made["real"] > 0
    made["persona"] = torch.from_numpy(padded([one.persona for one in asked], max(len(o.persona) for o in asked)))
    whose = [np.append(one.me, one.seen.agent[mine]) for one, mine in zip(asked, chosen, strict=True)]
    types = [one.types[who] for one, who in zip(asked, whose, strict=True)]
    made["trait"] = torch.from_numpy(_padded_rows(types, 1 + widest, UNLABELLED))
    return made


def _padded_rows(rows: Sequence[np.ndarray], width: int, fill: int) -> np.ndarray:
    out = np.full((len(rows), width, rows[0].shape[1]), fill, np.int64)
    for k, row in enumerate(rows):
        out[k, : len(row)] = row
    return out


def lines(
    asked: Sequence[Asked], parts: Sequence[Sequence[Prompt]], first: np.ndarray, longest: int | None = LINE,
    share: bool = False,
) -> tuple[dict[str, Tensor], list[np.ndarray]]:  # fmt: skip
    """Some prompts about each history, as Transformer.answer takes them, with their labels: action, depth (n,), trait
    (l t traits); and where among the tokens of all lines the words of each prompt stand, in the order given.

    longest: tokens of a line, but for a prompt that is longer by itself; None: all prompts of a history on one. share:
    a prompt that begins as the one before does, at the same step, takes these words from it, and adds the rest.
    """
    laid = [line for i, mine in enumerate(parts) for line in _laid(i, mine, longest, share)]
    t = max(len(line.word) for line in laid)
    token = {name: padded([getattr(line, name) for line in laid], t, fill) for name, fill in _TOKEN.items()}
    token["who"] = np.full((len(laid), t), NOBODY, np.int64)
    names = np.full((len(laid), t, POINTERS), NOBODY, np.int64)
    trait = np.full((len(laid), t, asked[0].types.shape[1]), UNLABELLED, np.int64)
    answer: dict[str, list] = {name: [] for name in ("answer", "row", "body", "action", "depth")}
    for k, line in enumerate(laid):
        one, whom = asked[line.history], [who for _, who in line.named]
        at = [place for place, _ in line.named]
        token["who"][k, at], trait[k, at] = one.code[whom], one.types[whom]
        code = np.append(one.code, NOBODY)  # -1: nobody
        names[k, : len(line.names)] = code[line.names]
        steps, bodies = token["when"][k, line.answer], np.array(line.body, np.int64)
        answer["answer"] += [k * t + place for place in line.answer]
        answer["row"] += (one.seen.at[steps, bodies] + first[line.history]).tolist()
        answer["body"] += one.code[bodies].tolist()
        answer["action"] += line.action
        answer["depth"] += line.depth
    flat = {name: np.array(values, np.int64) for name, values in answer.items()}
    of = np.array([line.history for line in laid], np.int64)
    made = {**token, **flat, "names": names, "trait": trait, "history": of}
    paths = [np.array(path) + k * t for k, line in enumerate(laid) for path in line.paths]
    return {name: torch.from_numpy(array) for name, array in made.items()}, paths


_TOKEN = {"word": 0, "place": 0, "when": 0, "until": 0}  # of a token, and what padding has


@dataclass
class _Line:
    """A line, token by token: its words, their places in their prompts, when they are said or answered, up to which
    token of the line the prompts go that have them, and whom these name; which of its tokens name whom; its answers;
    and where the words of each prompt stand."""

    history: int
    word: list[int] = field(default_factory=list)
    place: list[int] = field(default_factory=list)
    when: list[int] = field(default_factory=list)
    until: list[int] = field(default_factory=list)
    names: list[list[int]] = field(default_factory=list)
    named: list[tuple[int, int]] = field(default_factory=list)
    answer: list[int] = field(default_factory=list)
    body: list[int] = field(default_factory=list)
    action: list[int] = field(default_factory=list)
    depth: list[int] = field(default_factory=list)
    paths: list[list[int]] = field(default_factory=list)

    def add(self, p: Prompt, shared: int) -> None:
        """A prompt, of which the one before has the first words."""
        at = len(self.word)
        new, answers = len(p.words) - shared, len(p.when)
        path = [*(self.paths[-1][:shared] if shared else ()), *range(at, at + new)]
        whom = [who for who in p.who if who >= 0][: -POINTERS - 1 : -1]
        self.paths.append(path)
        self.word += [*p.words[shared:], *[0] * answers]
        self.place += [*range(shared, len(p.words)), *[0] * answers]
        self.when += [*[p.step] * new, *p.when]
        self.names += [whom + [-1] * (POINTERS - len(whom))] * (new + answers)
        self.named += [(place, who) for place, who in zip(path[shared:], p.who[shared:], strict=True) if who >= 0]
        self.until += [0] * (new + answers)
        for place in path:
            self.until[place] = len(self.word)
        self.answer += range(at + new, len(self.word))
        self.body += [p.body] * answers
        self.action += p.action
        self.depth += [p.depth] * answers


def _laid(i: int, prompts: Sequence[Prompt], longest: int | None, share: bool) -> Iterator[_Line]:
    """The lines of one history."""
    line, before = _Line(i), None
    for prompt in prompts:
        shared = 0
        if share and before and before.step == prompt.step:
            shared = _alike(before.words, before.who, prompt.words, prompt.who)
        length = len(line.word) + len(prompt.words) + len(prompt.when) - shared
        if line.word and longest is not None and length > longest:
            yield line
            line, shared = _Line(i), 0
        line.add(prompt, shared)
        before = prompt
    if line.word:
        yield line


@lru_cache(maxsize=1 << 16)
def _alike(words: tuple[int, ...], who: tuple[int, ...], words2: tuple[int, ...], who2: tuple[int, ...]) -> int:
    """With how many of the same words, of the same persons, two prompts begin."""
    pairs = zip(zip(words, who, strict=True), zip(words2, who2, strict=True), strict=False)
    return next((k for k, (mine, its) in enumerate(pairs) if mine != its), min(len(words), len(words2)))
