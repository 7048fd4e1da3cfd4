"""Where actions are many, as in chess: of each question only the actions that matter to it are kept.

All of 4,672 actions, for every contender and every question of a table, would be gigabytes of zeros.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from agents.arena.reasoner import MANY_ACTIONS

if TYPE_CHECKING:
    from analysis.questions.survey import Survey


def narrowed(page: Survey) -> Survey:
    """A survey of all actions with a column for each action that may be taken there, or that anybody gives a chance.

    No figure loses by it: everybody's chance of the rest is 0. One with at most MANY_ACTIONS actions stays as it is.
    While that is not every action, the last columns are nobody's: their `choice` is the number of actions.
    """
    actions = page.choice.shape[1]
    if actions <= MANY_ACTIONS:
        return page
    some = page.legal | (page.choice == page.action[:, None])
    for answer in (page.truth, *page.answer.values()):
        some |= answer > 0  # never of NaN
    count = some.sum(axis=1)
    width = min(int(count.max()) + 1, actions)
    order = np.argsort(~some, axis=1, kind="stable")[:, :width]
    inside = np.arange(width) < count[:, None]

    def kept(rows: np.ndarray) -> np.ndarray:
        return np.where(inside, np.take_along_axis(rows, order, axis=1), rows.dtype.type(0))

    choice = np.where(inside, order, actions)
    return replace(
        page,
        choice=choice,
        action=column_of(page.action, choice),
        truth=kept(page.truth),
        legal=kept(page.legal),
        answer={name: kept(answer) for name, answer in page.answer.items()},
        guess={name: column_of(guess, choice) for name, guess in page.guess.items()},
    )


def column_of(action: np.ndarray, choice: np.ndarray) -> np.ndarray:
    """(q,): the column of each question's action; -1 where it is none."""
    found = (choice == action[:, None]) & (action >= 0)[:, None]
    return np.where(found.any(axis=1), found.argmax(axis=1), -1)


def widened(page: Survey, width: int) -> Survey:
    """The survey with columns that are nobody's up to a width."""
    more = ((0, 0), (0, width - page.choice.shape[1]))
    return replace(
        page,
        choice=np.pad(page.choice, more, constant_values=page.members[0].actions),
        truth=np.pad(page.truth, more),
        legal=np.pad(page.legal, more),
        answer={name: np.pad(answer, more) for name, answer in page.answer.items()},
    )
