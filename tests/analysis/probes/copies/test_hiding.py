"""Hiding is θ's alone: what φ did is as it was, and whoever cannot know of it answers as before."""

import numpy as np

from agents.registry import perceives
from analysis.copies.asking import pair_of, questions_of
from analysis.copies.edits import SEEN, UNSEEN, hidden
from analysis.copies.interventions import ITSELF, LARGEST, MOVED, RIGHT, SLOPE, intervene, movements, rows_of
from tests.analysis.contenders import Blend, Fixed, Ignorant, exactly, named, with_copies


def test_hiding_changes_what_theta_saw_of_phi_before_and_nothing_else():
    found = {SEEN: 0, UNSEEN: 0}
    for episode in with_copies(12):
        window = episode.run["policy"]["window"]
        for one in questions_of(episode, "predict", 12):
            for how in (SEEN, UNSEEN):
                if (pair := hidden(episode, one.query, how)) is None:
                    continue
                was, then = pair
                theta, phi = pair_of(one.query)
                steps = np.flatnonzero((was.cell != then.cell).any(1))
                assert len(steps)
                assert steps.max() < one.query.step - window
                others = [i for i in range(7) if i != theta]
                assert np.array_equal(was.cell[:, others], then.cell[:, others])
                for s in steps.tolist():
                    assert perceives(was, theta, phi, s)
                    assert not perceives(then, theta, phi, s)
                    assert perceives(was, phi, theta, s) == (how == SEEN)
                    assert not perceives(then, phi, theta, s)
                    assert was.role[s][theta] == then.role[s][theta] != ()
                    assert not was.role[s][phi]
                found[how] += 1
    assert min(found.values()) > 0


def test_who_could_not_see_that_it_was_hidden_answers_as_before_and_who_could_moves():
    mind = exactly()
    moved = intervene(mind, [mind], with_copies(12), questions=12)
    value = {(row["condition"], row["contender"], row["figure"]): row["value"] for row in rows_of(moved)}
    assert value[UNSEEN, "mind", LARGEST] == 0
    assert value[UNSEEN, ITSELF, MOVED] > 0.01
    assert value[SEEN, "mind", MOVED] > 0.01
    assert value[SEEN, "mind", SLOPE] > 0.3
    assert value[SEEN, "mind", RIGHT] > 0.5


def test_a_contender_that_says_the_same_to_everything_never_moves():
    mind, stubborn = exactly(), Fixed([0.2] * 5, "stubborn")
    moved = intervene(mind, [stubborn, Blend(mind, stubborn, 0.5, "half")], with_copies(4), questions=8)
    rows = [row for row in rows_of(moved) if row["condition"] == SEEN]
    assert all(row["value"] == 0 for row in rows if row["contender"] == "stubborn")
    assert all(row["value"] > 0 for row in rows if row["contender"] == "half")


def test_a_mind_that_learns_nothing_from_acts_has_nothing_to_hide():
    blind = named(Ignorant(), "mind")
    moved = intervene(blind, [blind], with_copies(4), questions=8)
    assert np.abs(moved.theta).max() == 0
    assert all(row["value"] in (0, None) for row in rows_of(moved))


def test_a_movement_is_that_of_the_action_that_moved_most_in_what_theta_says():
    mind = exactly()
    moved = intervene(mind, [mind], with_copies(2), questions=8)
    for one, theta, phi in zip(movements(moved), moved.theta, moved.phi["mind"], strict=True):
        assert abs(one["theta"]) == np.abs(theta).max()
        assert one["phi"] in phi
