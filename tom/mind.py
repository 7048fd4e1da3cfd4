"""A trained mind as something that answers: analysis scores it like any other answerer, people ask it in words."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from agents.answer import Answer, Question, resolve, type_space
from agents.query import Query
from tom import ask
from tom.batch import (
    UNLABELLED,
    Perception,
    QuestionArrays,
    TextTable,
    event_tensors,
    question_tensors,
    slots_of,
)
from tom.checkpoint import load as load_checkpoint
from tom.events import History
from tom.network import Network
from tom.relations import ABSENT, BARS, event_relations, question_relations
from tom.settings import NetworkConfig
from tom.vocabulary import BLANK, DESCRIBE, NAME, Vocabulary
from worlds import Episode, FunhouseError

REFERENCE = Path(__file__).parent / "reference"
VERSION = 1  # of what the network reads; a mind of another version is refused
MOST_AT_ONCE = 2048  # questions in one pass
REMEMBERED = 64  # encoded histories kept

Edit = Callable[[dict, dict], None]  # changes the tensors of events and questions, in place


@dataclass
class _Scene:
    """One agent's encoded history: what every question put to it shares."""

    history: History
    event: dict[str, Tensor]
    encoded: dict
    persona: str


class Mind:
    """Answers questions from what the asked agent perceived; an agents.answer.Answerer called "mind"."""

    name = "mind"

    def __init__(self, network: Network, vocabulary: Vocabulary, run: dict, meta: dict | None = None):
        """run: the settings of the world that it was trained in; meta: what its checkpoint says of it."""
        self.network, self.vocabulary, self.run, self.meta = network.eval(), vocabulary, run, meta or {}
        self.perception = Perception(run)
        self.dtype = next(network.parameters()).dtype
        self._scenes: OrderedDict[tuple[int, int], tuple[Episode, _Scene]] = OrderedDict()

    def answer(self, episode: Episode, questions: Sequence[Question], edit: Edit | None = None) -> np.ndarray:
        """The action distributions (q, 5) float64. Raises FunhouseError as agents.answer.resolve does."""
        queries = [resolve(episode, question) for question in questions]
        texts = [self.vocabulary.encode(question.prompt) for question in questions]
        log, _ = self._read(episode, queries, texts, edit)
        return torch.softmax(log, -1).numpy()

    def traits(self, episode: Episode, agent: int, steps: Sequence[int], who: Sequence[int]) -> dict[str, np.ndarray]:
        """What an agent says at each step of each `who`: {trait: (q, values) float64 probabilities}."""
        queries = [Query("behave", agent, int(t), (int(w),), 1) for t, w in zip(steps, who, strict=True)]
        _, trait = self._read(episode, queries, [(DESCRIBE, NAME)] * len(queries), None)
        parts = trait.split(list(self.network.config.traits), -1)
        names = self.perception.space.traits
        return {name: torch.softmax(part, -1).numpy() for name, part in zip(names, parts, strict=True)}

    def describe(self, episode: Episode, agent: str, step: int, who: str) -> dict[str, dict[str, float]]:
        """What an agent can say of another: {trait: {value: probability}}."""
        episode.check_step(step)
        said = self.traits(episode, episode.find(agent), [step], [episode.find(who)])
        values = self.perception.space.traits
        return {trait: dict(zip(values[trait], map(float, p[0]), strict=True)) for trait, p in said.items()}

    def ask(self, episode: Episode, agent: str, step: int, prompt: str) -> Answer:
        """What an agent would do under a prompt."""
        return ask.ask(self, episode, agent, step, prompt)

    def ask_many(self, episode: Episode, agent: str, step: int, prompts: Sequence[str]) -> list[Answer]:
        """The same for many prompts on one encoded history."""
        return ask.ask_many(self, episode, agent, step, prompts)

    def controls(self) -> list["Blanked"]:
        """The mind with something taken away: rows of the fidelity table that should do worse."""
        return [Blanked(self, name, edit) for name, edit in _EDITS.items()]

    @torch.no_grad()
    def _read(self, episode, queries: Sequence[Query], texts: Sequence[tuple], edit) -> tuple[Tensor, Tensor]:
        """Log probabilities (q, 5) and trait logits (q, traits), float64, in the order of the queries."""
        log = torch.empty(len(queries), 5, dtype=torch.float64)
        trait = torch.empty(len(queries), sum(self.network.config.traits), dtype=torch.float64)
        asked = np.array([query.agent for query in queries])
        for agent in np.unique(asked):
            mine = np.flatnonzero(asked == agent)
            scene = self._scene(episode, int(agent))
            for at in range(0, len(mine), MOST_AT_ONCE):
                part = mine[at : at + MOST_AT_ONCE]
                said = self._pass(scene, [queries[k] for k in part], [texts[k] for k in part], edit)
                log[part], trait[part] = (x[0].double() for x in said)
        return log, trait

    def _scene(self, episode: Episode, agent: int) -> _Scene:
        """An agent's history, encoded once and kept for later questions."""
        self._check(episode)
        key = (id(episode), agent)
        if key not in self._scenes or self._scenes[key][0] is not episode:
            history = Perception(episode.run).history(episode, agent)  # by the episode's rules: its roles may be hidden
            event = event_tensors([history], [agent])
            for name in ("own", "cover"):
                event[name] = event[name].to(self.dtype)
            if self.network.config.event_layers:
                event["relation"] = event_relations(event, self.dtype)
            persona = episode.agents[agent].description
            self._scenes[key] = episode, _Scene(history, event, self.network.encode(event), persona)
        self._scenes.move_to_end(key)
        while len(self._scenes) > REMEMBERED:
            self._scenes.popitem(last=False)
        return self._scenes[key][1]

    def _check(self, episode: Episode) -> None:
        """Raises FunhouseError for a world with other kinds of fruit or other tastes than the mind's own."""
        here, own = type_space(episode).rankings, self.perception.space.rankings
        if here != own:
            raise FunhouseError(
                f"this mind knows the tastes {', '.join(own)}, and in this log there are {', '.join(here)}",
                place=f"episode {episode.index}",
                remedy="train a mind on a log of that world: tom train LOG --out RUN",
            )

    def _pass(self, scene: _Scene, queries: Sequence[Query], texts: Sequence[tuple], edit) -> tuple[Tensor, Tensor]:
        table = TextTable(self.vocabulary)
        rows = []
        for query, text in zip(queries, texts, strict=True):
            body = int(query.chain[0]) if query.stance == "predict" else query.agent
            rows.append((
                table.add_tokens(text), query.step, body, scene.history.at[query.step, body], slots_of(query.chain),
                UNLABELLED, (UNLABELLED,) * 4,
            ))  # fmt: skip
        question = question_tensors([QuestionArrays.of(rows)], [table.add(scene.persona)], table)
        question["relation"] = question_relations(scene.event, question, self.dtype)
        if edit is not None:
            edit(scene.event, question)
        return self.network.answer(scene.encoded, scene.event, question)


class Blanked:
    """A mind whose questions are edited before it reads them; an answerer like any other."""

    def __init__(self, mind: Mind, name: str, edit: Edit):
        self.mind, self.name, self.edit = mind, name, edit

    def answer(self, episode: Episode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions (q, 5) float64."""
        return self.mind.answer(episode, questions, self.edit)


def _no_history(event: dict, question: dict) -> None:
    question["relation"][:, BARS] = 1.0


def _no_own_actions(event: dict, question: dict) -> None:
    mine = event["own"][..., 1][:, None]
    question["relation"][:, BARS] = torch.maximum(question["relation"][:, BARS], mine)


def _no_prompt(event: dict, question: dict) -> None:
    question["texts"] = torch.cat([question["texts"], torch.zeros_like(question["texts"][:1])])
    question["texts"][-1, 0] = BLANK
    question["text"] = torch.full_like(question["text"], len(question["texts"]) - 1)
    question["slot"] = torch.full_like(question["slot"], ABSENT)
    question["relation"] = question_relations(event, question, question["relation"].dtype)


def _shuffled_names(event: dict, question: dict) -> None:
    n = event["seen_by"].shape[2]
    turned = (question["slot"] + 1) % n  # every name points at the next agent
    question["slot"] = torch.where(question["slot"] >= 0, turned, question["slot"])
    question["relation"] = question_relations(event, question, question["relation"].dtype)


_EDITS: dict[str, Edit] = {
    "mind, no history": _no_history,
    "mind, no prompt": _no_prompt,
    "mind, names shuffled": _shuffled_names,
    "mind, own actions blanked": _no_own_actions,
}


def load(run: str | Path | None = None) -> Mind:
    """The mind of a run's directory, or the reference mind that ships with the package.

    Raises FunhouseError for a damaged checkpoint, a pickle, or a mind of another version.
    """
    tensors, meta = load_checkpoint(REFERENCE if run is None else run)
    if meta.get("version") != VERSION:
        raise FunhouseError(
            f"this mind reads version {meta.get('version')} of the events and the project speaks version {VERSION}",
            place=str(run or REFERENCE),
            remedy="train it anew: tom train LOG --out RUN",
        )
    network = _network(tensors, meta, str(run or REFERENCE))
    return Mind(network, Vocabulary(meta["words"]), meta["run"], meta)


def _network(tensors: dict[str, Tensor], meta: dict, place: str) -> Network:
    """The network that a checkpoint describes, with its weights. Raises FunhouseError where the two do not fit."""
    try:
        network = Network(NetworkConfig.from_dict(meta["network"])).to(torch.bfloat16)
        network.load_state_dict(tensors)
    except (KeyError, TypeError, RuntimeError) as error:
        raise FunhouseError(
            f"these weights are of another network: {str(error).splitlines()[0]}",
            place=place,
            remedy="load it with the version of the project that trained it, or train anew: tom train LOG --out RUN",
        ) from error
    return network
