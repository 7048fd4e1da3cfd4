"""From logged episodes to training batches: histories, and many questions about each, in one pass.

Every label is something the log holds: the action an agent took under its own prompt (behave), the actions it saw
others take in their announced roles (predict), and the descriptions of those others (describe). Exact answers are for
scoring only and never enter here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from agents.agent_type import PolicyConfig, TypeSpace
from agents.paraphrase import PARAPHRASES, TRAINING
from agents.population import WORDINGS, PopulationConfig, native_share
from agents.prompt import say
from tom.events import History, perceived
from tom.relations import ABSENT, NOBODY, SLOTS, pad_stack
from tom.vocabulary import DESCRIBE, NAME, Vocabulary
from worlds import Episode, OrchardConfig

UNLABELLED = -100
TRAIT_COUNT = 4


@dataclass(frozen=True)
class QuestionArrays:
    """q questions about one history.

    text (q,) int64: index into the batch's distinct texts; step, body, place (q,) int64: when, in whose place, and the
    event that is; slot (q, SLOTS) int64 as in tom.relations; action (q,) int64 and trait (q, 4) int64: the labels, or
    UNLABELLED.
    """

    text: np.ndarray
    step: np.ndarray
    body: np.ndarray
    place: np.ndarray
    slot: np.ndarray
    action: np.ndarray
    trait: np.ndarray

    @classmethod
    def of(cls, rows: Sequence[tuple]) -> "QuestionArrays":
        """From rows (text, step, body, place, slots, action, traits)."""
        return cls(*(np.array(column, np.int64) for column in zip(*rows, strict=True)))


def slots_of(chain: Sequence[int | str]) -> tuple[int, ...]:
    """The pointers of a canonical chain, counted from its end; descriptions are NOBODY."""
    ends = [NOBODY if isinstance(element, str) else element for element in reversed(chain)][:SLOTS]
    return (*ends, *[ABSENT] * (SLOTS - len(ends)))


class Perception:
    """What agents of logged episodes perceived, and what in it counts as acting natively."""

    def __init__(self, run: dict):
        self.orchard = OrchardConfig.from_dict(run["orchard"])
        self.policy = PolicyConfig.from_dict(run["policy"])
        self.population = PopulationConfig.from_dict(run["population"])
        self.space = TypeSpace(self.orchard, self.policy)

    def types(self, episode: Episode) -> np.ndarray:
        """(n, 4) int64: each agent's traits as indices, in the order of the type space."""
        return np.array([self.space.trait_index[self.space.index(agent.type)] for agent in episode.agents], np.int64)

    def native(self, episode: Episode) -> np.ndarray:
        """(t, n) float32: 1 where an agent acts as itself; with hidden roles the stated share."""
        if self.orchard.roles == "hidden":
            share = native_share(self.orchard, self.population)[: episode.steps, None]
            return np.repeat(share, len(episode.agents), 1).astype(np.float32)
        return np.array([[not role for role in roles] for roles in episode.role], np.float32)

    def history(self, episode: Episode, me: int, native: np.ndarray | None = None) -> History:
        """What agent `me` perceived, to the episode's end."""
        sight = self.space.traits["sight"].index(episode.agents[me].type["sight"])
        native = self.native(episode) if native is None else native
        return perceived(episode, me, sight, self.policy.window, native)


class TextTable:
    """The distinct texts of a batch, each encoded once."""

    def __init__(self, vocabulary: Vocabulary):
        self.vocabulary = vocabulary
        self.index: dict[tuple[int, ...], int] = {}

    def add(self, text: str) -> int:
        """The place of a text in the table; names become pointers."""
        return self.add_tokens(self.vocabulary.encode(text))

    def add_tokens(self, tokens: tuple[int, ...]) -> int:
        """The place of an encoded text in the table."""
        return self.index.setdefault(tokens, len(self.index))

    def tensor(self) -> Tensor:
        """(u, w) int64, padded with 0."""
        longest = max(map(len, self.index))
        return torch.tensor([[*tokens, *[0] * (longest - len(tokens))] for tokens in self.index])


@dataclass(frozen=True)
class Draws:
    """How many questions of each sort a history is asked in training."""

    own: int = 48
    predict: int = 48
    describe: int = 16


def training_questions(episode: Episode, history: History, me: int, types: np.ndarray, texts: TextTable,
                       draws: Draws, generator: np.random.Generator) -> QuestionArrays:  # fmt: skip
    """Questions with labels from the log: own acts, others' acts, who they are."""
    names = episode.names
    index = {name: i for i, name in enumerate(names)}
    rows = []
    for t in _choose(np.arange(episode.steps), draws.own, generator):
        chain = [index.get(element, element) for element in episode.role[t][me]]
        text = texts.add(episode.prompt[t][me])
        traits = _traits(types, chain[-1]) if len(chain) == 1 else _traits(types, me if not chain else "")
        rows.append((text, t, me, history.at[t, me], slots_of(chain), episode.action[t, me], traits))
    others = np.flatnonzero(history.agent != me)
    for e in _choose(others, draws.predict, generator):
        t, who = int(history.step[e]), int(history.agent[e])
        role = episode.role[t][who]
        said = say("predict", (names[who], *role), me=names[me], paraphrase=_wording("predict", generator))
        chain = [who, *(index.get(element, element) for element in role)]
        traits = _traits(types, who if not role else "")
        rows.append((texts.add(said), t, who, e, slots_of(chain), episode.action[t, who], traits))
    for e in _choose(others, draws.describe, generator):
        t, who = int(generator.integers(history.step[e], episode.steps)), int(history.agent[e])
        text = texts.add_tokens((DESCRIBE, NAME))
        rows.append((text, t, me, history.at[t, me], slots_of([who]), UNLABELLED, tuple(types[who])))
    return QuestionArrays.of(rows)


def _wording(stance: str, generator: np.random.Generator) -> int:
    """A paraphrase that training may use: its form, and the wording of its parts."""
    return int(generator.choice(TRAINING[stance])) + len(PARAPHRASES[stance]) * int(generator.integers(WORDINGS))


def _choose(among: np.ndarray, count: int, generator: np.random.Generator) -> np.ndarray:
    """At most `count` of them, each once."""
    return among if len(among) <= count else generator.choice(among, count, replace=False)


def _traits(types: np.ndarray, who: int | str) -> tuple[int, ...]:
    """The traits of an agent, or no label where somebody is imagined at second hand or described."""
    return (UNLABELLED,) * TRAIT_COUNT if isinstance(who, str) else tuple(types[who])


def event_tensors(histories: Sequence[History], me: Sequence[int]) -> dict[str, Tensor]:
    """One batch of histories as tensors (b e ...), padded; `own` holds native and whether it is oneself."""
    batch = {
        f.name: pad_stack([getattr(h, f.name) for h in histories])
        for f in fields(History)
        if f.name not in ("at", "native", "seen_by")
    }
    n = max(h.seen_by.shape[1] for h in histories)
    seen = [np.pad(h.seen_by, ((0, 0), (0, n - h.seen_by.shape[1]), (0, 0))) for h in histories]
    own = [np.stack([h.native, (h.agent == i).astype(np.float32)], -1) for h, i in zip(histories, me, strict=True)]
    real = pad_stack([np.ones(len(h), np.bool_) for h in histories])
    batch |= {"seen_by": pad_stack(seen), "own": pad_stack(own), "real": real}
    return batch | {name: batch[name].long() for name in ("action", "agent", "step")}


def question_tensors(
    questions: Sequence[QuestionArrays], persona: Sequence[int], texts: TextTable
) -> dict[str, Tensor]:
    """Questions as tensors (b q ...), padded with unlabelled ones."""
    batch = {}
    for f in fields(QuestionArrays):
        fill = UNLABELLED if f.name in ("action", "trait") else 0
        batch[f.name] = pad_stack([getattr(q, f.name) for q in questions], fill)
    return batch | {"persona": torch.tensor(persona), "texts": texts.tensor()}


class TrainingBatches:
    """A seeded stream of batches from logs: batch number k is a function of (logs, seed, k)."""

    def __init__(self, logs: Sequence, vocabulary: Vocabulary, size: int, seed: int, draws: Draws = Draws()):
        self.logs, self.vocabulary, self.size, self.seed, self.draws = logs, vocabulary, size, seed, draws
        self.perceptions = [Perception(log.config) for log in logs]
        self.share = np.array([len(log) for log in logs], float) / sum(len(log) for log in logs)

    def batch(self, number: int) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """The events and the questions of one batch: `size` histories of one log, two of each episode."""
        generator = np.random.default_rng([self.seed, number])
        which = generator.choice(len(self.logs), p=self.share)
        log, perception = self.logs[which], self.perceptions[which]
        chosen = generator.integers(len(log), size=(self.size + 1) // 2)
        texts, histories, questions, who, persona = TextTable(self.vocabulary), [], [], [], []
        for episode in log.batch(chosen):
            types, native = perception.types(episode), perception.native(episode)
            for me in generator.choice(len(episode.agents), min(2, len(episode.agents)), replace=False):
                history = perception.history(episode, int(me), native)
                histories.append(history)
                who.append(int(me))
                persona.append(texts.add(episode.agents[me].description))
                questions.append(
                    training_questions(episode, history, int(me), types, texts, self.draws, generator)
                )
        return event_tensors(histories, who), question_tensors(questions, persona, texts)
