"""The mind: a transformer and a world that it reads."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from agents.language.wishes import dated
from agents.query import DO, Query, body_of
from tom.allocation import keep_memory
from tom.base_mind import MYSELF, BaseMind
from tom.blanked import NO_HISTORY, NO_OWN_ACTIONS, NO_PROMPT, SHUFFLED, Edit
from tom.checkpoint import load_marked
from tom.minds import REFERENCE, RENAMED, SHIPPED
from tom.rungs import LOWEST
from tom.tokens import Reader, check_alike, reader_of, wishing_reader
from tom.tokens.tensors import Asked, Prompt, codes, history, lines
from tom.tokens.words import BLANK, DESCRIBE, NAME, NOBODY, Vocabulary
from tom.transformer import ME, Transformer
from tom.transformer import NOBODY as NO_CODE
from worlds import FunhouseError
from worlds.base_episode import BaseEpisode

__all__ = ["MYSELF", "Mind", "load"]

MOST_AT_ONCE = 384  # prompts in one pass: with more, what attention works on leaves the cache
REMEMBERED = 64  # encoded histories kept
# Views of what happened: what the agent perceived, and its persona; what somebody perceives who sees the whole map, and
# is told no persona; and of that the scene of the moment alone.
OWN, OVERLOOKED, SCENE = "own", "overlooked", "scene"


def _no_history(event: dict, prompt: dict) -> None:
    event["real"] = torch.zeros_like(event["real"])


def _no_own_actions(event: dict, prompt: dict) -> None:
    event["real"] = event["real"] & (event["who"] != ME)


def _no_prompt(event: dict, prompt: dict) -> None:
    first = (prompt["place"] == 0) & (prompt["word"] > 0)
    prompt["word"] = torch.where(first, BLANK, 0)
    prompt["who"] = torch.full_like(prompt["who"], NO_CODE)
    prompt["names"] = torch.full_like(prompt["names"], NO_CODE)


@dataclass
class _Encoded:
    """One agent's encoded history: what every prompt put to it shares."""

    asked: Asked
    rows: dict[str, Tensor]
    event: dict[str, Tensor]
    past: list
    myself: Tensor  # (1, traits) the logits of what the agent itself is, read out at the end of its persona

    def before(self, step: int) -> tuple[dict[str, Tensor], list]:
        """Its events, and their keys and values, but for those at the end that no prompt of a step attends to."""
        there = self.event["step"].shape[1]
        # The last of those at earlier steps: events stand in their order.
        kept = int(np.searchsorted(self.event["step"][0].numpy(), step))
        event = dict(self.event)
        for name in ("row", "step", "who", "action", "real"):
            event[name] = event[name][:, :kept]
        end = self.past[0][0].shape[2] - (there - kept)
        return event, [(k[:, :, :end], v[:, :, :end]) for k, v in self.past]


class Mind(BaseMind):
    """Answers from one history, encoded once, any number of prompts."""

    edits: ClassVar = {
        NO_HISTORY: (_no_history, 0), NO_PROMPT: (_no_prompt, 0), SHUFFLED: (None, 1),
        NO_OWN_ACTIONS: (_no_own_actions, 0),
    }  # fmt: skip

    def __init__(self, network: Transformer, vocabulary: Vocabulary, run: dict, meta=None, checkpoint: str = ""):
        """As BaseMind."""
        super().__init__(network, vocabulary, run, meta, checkpoint)
        self.inputs = reader_of(run, vocabulary.wishes)
        self._histories: OrderedDict[tuple[int, int, str], tuple[BaseEpisode, _Encoded]] = OrderedDict()

    @property
    def shape(self) -> dict[str, Any]:
        size = self.network.size
        return {"network": "transformer", "width": size.width, "layers": size.layers, "rung": size.rung}

    @property
    def values(self) -> list[int]:
        return list(self.network.size.traits)

    def check(self, inputs: Reader, place: str) -> None:
        told = "this mind knows {mine}, and this log is of {other}"
        check_alike(self.inputs, inputs, told, place, "train a mind on a log of that world: tom train LOG --out RUN")

    def reads(self, run: dict) -> Reader:
        return reader_of(run, self.vocabulary.wishes)

    @torch.no_grad()
    def own_traits(self, episode, agent, steps):
        """As training has it, the words "as myself" tell of nobody: what it is itself, it says at its persona's end."""
        return self._told(self._history(episode, agent, OWN).myself.expand(len(steps), -1))

    def seated(self, inputs, matches, seats):
        from tom.side_by_side import SideBySide

        return SideBySide(self, inputs, matches, seats)

    def _read(self, episode, asked, edit, turned):
        log = torch.empty(len(asked), self.network.size.actions, dtype=torch.float64)
        trait = torch.empty(len(asked), sum(self.network.size.traits), dtype=torch.float64)
        askers = [(query.agent, _view(query)) for query, _ in asked]
        for asker in sorted(set(askers)):
            mine = np.flatnonzero([one == asker for one in askers])
            past = self._history(episode, *asker)
            put = {k: self._prompt(episode, past, asked[k], turned) for k in mine}
            # Those of like steps attend to like events, and those that begin alike share words.
            mine = np.array(sorted(mine, key=lambda k: (put[k].step, [*zip(put[k].words, put[k].who, strict=True)])))
            for at in range(0, len(mine), MOST_AT_ONCE):
                part = mine[at : at + MOST_AT_ONCE]
                prompts = [put[k] for k in part]
                log[part], trait[part] = (x.double() for x in self._pass(past, prompts, edit))
        return log, trait

    def _prompt(self, episode, past: _Encoded, asked: tuple[Query, str | None], turned: int) -> Prompt:
        query, text = asked
        if text is None:
            words, named = (DESCRIBE, NAME), (NOBODY, int(query.chain[0]))
        else:
            text = dated(text, episode.steps - query.step) if query.stance == DO else text
            words, named = self.vocabulary.prompt(text, episode.names)
        n = len(episode.agents)
        who = tuple(one if one == NOBODY else (one + turned) % n for one in named) if turned else named
        body = body_of(query)
        there = past.asked.seen.at[query.step, body] >= 0  # who describes somebody need not act at that step
        when = (query.step,) if there else ()
        return Prompt(words, who, query.step, query.depth, body, when, (0,) * len(when))

    def _history(self, episode: BaseEpisode, agent: int, view: str) -> _Encoded:
        """An agent's history in a view, encoded once and kept for later questions."""
        key = (id(episode), agent, view)
        held = self._histories.get(key)
        if held is None or held[0] is not episode:
            self._histories[key] = episode, self._encoded(episode, agent, view)
        self._histories.move_to_end(key)
        while len(self._histories) > REMEMBERED:
            self._histories.popitem(last=False)
        return self._histories[key][1]

    def _encoded(self, episode: BaseEpisode, agent: int, view: str) -> _Encoded:
        reader = self.reads(episode.run)  # by the episode's rules: its roles may be hidden
        self.check(reader, f"episode {episode.index}")
        if view == OWN:
            seen, myself = reader.seen(episode, agent), episode.agents[agent]
            persona = self.vocabulary.encode(myself.description) if reader.tells(myself) else ()
        else:
            seen, persona = wishing_reader(episode.run).overlooked(episode, agent, told=view == OVERLOOKED), ()
        one = Asked(seen, persona, reader.types(episode), (), codes(len(episode.agents), agent))
        raw, event = history([one])
        rows = self.network.read(raw)
        past, known = self.network.encode(rows, event)
        return _Encoded(one, rows, event, past, self.network.trait(known[:, 0]).double())

    def _pass(self, past: _Encoded, prompts: Sequence[Prompt], edit: Edit | None) -> tuple[Tensor, Tensor]:
        """Log probabilities (q, actions), and the logits (q, traits) of the last one named, or of the last word."""
        event, kept = past.before(max(prompt.step for prompt in prompts))
        share = self.network.size.rung == LOWEST  # elsewhere a word is told whom the rest of its prompt names
        prompt, paths = lines([past.asked], [prompts], np.zeros(1, np.int64), share=share)
        if edit is not None:
            edit(event, prompt)
            kept = self.network.encode(past.rows, event)[0]
        answered, known = self.network.answer(past.rows, kept, event, prompt)
        log = torch.zeros(len(prompts), answered.shape[-1])  # of who cannot act at a step nothing is asked
        log[[k for k, p in enumerate(prompts) if p.when]] = answered.float()
        last = torch.tensor([path[max(_named(p), default=-1)] for p, path in zip(prompts, paths, strict=True)])
        return log, self.network.trait(known.flatten(0, 1)[last]).float()


def _view(query: Query) -> str:
    """What history a question is put to."""
    if query.stance != DO:
        return OWN
    return SCENE if query.chain else OVERLOOKED


def _named(prompt: Prompt) -> list[int]:
    """The places of the words that name somebody."""
    return [k for k, who in enumerate(prompt.who) if who != NOBODY]


def load(run: str | Path | None = None) -> Any:
    """The mind of a run's directory, or of those that ship with the package one by its name, where no directory has it:
    "reference", which is also the mind without any name, "near-far", "mirrorless", which knows marks, "mirrored", which
    knows mirrors too, "wishes", and "filter". From then on the process keeps the memory that it was given:
    tom.allocation.

    Raises FunhouseError for a damaged checkpoint, a pickle, or a mind of another version.
    """
    from tom.architectures import architecture_of

    place = SHIPPED[REFERENCE] if run is None else Path(run)
    if not place.exists():
        if (now := RENAMED.get(str(run))) is not None:
            raise FunhouseError(f"the mind {run} that ships is called {now} now", remedy=f"name {now}")
        place = SHIPPED.get(str(run), place)
    keep_memory()
    tensors, meta, checkpoint = load_marked(place)
    return architecture_of(meta).mind(tensors, meta, checkpoint, str(place))
