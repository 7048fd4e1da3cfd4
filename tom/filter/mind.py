"""The filter as something that answers."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from agents.query import Query, body_of
from tom.base_mind import BaseMind
from tom.blanked import Edit
from tom.filter.ablations import CONTROLS
from tom.filter.batch import UNLABELLED, QuestionArrays, TextTable, event_tensors, question_tensors
from tom.filter.events import History, Wanted
from tom.filter.inputs import Inputs, inputs_of
from tom.filter.network import Network
from tom.filter.relations import line_indices, question_relations, slots_of, wanted_of
from tom.filter.vocabulary import DESCRIBE, NAME, Vocabulary
from tom.tokens import check_alike
from worlds import FunhouseError
from worlds.base_episode import BaseEpisode

MOST_AT_ONCE = 2048  # questions in one pass
REMEMBERED = 64  # encoded histories kept


@dataclass
class _EncodedHistory:
    """One agent's encoded history: what every question put to it shares."""

    history: History
    event: dict[str, Tensor]
    encoded: dict
    persona: str
    through: frozenset[Wanted]


class FilterMind(BaseMind):
    """Answers from evidence that is added up along the lines of sight which a question's chain names."""

    edits = CONTROLS

    def __init__(self, network: Network, vocabulary: Vocabulary, run: dict, meta=None, checkpoint: str = ""):
        """As BaseMind."""
        super().__init__(network, vocabulary, run, meta, checkpoint)
        self.inputs = inputs_of(run)
        self.dtype = network.dtype
        self._histories: OrderedDict[tuple[int, int], tuple[BaseEpisode, _EncodedHistory]] = OrderedDict()

    @property
    def shape(self):
        return {"network": "filter", "width": self.network.config.width, "layers": self.network.config.layers}

    @property
    def values(self) -> list[int]:
        return list(self.network.config.traits)

    def reads(self, run: dict) -> Inputs:
        return inputs_of(run)

    def seated(self, inputs, matches, seats):
        raise FunhouseError("the filter answers, and does not act", remedy="have copies of a transformer live there")

    def _read(self, episode, asked, edit, turned):
        queries = [query for query, _ in asked]
        texts = [(DESCRIBE, NAME) if text is None else self.vocabulary.encode(text) for _, text in asked]
        chains = [_turned(query.chain, turned, len(episode.agents)) for query in queries]
        log = torch.empty(len(queries), self.network.config.actions, dtype=torch.float64)
        trait = torch.empty(len(queries), sum(self.network.config.traits), dtype=torch.float64)
        askers = np.array([query.agent for query in queries])
        for agent in np.unique(askers):
            mine = np.flatnonzero(askers == agent)
            wanted = {one for k in mine for one in wanted_of(int(agent), chains[k])}
            past = self._history(episode, int(agent), wanted)
            for at in range(0, len(mine), MOST_AT_ONCE):
                part = mine[at : at + MOST_AT_ONCE]
                said = self._pass(past, [(queries[k], chains[k], texts[k]) for k in part], edit)
                log[part], trait[part] = (x[0].double() for x in said)
        return log, trait

    def _history(self, episode: BaseEpisode, agent: int, wanted: set[Wanted]) -> _EncodedHistory:
        """An agent's history, encoded once and kept for later questions."""
        key = (id(episode), agent)
        held = self._histories.get(key)
        known = held[1].through if held and held[0] is episode else frozenset()
        if held is None or held[0] is not episode or not wanted <= known:
            self._histories[key] = episode, self._encoded(episode, agent, frozenset(known | wanted))
        self._histories.move_to_end(key)
        while len(self._histories) > REMEMBERED:
            self._histories.popitem(last=False)
        return self._histories[key][1]

    def _encoded(self, episode: BaseEpisode, agent: int, through: frozenset[Wanted]) -> _EncodedHistory:
        """An agent's history and what was perceived through those lines, encoded."""
        inputs = inputs_of(episode.run)  # by the episode's rules: its roles may be hidden
        self.check(inputs, f"episode {episode.index}")
        history = inputs.history(episode, agent, through=sorted(through))
        event = event_tensors([history], [agent])
        return _EncodedHistory(history, event, self.network.encode(event), episode.agents[agent].description, through)

    def check(self, inputs: Inputs, place: str) -> None:
        """Raises FunhouseError for a world other than the mind's own, in what its agents are like or perceive."""
        told = "this mind knows {mine}, and this log is of {other}"
        check_alike(self.inputs, inputs, told, place, "train a mind on a log of that world: tom train LOG --out RUN")

    def _pass(self, past: _EncodedHistory, asked: Sequence[tuple[Query, tuple, tuple]], edit: Edit | None):
        table, history, traits = TextTable(self.vocabulary), past.history, len(self.inputs.space.traits)
        rows = []
        for query, chain, text in asked:
            body = body_of(query)
            rows.append((
                table.add_tokens(text), query.step, body, _place(history, query.step, body), slots_of(chain),
                line_indices(query.agent, chain, history.lines), UNLABELLED, (UNLABELLED,) * traits,
            ))  # fmt: skip
        question = question_tensors([QuestionArrays.of(rows)], [table.add(past.persona)], table, [0])
        event = dict(past.event)
        question["relation"] = question_relations(event, question, self.dtype)
        if edit is not None:
            edit(event, question)
        return self.network.answer(past.encoded, question)


def _place(history: History, step: int, body: int) -> int:
    """The event of a body at a step; where it does not act then, as when it describes another, its nearest before."""
    events = history.at[:, body]
    if events[step] >= 0:
        return int(events[step])
    acted = np.flatnonzero(events >= 0)
    return int(events[acted[max(int(np.searchsorted(acted, step)) - 1, 0)]])


def _turned(chain: tuple, by: int, n: int) -> tuple:
    """A chain whose names point so many agents on."""
    return tuple(who if isinstance(who, str) else (who + by) % n for who in chain)
