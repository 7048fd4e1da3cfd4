"""Every benchmark ends with one line of JSON that a program can read; what the ladder takes out is out; who is asked
to be a stranger saw it."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
import torch

from agents.orchard.presets import preset
from agents.orchard.run import RunConfig
from agents.population import PopulationConfig
from agents.registry import played
from benchmarks import strangers
from benchmarks.one_other import ANSWERS, KINDS, World
from benchmarks.variants import GIFTS
from tests.tom.worlds_of_minds import short_log
from tom.architectures import architecture
from tom.training.settings import TrainConfig

ROOT = Path(__file__).resolve().parents[1]
BENCHMARKS = ("world_steps", "parallel_env", "population", "ask", "wishes", "train_step", "players")


@pytest.mark.slow
@pytest.mark.parametrize("name", BENCHMARKS)
def test_the_last_line_is_a_figure_and_its_peers(name):
    done = subprocess.run(
        [sys.executable, f"benchmarks/{name}.py", "--json"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True, capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert set(told) == {"per_second", "unit", "peers"}
    assert told["per_second"] > 0
    assert all(rate > 0 for rate in told["peers"].values())


def first_loss(name: str) -> float:
    """What is minimised at the first step, with random weights, where everything that a network begins as counts."""
    settings, patch = GIFTS[name]
    with ExitStack() as stack:
        if patch:
            patch(stack)
        kind = architecture("transformer")
        config = kind.filled(TrainConfig(train_steps=1, batch=24, width=32, layers=2, **settings))
        batches = kind.batches([short_log()], config)
        torch.manual_seed(0)
        network = kind.network(kind.size(config, batches))
        with torch.no_grad():
            for part in (network.blocks[0].out, network.company):
                part.weight.add_(0.1)
        return kind.loss(kind.lowered(network), batches.batch(3), config)[1].item()


def test_without_any_of_its_gifts_the_mind_is_another_one():
    losses = {name: first_loss(name) for name in GIFTS}
    assert len(set(losses.values())) == len(GIFTS), losses
    assert first_loss(next(iter(GIFTS))) == losses[next(iter(GIFTS))]


def test_what_one_other_would_do_is_known_exactly():
    world = World(0)
    batch = world.batch(64)
    exact, group = batch["exact"], batch["group"]
    assert torch.allclose(exact.sum(-1), torch.ones(64 * ANSWERS))
    nothing_seen = ~batch["event"]["real"].any(1).repeat_interleave(ANSWERS)
    assert nothing_seen.any()
    assert torch.allclose(exact[nothing_seen], batch["ignorant"][nothing_seen], atol=1e-6)
    assert not torch.allclose(exact[~nothing_seen], batch["ignorant"][~nothing_seen], atol=1e-2)
    taste, blind, _ = (trait.repeat_interleave(ANSWERS) for trait in batch["mine"])
    mine = {name: part[: 64 * ANSWERS] for name, part in batch["rows"].items()}
    seen = (mine["around"] > 0).flatten(1).any(1)
    at = [(world.rows["around"] == around).flatten(1).all(1).nonzero()[0, 0] for around in mine["around"][seen]]
    as_myself = (group[seen] == 0).nonzero()[:, 0]
    for k in as_myself[:5].tolist():
        own = world.acts[at[k], KINDS * taste[seen][k] + blind[seen][k]]
        assert torch.allclose(exact[seen][k], own, atol=1e-6)


@pytest.mark.parametrize("of", [True, False])
def test_whoever_saw_one_act_often_enough_is_asked_to_be_it_after_every_count(of):
    world = preset("near-far", strangers.ALIVE)[:2]
    population = PopulationConfig(switch=strangers.ALIVE["steps"], types="held-out")
    run = RunConfig(*world, population, seed=5, split="test", strangers=strangers.among(0.4))
    asked = 0
    for episode in played(run, range(4)):
        sees = strangers.Perception(episode).sees
        for one in strangers.asked_of(episode, strangers=of):
            (target,) = one.query.chain
            assert bool(episode.agents[target].stranger) is of
            assert not episode.agents[one.query.agent].stranger
            assert np.count_nonzero(sees[: one.query.step, one.query.agent, target]) == one.observed
            asked += 1
    assert asked
    assert asked % len(strangers.OBSERVED) == 0
