"""A trained mind as something that answers: analysis scores it like any other answerer, people ask it in words."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from agents.answer import Answer, Question, resolve
from agents.language.wishes import is_wish
from agents.query import Query, body_of, once_each
from tom import ask
from tom.blanked import Blanked, Edit
from worlds import FunhouseError
from worlds.base_episode import BaseEpisode

MYSELF = "behave as myself"


class BaseMind(ABC):
    """Answers questions from what the asked agent perceived; an agents.answer.Answerer called "mind"."""

    name = "mind"
    inputs: Any  # how it reads its world
    edits: ClassVar[dict[str, tuple[Edit | None, int]]]  # what controls change of it, by their names

    def __init__(self, network: Any, vocabulary: Any, run: dict, meta: dict | None = None, checkpoint: str = ""):
        """run: the settings of the world that it was trained in; meta: what its checkpoint says of it; checkpoint: the
        SHA-256 of its weights' file, "" where there is none."""
        self.network, self.vocabulary, self.run, self.meta = network.eval(), vocabulary, run, meta or {}
        self.checkpoint = checkpoint

    @property
    @abstractmethod
    def shape(self) -> dict[str, Any]:
        """The settings of a training that makes a network like its own: network, width and layers."""

    @property
    @abstractmethod
    def values(self) -> list[int]:
        """How many values of each trait it tells apart."""

    @property
    def wishes(self) -> bool:
        """Whether it answers wishes: whether it was trained on some."""
        return self.vocabulary.wishes

    @abstractmethod
    def _read(
        self, episode: BaseEpisode, asked: Sequence[tuple[Query, str | None]], edit: Edit | None, turned: int
    ) -> tuple[Tensor, Tensor]:
        """Log probabilities (q, actions) and trait logits (q, traits), float64, of questions and their prompts; of a
        description, which has no prompt, the traits alone are read."""

    @abstractmethod
    def check(self, inputs: Any, place: str) -> None:
        """Raises FunhouseError for a world other than the mind's own, in what its agents are like or perceive."""

    @abstractmethod
    def reads(self, run: dict) -> Any:
        """How it reads the world of a run's settings. Raises FunhouseError where it does not."""

    @abstractmethod
    def seated(self, inputs: Any, matches: Sequence, seats: range) -> Any:
        """Copies of it in matches that go on side by side: `act` plays a step; `events` have been encoded."""

    def answer(
        self, episode: BaseEpisode, questions: Sequence[Question], edit: Edit | None = None, turned: int = 0
    ) -> np.ndarray:
        """The action distributions (q, actions) float64. Raises FunhouseError as agents.answer.resolve does, and for a
        wish where it was trained on none.

        For controls: `edit` changes what the network reads; every name points `turned` agents on.
        """
        self._check_wishes([question.prompt for question in questions])
        asked = [(resolve(episode, question), question.prompt) for question in questions]
        return self.answer_resolved(episode, asked, edit, turned)

    def answer_resolved(
        self, episode: BaseEpisode, asked: Sequence[tuple[Query, str]], edit: Edit | None = None, turned: int = 0
    ) -> np.ndarray:
        """The same of questions that are resolved, with their prompts, which are no wishes unless it knows some."""
        log, _ = self._checked(episode, asked, edit, turned)
        return _legal(episode, [query for query, _ in asked], torch.softmax(log, -1).numpy())

    def _check_wishes(self, prompts: Sequence[str]) -> None:
        """Raises FunhouseError for a wish where it was trained on none."""
        for prompt in prompts if not self.wishes else ():
            if is_wish(prompt):
                remedy = "train one: tom train LOG --wishes --out RUN; or ask exactly, without --mind: tom ask --exact"
                raise FunhouseError("this mind was trained on no wishes", place=prompt, remedy=remedy)

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
        return self._traits(episode, [(query, None) for query in queries], edit, turned)

    def own_traits(self, episode: BaseEpisode, agent: int, steps: Sequence[int]) -> dict[str, np.ndarray]:
        """The same of itself, not by its name but with "behave as myself" before it."""
        return self._traits(episode, [(Query("behave", agent, int(t), (), 0), MYSELF) for t in steps], None, 0)

    def _traits(self, episode, asked, edit: Edit | None, turned: int) -> dict[str, np.ndarray]:
        return self._told(self._checked(episode, asked, edit, turned)[1])

    def _told(self, trait: Tensor) -> dict[str, np.ndarray]:
        """Trait logits (q, traits) as {trait: (q, values) float64 probabilities}."""
        parts = trait.split(self.values, -1)
        names = self.inputs.space.traits
        told = {name: torch.softmax(part, -1).numpy() for name, part in zip(names, parts, strict=True)}
        return {name: self.inputs.of_all(name, chance) for name, chance in told.items()}

    def describe(self, episode: BaseEpisode, agent: str, step: int, who: str) -> dict[str, dict[str, float]]:
        """What an agent can say of another: {trait: {value: probability}}."""
        episode.check_step(step)
        said = self.traits(episode, episode.find(agent), [step], [episode.find(who)])
        values = self.inputs.space.traits
        return {trait: dict(zip(values[trait], map(float, p[0]), strict=True)) for trait, p in said.items()}

    def ask(self, episode: BaseEpisode, agent: str, step: int, prompt: str) -> Answer:
        """What an agent would do under a prompt."""
        return self.ask_many(episode, agent, step, [prompt])[0]

    def ask_many(self, episode: BaseEpisode, agent: str, step: int, prompts: Sequence[str]) -> list[Answer]:
        """The same for many prompts on one encoded history."""
        self._check_wishes(prompts)
        return ask.ask_many(self, episode, agent, step, prompts)

    def controls(self) -> list[Blanked]:
        """The mind with something taken away: rows of the fidelity table that should do worse."""
        return [Blanked(self, name, edit, turned) for name, (edit, turned) in self.edits.items()]

    @torch.no_grad()
    def _checked(self, episode, asked, edit, turned) -> tuple[Tensor, Tensor]:
        log, trait = self._read(episode, asked, edit, turned)
        if log.isnan().any() or trait.isnan().any():
            what, remedy = "the mind's answer is no number", "train anew, at a lower --rate"
            raise FunhouseError(what, place=f"episode {episode.index}", remedy=remedy)
        return log, trait


def _legal(episode: BaseEpisode, queries: Sequence[Query], chance: np.ndarray) -> np.ndarray:
    """Answers (q, actions) with exactly 0 for what may not be done."""
    legal = once_each(episode.mask_of, [(body_of(query), query.step) for query in queries])
    kept = np.where(legal, chance, 0.0)
    return kept / kept.sum(1, keepdims=True)
