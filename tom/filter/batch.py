"""From logged episodes to training batches: histories, and many questions about each, in one pass.

Every label is something the log holds: the action an agent took under its own prompt (behave), the actions it saw
others take in their announced roles (predict), and the descriptions of those others (describe). Exact answers are for
scoring only and never enter here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from torch import Tensor

from agents.language.paraphrase import PARAPHRASES, TRAINING
from agents.language.prompt import say
from agents.population import WORDINGS
from tom.filter.events import History
from tom.filter.inputs import inputs_of
from tom.filter.relations import line_indices, pad_stack, slots_of, wanted_of
from tom.filter.vocabulary import DESCRIBE, NAME, Vocabulary

UNLABELLED = -100


@dataclass(frozen=True)
class QuestionArrays:
    """q questions about one history.

    text (q,) int64: index into the batch's distinct texts; step, body, place (q,) int64: when, in whose place, and the
    event that is; slot, line (q, SLOTS) int64 as in tom.filter.relations; action (q,) int64 and trait (q, traits)
    int64: the labels, or UNLABELLED.
    """

    text: np.ndarray
    step: np.ndarray
    body: np.ndarray
    place: np.ndarray
    slot: np.ndarray
    line: np.ndarray
    action: np.ndarray
    trait: np.ndarray

    @classmethod
    def of(cls, rows: Sequence[tuple]) -> "QuestionArrays":
        """From rows (text, step, body, place, slots, lines, action, traits)."""
        return cls(*(np.array(column, np.int64) for column in zip(*rows, strict=True)))


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
    parts: int = 8  # others' roles that those are about: each has lines of its own to be looked along
    describe: int = 16


@dataclass(frozen=True)
class Drawn:
    """A question that training puts: what, when, in whose place, about whom, and its labels."""

    text: int
    step: int
    body: int
    chain: tuple[int | str, ...]
    action: int
    traits: tuple[int, ...]


def drawn_questions(episode: Any, sees: np.ndarray, me: int, types: np.ndarray, texts: TextTable,
                    draws: Draws, generator: np.random.Generator) -> Iterator[Drawn]:  # fmt: skip
    """Questions with labels from the log: own acts, others' acts, who they are; sees (t, n) bool is whom `me` sees."""
    names = episode.names
    index = {name: i for i, name in enumerate(names)}
    mine = np.flatnonzero(episode.acts[:, me])
    for t in _choose(mine, draws.own, generator):
        chain = tuple(index.get(element, element) for element in episode.role[t][me])
        traits = _traits(types, chain[-1]) if len(chain) == 1 else _traits(types, me if not chain else "")
        yield Drawn(texts.add(episode.prompt[t][me]), t, me, chain, episode.action[t, me], traits)
    others = np.argwhere(sees & (np.arange(len(names)) != me))
    wording: dict[tuple, int] = {}  # one for each part: distinct texts cost
    for t, who in _choose(_of_few_parts(others, episode.role, draws.parts, generator), draws.predict, generator):
        role = episode.role[t][who]
        form = wording.setdefault((who, role), _wording("predict", generator))
        said = say("predict", (names[who], *role), me=names[me], paraphrase=form)
        chain = (int(who), *(index.get(element, element) for element in role))
        traits = _traits(types, who if not role else "")
        yield Drawn(texts.add(said), t, who, chain, episode.action[t, who], traits)
    for t, who in _choose(others, draws.describe, generator):
        text = texts.add_tokens((DESCRIBE, NAME))
        step = int(generator.choice(mine[min(np.searchsorted(mine, t), len(mine) - 1) :]))
        yield Drawn(text, step, me, (int(who),), UNLABELLED, tuple(types[who]))


def arrays_of(drawn: Sequence[Drawn], history: History, me: int) -> QuestionArrays:
    """The questions as arrays, once the history that they are asked of is there."""
    rows = [
        (q.text, q.step, q.body, history.at[q.step, q.body], slots_of(q.chain),
         line_indices(me, q.chain, history.lines), q.action, q.traits)
        for q in drawn
    ]  # fmt: skip
    return QuestionArrays.of(rows)


def _of_few_parts(acts: np.ndarray, role: list[list[tuple]], parts: int, generator) -> np.ndarray:
    """The acts (q, 2), step and agent, of a few agents in a few of their roles."""
    part = [(who, role[t][who]) for t, who in acts.tolist()]
    names = list(dict.fromkeys(part))
    chosen = {names[k] for k in generator.permutation(len(names))[:parts]}
    return acts[[one in chosen for one in part]]


def _wording(stance: str, generator: np.random.Generator) -> int:
    """A paraphrase that training may use: its form, and the wording of its parts."""
    return int(generator.choice(TRAINING[stance])) + len(PARAPHRASES[stance]) * int(generator.integers(WORDINGS))


def _choose(among: np.ndarray, count: int, generator: np.random.Generator) -> np.ndarray:
    """At most `count` of them, each once."""
    return among if len(among) <= count else generator.choice(among, count, replace=False)


def _traits(types: np.ndarray, who: int | str) -> tuple[int, ...]:
    """The traits of an agent, or no label where somebody is imagined at second hand or described."""
    return (UNLABELLED,) * types.shape[1] if isinstance(who, str) else tuple(types[who])


PLACING = ("step", "agent", "line", "sights")  # what relations read of an event; the rest says what it was like


def event_tensors(histories: Sequence[History], me: Sequence[int]) -> dict[str, Any]:
    """A batch of histories as tensors.

    What relations read is padded, (b e ...); "rows" is what the events were like, end to end without padding, and
    "sizes" how many of the rows are whose. `own` holds native and whether it is oneself.
    """
    own = [np.stack([h.native, (h.agent == i).astype(np.float32)], -1) for h, i in zip(histories, me, strict=True)]
    placed = {name: pad_stack([getattr(h, name) for h in histories]) for name in PLACING}
    placed |= {name: placed[name].long() for name in ("agent", "step", "line")}
    placed |= {"own": pad_stack(own), "real": pad_stack([np.ones(len(h), np.bool_) for h in histories])}
    rows = {name: np.concatenate([h.look[name] for h in histories]) for name in histories[0].look}
    rows |= {"action": np.concatenate([h.action for h in histories]).astype(np.int64), "own": np.concatenate(own)}
    told = {name: torch.from_numpy(array) for name, array in rows.items()}
    return placed | {"rows": told, "sizes": [len(h) for h in histories]}


def question_tensors(
    questions: Sequence[QuestionArrays], persona: Sequence[int], texts: TextTable, sizes: Sequence[int]
) -> dict[str, Tensor]:
    """Questions as tensors (b q ...), padded with unlabelled ones; `place` counts the rows of all histories."""
    batch = {}
    for f in fields(QuestionArrays):
        fill = UNLABELLED if f.name in ("action", "trait") else 0
        batch[f.name] = pad_stack([getattr(q, f.name) for q in questions], fill)
    batch["place"] += torch.tensor([0, *sizes[:-1]]).cumsum(0)[:, None]
    return batch | {"persona": torch.tensor(persona), "texts": texts.tensor()}


class TrainingBatches:
    """A seeded stream of batches from logs: batch number k is a function of (logs, seed, k)."""

    def __init__(self, logs: Sequence, vocabulary: Vocabulary, size: int, seed: int, draws: Draws = Draws()):
        self.logs, self.vocabulary, self.size, self.seed, self.draws = logs, vocabulary, size, seed, draws
        self.inputs = [inputs_of(log.config) for log in logs]
        self.share = np.array([len(log) for log in logs], float) / sum(len(log) for log in logs)

    def batch(self, number: int) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """The events and the questions of one batch: `size` histories of one log, two of each episode."""
        generator = np.random.default_rng([self.seed, number])
        which = generator.choice(len(self.logs), p=self.share)
        log, inputs = self.logs[which], self.inputs[which]
        chosen = generator.integers(len(log), size=(self.size + 1) // 2)
        texts, histories, questions, who, persona = TextTable(self.vocabulary), [], [], [], []
        for episode in map(inputs.shown, log.batch(chosen)):
            types, native = inputs.types(episode), inputs.native(episode)
            types[list(episode.images)] = UNLABELLED  # nobody says whose image it is
            able = np.setdiff1d(np.flatnonzero(episode.acts.any(0)), episode.images)
            for me in generator.choice(able, min(2, len(able)), replace=False).tolist():
                sees = inputs.sees(episode, me)
                drawn = list(drawn_questions(episode, sees, me, types, texts, self.draws, generator))
                through = [one for q in drawn for one in wanted_of(me, q.chain)]
                direct = native > 0
                direct[[q.step for q in drawn], [q.body for q in drawn]] = True
                history = inputs.history(episode, me, native, through, direct)
                histories.append(history)
                who.append(me)
                persona.append(texts.add(episode.agents[me].description))
                questions.append(arrays_of(drawn, history, me))
        event = event_tensors(histories, who)
        return event, question_tensors(questions, persona, texts, event["sizes"])
