"""A user's own policies: asked as promised, checked, and refused with their name."""

import re

import numpy as np
import pytest

from agents.arena.bank import Bank, BankConfig
from worlds import FunhouseError
from worlds.arena import ArenaConfig

RPS = ArenaConfig("classic.rps_v2")
SOURCE = """
import numpy as np

def rock(observation, action_mask, generator):
    assert observation.shape == (4,) and observation.dtype == np.uint8 or observation.dtype == np.float32
    assert action_mask.dtype == bool and action_mask.shape == (3,)
    return [1, 0, 0]

def chance(observation, action_mask, generator):
    return generator.dirichlet(np.ones(3))

def even(observation, action_mask, generator):
    return action_mask / action_mask.sum()

def illegal(observation, action_mask, generator):
    return np.ones(len(action_mask)) / len(action_mask)

def short(observation, action_mask, generator):
    return [0.5, 0.5]

def negative(observation, action_mask, generator):
    return [1.5, -0.5, 0]

def nan(observation, action_mask, generator):
    return [float("nan")] * 3

def heavy(observation, action_mask, generator):
    return [0.6, 0.6, 0.6]

def words(observation, action_mask, generator):
    return "rock"

def broken(observation, action_mask, generator):
    return observation[99]

number = 3
"""


@pytest.fixture(autouse=True)
def mine(tmp_path, monkeypatch):
    """A user's module on the path, called my_policies."""
    (tmp_path / "my_policies.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("FUNHOUSE_TRUST", "my_policies")


def bank_of(*names: str, config: ArenaConfig = RPS) -> Bank:
    paths = tuple(f"my_policies:{name}" for name in names)
    return Bank.of(config, BankConfig(random_linear=0, random_mlp=0, callables=paths))


def ask(*names: str) -> np.ndarray:
    bank = bank_of(*names)
    chances = bank.chances(0, np.eye(4, dtype=np.float32), np.ones((4, 3), bool))
    return chances[-len(names) :]


def test_a_callable_is_a_member_with_a_sentence_and_keeps_the_floor():
    bank = bank_of("rock", "even")
    assert [one.kind for one in bank.members[-2:]] == ["my_policies:rock", "my_policies:even"]
    assert bank.descriptions[-2] == "an agent that follows the first given rule"
    rock, even = ask("rock", "even")
    assert np.allclose(rock, [0.98 + 0.02 / 3, 0.02 / 3, 0.02 / 3])
    assert np.allclose(even, 1 / 3)


def test_the_generator_makes_no_difference_from_call_to_call():
    (first,), (second,) = ask("chance"), ask("chance")
    assert (first == second).all()
    assert (first[0] == first[1]).all()


def test_a_callable_may_be_for_one_species_only():
    config = ArenaConfig("mpe2.simple_tag_v3")
    bank = bank_of("even@1", config=config)
    assert [one.species for one in bank.members if ":" in one.kind] == [1]
    assert len([one for one in bank_of("even", config=config).members if ":" in one.kind]) == 2


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("short", r"shape \(2,\)"), ("negative", "not negative"), ("nan", "finite"), ("heavy", "sum to 1.8"),
        ("words", "rock"), ("broken", "raised IndexError"),
    ],
)  # fmt: skip
def test_what_is_no_distribution_is_refused_with_the_policys_name(name, says):
    with pytest.raises(FunhouseError) as failure:
        ask(name)
    assert f"my_policies:{name}" in str(failure.value)
    assert re.search(says, str(failure.value))


def test_chances_for_illegal_actions_are_refused():
    bank = bank_of("illegal")
    mask = np.array([[True, False, True]])
    with pytest.raises(FunhouseError, match="illegal action 1"):
        bank.chances(0, np.eye(4, dtype=np.float32)[:1], mask)


@pytest.mark.parametrize("name", ["nobody", "number"])
def test_a_name_without_a_function_is_an_error(name):
    with pytest.raises(FunhouseError, match=name):
        ask(name)
