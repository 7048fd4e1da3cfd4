"""From logged episodes to training batches: histories, and many prompts about each, in one pass.

Every label is something the log holds: the action an agent took under its own prompt (behave), the actions it saw
others take in their announced roles (predict), and what those others are like (describe). Exact answers are for scoring
only and never enter here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from agents.language.paraphrase import PARAPHRASES, TRAINING
from agents.language.prompt import say
from agents.population import WORDINGS
from tom.tokens import Reader, reader_of
from tom.tokens.base import UNLABELLED
from tom.tokens.tensors import Asked, Prompt, codes, tensors
from tom.tokens.words import BLANK, DESCRIBE, NAME, NOBODY, Vocabulary
from worlds import FunhouseError

NEAR = 16  # batches at most
TOGETHER = 1024  # histories of them, where that is less
SAID = (NAME, DESCRIBE)  # words that are always heard


@dataclass(frozen=True)
class Draws:
    """How many prompts of each sort a history is asked in training, beside all that gave one a role; how many answers
    of each; the share of histories from which one's own acts are taken, so that one's persona is read and not only
    what one did; and the share of a prompt's words that are not heard, so that no wording hangs on a single word."""

    myself: int = 2
    predict: int = 4
    describe: int = 2
    answers: int = 8
    unseen: float = 0.1
    unheard: float = 0.1


def drawn_prompts(
    episode: Any, reader: Reader, me: int, vocabulary: Vocabulary, draws: Draws, generator: np.random.Generator
) -> Iterator[Prompt]:
    """Prompts with labels from the log: own acts, others' acts, who they are."""
    names, told, sees = episode.names, _told(episode), reader.sees(episode, me)
    acts = episode.acts & reader.taught(episode)
    own = [
        (text, role, steps[at : at + draws.answers])
        for (text, role), when in _within(told[me], acts[:, me])
        for steps in [generator.permutation(when)]
        for at in range(0, len(steps), draws.answers)
    ]
    as_myself = np.array([k for k, (_, role, _) in enumerate(own) if not role], np.int64)
    spared = np.setdiff1d(as_myself, _choose(as_myself, draws.myself, generator))
    for k in np.setdiff1d(np.arange(len(own)), spared):
        text, role, steps = own[k]
        yield _prompt(episode, vocabulary, text, len(role), me, steps)
    others = [
        (who, role, steps)
        for who in range(len(names))
        if who != me
        for (_, role), steps in _within(told[who], acts[:, who] & sees[:, who])
    ]
    for k in _choose(np.arange(len(others)), draws.predict, generator):
        who, role, steps = others[k]
        text = say("predict", (names[who], *role), me=names[me], paraphrase=_wording("predict", generator))
        yield _prompt(episode, vocabulary, text, 1 + len(role), who, _choose(steps, draws.answers, generator))
    for k in _choose(np.arange(len(others)), draws.describe, generator):
        who, _, steps = others[k]
        step = int(generator.choice(steps))
        yield Prompt((DESCRIBE, NAME), (NOBODY, who), step, 0, me)


@lru_cache(maxsize=1)
def _told(episode: Any) -> list[list[tuple[int, tuple]]]:
    """The prompts that each agent was given, and from which step on."""
    steps, told = range(episode.steps), []
    for who in range(len(episode.names)):
        given = [(episode.prompt[t][who], tuple(episode.role[t][who])) for t in steps]
        told.append([(t, given[t]) for t in steps if t == 0 or given[t] != given[t - 1]])
    return told


def _within(told: list[tuple[int, tuple]], when: np.ndarray) -> Iterator[tuple[tuple, np.ndarray]]:
    """The prompts that an agent was given, and at which of some steps (t,) bool each held."""
    steps = np.flatnonzero(when)
    ends = np.searchsorted(steps, [first for first, _ in told[1:]]).tolist()
    for (_, prompt), start, stop in zip(told, [0, *ends], [*ends, len(steps)], strict=True):
        if start < stop:
            yield prompt, steps[start:stop]


def _prompt(episode: Any, vocabulary: Vocabulary, text: str, depth: int, body: int, steps: np.ndarray) -> Prompt:
    words, who = vocabulary.prompt(text, episode.names)
    steps = np.sort(steps)
    action = episode.action[steps, body]
    return Prompt(words, who, int(steps[0]), depth, body, tuple(steps.tolist()), tuple(action.tolist()))


def _half_heard(prompt: Prompt, share: float, generator: np.random.Generator) -> Prompt:
    """A prompt of which some words, names never, are blank."""
    lost = (generator.random(len(prompt.words)) < share).tolist()
    heard = (BLANK if gone and word not in SAID else word for word, gone in zip(prompt.words, lost, strict=True))
    return replace(prompt, words=tuple(heard))


def _wording(stance: str, generator: np.random.Generator) -> int:
    """A paraphrase that training may use: its form, and the wording of its parts."""
    return int(generator.choice(TRAINING[stance])) + len(PARAPHRASES[stance]) * int(generator.integers(WORDINGS))


def _choose(among: np.ndarray, count: int, generator: np.random.Generator) -> np.ndarray:
    """At most `count` of them, each once."""
    return among if len(among) <= count else generator.choice(among, count, replace=False)


class TrainingBatches:
    """A seeded stream of batches from logs: batch number k is a function of (logs, seed, k), and so is each rank's
    share of it.

    `near` batches in a row are of episodes in a row, so that files are opened rarely, and each is of episodes with
    about as many native acts, so that little is padding.
    """

    each = 2  # histories of an episode

    def __init__(self, logs: Sequence, vocabulary: Vocabulary, size: int, seed: int, draws: Draws = Draws()):
        self.logs, self.vocabulary, self.size, self.seed, self.draws = logs, vocabulary, size, seed, draws
        self.inputs = [reader_of(log.config) for log in logs]
        self.near = max(1, min(NEAR, TOGETHER // size))
        self.rank, self.ranks = 0, 1  # whose share of each batch is made: tom.training.ranks
        self._near: tuple[int, int, list[list]] = (-1, 0, [])  # which batches, and the log and the episodes of each
        self.share = np.array([len(log) for log in logs], float) / sum(len(log) for log in logs)

    def divide(self, rank: int, ranks: int) -> None:
        """From now on the share of one rank is made. Raises FunhouseError where there is none for each."""
        if (least := ranks * self.each) > self.size:
            what = f"a batch of {self.size} is too small for {ranks} ranks: each takes whole episodes, {self.each} each"
            raise FunhouseError(what, remedy=f"say --batch {least}, or more")
        self.rank, self.ranks = rank, ranks

    def batch(self, number: int) -> dict[str, Any]:
        """One batch: `size` histories of one log, `each` of an episode; of several ranks, the share of one."""
        if number // self.near != self._near[0]:
            self._near = number // self.near, *self._episodes(number // self.near)
        _, which, near = self._near
        reader, asked = self.inputs[which], []
        for k, episode in list(enumerate(near[number % self.near]))[self.rank :: self.ranks]:
            generator = np.random.default_rng([self.seed, number, 1 + k])
            types = reader.types(episode)
            types[list(episode.images)] = UNLABELLED  # nobody says whose image it is
            types[[bool(one.stranger) for one in episode.agents]] = UNLABELLED  # a stranger is of no type
            able = np.setdiff1d(np.flatnonzero(episode.acts.any(0)), episode.images)
            for me in generator.choice(able, min(self.each, len(able)), replace=False).tolist():
                asked.append(self._asked(reader, episode, me, types, generator))
        return tensors(asked)

    def _episodes(self, near: int) -> tuple[int, list[list]]:
        """Of which log `near` batches are, and the episodes of each."""
        generator = np.random.default_rng([self.seed, near])
        which, each = generator.choice(len(self.logs), p=self.share), -(-self.size // self.each)
        log, reader = self.logs[which], self.inputs[which]
        rows = (generator.integers(len(log)) + np.arange(self.near * each)) % len(log)
        episodes = [reader.shown(episode) for episode in log.batch(rows)]
        order = np.argsort([np.count_nonzero(reader.native(episode)) for episode in episodes], kind="stable")
        chosen = generator.permutation(order.reshape(self.near, each))
        return which, [[episodes[k] for k in some] for some in chosen]

    def _asked(self, reader: Reader, episode: Any, me: int, types: np.ndarray, generator) -> Asked:
        prompts = list(drawn_prompts(episode, reader, me, self.vocabulary, self.draws, generator))
        wanted = reader.native(episode) > 0
        for p in prompts:
            wanted[list(p.when), p.body] = True
        seen = reader.seen(episode, me, wanted)
        if generator.random() < self.draws.unseen:
            seen = replace(seen, native=seen.native & (seen.agent != me))
        prompts = [_half_heard(p, self.draws.unheard, generator) for p in prompts]
        told = not reader.untold or generator.random() >= reader.untold
        persona = self.vocabulary.encode(episode.agents[me].description) if told else ()
        code = codes(len(episode.agents), me, generator)
        return Asked(seen, persona, types, prompts, code)
