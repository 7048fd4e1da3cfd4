"""Histories and prompts as the tensors that the network reads."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tom.rungs import POINTERS
from tom.tokens.base import Seen
from tom.tokens.words import padded
from tom.transformer import CODES, ME, NOBODY
from worlds import FunhouseError

UNLABELLED = -100
LINE = 64  # tokens: prompts of one history stand on a line up to here, where a history is asked many


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


def tensors(asked: Sequence[Asked], longest: int | None = None) -> dict[str, Any]:
    """A batch: rows (r ...), event (b e ...), and the prompts of each history on a line of their own (b t ...); or on
    several, of so many tokens as `lines` says."""
    rows, event = history(asked)
    prompt, _ = lines(asked, [one.prompts for one in asked], firsts(asked), longest)
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
    asked: Sequence[Asked], parts: Sequence[Sequence[Prompt]], first: np.ndarray, longest: int | None = LINE
) -> tuple[dict[str, Tensor], np.ndarray]:
    """Some prompts about each history, as Transformer.answer takes them, with their labels: action, depth (n,), trait
    (l t traits); and where among the tokens of all lines each prompt begins, in the order given.

    longest: tokens of a line, but for a prompt that is longer by itself; None: all prompts of a history on one.
    """
    laid = [line for i, mine in enumerate(parts) for line in _laid(i, mine, longest)]
    t = max(_length(line[-1]) + at[-1] for _, line, at in laid)
    traits = asked[0].types.shape[1]
    token = {name: np.full((len(laid), t), fill, np.int64) for name, fill in _TOKEN.items()}
    names = np.full((len(laid), t, POINTERS), NOBODY, np.int64)
    trait = np.full((len(laid), t, traits), UNLABELLED, np.int64)
    answer: dict[str, list[int]] = {name: [] for name in ("answer", "row", "body", "action", "depth")}
    begins = []
    for k, (i, line, starts) in enumerate(laid):
        one = asked[i]
        for part, (p, at) in enumerate(zip(line, starts, strict=True)):
            w, end = at + len(p.words), at + _length(p)
            token["word"][k, at:w], token["place"][k, at:w] = p.words, range(len(p.words))
            token["when"][k, at:w], token["when"][k, w:end], token["part"][k, at:end] = p.step, p.when, part
            named = [j for j, who in enumerate(p.who) if who >= 0]
            whom = [p.who[j] for j in named]
            for j, who in zip(named, whom, strict=True):
                token["who"][k, at + j], trait[k, at + j] = one.code[who], one.types[who]
            names[k, at:end, : len(whom[-POINTERS:])] = one.code[whom[::-1][:POINTERS]]
            answer["answer"] += range(k * t + w, k * t + end)
            answer["row"] += (one.seen.at[list(p.when), p.body] + first[i]).tolist()
            answer["action"] += p.action
            answer["body"] += [int(one.code[p.body])] * len(p.when)
            answer["depth"] += [p.depth] * len(p.when)
            begins.append(k * t + at)
    flat = {name: np.array(values, np.int64) for name, values in answer.items()}
    of = np.array([i for i, _, _ in laid], np.int64)
    made = {**token, **flat, "names": names, "trait": trait, "history": of}
    return {name: torch.from_numpy(array) for name, array in made.items()}, np.array(begins, np.int64)


_TOKEN = {"word": 0, "who": NOBODY, "place": 0, "when": 0, "part": -1}  # of a token, and what padding has


def _length(prompt: Prompt) -> int:
    return len(prompt.words) + len(prompt.when)


def _laid(i: int, prompts: Sequence[Prompt], longest: int | None) -> Iterator[tuple[int, list[Prompt], list[int]]]:
    """The lines of one history: which history, its prompts, and where each begins."""
    line: list[Prompt] = []
    at = [0]
    for prompt in prompts:
        if line and longest is not None and at[-1] + _length(prompt) > longest:
            yield i, line, at[:-1]
            line, at = [], [0]
        line.append(prompt)
        at.append(at[-1] + _length(prompt))
    if line:
        yield i, line, at[:-1]
