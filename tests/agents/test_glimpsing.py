"""What one sees in the mind of another: it is `perceive` of the definition, weighed by the posteriors."""

from dataclasses import replace

import numpy as np
import pytest

from agents.registry import played, type_space, world_of
from tests.test_every_world import orchard

STEP = 3


@pytest.fixture(scope="module", params=["sight", "blindness"])
def episode(request):
    run = orchard()
    return played(replace(run, policy=replace(run.policy, traits=("taste", request.param))), range(1))[0]


def stated(episode, agent: int, chain: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """How likely each cell is in sight of the last of a chain, and what lies there noticed, (cells,) each: by the
    definition."""
    world = world_of(episode)
    theory, names = world.theory(episode), episode.names
    cells, things = np.zeros(episode.walls.size), np.zeros(episode.walls.size)

    def look(history, rest, weight):
        if not rest:
            for cell, kind in history[-1].cells.items():
                cells[cell] += weight
                things[cell] += weight * (kind >= 0)
            return
        who = names[rest[0]]
        belief = theory.posterior(history, who)
        for k in np.flatnonzero(belief).tolist():
            look(theory.perceive(history, who, theory.senses(k)), rest[1:], weight * belief[k])

    look(world.history(episode, agent, STEP), chain, 1.0)
    return cells, things


def test_it_is_the_definitions_perceive_weighed_by_the_posteriors(episode):
    world, n = world_of(episode), len(episode.names)
    for agent in range(n):
        for chain in (((agent + 1) % n, agent), ((agent + 1) % n, (agent + 2) % n)):
            for depth, level in enumerate(world.glimpsed(episode, agent, [0, STEP], chain), start=1):
                assert level[:, 1] == pytest.approx(np.array(stated(episode, agent, chain[:depth])), abs=1e-9)


def test_a_picture_says_who_is_where_and_sees_what(episode):
    told, world = world_of(episode).pictured(episode), world_of(episode)
    size = episode.walls.size

    def cells(number):
        return {c for c in range(size) if int(number, 16) >> c & 1}

    for agent in range(len(episode.names)):
        percept = world.history(episode, agent, STEP)[-1]
        assert cells(told["sight"][STEP][agent]) == set(percept.cells)
        seen = {c for k in told["notices"][agent] for c in cells(told["lies"][STEP][k]) if c in percept.cells}
        assert seen == {c for c, kind in percept.cells.items() if kind >= 0}
    assert told["cells"] == episode.cell.tolist()
    assert len(type_space(episode).traits) > 0


@pytest.mark.parametrize("action", [0, 1, 2, 3, 4])
def test_moves_of_a_picture_are_where_actions_lead(episode, action):
    told, columns = world_of(episode).pictured(episode), episode.walls.shape[1]
    for step in range(episode.steps - 1):
        for agent in np.flatnonzero(episode.action[step] == action).tolist():
            before, after = (divmod(int(episode.cell[s, agent]), columns) for s in (step, step + 1))
            moved = [after[0] - before[0], after[1] - before[1]]
            assert moved in (told["moves"][action], [0, 0])
