"""The questions of a log put to everyone, in columns: what tables, curves and graphs are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from agents.answer import Answerer
from agents.query import Query, once_each
from agents.registry import reasoner_of, type_space
from analysis.contenders.calibrating import CALIBRATED, REASONER
from analysis.contenders.controls import PLANNER, planners
from analysis.contenders.partial import PARTIAL, partial_answers
from analysis.contenders.shortcuts import BASE, FULL_INFORMATION, IGNORANT, LAST_ACTION, MIXTURE, MYSELF, Shortcuts
from analysis.contenders.training import AS_TRAINED, as_trained
from analysis.questions.perception import Perception, place_of, target_of
from analysis.questions.sampling import NO_QUESTION, Asked, Cell, Draw, Sampling
from analysis.scores.measures import checked
from analysis.scores.narrow import narrowed, widened
from worlds import FunhouseError
from worlds.base_episode import BaseEpisode

TRUTH = "truth"
NOBODY_HELD_OUT = "no question about agents of held-out types could be drawn: they take part in no training log"
HELD_OUT_LOG = "ask of a log that tom run --split test wrote, with --types held-out for more of them; or of all types"
COLUMNS = ("episode", "stance", "depth", "observed", "sight", "species", "action", "choice", "truth", "legal")
Progress = Callable[[int, int], None]
EXACT = (REASONER, CALIBRATED, AS_TRAINED, TRUTH)
FIXED = (*EXACT, BASE, LAST_ACTION, IGNORANT, MYSELF, MIXTURE, FULL_INFORMATION, PLANNER)
FIXED_KINDS = {**dict.fromkeys((*EXACT, FULL_INFORMATION), "oracle"), PLANNER: "control"}


@dataclass(frozen=True)
class Survey:
    """Questions by the thousand and what everyone answered; axis q runs over them in every column.

    Axis a: the actions, in their order; where they are many, those that matter to the question
    (analysis/scores/narrow.py).
    """

    episode: np.ndarray  # q int: the place of the episode in the log
    stance: np.ndarray  # q str
    depth: np.ndarray  # q int
    observed: np.ndarray  # q int: earlier steps at which the target was seen to act in its own role
    sight: np.ndarray  # q 2 int: index of the sight of the asked agent and of its target; -1: there is none
    species: np.ndarray  # q int: of the agent in whose place the question is acted
    action: np.ndarray  # q int: the column of the action that the log holds for a predict question, else -1
    choice: np.ndarray  # q a int: the action of each column
    truth: np.ndarray  # q a
    legal: np.ndarray  # q a bool: what may be done there
    answer: dict[str, np.ndarray]  # by contender: q a; NaN where it does not take part at that depth
    guess: dict[
        str, np.ndarray
    ]  # by contender: q int, the column of the one action it says, -1 for none; not yet smoothed
    kind: dict[str, str]  # by contender: mind, shortcut, partial, oracle, control
    asked: tuple[Asked, ...]
    members: tuple[BaseEpisode, ...]  # the episodes asked about
    silent: dict[Cell, str] = field(default_factory=dict)  # stances and depths without a question, and why

    def __len__(self) -> int:
        return len(self.asked)

    def select(self, mask: np.ndarray) -> Survey:
        """The questions of a (q,) bool mask alone."""
        rows = np.flatnonzero(mask)
        return replace(
            self,
            **{name: getattr(self, name)[rows] for name in COLUMNS},
            answer={name: value[rows] for name, value in self.answer.items()},
            guess={name: value[rows] for name, value in self.guess.items()},
            asked=tuple(self.asked[row] for row in rows),
        )

    def cells(self) -> list[Cell]:
        """The (stance, depth) pairs that occur, in order."""
        return sorted(set(zip(self.stance.tolist(), self.depth.tolist(), strict=True)))

    def within(self, cell: Cell) -> np.ndarray:
        """(q,) bool: the questions of one (stance, depth)."""
        return (self.stance == cell[0]) & (self.depth == cell[1])

    def taking_part(self, name: str) -> np.ndarray:
        """(q,) bool: the questions that a contender answered."""
        return np.isfinite(self.answer[name]).all(axis=1)


def conduct(
    log: Sequence[BaseEpisode],
    answerers: Sequence[Answerer] = (),
    *,
    controls: Sequence[Answerer] = (),
    sampling: Sampling | None = None,
    partial: bool = False,
    progress: Progress | None = None,
) -> Survey:
    """Draws questions from every episode and puts them to the answerers, the shortcuts and the reasoner.

    Each answerer gets all questions of an episode in one call; a control may answer some of them with NaN, and has no
    part in these. partial: the partial reasoners answer too, which takes ten times as long as the reasoner alone.
    `progress` is told (episodes done, episodes in all). Raises FunhouseError where nothing can be asked, two contenders
    share a name, or an answer is no distribution.
    """
    sampling = sampling or Sampling()
    _distinct([*answerers, *controls])
    count = len(log) if sampling.episodes is None else min(sampling.episodes, len(log))
    pages = []
    silent: dict[Cell, str] = {}
    for place in range(count):
        episode = log[place]
        draw = Draw(episode, sampling)
        if asked := draw.asked():
            pages.append(narrowed(put(place, episode, asked, answerers, controls, partial, trained=True)))
        silent |= _unasked(draw, asked)
        if progress:
            progress(place + 1, count)
    if not pages and sampling.types == "held-out":
        raise FunhouseError(NOBODY_HELD_OUT, remedy=HELD_OUT_LOG)
    survey = bound(pages)
    cells = survey.cells()
    return replace(survey, silent={cell: silent[cell] for cell in sampling.cells if cell in set(silent) - set(cells)})


def _unasked(draw: Draw, asked: Sequence[Asked]) -> dict[Cell, str]:
    """The cells in which an episode was to be asked something and was not, and why."""
    heard = {(one.query.stance, one.query.depth) for one in asked}
    due = zip(draw.sampling.cells, draw.sampling.counts(draw.episode.index), strict=True)
    return {cell: draw.meaningless.get(cell, NO_QUESTION) for cell, count in due if count and cell not in heard}


def put(
    place: int,
    episode: BaseEpisode,
    asked: Sequence[Asked],
    answerers: Sequence[Answerer] = (),
    controls: Sequence[Answerer] = (),
    partial: bool = False,
    trained: bool = False,
) -> Survey:
    """The survey of given questions, one or more, about episode number `place` of a log; trained: who answers as
    training has it takes part."""
    queries, questions = [one.query for one in asked], [one.question for one in asked]
    reasoner, perception = reasoner_of(type_space(episode)), Perception(episode)
    exact = Shortcuts(reasoner, episode, perception)
    answer = {
        one.name: checked(one.answer(episode, questions), len(asked), one.name, episode.actions, partly=one in controls)
        for one in (*answerers, *controls)
    }
    truth = reasoner.truth(episode, queries)
    predicts = [query.stance == "predict" for query in queries]
    # The exact reasoner is a contender where it is not the truth; the truth, where actions were taken from it.
    answer[REASONER], answer[TRUTH] = np.full_like(truth, np.nan), np.where(np.array(predicts)[:, None], truth, np.nan)
    answer[REASONER][predicts] = reasoner.enact(episode, [query for query in queries if query.stance == "predict"])
    answer[AS_TRAINED] = as_trained(reasoner, episode, queries) if trained else np.full_like(truth, np.nan)
    answer |= exact.answers(queries)
    without = partial_answers(reasoner, episode, queries) if partial else {}
    legal = once_each(episode.mask_of, [(place_of(query), query.step) for query in queries])
    guess = {LAST_ACTION: exact.last_actions(queries), **planners(episode, queries)}
    kind = {one.name: "mind" for one in answerers} | {one.name: "control" for one in controls}
    kind |= dict.fromkeys(without, PARTIAL)
    answer |= without
    kind |= {name: FIXED_KINDS.get(name, "shortcut") for name in (*answer, *FIXED) if name not in kind}
    return Survey(
        episode=np.full(len(asked), place),
        stance=np.array([query.stance for query in queries]),
        depth=np.array([query.depth for query in queries]),
        observed=np.array([one.observed for one in asked]),
        sight=_sights(queries, perception),
        species=perception.species[[place_of(query) for query in queries]],
        action=np.array([one.action for one in asked]),
        choice=np.tile(np.arange(episode.actions), (len(asked), 1)),
        truth=truth,
        legal=legal,
        answer=answer,
        guess={name: _possible(said, legal) for name, said in guess.items()},
        kind=kind,
        asked=tuple(asked),
        members=(episode,),
    )


def bound(pages: Sequence[Survey]) -> Survey:
    """One survey of several. Raises FunhouseError where there is none."""
    if not pages:
        raise FunhouseError("not one question could be drawn", remedy="ask of more episodes, or with other settings")
    pages = _of_one_width(pages)
    names = list(dict.fromkeys(name for page in pages for name in page.answer))
    columns: dict[str, Any] = {name: np.concatenate([getattr(page, name) for page in pages]) for name in COLUMNS}
    return Survey(
        **columns,
        answer={name: np.concatenate([_of(page, name) for page in pages]) for name in names},
        guess={name: np.concatenate([page.guess[name] for page in pages]) for name in pages[0].guess},
        kind={name: kind for page in pages for name, kind in page.kind.items()},
        asked=tuple(one for page in pages for one in page.asked),
        members=tuple(episode for page in pages for episode in page.members),
    )


def _of_one_width(pages: Sequence[Survey]) -> Sequence[Survey]:
    width = max(page.choice.shape[1] for page in pages)
    return [page if page.choice.shape[1] == width else widened(page, width) for page in pages]


def _of(page: Survey, name: str) -> np.ndarray:
    return page.answer.get(name, np.full(page.truth.shape, np.nan))


def _possible(guess: np.ndarray, legal: np.ndarray) -> np.ndarray:
    """Guessed actions (q,), those aside that may not be done: none, -1."""
    return np.where(legal[np.arange(len(guess)), np.maximum(guess, 0)], guess, -1)


def _sights(queries: Sequence[Query], perception: Perception) -> np.ndarray:
    """(q, 2) int: the sight of the asked agent and of its target, -1 for a described one."""
    near_or_far = [-1 if who is None else perception.sight[who] for who in map(target_of, queries)]
    return np.stack([perception.sight[[query.agent for query in queries]], near_or_far], axis=1)


def _distinct(answerers: Sequence[Answerer]) -> None:
    names = [one.name for one in answerers]
    taken = [name for name in names if names.count(name) > 1 or name in FIXED or name.startswith("sub-chain")]
    if taken:
        raise FunhouseError(
            f"two contenders would be called '{taken[0]}'", remedy="give each answerer a name of its own"
        )
