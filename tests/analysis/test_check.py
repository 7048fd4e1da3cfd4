"""The contract check passes whoever answers as one must, and names what is wrong with whoever does not."""

import numpy as np
import pytest

from analysis import Sampling, check_answerer
from worlds import FunhouseError

FEW = Sampling(questions=12)


class Whimsical:
    """Even answers, but for one fault."""

    name = "whimsical"

    def __init__(self, fault):
        self.fault, self.calls = fault, 0

    def answer(self, episode, questions):
        self.calls += 1
        rows = np.full((len(questions), episode.actions), 1 / episode.actions)
        return self.fault(self, rows)


def after_the_first_call(one, rows):
    return rows if one.calls == 1 else tilted(rows)


def by_place(one, rows):
    return np.where(np.arange(len(rows))[:, None] == 0, tilted(rows), rows)


def by_company(one, rows):
    return tilted(rows) if len(rows) == 1 else rows


def tilted(rows):
    return rows * 0.5 + np.eye(rows.shape[1])[0] * 0.5


def test_the_truth_answers_as_one_must(log, truth):
    assert check_answerer(truth, log, sampling=FEW) > 12


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (lambda _, rows: rows * 2, "no distribution"),
        (lambda _, rows: rows[:-1] if len(rows) else rows, "shape"),
        (after_the_first_call, "another order"),
        (by_place, "another order"),
        (by_company, "asked alone"),
    ],
    ids=["sum", "one too few", "whim", "place", "company"],
)
def test_what_breaks_the_contract_is_named(log, fault, words):
    with pytest.raises(FunhouseError, match=words):
        check_answerer(Whimsical(fault), log, sampling=FEW)


def test_an_answerer_without_a_name_is_refused(log):
    nameless = Whimsical(lambda _, rows: rows)
    nameless.name = ""
    with pytest.raises(FunhouseError, match="needs a name"):
        check_answerer(nameless, log, sampling=FEW)
