"""Populations: names, types and roles come from the key, and what is held out of training stays out."""

import numpy as np
import pytest

from agents.language.description_bank import bank_of
from agents.language.paraphrase import HELD_OUT, PARAPHRASES
from agents.language.prompt import canonical, parse
from agents.orchard.policy_config import PolicyConfig
from agents.orchard.types import TypeSpace
from agents.population import NAMES, NO_ELEMENT, Population, PopulationConfig, draw_population, native_share
from worlds import FunhouseError, OrchardConfig, dice

ORCHARD = OrchardConfig(agents=24, steps=64, height=15, width=15)
SPACE = TypeSpace(ORCHARD)


def drawn(split="train", episodes=40, orchard=ORCHARD, space=SPACE, **settings) -> list[Population]:
    """The first populations of a split."""
    keys = [int(dice.key(7, 0, episode)) for episode in range(episodes)]
    return [draw_population(orchard, PopulationConfig(**settings), space, key, split) for key in keys]


def form_of(population: Population) -> np.ndarray:
    """(p, n) the number of each prompt's form."""
    return population.paraphrase % len(PARAPHRASES["behave"])


def test_a_population_is_a_function_of_its_key():
    for one, same in zip(drawn(), drawn(), strict=True):
        assert one.names == same.names
        for field in ("type_index", "chain", "paraphrase", "phase_of", "native_share"):
            assert np.array_equal(getattr(one, field), getattr(same, field))
    assert len({tuple(population.names) for population in drawn()}) == 40


def test_names_are_drawn_without_replacement_and_say_nothing():
    populations = drawn(episodes=300)
    assert all(len(set(population.names)) == 24 for population in populations)
    first = [population.names[0] for population in populations]
    assert len(set(first)) > 50
    taste = [
        SPACE.table.taste[population.type_index[population.names.index("Ada")]]
        for population in populations
        if "Ada" in population.names
    ]
    assert np.bincount(taste, minlength=3).min() > 0.2 * len(taste)


def test_the_roster():
    assert len(NAMES) == len(set(NAMES)) == 64
    assert {"Ada", "Bo", "Cy"} <= set(NAMES)
    assert all(name.isalpha() and name.istitle() and len(name) <= 4 for name in NAMES)


@pytest.mark.parametrize(
    ("types", "split", "allowed"),
    [
        ("auto", "train", ~SPACE.held_out),
        ("seen", "test", ~SPACE.held_out),
        ("held-out", "test", SPACE.held_out),
        ("auto", "validation", np.ones(36, bool)),
        ("all", "train", np.ones(36, bool)),
    ],
)
def test_the_types_are_those_of_the_split(types, split, allowed):
    seen = np.concatenate([population.type_index for population in drawn(split, types=types)])
    assert set(seen) == set(np.flatnonzero(allowed))


def test_the_first_phase_is_native_and_later_ones_have_the_stated_depths():
    chain = np.array([population.chain for population in drawn(episodes=200)])
    assert (chain[:, 0] == NO_ELEMENT).all()
    depth = (chain[:, 1:] != NO_ELEMENT).sum(-1)
    assert np.bincount(depth.ravel()) / depth.size == pytest.approx([0.32, 0.39, 0.29], abs=0.01)
    assert not ((chain[..., 0] == NO_ELEMENT) & (chain[..., 1] != NO_ELEMENT)).any()


def test_in_64_steps_a_third_is_at_depth_1_and_a_quarter_at_depth_2():
    depth = np.array([(population.chain != NO_ELEMENT).sum(-1) for population in drawn(episodes=200)])
    assert (depth == 1).mean() > 1 / 3
    assert (depth == 2).mean() > 1 / 4


def test_phases_last_switch_steps():
    population = drawn(episodes=1, orchard=OrchardConfig(steps=21), switch=8)[0]
    assert population.phase_of.tolist() == [0] * 8 + [1] * 8 + [2] * 5
    assert population.chain.shape == (3, 8, 2)


def test_the_stated_native_share():
    share = native_share(OrchardConfig(steps=10), PopulationConfig(switch=4, depth_share=(0.5, 0.5, 0.0)))
    assert share.tolist() == [1.0] * 4 + [0.5] * 6
    population = drawn(episodes=1)[0]
    assert np.array_equal(population.native_share, native_share(ORCHARD, PopulationConfig()))


def test_elements_are_shared_out_as_stated():
    chain = np.array([population.chain for population in drawn(episodes=300)])
    first, second = chain[..., 0], chain[..., 1]
    own = np.arange(24)
    assert (first[first != NO_ELEMENT] < NO_ELEMENT).mean() == pytest.approx(0.15, abs=0.01)
    itself = (second == own)[second != NO_ELEMENT].mean()
    assert itself == pytest.approx(0.25 + 0.75 * 0.85 / 23.15, abs=0.015)
    assert set(np.unique(first)) >= set(range(24))


@pytest.mark.parametrize("agents", [1, 2, 3])
def test_few_agents_have_roles_too(agents):
    orchard = OrchardConfig(agents=agents)
    for population in drawn(orchard=orchard, description_share=0.0):
        assert ((population.chain == NO_ELEMENT) | (population.chain < agents)).all()
        for agent in range(agents):
            for phase in range(len(population.chain)):
                role = population.role(phase, agent)
                said = parse(population.prompt(phase, agent))
                assert canonical(said, population.names[agent]).chain == role


@pytest.mark.parametrize("split", ["train", "test"])
def test_prompts_are_read_back_as_the_logged_role(split):
    for population in drawn(split, episodes=10, description_share=0.5):
        for phase, agent in np.ndindex(*population.chain.shape[:2]):
            role = population.role(phase, agent)
            said = parse(population.prompt(phase, agent), population.names)
            understood = canonical(said, population.names[agent])
            assert (understood.stance, understood.chain) == ("behave", role)
            assert len(role) == (population.chain[phase, agent] != NO_ELEMENT).sum()


def test_held_out_paraphrases_stay_out_of_training():
    held_out = set(HELD_OUT["behave"])
    everything = set(range(len(PARAPHRASES["behave"])))
    assert set(np.unique([form_of(population) for population in drawn("train")])) == everything - held_out
    assert set(np.unique([form_of(population) for population in drawn("test")])) == everything


def test_no_description_of_training_means_held_out_types_only():
    codes = np.array([population.chain for population in drawn("train", episodes=200, description_share=1.0)])
    mask = bank_of(SPACE).mask
    used = np.unique(-2 - codes[codes < NO_ELEMENT])
    assert (mask[used] & ~SPACE.held_out).any(1).all()
    codes = np.array([population.chain for population in drawn("test", episodes=200, description_share=1.0)])
    used = np.unique(-2 - codes[codes < NO_ELEMENT])
    assert not (mask[used] & ~SPACE.held_out).any(1).all()


def test_the_bank_holds_what_its_words_say():
    bank = bank_of(SPACE)
    assert len(set(bank.texts)) == len(bank.texts)
    for text, mask in zip(bank.texts, bank.mask, strict=True):
        assert np.array_equal(mask, SPACE.consistent(text))
    assert bank.odds.sum() == pytest.approx(1.0)
    assert (np.diff(bank.cumulative("train")) >= 0).all()
    assert bank.cumulative("train")[-1] == bank.cumulative("test")[-1] == 1.0


def test_descriptions_are_those_of_the_types():
    population = drawn(episodes=1)[0]
    assert population.descriptions == [SPACE[k].describe() for k in population.type_index]


def test_other_spaces_have_banks_of_their_own():
    space = TypeSpace(ORCHARD, PolicyConfig(rankings="all"))
    population = drawn(episodes=1, space=space, description_share=1.0)[0]
    assert population.description_mask.shape == (len(bank_of(space).texts), 72)


@pytest.mark.parametrize(
    "field",
    [
        {"switch": 0},
        {"depth_share": (0.5, 0.5)},
        {"depth_share": (0.5, 0.6, -0.1)},
        {"depth_share": (0.5, 0.2, 0.2)},
        {"description_share": 1.5},
        {"self_share": -0.1},
        {"types": "some"},
    ],
    ids=str,
)
def test_impossible_populations_are_refused(field):
    with pytest.raises(FunhouseError, match=next(iter(field))):
        PopulationConfig(**field)


def test_the_settings_survive_their_dictionary():
    settings = PopulationConfig(switch=4, depth_share=(1, 0, 0), types="seen")
    assert PopulationConfig.from_dict(settings.to_dict()) == settings
    with pytest.raises(FunhouseError, match="no setting 'swich'"):
        PopulationConfig.from_dict({"swich": 3})
