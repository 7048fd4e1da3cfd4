"""From logged episodes of a lone agent to wishes with labels, in hindsight.

**The sentence comes first.** For each history a fixed number of sentences is drawn, each for a step, from what can be
wished for there, and without a look at what follows. All that came true are kept, with the act that followed as label;
so where maximum likelihood ends up is P(act | history, wish), which is do (agents/wishes/definition.py). To draw a
sentence among those that came true, or to keep at most so many of them, would lead elsewhere: then a sentence counts
for less where many others came true, too.

A wish of "an agent that …" is one of an agent of which nothing else is known. Such a sentence is drawn for the first
step alone, at which the agent has done nothing yet, and is kept where the description is true of the agent, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.language.description_bank import bank_of
from agents.language.wish_wordings import TRAINING
from agents.language.wishes import dated, say_wish
from agents.wishes.drawing import joined
from agents.wishes.held_out import held_out
from agents.wishes.wish import Wish
from tom.tokens import reader_of
from tom.tokens.tensors import Asked, Prompt, codes
from tom.tokens.words import Vocabulary
from tom.training.batch import TrainingBatches
from tom.training.common import Common
from tom.training.sentences import NOTHING, Followed, Scene, Sentences, clause_of, drawn
from worlds import FunhouseError

COUNTED = 64  # episodes


@dataclass(frozen=True)
class Hopes:
    """How many sentences are drawn for each history; how many descriptions, each with one; and the share of histories
    that are asked what other minds are asked, and no wishes."""

    wishes: int = 2400
    described: int = 1440
    ordinary: float = 0.1


class WishBatches(TrainingBatches):
    """As TrainingBatches: histories of lone agents, most of them asked wishes. Raises FunhouseError for other logs."""

    each = 1

    def __init__(self, logs: Sequence, vocabulary: Vocabulary, size: int, seed: int, hopes: Hopes = Hopes()):
        for log in logs:
            check_alone(log)
        super().__init__(logs, vocabulary, size, seed)
        self.inputs = [reader_of(log.config, wishes=True) for log in logs]
        self.hopes, self.common = hopes, Common()
        generator, first = np.random.default_rng(seed), logs[0]
        for episode in first.batch(np.arange(min(len(first), COUNTED))):
            scene = Scene(episode)
            said, _ = drawn_wishes(episode, scene, self.inputs[0].space, Hopes(described=0), generator)
            self.common.count(scene, Followed(episode), said)

    def _asked(self, reader: Any, episode: Any, me: int, types: np.ndarray, generator: np.random.Generator) -> Asked:
        if generator.random() < self.hopes.ordinary:
            return super()._asked(reader, episode, me, types, generator)
        scene = Scene(episode)
        said, told = drawn_wishes(episode, scene, reader.space, self.hopes, generator)
        true, chance = np.flatnonzero(Followed(episode).came_true(said)), generator.random(len(told))
        chosen = true[chance[true] < self.common.share(scene, said.of(true))]
        wishes = [one for d in chosen.tolist() if (one := wish_of(said, told, d)) and not held_out(one[1].clauses)]
        prompts = [_prompt(episode, self.vocabulary, *one, generator) for one in wishes]
        if not prompts:  # as where the agent never acts as itself
            return super()._asked(reader, episode, me, types, generator)
        return Asked(reader.overlooked(episode, me), (), types, prompts, codes(len(episode.agents), me, generator))


def check_alone(log: Any) -> None:
    """Raises FunhouseError for a log from whose agents no wishes are learned."""
    orchard = log.config.get("orchard")
    if orchard is None or orchard["agents"] != 1 or orchard.get("marks") or orchard.get("mirrors"):
        what = "wishes are learned from agents that are alone in an orchard without marks and mirrors"
        raise FunhouseError(what, place=str(log.path), remedy="run one: tom run --agents 1 --no-regrow --out LOG")


def drawn_wishes(
    episode: Any, scene: Scene, space: Any, hopes: Hopes, generator: np.random.Generator
) -> tuple[Sentences, list[str]]:
    """Sentences for the only agent of an episode, and as what it is described in each, "" where it is not. Each is for
    a step from which on the agent acts as itself for as long as the wish lasts; of what it does, only that before the
    step has a part in what is drawn."""
    lasts = _lasting(np.array([not roles[0] for roles in episode.role]) & episode.acts[:, 0])
    steps, bank = np.flatnonzero(lasts), bank_of(space)
    at = steps[(len(steps) * generator.random(hopes.wishes)).astype(int)] if len(steps) else steps
    told = [""] * len(at)
    if lasts[0] and not episode.agents[0].stranger:
        fits = bank.mask[:, space.index(episode.agents[0].type)]
        which = np.searchsorted(bank.cumulative("train"), generator.random(hopes.described), side="right")
        told += [bank.texts[d] for d in which[fits[which]].tolist()]
    step = np.concatenate([at, np.zeros(len(told) - len(at), int)])
    return drawn(scene, step, lasts[step], generator), told


def wish_of(said: Sentences, told: list[str], d: int) -> tuple[int, Wish] | None:
    """The step and the wish of a sentence; None where a clause is missing, says what another
    does, or contradicts it."""
    parts = [clause_of(*(int(column[d]) for column in one)) for one in said.clauses if one.sort[d] != NOTHING]
    clauses = joined(tuple(parts))
    if clauses is None:
        return None
    return int(said.step[d]), Wish(clauses, None if said.open[d] else int(said.span[d]), (told[d],) if told[d] else ())


def _lasting(native: np.ndarray) -> np.ndarray:
    """(t,) int64: for how many steps from each on an agent acts as itself."""
    lasts = np.zeros(len(native) + 1, np.int64)
    for t in range(len(native) - 1, -1, -1):
        lasts[t] = lasts[t + 1] + 1 if native[t] else 0
    return lasts[:-1]


def _prompt(episode: Any, vocabulary: Vocabulary, step: int, wish: Wish, generator: np.random.Generator) -> Prompt:
    """A wish in a wording of training, labelled with the act that followed."""
    said = say_wish(wish, int(generator.integers(1 << 62)), TRAINING)
    said = said if wish.steps else dated(said, episode.steps - step)
    words, who = vocabulary.prompt(said, episode.names)
    return Prompt(words, who, step, len(wish.clauses), 0, (step,), (int(episode.action[step, 0]),))
