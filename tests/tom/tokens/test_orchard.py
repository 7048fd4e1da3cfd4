"""What a mind reads of the orchard is what the definition says is perceived, by another way: plain percepts."""

import numpy as np
import pytest

from agents.orchard.presets import PRESETS
from agents.orchard.rollout import rollout
from agents.orchard.run import RunConfig
from agents.orchard.theory import Theory, history_of
from tom.tokens import reader_of
from tom.tokens.around import BINS
from worlds.orchard.geometry import NO_WAY


def an_episode(preset: str, **more):
    orchard, policy, population = PRESETS[preset]
    run = RunConfig(orchard, policy, population, seed=5, **more)
    return rollout(run.orchard, run.population, run.policy, run.seed, run.split, 0, 1)[0]


def plainly(episode, space, me: int, step: int, who: int, sight: int, window: int) -> np.ndarray:
    """The counts (actions, kinds + 1, BINS) of one layer, from the percepts of the definition."""
    ground, kinds = episode.geometry, episode.config.kinds
    senses = int(space.table.senses[space.index(episode.agents[me].type)])
    theory = Theory(ground, space, np.zeros(episode.steps))
    name, latest = episode.names[who], {}
    percepts = history_of(space, episode, me, step, senses)
    for percept in percepts[max(step - window + 1, 0) :]:
        if name in percept.agents:
            at = percept.agents[name].cell
            seen = {
                c
                for c in range(len(ground.distance))
                if ground.visible[sight, at, c >> 6] >> np.uint64(c & 63) & np.uint64(1)
            }
            latest |= {c: kind for c, kind in percept.cells.items() if c in seen}
    place = int(episode.cell[step, who])
    things = [(c, kind) for c, kind in latest.items() if kind >= 0]
    if window == 1:
        seen = {
            c
            for c in range(len(ground.distance))
            if ground.visible[sight, place, c >> 6] >> np.uint64(c & 63) & np.uint64(1)
        }
        others = [one.cell for other, one in percepts[-1].agents.items() if other != name]
        things += [(cell, kinds) for cell in others if cell in seen]
    counts = np.zeros((ground.neighbor.shape[1], kinds + 1, BINS), int)
    for cell, kind in things:
        if theory.reaches(place, cell):
            for action, after in enumerate(ground.neighbor[place]):
                counts[action, kind, min(int(ground.distance[after, cell]), BINS - 1)] += 1
    return counts


@pytest.mark.parametrize("preset", ["blind", "near-far"])
def test_what_lies_around_is_what_the_percepts_of_the_definition_hold(preset):
    episode = an_episode(preset)
    reader = reader_of(episode.run)
    checked = 0
    for me in (0, 3):
        seen = reader.seen(episode, me)
        around = seen.look["around"].reshape(len(seen), -1, len(reader._sights), episode.config.kinds + 1, BINS)
        for row in range(0, len(seen), 37):
            step, who = int(seen.step[row]), int(seen.agent[row])
            for layer, (sight, window) in enumerate(zip(reader._sights, reader._windows, strict=True)):
                expected = plainly(episode, reader.space, me, step, who, int(sight), int(window))
                assert np.array_equal(around[row, :, layer], expected), (me, step, who, layer)
                checked += expected.sum() > 0
    assert checked > 10
    assert NO_WAY == 255


def test_only_who_is_perceived_has_a_row_and_only_native_acts_are_events():
    episode = an_episode("near-far")
    reader = reader_of(episode.run)
    seen = reader.seen(episode, 2)
    assert ((seen.at >= 0) == reader.sees(episode, 2)).all()
    assert 0 < seen.native.sum() < len(seen)
    roles = [episode.role[t][i] for t, i in zip(seen.step, seen.agent, strict=True)]
    assert all((not role) == native for role, native in zip(roles, seen.native, strict=True))
    assert (seen.action == episode.action[seen.step, seen.agent]).all()


def test_marks_are_read_on_others_and_on_oneself_only_where_they_are_felt():
    from dataclasses import replace

    orchard, policy, population = PRESETS["near-far"]
    run = RunConfig(replace(orchard, marks=0.3), policy, population, seed=2)
    episode = rollout(run.orchard, run.population, run.policy, run.seed, run.split, 0, 1)[0]
    reader = reader_of(episode.run)
    numb = felt = 0
    for me in range(len(episode.agents)):
        seen = reader.seen(episode, me)
        body = seen.look["around"][:, -1, -2:]
        marked = episode.mark[seen.step, seen.agent]
        feels = episode.agents[me].type["feeling"] == "feels"
        known = marked & ((seen.agent != me) | feels)
        assert np.array_equal(body, np.stack([known, ~known], -1))
        numb += int((marked & (seen.agent == me)).sum() * (not feels))
        felt += int((marked & (seen.agent == me)).sum() * feels)
    assert numb > 0
    assert felt > 0
