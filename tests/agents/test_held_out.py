"""What is held out of training where types are blind: pairs of a taste and a blindness, whatever the manner."""

import numpy as np
import pytest

from agents.orchard.presets import PRESETS
from agents.orchard.types import space_of


@pytest.fixture
def space():
    orchard, policy, _ = PRESETS["blind"]
    return space_of(orchard, policy)


def test_nobody_acts_in_training_as_a_held_out_type_would(space):
    """Manner does nothing to what one does as oneself, so it must not let a held-out pair into training."""
    acts = space.trait_index[:, :2]  # taste and blindness: all that decides a policy here
    seen = {tuple(one) for one in acts[~space.held_out].tolist()}
    assert not seen & {tuple(one) for one in acts[space.held_out].tolist()}
    assert len(seen) == 20


def test_each_value_of_a_trait_is_seen_and_each_is_held_out(space):
    for axis, values in enumerate(space.traits.values()):
        for some in (space.held_out, ~space.held_out):
            assert set(space.trait_index[some, axis].tolist()) == set(range(len(values)))


def test_a_lost_kind_weakens_evidence_as_far_as_a_taste_heeds_it(space):
    interest, taste = space.interest, 0
    every = (1 << 5) - 1
    without = [interest[taste, every & ~(1 << kind)] / interest[taste, every] for kind in range(5)]
    weight = np.abs(space.table.weight[taste])
    assert without == pytest.approx((3 - weight) / 3)  # the weights of a wheel sum to 3
    assert max(without) == 1


def test_every_type_is_said_in_canonical_words_that_are_read_back(space):
    """One word is an adjective: "an exaggerates agent" is none that anybody would write."""
    for one, said in zip(space, space.descriptions, strict=True):
        assert "exaggerates agent" not in said
        assert space.consistent(said).tolist() == [other == one for other in space]
