"""Banks: that they are functions of their settings, distributions, different members, and words."""

import json
from dataclasses import replace

import numpy as np
import pytest

from agents.arena import bank as bank_module
from agents.arena.bank import Bank, BankConfig
from agents.arena.random_policies import PROJECTIONS
from agents.arena.words import MEANINGS, SENTENCES, words_of
from agents.language.description import parse_description, say_description
from agents.language.prompt import VOCABULARY, parse
from tests.agents.arena.played import observations
from worlds import FunhouseError
from worlds.arena import ArenaConfig, Species, environment

SMALL = [
    "mpe2.simple_tag_v3", "mpe2.simple_world_comm_v3", "sisl.pursuit_v5", "classic.rps_v2",
    "classic.connect_four_v3", "classic.leduc_holdem_v4",
]  # fmt: skip


def bank_of(name: str, **settings) -> Bank:
    return Bank.of(ArenaConfig(name), BankConfig(**settings))


@pytest.fixture(params=SMALL, scope="module")
def bank(request) -> Bank:
    return bank_of(request.param)


@pytest.fixture(scope="module")
def seen(bank):
    return observations(bank)


def test_rows_sum_to_one_and_are_exactly_zero_where_masked_and_nowhere_else(bank, seen):
    for species, (observation, mask) in enumerate(seen):
        chances = bank.chances(species, observation, mask)
        assert chances.shape == (len(bank.kin[species]), *mask.shape)
        assert np.abs(chances.sum(-1) - 1).max() < 1e-12
        assert (chances[:, ~mask] == 0).all()
        least = np.broadcast_to(bank.settings.floor / mask.sum(1)[:, None], mask.shape)[mask]
        assert (chances[:, mask] >= least - 1e-15).all()


def test_a_row_without_a_legal_action_is_zeros(bank, seen):
    observation, mask = seen[0]
    mask = mask.copy()
    mask[1] = False
    chances = bank.chances(0, np.where(mask.any(1).reshape(-1, *[1] * (observation.ndim - 1)), observation, 0), mask)
    assert (chances[:, 1] == 0).all()
    assert np.allclose(chances[:, 0].sum(-1), 1)


def test_one_and_each_and_all_agree_to_the_bit_whatever_the_batch(bank, seen):
    for species, (observation, mask) in enumerate(seen):
        observation, mask = observation[:50], mask[:50]
        chances = bank.chances(species, observation, mask)
        rows = bank.rows[species]
        who = rows.start + np.arange(len(mask)) * 7 % len(bank.kin[species])
        each = bank.act_each(who, observation, mask)
        for row, member in enumerate(who):
            assert (each[row] == chances[member - rows.start, row]).all(), bank[member].name
            alone = bank.act(member, observation[row : row + 1], mask[row : row + 1])
            assert (alone[0] == each[row]).all(), bank[member].name


def test_members_are_decisive_and_stochastic_and_differ(bank, seen):
    for species, (observation, mask) in enumerate(seen):
        free = mask.sum(1) > 1
        chances = bank.chances(species, observation, mask)[:, free]
        entropy = -(chances * np.log(np.where(chances > 0, chances, 1))).sum(-1) / np.log(mask[free].sum(1))
        assert 0.35 < entropy.mean() < 0.65
        apart = np.array([0.5 * np.abs(chances - one).sum(-1).mean(-1) for one in chances])
        apart += np.eye(len(apart))
        assert apart.mean() > 0.5
        assert apart.min() > 0.05


def test_a_bank_is_a_function_of_its_settings_and_the_seed_changes_it():
    config = ArenaConfig("mpe2.simple_adversary_v3")
    settings = Bank.of(config).settings
    again, other = (Bank(config, replace(settings, seed=seed), config.species) for seed in (0, 1))
    (observation, mask), *_ = observations(again, 10, 1)
    assert (again.chances(0, observation, mask) == Bank.of(config).chances(0, observation, mask)).all()
    drawn = slice(0, 24)
    apart = np.abs(again.chances(0, observation, mask) - other.chances(0, observation, mask))[drawn]
    assert 0.5 * apart.sum(-1).mean() > 0.3


def test_recorded_settings_give_the_bank_back_without_the_environment(monkeypatch):
    config = ArenaConfig("classic.tictactoe_v3")
    bank = Bank.of(config)
    ((observation, mask),) = observations(bank, 9, 1)
    recorded = BankConfig.from_dict(json.loads(json.dumps(bank.settings.to_dict())))
    assert recorded == bank.settings
    monkeypatch.setattr(environment.Environment, "open", lambda *_: pytest.fail("the environment was opened"))
    # Another number of steps, so that the bank is made anew.
    again = Bank.of(ArenaConfig("classic.tictactoe_v3", steps=9), recorded, bank.forms)
    assert (again.chances(0, observation, mask) == bank.chances(0, observation, mask)).all()


def test_no_observations_have_no_chances(bank):
    for species, form in enumerate(bank.forms):
        nothing = np.zeros((0, *form.shape), form.dtype), np.zeros((0, form.actions), bool)
        assert bank.chances(species, *nothing).shape == (len(bank.kin[species]), 0, form.actions)
        assert bank.act(bank.rows[species].start, *nothing).shape == (0, form.actions)


def test_statistics_of_another_environment_are_refused():
    config = ArenaConfig("classic.rps_v2")
    with pytest.raises(FunhouseError, match="statistics of 2 species"):
        Bank.of(config, bank_of("mpe2.simple_tag_v3").settings)


def test_random_members_tell_images_apart_by_what_is_where():
    species = Species(0, (64, 48, 3), "uint8", 5, False, "image", 0.0, 255.0)
    images = np.zeros((2, *species.shape), np.uint8)
    images[0, :20], images[1, 44:] = 255, 255
    statistics = (((0.0,) * PROJECTIONS, (0.05,) * PROJECTIONS),)
    bank = Bank(ArenaConfig("my.images_v0"), BankConfig(statistics=statistics), [species])
    above, below = bank.chances(0, images, np.ones((2, 5), bool)).swapaxes(0, 1)
    assert (0.5 * np.abs(above - below).sum(-1)).mean() > 0.2


def test_measuring_twice_finds_the_same():
    config = ArenaConfig("mpe2.simple_tag_v3", steps=25)
    fresh = BankConfig(random_linear=4, random_mlp=4)
    first = Bank.of(config, fresh).settings
    bank_module._of.cache_clear()
    assert Bank.of(config, fresh).settings == first
    assert first.statistics


def test_about_a_sixth_is_held_out_scripts_among_them_and_training_keeps_every_habit_and_eye(bank):
    for species in range(len(bank.forms)):
        members = bank.members[bank.rows[species]]
        assert 24 <= len(members) <= 36
        assert 0.12 < np.mean([one.held_out for one in members]) < 0.22
        assert any(one.held_out for one in members if one.kind == "scripted")
        assert sum(not one.held_out for one in members if one.kind == "scripted") >= 2
        for trait in ("habit", "eye"):
            everybody = {getattr(one, trait) for one in members}
            assert {getattr(one, trait) for one in members if not one.held_out} == everybody
    assert (bank.held_out == [one.held_out for one in bank.members]).all()


def test_sentences_are_unique_and_read_back(bank):
    assert len(set(bank.descriptions)) == len(bank)
    for k, one in enumerate(bank.members):
        assert bank.index(one.to_dict()) == bank.index(one) == bank.index(one.name) == k
        for paraphrase in range(len(SENTENCES[one.name])):
            assert np.flatnonzero(bank.consistent(one.describe(paraphrase))).tolist() == [k]
        assert say_description(one.to_dict()) == one.description


def test_every_sentence_of_the_arena_parses_in_a_prompt():
    for wording, name in MEANINGS.items():
        text = f"an agent that {wording}"
        assert parse_description(text) == {"policy": name}
        assert set(wording.split()) <= words_of([name])
        role = parse(f"behave as {text} pretending to be Bo")
        assert role.chain == (say_description({"policy": name}), "Bo")
    assert len(MEANINGS) == sum(len(wordings) for wordings in SENTENCES.values())


def test_the_orchards_word_list_has_not_grown():
    assert "heron" not in VOCABULARY
    assert "prey" not in VOCABULARY


def test_who_is_not_of_the_bank_is_named_and_the_bank_says_who_is(bank):
    with pytest.raises(FunhouseError, match="none of the"):
        bank.index({"policy": "nobody"})
    with pytest.raises(FunhouseError, match="no member of this bank"):
        bank.consistent("an agent that likes red")


@pytest.mark.parametrize("field", ["random_linear", "temperatures", "held_out_share", "floor"])
def test_settings_that_make_no_bank_are_refused_by_name(field):
    wrong = {"random_linear": -1, "temperatures": (0.0,), "held_out_share": 1.0, "floor": 0.0}
    with pytest.raises(FunhouseError, match=field):
        BankConfig(**{field: wrong[field]})


def test_a_species_without_members_is_an_error():
    with pytest.raises(FunhouseError, match="has no members"):
        Bank.of(ArenaConfig("classic.rps_v2"), BankConfig(random_linear=0, random_mlp=0, scripted=False))
