"""The definition, checked by hand on a corridor of seven cells, and its laws on little random worlds."""

import math

import numpy as np
import pytest
from hypothesis import given, settings

from agents.definition import UNNAMED, Actor
from agents.orchard.policy_config import PolicyConfig
from agents.orchard.theory import UNTOLD, Percept, Seen, Theory
from agents.orchard.types import AgentType, TypeSpace
from tests.agents.little import Case, asked, runs
from worlds import OrchardConfig
from worlds.orchard.geometry import geometry_of

# A corridor: cells 0 to 6 from west to east, near sight 1 and far sight 4, red good (1) and blue bad (-1).
CONFIG = OrchardConfig(height=3, width=7, kinds=2, fruits=1, agents=2, sights=(1, 4))
POLICY = PolicyConfig(beta=4.0, gamma=0.5, floor=0.1, window=3, temper=0.5)
SPACE = TypeSpace(CONFIG, POLICY)
THEORY = Theory(geometry_of(np.zeros((1, 7), bool), CONFIG.sights), SPACE, [1.0] * 9)
EMPTY, RED, BLUE = -1, 0, 1
STAY, WEST, EAST = 0, 3, 4
LONG_MEMORY = SPACE.index(AgentType(taste="red>blue", sight="near", memory="retentive", temper="neutral"))
NO_MEMORY = SPACE.index(AgentType(taste="red>blue", sight="near", memory="forgetful", temper="neutral"))
SHY = SPACE.index(AgentType(taste="red>blue", sight="far", memory="forgetful", temper="shy"))
FAR = SPACE.index(AgentType(taste="red>blue", sight="far", memory="forgetful", temper="neutral"))


def percept(at, fruit, sight=6, **others):
    """What Ada at a cell perceives; others are cells, or (cell, role, action)."""
    cells = {c: fruit.get(c, EMPTY) for c in range(7) if abs(c - at) <= sight}
    agents = {"Ada": Seen(at, (), None)}
    for name, seen in others.items():
        agents[name] = Seen(*seen) if isinstance(seen, tuple) else Seen(seen, (), None)
    return Percept(cells, agents)


def softened(*q):
    """π of these five values of Q."""
    odds = [math.exp(4 * value) for value in q]
    return [0.9 * odd / sum(odds) + 0.02 for odd in odds]


def test_policy_walks_to_the_best_fruit_by_hand():
    # Red two steps east: one after walking east, three after walking west. Blue is bad, so it counts less.
    history = [percept(2, {4: RED, 0: BLUE})]
    here, west, east = 0.5**2, 0.5**3, 0.5
    assert THEORY.policy(FAR, history, "Ada") == pytest.approx(softened(here, here, here, west, east))
    # Only bad fruit in sight: the best of the remembered kinds is bad, and farther is better.
    bad = [percept(2, {4: BLUE})]
    assert THEORY.policy(FAR, bad, "Ada") == pytest.approx(softened(-here, -here, -here, -west, -east))
    assert THEORY.policy(NO_MEMORY, history, "Ada") == pytest.approx([0.2] * 5)  # near sight sees no fruit


def test_temper_acts_on_the_nearest_other_agent_seen_now():
    crowd = [percept(2, {}, Bo=4, Cy=6)]
    q = [-0.5 * 0.5**steps for steps in (2, 2, 2, 3, 1)]
    assert THEORY.policy(SHY, crowd, "Ada") == pytest.approx(softened(*q))
    gone = [percept(2, {}, Bo=4), percept(2, {})]
    assert THEORY.policy(SHY, gone, "Ada") == pytest.approx([0.2] * 5)


def test_memory_holds_the_latest_view_of_each_cell_for_so_many_steps_by_the_clock():
    seen = percept(2, {3: RED})
    away, back = percept(0, {3: RED}), percept(2, {})
    assert np.argmax(THEORY.policy(LONG_MEMORY, [seen, away, away], "Ada")) == EAST
    assert THEORY.policy(NO_MEMORY, [seen, away, away], "Ada") == pytest.approx([0.2] * 5)
    assert THEORY.policy(LONG_MEMORY, [seen, away, away, away], "Ada") == pytest.approx([0.2] * 5)
    assert THEORY.policy(LONG_MEMORY, [seen, back], "Ada") == pytest.approx([0.2] * 5)  # seen to be gone


def test_perceive_drops_what_the_other_cannot_see_and_steps_without_it():
    here, gone = percept(0, {1: RED, 5: RED}, Bo=5), percept(0, {1: RED})
    lensed = THEORY.perceive([here, gone], "Bo", 0)
    assert lensed[0] == Percept({4: EMPTY, 5: RED, 6: EMPTY}, {"Bo": Seen(5, (), None)})
    assert lensed[1] == Percept({}, {})


def test_posterior_weighs_a_native_act_by_what_could_be_seen_of_it():
    # Ada sees cells 0 to 3: two of the three that a near-sighted Bo would see, four of seven if far-sighted.
    history = [percept(1, {2: RED}, sight=2, Bo=(3, (), WEST)), percept(1, {}, sight=2)]
    pi = np.array([THEORY.policy(k, history[:1], "Bo")[WEST] for k in range(len(SPACE))])
    c = np.where(SPACE.table.sight == 0, 2 / 3, 4 / 7)
    weight = c * pi + (1 - c) * pi.mean()
    assert THEORY.posterior(history, "Bo") == pytest.approx(weight / weight.sum())
    likes_red = np.array([one.taste == "red>blue" for one in SPACE.types])
    assert THEORY.posterior(history, "Bo")[likes_red].sum() > 0.6


@pytest.mark.parametrize("seen", [(3, ("Ada",), WEST), (3, (), None)], ids=["a role", "a scene without acts"])
def test_what_is_no_native_act_is_no_evidence(seen):
    history = [percept(1, {2: RED}, Bo=seen)]
    assert THEORY.posterior(history, "Bo") == pytest.approx([1 / 24] * 24)
    assert THEORY.posterior(history, "Cy") == pytest.approx([1 / 24] * 24)  # never seen


def test_hidden_roles_weaken_the_evidence_by_the_stated_share():
    def after(share, role):
        theory = Theory(THEORY.ground, SPACE, [share])
        return theory.posterior([percept(2, {2: RED}, Bo=(3, role, WEST))], "Bo")

    assert after(1.0, UNTOLD) == pytest.approx(after(0.3, ()))
    assert after(0.0, UNTOLD) == pytest.approx([1 / 24] * 24)
    half = (after(1.0, UNTOLD) + 1 / 24) / 2  # linear, since m is the same for every type
    assert after(0.5, UNTOLD) == pytest.approx(half)


def test_as_myself_is_as_nobody_else():
    history = [percept(2, {4: RED}, Bo=3)]
    mine = THEORY.behave(history, "Ada", FAR, ())
    assert THEORY.behave(history, "Ada", FAR, ("Ada",)) == pytest.approx(mine)
    only_far = np.arange(len(SPACE)) == FAR
    assert THEORY.behave(history, "Ada", FAR, (only_far,)) == pytest.approx(mine)
    # Who is known by a description alone is nobody, not even Ada in whose place it stands: it has to guess.
    assert np.abs(THEORY.behave(history, "Ada", FAR, (only_far, "Ada")) - mine).max() > 0.05
    actor = Actor(UNNAMED, "Ada", FAR)
    assert THEORY.enact(history, history, "Ada", actor, ()) == pytest.approx(mine)


def test_the_funhouse_mirror():
    # Ada has often been seen to walk to red, but out of Bo's sight: what Bo could know of Ada is nothing.
    def told(bo):
        acts = [percept(2, {4: RED}, Bo=bo) for _ in range(5)]
        acts = [Percept(p.cells, {**p.agents, "Ada": Seen(2, (), EAST)}) for p in acts]
        return THEORY.behave([*acts, percept(2, {4: RED}, Bo=bo)], "Ada", FAR, ("Bo", "Ada"))

    assert told(bo=3)[EAST] > told(bo=6)[EAST] + 0.05


def test_a_false_belief_is_predicted():
    # Bo sees red east of it and steps away; behind its back the fruit moves, as Ada sees, to the far west.
    def predicted(kind, during):
        theory = Theory(THEORY.ground, SPACE, [1.0] * 9)
        theory.posterior = lambda *_: np.arange(len(SPACE)) == kind
        history = [percept(6, {4: RED}, Bo=3), percept(6, {0: RED}, Bo=during), percept(6, {0: RED}, Bo=2)]
        return theory.predict(history, "Bo", ())

    assert np.argmax(predicted(LONG_MEMORY, during=2)) == EAST  # to where it believes the fruit to be
    assert np.argmax(predicted(FAR, during=2)) == WEST  # who sees farther knows better
    assert predicted(LONG_MEMORY, during=3) == pytest.approx([0.2] * 5)  # as does who stayed to see it go


@settings(max_examples=25)
@given(asked(1))
def test_perceive_is_idempotent_and_monotone(question):
    case, agent, step, (who,) = question
    name = case.episode.names[who if isinstance(who, int) else agent]
    history = case.history(agent, step)
    for sight in (0, 1):
        once = case.theory.perceive(history, name, sight)
        assert case.theory.perceive(once, name, sight) == once
        for s, percept_ in enumerate(once):
            assert percept_.cells.items() <= history[s].cells.items()
            assert percept_.agents.items() <= history[s].agents.items()
            assert (name in percept_.agents) == (name in history[s].agents)


@settings(max_examples=15)
@given(runs())
def test_what_is_out_of_sight_changes_nothing(run):
    case = Case(run)
    full = case.history(0, run.orchard.steps - 1)
    near = case.theory.perceive(full, case.episode.names[0], 0)
    for k in np.flatnonzero(case.space.table.sight == 0):
        name = case.episode.names[0]
        assert np.array_equal(case.theory.policy(k, full, name), case.theory.policy(k, near, name))
