"""How much of the labels of a training log rests on held-out types: worked out, told, and refused where none should."""

import numpy as np
import pytest

from agents.held_out_weight import weights_of
from agents.plain import run_of
from agents.population import PopulationConfig
from agents.product_space import ProductSpace
from agents.recording import record, verify
from agents.registry import played
from worlds import FunhouseError
from worlds.trust import trusting

CORRIDOR = "examples.corridor:Corridor"


@pytest.fixture(autouse=True)
def trusted():
    with trusting(CORRIDOR):
        yield


def run(believed: str, split: str = "train", seed: int = 5):
    population = PopulationConfig(switch=2, believed=believed)
    return run_of(CORRIDOR, {"agents": 3, "length": 6, "steps": 6}, population=population, split=split, seed=seed)


def test_a_training_log_whose_agents_believe_in_seen_types_alone_has_no_weight_on_others(tmp_path):
    record(run("auto"), tmp_path, 6)
    assert verify(tmp_path)["held_out_weight"] == 0


def test_of_one_whose_agents_believe_in_all_types_the_weight_is_told(tmp_path):
    record(run("all"), tmp_path, 6)
    weights = np.concatenate([weights_of(episode) for episode in played(run("all"), range(6))])
    assert verify(tmp_path)["held_out_weight"] == pytest.approx(weights.mean())
    assert 0.1 < weights.mean() < 0.5  # one of four types is held out


def test_of_a_test_log_nothing_is_claimed_and_nothing_told(tmp_path):
    record(run("auto", "test"), tmp_path, 2)
    assert "held_out_weight" not in verify(tmp_path)


def test_a_log_that_claims_none_and_has_some_is_refused_with_its_worst_episode(tmp_path, monkeypatch):
    """Agents are made to believe in everybody, whatever the settings say: such a log replays, and is none."""
    monkeypatch.setattr(ProductSpace, "believed", lambda self, seen_alone: self.odds)
    record(run("auto", seed=6), tmp_path, 6)
    mean = [weights_of(episode).mean() for episode in played(run("auto", seed=6), range(6))]
    with pytest.raises(FunhouseError, match="lies on held-out types") as caught:
        verify(tmp_path)
    assert caught.value.place == f"{tmp_path}, episode {mean.index(max(mean))}"
