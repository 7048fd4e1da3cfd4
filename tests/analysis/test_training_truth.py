"""What training has it: the definition with the beliefs of training logs, in plain Python, and where it has no part."""

from dataclasses import replace

import numpy as np
import pytest

from agents import type_space
from agents.orchard.presets import PRESETS
from agents.orchard.rollout import RunConfig, rollout
from agents.query import Query
from agents.reasoning import Stated
from agents.registry import reasoner_of, world_of
from analysis.contenders.training import as_trained

STEP = 30
QUERIES = [Query("behave", 0, STEP, (), 0), Query("behave", 0, STEP, (1,), 1), Query("behave", 1, STEP, (2, 0), 2)]


def episode_of(split: str, types: str = "auto"):
    orchard, policy, population = PRESETS["blind"]
    run = RunConfig(replace(orchard, steps=STEP + 2), policy, replace(population, types=types), seed=5, split=split)
    return rollout(run.orchard, run.population, run.policy, run.seed, run.split, 0, 1)[0]


def test_it_is_the_definition_with_the_beliefs_of_training(monkeypatch):
    episode = episode_of("test")
    reasoner = reasoner_of(type_space(episode))
    answer, truth = as_trained(reasoner, episode, QUERIES), reasoner.enact(episode, QUERIES)
    monkeypatch.setattr("agents.orchard.world.believes_seen", lambda run: True)
    stated = Stated(world_of(episode), type_space(episode)).enact(episode, QUERIES)
    assert np.isnan(answer[0]).all()
    assert answer[1:] == pytest.approx(stated[1:], abs=1e-9)
    assert np.abs(answer[1:] - truth[1:]).max() > 0.01


@pytest.mark.parametrize(("split", "types"), [("train", "auto"), ("test", "seen")])
def test_where_training_believes_what_is_believed_there_it_has_no_part(split, types):
    episode = episode_of(split, types)
    assert np.isnan(as_trained(reasoner_of(type_space(episode)), episode, QUERIES)).all()
