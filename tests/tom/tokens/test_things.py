"""What a wish can ask for lies where it is said to, after each action."""

import numpy as np
import pytest

from agents.orchard.hindsight import places
from agents.orchard.presets import preset
from agents.orchard.rollout import rollout
from agents.wishes.wish import PLACES
from tom.tokens import reader_of
from tom.tokens.around import BINS
from tom.tokens.wishing import TOLD, things_of
from tom.tokens.words import Vocabulary
from worlds.orchard.geometry import NO_WAY


@pytest.fixture(scope="module")
def episode():
    settings = {"agents": 1, "fruits": 2, "regrow": False, "steps": 6, "map": "rooms"}
    orchard, policy, population = preset("blind", settings, population={"switch": 6})
    return next(iter(rollout(orchard, population, policy, 3, "test", 0, 1)))


def test_every_thing_is_counted_cell_by_cell(episode):
    kinds, step = episode.config.kinds, 2
    made = things_of(episode, np.array([step]), episode.cell[[step], 0])[0]  # moves things told
    assert made.shape == (9, kinds + 1 + len(PLACES), TOLD)
    fruit, place = episode.fruit[step].ravel(), places(episode)
    for move, cell in enumerate(episode.geometry.neighbor[int(episode.cell[step, 0])]):
        away = episode.geometry.distance[cell]
        for kind in range(kinds):
            found = [min(away[c], BINS - 1) for c in range(len(fruit)) if fruit[c] == kind and away[c] != NO_WAY]
            assert made[move, kind, :BINS].tolist() == np.bincount(found, minlength=BINS).tolist()
        assert (made[move, kinds, :BINS] == made[move, :kinds, :BINS].sum(0)).all()
        for p, name in enumerate(PLACES):
            ways = [away[c] for c in range(len(fruit)) if place[c] == name and away[c] != NO_WAY]
            told = made[move, kinds + 1 + p]
            assert told[:BINS].sum() == bool(ways)
            assert not ways or told[min(*ways, BINS - 1)] == 1


def test_nearer_and_farther_are_told_beside_staying(episode):
    made = things_of(episode, np.arange(6), episode.cell[np.arange(6), 0])
    nearer, farther = made[..., BINS] > 0, made[..., BINS + 1] > 0
    assert not (nearer & farther).any()
    assert not (nearer | farther)[:, 0].any()  # of who stays
    counted = made[..., :BINS] > 0
    least = np.where(counted.any(-1), counted.argmax(-1), BINS)
    sure = (least < BINS - 1) & (least[:, :1] < BINS - 1)  # the last bin holds several distances
    assert (nearer == (least < least[:, :1]))[sure].all()
    assert (farther == (least > least[:, :1]))[sure].all()
    assert nearer.any()
    assert farther.any()


def test_each_thing_has_the_word_that_names_it(episode):
    reader = reader_of(episode.run, wishes=True)
    words = Vocabulary(reader.words)
    named = reader.network()["things"]
    assert len(named) == len(set(named)) == episode.config.kinds + 1 + len(PLACES)
    assert named[0] == words.encode("end in red")[-1]
    assert named[episode.config.kinds] == words.encode("collect 1 fruit")[-1] == words.encode("collect 2 fruits")[-1]
    assert named[-1] == words.encode("end in the southeast")[-1] == words.encode("end in the south-east")[-1]
