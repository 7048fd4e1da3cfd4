"""The environments of the table are what it says: shapes, masks, ends, positions, and the same from their seed."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.worlds.arena.conftest import play
from worlds.arena import ArenaConfig
from worlds.arena.environment import Environment
from worlds.arena.listed import LISTED, Listed
from worlds.arena.match import Match
from worlds.arena.recorder import Recorder
from worlds.arena.replay import determinism, first_difference, random_actions

STEPS = 16
KEY = 2**63 + 5
listed = pytest.mark.parametrize("one", LISTED, ids=lambda one: one.environment.split(".")[-1])


def config_of(one: Listed) -> ArenaConfig:
    return ArenaConfig(one.environment, {}, STEPS, f"radius:{one.radius}" if one.radius else "partial")


@listed
def test_it_is_what_the_table_says(one):
    environment = Environment.open(one.environment)
    assert environment.in_turn == one.in_turn
    assert tuple(np.bincount(environment.seat_species)) == one.agents
    assert tuple(species.shape for species in environment.species) == one.shapes
    assert tuple(species.actions for species in environment.species) == one.actions
    assert all(species.masked == one.masked for species in environment.species)
    environment.reset(3)
    place = environment.positions()
    assert (place is None) == (one.unit is None)
    if place is not None:
        assert place.shape == (len(environment.seats), 2)
        assert np.isfinite(place).all()
        assert len(np.unique(place, axis=0)) > 1


@listed
def test_a_match_is_played_to_its_end(one):
    arrays = play(config_of(one), KEY)
    acts = arrays["action"] >= 0
    limit = STEPS * (len(acts[0]) if one.in_turn else 1)
    assert limit <= len(acts) <= 2 * limit
    assert len(acts) == 2 * limit or (acts.sum(0) >= STEPS).all()
    assert (acts.sum(1) == 1).all() or not one.in_turn
    for agent, (rows, mask) in enumerate(zip(arrays["observation"], arrays["mask"], strict=True)):
        acting = acts[:, agent]
        assert rows[acting].any()
        assert np.isfinite(rows).all()
        assert mask[acting].any(1).all()
        assert mask[acting, arrays["action"][acting, agent]].all()
        assert not mask[~acting].any()
        assert not rows[~acting].any()
    assert (arrays["perceived"] <= acts[:, None]).all()
    np.testing.assert_array_equal(np.einsum("tii->ti", arrays["perceived"]), acts)
    if one.radius or one.agents != (2,):
        assert 0 < arrays["perceived"].sum() - acts.sum() < (acts.sum(1) * (len(acts[0]) - 1)).sum()


@listed
def test_observations_lie_within_the_bounds_of_the_species(one):
    arrays = play(config_of(one), KEY)
    for species, rows in zip(arrays["species"], arrays["observation"], strict=True):
        form = arrays["forms"][species]
        assert rows.min() >= form.low
        assert rows.max() <= form.high


@listed
def test_it_is_as_deterministic_as_the_table_says(one):
    assert (determinism(config_of(one), KEY) is None) == one.deterministic


@listed
def test_other_matches_beside_it_change_nothing(one):
    config = config_of(one)
    recorder, other = (Recorder(Match(config, key)) for key in (KEY, 1))
    generator = np.random.default_rng(KEY)
    while not recorder.match.over:
        if not other.match.over:
            other.play(random_actions(np.random.default_rng(1), other.look()))
        recorder.play(random_actions(generator, recorder.look()))
    assert first_difference(recorder.arrays(), play(config, KEY)) is None


def test_another_process_plays_the_same():
    root, script = Path(__file__).parents[3], "from tests.worlds.arena.test_listed import fingerprint; fingerprint()"
    there = subprocess.run(
        [sys.executable, "-c", script],
        cwd=root, env={**os.environ, "PYTHONHASHSEED": "77"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert there.stdout.split() == [digest(one) for one in LISTED]


def fingerprint() -> None:
    print(*(digest(one) for one in LISTED))


def digest(one: Listed) -> str:
    arrays, told = play(config_of(one), KEY), hashlib.sha256()
    for name in ("action", "reward", "perceived"):
        told.update(arrays[name].tobytes())
    for rows in (*arrays["observation"], *arrays["mask"]):
        told.update(rows.tobytes())
    return told.hexdigest()[:16]
