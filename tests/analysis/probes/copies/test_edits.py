"""Slots carry nothing, and an act that is no evidence moves those answers alone that hang on it."""

import numpy as np

from agents.registry import perceives
from analysis.copies.asking import pair_of, questions_of
from analysis.copies.edits import (
    HIDDEN_ACT,
    LESS,
    OTHERS_ACT,
    SHOWN_ACT,
    SWAPPED,
    THEIR_ACT,
    acts_of,
    swapped,
)
from analysis.copies.interventions import ITSELF, LARGEST, edit
from tests.analysis.contenders import exactly, named, with_copies


class BySlot:
    """Says something that depends on where in the arrays the asked agent stands."""

    name = "by slot"

    def answer(self, episode, questions):
        return np.array([np.eye(5)[episode.find(question.agent) % 5] for question in questions])


def largest(rows):
    return {
        (row["intervention"], row["condition"], row["contender"]): row["value"]
        for row in rows
        if row["figure"] == LARGEST
    }


def test_only_what_the_answer_hangs_on_moves_it():
    value = largest(edit(exactly(), [exactly("reasoner"), BySlot()], with_copies(4), 4))
    for still in ((SWAPPED, ""), (LESS, HIDDEN_ACT), (LESS, OTHERS_ACT)):
        assert value[*still, "reasoner"] < 1e-12
    for moves in (THEIR_ACT, SHOWN_ACT):
        assert value[LESS, moves, "reasoner"] > 1e-3
    assert value[SWAPPED, "", ITSELF] < 1e-12
    assert value[SWAPPED, "", "by slot"] == 1


def test_swapped_slots_are_the_same_episode_to_everybody():
    episode = with_copies()[0]
    other = swapped(episode, 1, 3)
    assert (other.names[1], other.names[3]) == (episode.names[3], episode.names[1])
    for name in episode.names:
        here, there = episode.find(name), other.find(name)
        assert np.array_equal(episode.cell[:, here], other.cell[:, there])
        assert np.array_equal(episode.action[:, here], other.action[:, there])
        assert [row[here] for row in episode.role] == [row[there] for row in other.role]
    assert np.array_equal(swapped(other, 1, 3).cell, episode.cell)


def test_the_acts_are_evidence_that_phi_saw_before_the_question():
    for episode in with_copies():
        for one in questions_of(episode, "predict", 4):
            theta, phi = pair_of(one.query)
            for condition, acts in acts_of(episode, one.query).items():
                for step, agent in acts.tolist():
                    assert step < one.query.step
                    assert perceives(episode, phi, agent, step)
                    assert not episode.role[step][agent]
                    assert (agent == theta) == (condition == THEIR_ACT)
                    assert (agent == phi) == (condition in (SHOWN_ACT, HIDDEN_ACT))
                    if agent == phi:
                        assert perceives(episode, theta, phi, step) == (condition == SHOWN_ACT)


def test_names_of_contenders_are_kept():
    rows = edit(exactly(), [named(BySlot(), "mind")], with_copies(1), 2)
    assert {row["contender"] for row in rows} == {"mind", ITSELF}
