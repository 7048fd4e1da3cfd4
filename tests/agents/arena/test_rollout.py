"""Matches are a function of their settings and index alone, and act exactly as the stated reasoner would."""

import json

import numpy as np
import pytest
from numba import njit

from agents import exact, posterior, resolve, type_space
from agents.answer import Question
from agents.arena import rollout as rolling
from agents.arena.bank_config import BankConfig
from agents.arena.population import allowed
from agents.arena.reasoner import BankReasoner
from agents.arena.rollout import rollout
from agents.arena.run import ArenaRun
from agents.arena.side_by_side import Table
from agents.population import PopulationConfig
from agents.query import Query
from agents.registry import reasoner_of
from worlds import SPLITS, FunhouseError, dice
from worlds.arena import ArenaConfig

FIELD, ROUNDS = "tests.worlds.arena.toys:field", "tests.worlds.arena.toys:rounds"
LITTLE = BankConfig(random_linear=4, random_mlp=4)
SHORT = PopulationConfig(switch=3, believed="auto")  # in training, in seen types alone


def run_of(environment=FIELD, steps=12, visibility="partial:0.6,3", seed=1, split="train", **arguments) -> ArenaRun:
    """A little run."""
    return ArenaRun(ArenaConfig(environment, arguments, steps, visibility), LITTLE, SHORT, seed, split)


RUNS = {
    "together": run_of(agents=4, small=1, length=7),
    "masked": run_of(agents=3, small=0, masked=True, split="test"),
    "in turn": run_of(ROUNDS, agents=3, length=5),
    "crowd": run_of(agents=70, small=20, length=7, steps=9, visibility="all"),
    "ends early": run_of(agents=5, small=2, ends=3, visibility="radius:4", split="validation"),
}


@pytest.fixture(params=RUNS)
def run(request) -> ArenaRun:
    return RUNS[request.param]


@njit
def threshold(key, step, agent):
    """The number in [0, 1) that decides an action."""
    return dice.uniform(dice.draw(key, step, agent, dice.ACTION))


def fields_of(episode) -> list:
    """All that an episode holds, arrays as lists."""
    names = ("action", "reward", "perceived", "game", "species")
    rows = [rows.tolist() for rows in (*episode.observation, *episode.mask)]
    told = episode.index, episode.seed, episode.role, episode.prompt, episode.agents, episode.forms, episode.dropped
    return [*[getattr(episode, name).tolist() for name in names], rows, told]


def chain_of(episode, step, agent) -> tuple:
    """A logged role as a query's chain."""
    return tuple(who if " " in who else episode.names.index(who) for who in episode.role[step][agent])


def test_what_is_played_beside_a_match_changes_nothing(run, monkeypatch):
    together = [fields_of(episode) for episode in rollout(run, 0, 5)]
    alone = [fields_of(rollout(run, index, 1)[0]) for index in reversed(range(5))][::-1]
    assert together == alone
    monkeypatch.setattr(rolling, "SIDE_BY_SIDE", 2)
    assert [fields_of(episode) for episode in rollout(run, 0, 5)] == together
    assert together[0][0] != together[1][0]


def test_every_action_is_drawn_from_what_the_role_exactly_says(run):
    key = int(dice.key(run.seed, SPLITS.index(run.split), 3))
    table = Table(run, [key], keep=True)
    (seated,) = table.play()
    episode = seated.episode(3, run.to_dict(), ())
    cells = [(int(t), int(i)) for t, i in np.argwhere(episode.acts)]
    assert set(seated.answers) == set(cells)
    queries = [Query("behave", i, t, chain_of(episode, t, i), len(chain_of(episode, t, i))) for t, i in cells]
    for (t, i), answer in zip(cells, BankReasoner(type_space(episode)).enact(episode, queries), strict=True):
        said = seated.answers[t, i]
        assert np.abs(answer[: len(said)] - said).max() <= 1e-12
        assert episode.action[t, i] == (np.cumsum(said)[:-1] <= threshold(np.uint64(key), t, i)).sum()
        assert episode.mask[i][t][episode.action[t, i]]
    assert {query.depth for query in queries} == {0, 1, 2}


def test_a_match_is_games_in_a_row_until_each_has_made_its_moves():
    (episode,) = rollout(RUNS["in turn"], 0, 1)
    assert (episode.acts.sum(1) == 1).all()
    assert episode.acts.sum(0).min() == 12
    assert set(episode.game.tolist()) == set(range(episode.game[-1] + 1)) != {0}
    (early,) = rollout(RUNS["ends early"], 0, 1)
    assert early.acts.sum(0).min() >= 12 < early.acts.sum(0).max()


def test_everybody_is_itself_at_first_and_takes_another_role_every_few_of_its_own_moves(run):
    for episode in rollout(run, 0, 4):
        for agent in range(len(episode.agents)):
            role = [episode.role[t][agent] for t in np.flatnonzero(episode.acts[:, agent])]
            assert role[:3] == [()] * 3
            assert all(role[m] == role[m - m % 3] for m in range(len(role)))
        assert any(row[i] for row in episode.role for i in range(len(episode.agents)))


def test_of_a_crowd_some_are_named_and_perceive_others_and_the_rest_act_unrecorded():
    (episode,) = rollout(RUNS["crowd"], 0, 1)
    assert len(episode.agents) == 63 == len(set(episode.names))
    others = episode.perceived.sum(2).max(0) - 1
    assert sorted(others.tolist()) == [0] * 47 + [23] * 16


def test_roles_and_types_keep_to_the_species(run):
    bank = run.space
    for episode in rollout(run, 0, 6):
        for agent, one in enumerate(episode.agents):
            assert bank.species[bank.index(one.type)] == episode.species[agent]
            assert one.description == bank.descriptions[bank.index(one.type)]
            for who in {who for row in episode.role for who in row[agent]}:
                kind = bank.species[bank.consistent(who)][0] if " " in who else episode.species[episode.find(who)]
                assert kind == episode.species[agent]


def test_training_never_meets_or_names_the_held_out():
    run = RUNS["together"]
    bank, secret = run.space, {run.space.members[k].name for k in np.flatnonzero(run.space.held_out)}
    assert secret
    for episode in rollout(run, 0, 20):
        assert not secret & {agent.type["policy"] for agent in episode.agents}
        said = {who for row in episode.role for chain in row for who in chain if " " in who}
        assert not any(bank.held_out[bank.consistent(text)].any() for text in said)
    assert not set(allowed(bank, "held-out", 0)) & set(allowed(bank, "seen", 0))
    with pytest.raises(FunhouseError, match="no policy that is seen"):
        allowed(bank, "seen", 9)


def test_a_run_is_plain_json_and_comes_back(run):
    again = ArenaRun.from_dict(json.loads(json.dumps(run.to_dict())))
    assert again == run
    assert rollout(run, 0, 1)[0].run == run.to_dict()


def test_splits_and_seeds_are_other_matches():
    runs = [run_of(seed=1), run_of(seed=2), run_of(seed=1, split="test")]
    assert len({str(fields_of(rollout(run, 0, 1)[0])[0]) for run in runs}) == 3


@pytest.mark.parametrize("fault", ["raise", "nan", "vanish"])
def test_an_episode_that_fails_is_dropped_and_another_stands_in_for_it(fault):
    run = run_of(steps=4, seed=3, fault=fault, length=200)
    told = []
    episodes = rollout(run, 0, 12, lambda index, dropped: told.append((index, dropped.seed, dropped.reason)))
    assert [episode.index for episode in episodes] == list(range(12))
    assert [(e.index, seed) for e in episodes for seed in e.dropped] == [row[:2] for row in told]
    assert 0 < len(told) < 60
    assert {"raise": "flooded", "nan": "NaN", "vanish": "disappeared"}[fault] in told[0][2]
    own = [int(dice.key(run.seed, 0, index)) for index in range(12)]
    assert [e.dropped[0] if e.dropped else e.seed for e in episodes] == own
    sound = run_of(steps=4, seed=3, length=200)
    for episode, same in zip(episodes, rollout(sound, 0, 12), strict=True):
        if not episode.dropped:
            assert np.array_equal(episode.perceived, same.perceived)  # a failure beside it changes nothing


def test_an_environment_that_always_fails_is_told_with_its_seeds():
    with pytest.raises(FunhouseError, match="in a row") as caught:
        rollout(run_of(steps=4, length=200, fault="raise", always=True), 0, 2)
    assert "flooded" in str(caught.value)


def test_questions_about_a_match_are_answered_by_the_same_calls(run):
    episode = rollout(run, 0, 1)[0]
    names, reasoner = episode.names, reasoner_of(type_space(episode))
    assert isinstance(reasoner, BankReasoner)
    pairs = [p for p in np.argwhere(episode.perceived).tolist() if p[1] != p[2]]
    step, agent, other = next(p for p in reversed(pairs) if episode.acts[p[0], p[2]])
    query = resolve(episode, Question(names[agent], step, f"predict {names[other]}"))
    assert query == Query("predict", agent, step, (other,), 1)
    answer = exact(episode, agent=names[agent], step=step, prompt=f"predict {names[other]}")
    assert list(answer.probabilities) == [str(a) for a in range(episode.actions)]
    assert sum(answer.probabilities.values()) == pytest.approx(1)
    known = posterior(episode, agent=names[agent], step=step, who=names[other])
    assert np.array_equal(known, reasoner.posterior(episode, agent, step, other))


def test_what_cannot_be_asked_is_refused_with_the_reason():
    episode = rollout(RUNS["together"], 0, 1)[0]
    alien = next(j for j in range(4) if episode.species[j] != episode.species[0])
    with pytest.raises(FunhouseError, match="cannot act as"):
        resolve(episode, Question(episode.names[0], 5, f"behave as {episode.names[alien]}"))
    with pytest.raises(FunhouseError, match="cannot act as"):
        resolve(episode, Question(episode.names[0], 5, f"behave as {episode.agents[alien].description}"))
    hidden = np.argwhere(~episode.perceived & episode.acts[:, None]).tolist()
    step, agent, other = hidden[0]
    with pytest.raises(FunhouseError, match="does not perceive"):
        resolve(episode, Question(episode.names[agent], step, f"predict {episode.names[other]}"))
    turns = rollout(RUNS["in turn"], 0, 1)[0]
    idle = int(np.flatnonzero(~turns.acts[4])[0])
    with pytest.raises(FunhouseError, match="does not act at step 4") as caught:
        resolve(turns, Question(turns.names[idle], 4, "behave as myself"))
    assert "ask about step" in caught.value.remedy
    acting = turns.names[int(np.flatnonzero(turns.acts[4])[0])]
    with pytest.raises(FunhouseError, match=f"{turns.names[idle]} does not act at step 4"):
        resolve(turns, Question(acting, 4, f"predict {turns.names[idle]}"))
