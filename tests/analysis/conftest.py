"""The logs that every test of the table reads."""

import pytest

from agents import Answerer, Reasoned, Truth, type_space
from analysis.questions.sampling import Sampling
from tests.analysis.contenders import episodes, named
from worlds import Episode


@pytest.fixture(scope="session")
def log() -> list[Episode]:
    return episodes(24)


@pytest.fixture(scope="session")
def train_log() -> list[Episode]:
    return episodes(24, "train")


@pytest.fixture(scope="session")
def truth(log) -> Answerer:
    return named(Truth(type_space(log[0])), "the truth itself")


@pytest.fixture(scope="session")
def reasoned(log) -> Answerer:
    return named(Reasoned(type_space(log[0])), "reasoner itself")


@pytest.fixture(scope="session")
def shallow() -> Sampling:
    """Questions at depth 0 and 1, enough of them for a skill."""
    return Sampling(questions=60, depths=(0, 1), weights=(1, 1))
