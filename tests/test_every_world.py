"""What holds of every world behind the registry, whichever it is."""

from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents import ArenaRun, BankConfig, PolicyConfig, RunConfig
from agents.answer import Question, resolve
from agents.definition import Definition
from agents.language.prompt import say
from agents.partial import NOTHING, PRIOR_ALONE, partial_reasoners
from agents.plain import run_of
from agents.population import PopulationConfig
from agents.reasoning import Stated
from agents.registry import played, reasoner_of, type_space, world_of
from worlds import FunhouseError, OrchardConfig
from worlds.arena import ArenaConfig
from worlds.trust import trusting

EXACT = 1e-9
SOON = PopulationConfig(switch=2, believed="auto")  # in training, in seen types alone


def orchard(split: str = "test") -> RunConfig:
    """Few types: the definition takes types ** depth terms."""
    ground = OrchardConfig(height=4, width=5, map="open", kinds=2, fruits=2, agents=3, steps=5, sights=(1, 3))
    return RunConfig(ground, PolicyConfig(traits=("taste", "sight")), SOON, split=split)


def arena(split: str = "test") -> ArenaRun:
    bank = BankConfig(random_linear=4, random_mlp=2)
    return ArenaRun(ArenaConfig("mpe2.simple_tag_v3", steps=5, visibility="partial:0.6,2"), bank, SOON, split=split)


def corridor(split: str = "test"):
    return run_of("examples.corridor:Corridor", {"agents": 3, "length": 6, "steps": 8}, population=SOON, split=split)


RUNS = {"orchard": orchard, "arena": arena, "corridor": corridor}


@pytest.fixture(scope="module", autouse=True)
def trusted():
    with trusting("examples.corridor:Corridor"):
        yield


@lru_cache
def case(name: str, split: str = "test"):
    """An episode of a world, its reasoner, and the definition carried out in plain Python."""
    (episode,) = played(RUNS[name](split), range(1))
    space = type_space(episode)
    return episode, reasoner_of(space), Stated(world_of(episode), space)


def asked(data, episode, stance: str):
    """A query that can be asked, of somebody at a step about others; None where what was drawn cannot be."""
    names, space = episode.names, type_space(episode)
    who = st.one_of(*[st.sampled_from(names)] * 2, st.sampled_from(list(space.descriptions)))
    me, step = data.draw(st.sampled_from(names)), data.draw(st.integers(0, episode.steps - 1))
    chain = data.draw(st.lists(who, min_size=stance == "predict", max_size=2))
    if stance == "predict" and chain[0] not in names:
        return None
    try:
        return resolve(episode, Question(me, step, say(stance, chain, me)))
    except FunhouseError:  # it does not see whom it is to predict
        return None


@pytest.mark.parametrize("split", ["test", "train"])
@pytest.mark.parametrize("stance", ["behave", "predict"])
@pytest.mark.parametrize("name", RUNS)
@settings(max_examples=6)
@given(data=st.data())
def test_the_reasoner_of_a_world_gives_the_numbers_of_its_definition(name, stance, split, data):
    episode, reasoner, stated = case(name, split)
    if (query := asked(data, episode, stance)) is None:
        return
    for without in (NOTHING, PRIOR_ALONE, *partial_reasoners(query.depth, ("manner",)).values()):
        one, other = (some.enact(episode, [query], without=without) for some in (reasoner, stated))
        assert np.abs(one - other).max() <= EXACT
    assert np.abs(reasoner.truth(episode, [query]) - stated.truth(episode, [query])).max() <= EXACT
    ends = [some.ends(episode, [query])[0] for some in (reasoner, stated)]
    assert np.abs(ends[0] - ends[1]).max() <= EXACT
    assert ends[0].sum() == pytest.approx(1)
    other = data.draw(st.integers(0, len(episode.agents) - 1))
    known = [some.posterior(episode, query.agent, query.step, other) for some in (reasoner, stated)]
    assert np.abs(known[0] - known[1]).max() <= EXACT


@pytest.mark.parametrize("name", RUNS)
def test_what_is_seen_tells_something_in_these_episodes(name):
    """Or the property above would hold of a reasoner that learns nothing."""
    episode, reasoner, _ = case(name)
    pairs = [(a, b) for a in range(3) for b in range(3) if a != b]
    assert max(np.ptp(reasoner.posterior(episode, a, episode.steps - 1, b)) for a, b in pairs) > 0.1


def test_answers_that_are_kept_are_those_that_are_worked_out_anew(monkeypatch):
    episode, reasoner, _ = case("corridor")
    n, last = len(episode.agents), episode.steps - 1
    kept = [reasoner.posterior(episode, a, last, b) for a in range(n) for b in range(n)]
    theory = world_of(episode).theory(episode)
    monkeypatch.setattr(type(theory), "posterior", Definition.posterior)
    anew = [reasoner.posterior(episode, a, last, b) for a in range(n) for b in range(n)]
    assert np.abs(np.array(kept) - anew).max() <= EXACT


def test_to_perceive_a_corridor_twice_is_to_perceive_it_once():
    episode, *_ = case("corridor")
    world = world_of(episode)
    theory, history = world.theory(episode), world.history(episode, 0, 5)
    for body in episode.names:
        for near, far in ((0, 1), (2, 3)):
            seen = theory.perceive(history, body, near)
            assert theory.perceive(seen, body, near) == seen
            assert theory.perceive(theory.perceive(history, body, far), body, near) == seen
            assert theory.perceive(seen, body, far) == seen


@pytest.mark.parametrize("name", RUNS)
def test_in_training_nobody_believes_in_held_out_types(name):
    """By the answers of the reasoner and by what it knows, at any step and of anybody."""
    episode, reasoner, _ = case(name, "train")
    space, n = type_space(episode), len(episode.agents)
    assert space.held_out.any()
    known = np.array([reasoner.posteriors(episode, a, b) for a in range(n) for b in range(n)])
    assert known[..., space.held_out].max() == 0
    assert known.sum(-1) == pytest.approx(1)
    before = case(name, "test")[1].posteriors(case(name, "test")[0], 0, 1)[0]
    assert before[space.held_out].max() > 0
