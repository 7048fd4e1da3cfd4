"""Histories and prompts as the tensors that the network reads."""

from collections.abc import Sequence
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
SHORT = 10  # words: prompts up to here are padded to one another, longer ones among themselves
MOST_LONG = 3  # of the longer ones, a history


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
    """A batch: rows (r ...), event (b e ...), and prompts, blocks (b g ...) of like lengths."""
    rows, event = history(asked)
    short = [[p for p in one.prompts if len(p.words) <= SHORT] for one in asked]
    long = [[p for p in one.prompts if len(p.words) > SHORT][:MOST_LONG] for one in asked]
    first = firsts(asked)
    return {"rows": rows, "event": event, "prompts": [block(asked, x, first) for x in (short, long) if any(x)]}


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


def block(asked: Sequence[Asked], parts: Sequence[Sequence[Prompt]], first: np.ndarray) -> dict[str, Tensor]:
    """Some prompts about each history, as Transformer.answer takes them, with their labels: action (b g s), trait
    (b g w traits), depth (b g)."""
    b, g = len(parts), max(map(len, parts))
    w = max(len(p.words) for mine in parts for p in mine)
    s = max(1, *(len(p.when) for mine in parts for p in mine))
    traits = asked[0].types.shape[1]
    out = {
        "word": np.zeros((b, g, w), np.int64), "who": np.full((b, g, w), NOBODY, np.int64),
        "names": np.full((b, g, POINTERS), NOBODY, np.int64), "step": np.zeros((b, g), np.int64),
        "depth": np.zeros((b, g), np.int64), "body": np.full((b, g), NOBODY, np.int64),
        "when": np.zeros((b, g, s), np.int64), "row": np.zeros((b, g, s), np.int64),
        "action": np.full((b, g, s), UNLABELLED, np.int64),
        "trait": np.full((b, g, w, traits), UNLABELLED, np.int64),
    }  # fmt: skip
    for i, (one, mine) in enumerate(zip(asked, parts, strict=True)):
        out["row"][i] = first[i]
        for j, p in enumerate(mine):
            out["word"][i, j, : len(p.words)] = p.words
            who = np.array(p.who)
            named = np.flatnonzero(who >= 0)
            out["who"][i, j, named] = one.code[who[named]]
            out["trait"][i, j, named] = one.types[who[named]]
            last = one.code[who[named]][::-1][:POINTERS]
            out["names"][i, j, : len(last)] = last
            out["step"][i, j], out["depth"][i, j], out["body"][i, j] = p.step, p.depth, one.code[p.body]
            k = len(p.when)
            out["when"][i, j, :k] = p.when
            out["row"][i, j, :k] = one.seen.at[list(p.when), p.body] + first[i]
            out["action"][i, j, :k] = p.action
    return {name: torch.from_numpy(array) for name, array in out.items()}
