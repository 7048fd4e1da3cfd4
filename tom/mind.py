"""A trained mind as something that answers: analysis scores it like any other answerer, people ask it in words."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from agents.answer import Answer, Question, resolve
from agents.query import Query, body_of
from tom import ask
from tom.ablations import CONTROLS, Blanked, Edit
from tom.checkpoint import load_marked
from tom.checkpoint_document import check_size, check_world, read_document
from tom.filter.events import History, Wanted
from tom.filter.inputs import Inputs, check_alike, inputs_of
from tom.filter.network import Network
from tom.filter.relations import line_indices, question_relations, slots_of, wanted_of
from tom.filter.vocabulary import DESCRIBE, NAME, Vocabulary
from tom.minds import RENAMED, SHIPPED
from tom.training.batch import UNLABELLED, QuestionArrays, TextTable, event_tensors, question_tensors
from worlds import FunhouseError
from worlds.base_episode import BaseEpisode

MOST_AT_ONCE = 2048  # questions in one pass
MOST_OPTIONS = 1 << 17  # actions that may be taken there, all questions together
REMEMBERED = 64  # encoded histories kept

MYSELF = "behave as myself"


@dataclass
class _EncodedHistory:
    """One agent's encoded history: what every question put to it shares."""

    history: History
    event: dict[str, Tensor]
    encoded: dict
    persona: str
    through: frozenset[Wanted]


class Mind:
    """Answers questions from what the asked agent perceived; an agents.answer.Answerer called "mind"."""

    name = "mind"

    def __init__(
        self, network: Network, vocabulary: Vocabulary, run: dict, meta: dict | None = None, checkpoint: str = ""
    ):
        """run: the settings of the world that it was trained in; meta: what its checkpoint says of it; checkpoint: the
        SHA-256 of its weights' file, "" where there is none."""
        self.network, self.vocabulary, self.run, self.meta = network.eval(), vocabulary, run, meta or {}
        self.checkpoint = checkpoint
        self.inputs = inputs_of(run)
        self.dtype = network.dtype
        self._histories: OrderedDict[tuple[int, int], tuple[BaseEpisode, _EncodedHistory]] = OrderedDict()

    def answer(
        self, episode: BaseEpisode, questions: Sequence[Question], edit: Edit | None = None, turned: int = 0
    ) -> np.ndarray:
        """The action distributions (q, actions) float64. Raises FunhouseError as agents.answer.resolve does.

        For controls: `edit` changes what the network reads; every name points `turned` agents on.
        """
        queries = [resolve(episode, question) for question in questions]
        texts = [self.vocabulary.encode(question.prompt) for question in questions]
        chains = [_turned(query.chain, turned, len(episode.agents)) for query in queries]
        log, _ = self._read(episode, queries, chains, texts, edit)
        return _legal(episode, queries, torch.softmax(log, -1).numpy())

    def traits(
        self,
        episode: BaseEpisode,
        agent: int,
        steps: Sequence[int],
        who: Sequence[int],
        edit: Edit | None = None,
        turned: int = 0,
    ) -> dict[str, np.ndarray]:
        """What an agent says at each step of each `who`: {trait: (q, values) float64 probabilities}.

        `edit` and `turned` are for controls, as those of `answer`.
        """
        queries = [Query("behave", agent, int(t), (int(w),), 1) for t, w in zip(steps, who, strict=True)]
        return self._traits(episode, queries, (DESCRIBE, NAME), edit, turned)

    def own_traits(self, episode: BaseEpisode, agent: int, steps: Sequence[int]) -> dict[str, np.ndarray]:
        """The same of itself, not by its name but with "behave as myself" before it."""
        queries = [Query("behave", agent, int(t), (), 0) for t in steps]
        return self._traits(episode, queries, self.vocabulary.encode(MYSELF), None, 0)

    def _traits(self, episode, queries: Sequence[Query], text: tuple, edit, turned: int) -> dict[str, np.ndarray]:
        chains = [_turned(query.chain, turned, len(episode.agents)) for query in queries]
        _, trait = self._read(episode, queries, chains, [text] * len(queries), edit)
        parts = trait.split(list(self.network.config.traits), -1)
        names = self.inputs.space.traits
        return {name: torch.softmax(part, -1).numpy() for name, part in zip(names, parts, strict=True)}

    def describe(self, episode: BaseEpisode, agent: str, step: int, who: str) -> dict[str, dict[str, float]]:
        """What an agent can say of another: {trait: {value: probability}}."""
        episode.check_step(step)
        said = self.traits(episode, episode.find(agent), [step], [episode.find(who)])
        values = self.inputs.space.traits
        return {trait: dict(zip(values[trait], map(float, p[0]), strict=True)) for trait, p in said.items()}

    def ask(self, episode: BaseEpisode, agent: str, step: int, prompt: str) -> Answer:
        """What an agent would do under a prompt."""
        return ask.ask(self, episode, agent, step, prompt)

    def ask_many(self, episode: BaseEpisode, agent: str, step: int, prompts: Sequence[str]) -> list[Answer]:
        """The same for many prompts on one encoded history."""
        return ask.ask_many(self, episode, agent, step, prompts)

    def controls(self) -> list[Blanked]:
        """The mind with something taken away: rows of the fidelity table that should do worse."""
        return [Blanked(self, name, edit, turned) for name, (edit, turned) in CONTROLS.items()]

    @torch.no_grad()
    def _read(self, episode, queries: Sequence[Query], chains, texts: Sequence[tuple], edit) -> tuple[Tensor, Tensor]:
        """Log probabilities (q, actions) and trait logits (q, traits), float64, in the order of the queries.

        chains: whom each question points at; they differ from the queries' own in a control only."""
        log = torch.empty(len(queries), self.network.config.actions, dtype=torch.float64)
        trait = torch.empty(len(queries), sum(self.network.config.traits), dtype=torch.float64)
        asked = np.array([query.agent for query in queries])
        for agent in np.unique(asked):
            mine = np.flatnonzero(asked == agent)
            wanted = {one for k in mine for one in wanted_of(int(agent), chains[k])}
            past = self._history(episode, int(agent), wanted)
            most = max(1, min(MOST_AT_ONCE, MOST_OPTIONS // past.encoded["policy"].shape[1]))
            for at in range(0, len(mine), most):
                part = mine[at : at + most]
                said = self._pass(past, [(queries[k], chains[k], texts[k]) for k in part], edit)
                log[part], trait[part] = (x[0].double() for x in said)
        if log.isnan().any() or trait.isnan().any():
            what, remedy = "the mind's answer is no number", "train anew, at a lower --rate"
            raise FunhouseError(what, place=f"episode {episode.index}", remedy=remedy)
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
        event, encoded, compares = dict(past.event), past.encoded, self.network.config.compares
        question["relation"] = question_relations(event, question, self.dtype, compares)
        if edit is not None:
            edit(event, question)
            encoded = self.network.encode(event) if event["rows"] is not past.event["rows"] else encoded
        return self.network.answer(encoded, question)


def _place(history: History, step: int, body: int) -> int:
    """The event of a body at a step; where it does not act then, as when it describes another, its nearest before."""
    events = history.at[:, body]
    if events[step] >= 0:
        return int(events[step])
    acted = np.flatnonzero(events >= 0)
    return int(events[acted[max(int(np.searchsorted(acted, step)) - 1, 0)]])


def _legal(episode: BaseEpisode, queries: Sequence[Query], chance: np.ndarray) -> np.ndarray:
    """Answers (q, actions) with exactly 0 for what may not be done."""
    legal = np.array([episode.mask_of(body_of(query), query.step) for query in queries])
    kept = np.where(legal, chance, 0.0)
    return kept / kept.sum(1, keepdims=True)


def _turned(chain: tuple, by: int, n: int) -> tuple:
    """A chain whose names point so many agents on."""
    return tuple(who if isinstance(who, str) else (who + by) % n for who in chain)


def load(run: str | Path | None = None) -> Mind:
    """The mind of a run's directory, or of those that ship with the package one by its name, where no directory has it:
    "reference", which is also the mind without any name; "mirrorless", which knows marks; "mirrored", mirrors too.

    Raises FunhouseError for a damaged checkpoint, a pickle, or a mind of another version.
    """
    place = SHIPPED["reference"] if run is None else Path(run)
    if not place.exists():
        if (now := RENAMED.get(str(run))) is not None:
            raise FunhouseError(f"the mind {run} that ships is called {now} now", remedy=f"name {now}")
        place = SHIPPED.get(str(run), place)
    tensors, meta, checkpoint = load_marked(place)
    size, vocabulary = read_document(meta), Vocabulary(meta["words"])
    check_world(size, inputs_of(meta["run"]), vocabulary, meta.file)
    check_size(size, tensors, str(place))
    network = Network(size).lower()
    network.load_state_dict(tensors)
    return Mind(network, vocabulary, meta["run"], meta, checkpoint)
