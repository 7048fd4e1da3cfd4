"""With tastes permuted exact answers stay the same, and what hangs on colours does not."""

from dataclasses import replace

import numpy as np
import pytest

from agents import Reasoned
from agents.arena.world import ArenaWorld
from agents.orchard.permuting import permuted, permuted_words
from agents.orchard.types import AgentType
from agents.registry import type_space
from analysis.contenders.permuted import Permuted
from analysis.questions.sampling import Draw, Sampling
from tests.analysis.contenders import episodes
from tests.analysis.probes.exact_minds import ExactMind
from worlds import KINDS, FunhouseError


@pytest.fixture(scope="module")
def episode():
    return episodes(1)[0]


@pytest.fixture(scope="module")
def questions(episode):
    return [one.question for one in Draw(episode, Sampling(description_share=0.4)).asked()]


def test_every_colour_moves_on(episode):
    other = permuted(episode, 1)
    assert np.array_equal(other.fruit, np.where(episode.fruit < 0, -1, (episode.fruit + 1) % 3))
    for one, before in zip(other.agents, episode.agents, strict=True):
        kinds = before.type["taste"].split(">")
        assert one.type["taste"].split(">") == [KINDS[(KINDS.index(kind) + 1) % 3] for kind in kinds]
        assert one.description == AgentType(**one.type).describe()
    assert type_space(other) is type_space(episode)


def test_as_many_times_as_there_are_colours_is_nothing(episode):
    again = permuted(permuted(permuted(episode, 1), 1), 1)
    assert np.array_equal(again.board, episode.board)
    assert (again.agents, again.role, again.prompt) == (episode.agents, episode.role, episode.prompt)


def test_words_that_hold_a_colour_are_none():
    assert permuted_words("a red agent, then redder", 3, 1) == "a blue agent, then redder"
    assert permuted_words("gold stays where three colours are", 3, 1) == "gold stays where three colours are"


@pytest.mark.parametrize("places", [1, 2])
def test_exact_answers_stay_the_same(episode, questions, places):
    reasoned = Reasoned(type_space(episode))
    assert np.allclose(
        Permuted(reasoned, places).answer(episode, questions), reasoned.answer(episode, questions), atol=1e-9
    )


def test_an_answer_that_hangs_on_colours_does_not(episode, questions):
    """The fruits alone are moved on, and nobody's taste: then it is another question."""
    reasoned, other = Reasoned(type_space(episode)), permuted(episode, 1)
    elsewhere = replace(episode, board=other.board)
    assert not np.allclose(reasoned.answer(elsewhere, questions), reasoned.answer(episode, questions), atol=0.1)


def test_descriptions_are_read_in_the_old_colours(episode):
    mind = ExactMind()
    for told in ("traits", "own_traits"):
        rest = ([20, 20], [1, 2]) if told == "traits" else ([20],)
        before, after = (getattr(one, told)(episode, 0, *rest) for one in (mind, Permuted(mind, 1)))
        for trait in before:
            assert after[trait] == pytest.approx(before[trait])


def test_an_environment_without_fruits_has_no_tastes():
    with pytest.raises(FunhouseError, match="tastes"):
        ArenaWorld().permuted(object(), 1)
