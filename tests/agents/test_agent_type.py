"""The type space: its order, its arrays, its held-out types."""

from itertools import combinations, product

import numpy as np
import pytest

from agents.language.description import parse_description
from agents.orchard import policy_config, types
from agents.orchard.policy_config import PolicyConfig
from agents.orchard.types import AgentType, TypeSpace
from agents.orchard.world import OrchardWorld
from agents.traits.temper import Temper
from worlds import FunhouseError, OrchardConfig

SPACES = [
    TypeSpace(OrchardConfig(kinds=kinds, fruits=2), PolicyConfig(rankings=rankings))
    for kinds, rankings in [(1, "all"), (2, "cyclic"), (3, "cyclic"), (3, "all"), (4, "all"), (6, "cyclic")]
]


@pytest.fixture(params=SPACES, ids=lambda space: f"{space.orchard.kinds}-{space.policy.rankings}")
def space(request) -> TypeSpace:
    return request.param


def test_the_order_is_the_product_with_temper_fastest(space):
    expected = [AgentType(**dict(zip(space.traits, values, strict=True))) for values in product(*space.traits.values())]
    assert list(space.traits) == ["taste", "sight", "memory", "temper"]
    assert space.types == expected
    assert [space.index(one) for one in expected] == list(range(len(space)))
    assert [space.index(one.to_dict()) for one in expected] == list(range(len(space)))


def test_the_default_space_has_36_types():
    types = TypeSpace(OrchardConfig()).types
    assert len(types) == 36
    assert types[0] == AgentType(taste="red>blue>green", sight="near", memory="forgetful", temper="shy")
    assert types[1].temper == "neutral"
    assert types[3].memory == "retentive"
    assert types[6].sight == "far"
    assert types[12].taste == "blue>green>red"


def test_the_table_says_what_the_types_say(space):
    table = space.table
    for k, one in enumerate(space.types):
        assert space.traits["taste"][table.taste[k]] == one.taste
        assert ("near", "far")[table.sight[k]] == one.sight
        assert ("forgetful", "retentive")[table.memory[k]] == one.memory
        assert ("shy", "neutral", "sociable")[table.temper[k]] == one.temper
    assert table.window.tolist() == [1, space.policy.window]
    assert table.push.tolist() == [-space.policy.temper, 0.0, space.policy.temper]


def test_ranks_give_weights():
    cyclic = TypeSpace(OrchardConfig()).table.weight  # rows r>b>g, b>g>r, g>r>b; columns red, blue, green
    assert cyclic.tolist() == [[1.0, 0.25, -1.0], [-1.0, 1.0, 0.25], [0.25, -1.0, 1.0]]
    four = TypeSpace(OrchardConfig(kinds=4, fruits=2), PolicyConfig(weights=(3, 2, 1))).table.weight
    assert four[0].tolist() == [3, 2, 2, 1]
    assert TypeSpace(OrchardConfig(kinds=1)).table.weight.tolist() == [[1.0]]


def test_all_rankings_are_distinct(space):
    wanted = {1: 1, 2: 2, 3: 6, 4: 24}.get(space.orchard.kinds) if space.policy.rankings == "all" else None
    assert len(set(space.traits["taste"])) == len(space.traits["taste"]) == (wanted or space.orchard.kinds)


def test_every_pair_of_trait_values_is_seen_in_training(space):
    indices, seen = space.trait_index, ~space.held_out
    for one, other in combinations(range(4), 2):
        pairs = {tuple(pair) for pair in indices[:, [one, other]]}
        assert {tuple(pair) for pair in indices[seen][:, [one, other]]} == pairs


class Mood(Temper):
    name = "mood"

    def columns(self, index, orchard, policy):
        return {"temper": np.zeros_like(index)} if index[0] >= 0 else {}


def test_two_traits_of_a_world_that_write_one_column_are_refused_and_one_of_another_world_gives_way(monkeypatch):
    monkeypatch.setattr(types, "TRAITS", (Mood(), *types.TRAITS))
    monkeypatch.setitem(policy_config.BY_NAME, "mood", Mood())
    with pytest.raises(FunhouseError, match="the traits mood and temper both write the column temper"):
        TypeSpace(OrchardConfig(), PolicyConfig(traits=("mood", "taste", "temper"))).table  # noqa: B018
    assert not TypeSpace(OrchardConfig(), PolicyConfig(traits=("mood", "taste"))).table.temper.any()
    assert set(TypeSpace(OrchardConfig()).table.temper) == {0, 1, 2}


def test_a_kind_of_agent_is_made_of_the_traits_that_say_so(monkeypatch):
    type = {
        "taste": "red",
        "sight": "near",
        "memory": "retentive",
        "temper": "shy",
        "blindness": "red",
        "manner": "plain",
    }
    assert OrchardWorld().kind(type) == "near, retentive, red, plain"
    monkeypatch.setattr(Temper, "in_kind", True)
    assert OrchardWorld().kind(type) == "near, retentive, red, shy, plain"


def test_a_sixth_of_the_types_is_held_out(space):
    assert 0.12 < space.held_out.mean() < 0.21


def test_the_default_held_out_types_are_balanced():
    space = TypeSpace(OrchardConfig())
    held_out = space.trait_index[space.held_out]
    assert [np.bincount(column).tolist() for column in held_out.T] == [[2, 2, 2], [3, 3], [3, 3], [2, 2, 2]]


def test_a_description_fits_its_type_alone(space):
    for k, one in enumerate(space.types):
        assert np.flatnonzero(space.consistent(one.describe())).tolist() == [k]


@pytest.mark.parametrize(
    ("description", "count"),
    [
        ("an agent that likes red", 12),
        ("a far-sighted agent", 18),
        ("a shy agent that likes blue, then green", 4),
        ("an agent with a long memory that likes red and seeks company", 2),
        ({"temper": "neutral"}, 12),
        ({}, 36),
    ],
)
def test_partial_descriptions_leave_the_rest_open(description, count):
    space = TypeSpace(OrchardConfig())
    mask = space.consistent(description)
    assert mask.sum() == count
    traits = parse_description(description) if isinstance(description, str) else description
    for k in np.flatnonzero(mask):
        assert all(space[k].to_dict()[trait].startswith(value) for trait, value in traits.items())


def test_a_description_of_nobody_is_an_error():
    with pytest.raises(FunhouseError, match="no type of this world is an agent that likes gold") as caught:
        TypeSpace(OrchardConfig()).consistent("an agent that likes gold")
    assert "red>blue>green" in str(caught.value)
    with pytest.raises(FunhouseError, match="likes red, then green"):
        TypeSpace(OrchardConfig()).consistent("an agent that likes red, then green")


def test_a_foreign_type_is_an_error():
    with pytest.raises(FunhouseError, match="none of the 36 types"):
        TypeSpace(OrchardConfig()).index(
            AgentType(taste="red>green>blue", sight="near", memory="forgetful", temper="shy")
        )


def test_equal_settings_make_equal_spaces():
    one, same = TypeSpace(OrchardConfig()), TypeSpace(OrchardConfig(), PolicyConfig())
    assert one == same
    assert hash(one) == hash(same)
    assert one != TypeSpace(OrchardConfig(), PolicyConfig(beta=3.0))


@pytest.mark.parametrize(
    "field",
    [
        {"weights": (1.0, 2.0)},
        {"beta": -1.0},
        {"gamma": 1.0},
        {"gamma": 0.0},
        {"floor": 0.0},
        {"floor": 1.5},
        {"window": 0},
        {"rankings": "some"},
    ],
    ids=str,
)
def test_impossible_policies_are_refused(field):
    with pytest.raises(FunhouseError, match=next(iter(field))):
        PolicyConfig(**field)


def test_the_policy_survives_its_dictionary():
    policy = PolicyConfig(weights=(2, 1, 0), window=3, rankings="all")
    assert PolicyConfig.from_dict(policy.to_dict()) == policy
    assert isinstance(policy.to_dict()["weights"], list)
    with pytest.raises(FunhouseError, match="no setting 'gama'"):
        PolicyConfig.from_dict({"gama": 0.5})
