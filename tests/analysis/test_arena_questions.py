"""What is asked in somebody else's environment, and its shortcuts: two species, illegal actions, moves in turn."""

from collections import Counter

import numpy as np
import pytest

from agents import Query
from agents.arena.theory import Theory, history_of
from agents.definition import Actor
from analysis.contenders.shortcuts import FULL_INFORMATION, IGNORANT, MYSELF, Shortcuts
from analysis.questions.perception import Perception, place_of, target_of
from analysis.questions.sampling import Draw, Sampling
from analysis.scores.measures import legal_only
from tests.analysis.arena_case import BANK, HARE, HOUND, REASONER, STEPS, match


@pytest.fixture(scope="module")
def log():
    return [match(index) for index in range(12)]


def drawn(log, **settings):
    sampling = Sampling(**settings)
    return [(episode, one) for episode in log for one in Draw(episode, sampling).asked()]


@pytest.mark.parametrize("in_turn", [False, True])
def test_whoever_is_asked_to_act_acts_then(in_turn):
    asked = drawn([match(index, in_turn=in_turn) for index in range(4)])
    assert {one.query.stance for _, one in asked} == {"behave", "predict"}
    for episode, one in asked:
        assert episode.acts[one.query.step, place_of(one.query)]


def test_a_chain_holds_only_agents_that_share_the_spaces_of_whose_place_it_is_acted_in(log):
    for episode, one in drawn(log[:8]):
        kinds = {int(episode.species[who]) for who in one.query.chain}
        assert kinds <= {int(episode.species[place_of(one.query)])}


def test_one_is_asked_about_those_it_has_perceived_and_predicts_those_it_perceives(log):
    for episode, one in drawn(log[:8]):
        query = one.query
        for who in set(query.chain) - {query.agent}:
            assert episode.perceived[: query.step + 1, query.agent, who].any()
        if query.stance == "predict":
            assert episode.perceived[query.step, query.agent, query.chain[0]]


def test_predict_crosses_species_and_behave_does_not(log):
    crossed = Counter()
    for episode, one in drawn(log[:8], depths=(1,), weights=(1,)):
        alike = episode.species[one.query.agent] == episode.species[target_of(one.query)]
        crossed[one.query.stance, bool(alike)] += 1
    assert crossed["behave", False] == 0
    assert min(crossed["behave", True], crossed["predict", False], crossed["predict", True]) > 20


def test_steps_observed_and_the_last_action_are_of_acts_that_were_perceived():
    episode = match(3, in_turn=True)
    perception = Perception(episode)
    for step, i, j in np.ndindex(perception.sees.shape):
        seen = [s for s in range(step) if episode.perceived[s, i, j]]
        assert perception.observed[step, i, j] == sum(episode.role[s][j] == () for s in seen)
        assert perception.last_action[step, i, j] == (episode.action[seen[-1], j] if seen else -1)


def test_the_questions_that_mean_nothing_go_to_the_cells_that_mean_something():
    (episode,) = [match(0, visibility="all")]
    counts = Counter((one.query.stance, one.query.depth) for _, one in drawn([episode], questions=60))
    assert counts == {("behave", 0): 20, ("behave", 1): 20, ("predict", 1): 20}


def test_held_out_members_only(log):
    asked = drawn(log, types="held-out")
    for episode, one in asked:
        for who in (one.query.agent, *one.query.chain):
            assert BANK.held_out[BANK.index(episode.agents[who].type)]
    assert asked


@pytest.mark.parametrize(("stance", "acting"), [("behave", 0), ("predict", 1)])
def test_every_pair_is_asked_at_every_fourth_move_also_where_all_move_in_turn(stance, acting):
    episode = match(1, kinds=(HARE, HARE), visibility="all", in_turn=True)
    asked = Draw(episode, Sampling()).every_pair(4, stance)
    steps = {i: [one.query.step for one in asked if (one.query.agent, *one.query.chain)[acting] == i] for i in (0, 1)}
    first = 8 if stance == "behave" else 0  # at its first move the first agent has not met the other
    assert steps == {0: list(range(first, STEPS, 8)), 1: list(range(1, STEPS, 8))}


# Shortcuts, against the written definition with something left out of it by hand


class Case:
    def __init__(self, episode, agent: int, step: int):
        self.episode, self.agent, self.step, self.me = episode, agent, step, episode.names[agent]
        species = dict(zip(episode.names, episode.species.tolist(), strict=True))
        self.theory = Theory(BANK, species, episode.perceived)
        self.own = [BANK.index(one.type) for one in episode.agents]
        self.history = history_of(episode, agent, step)

    def found(self, *chain: int, stance: str = "behave") -> dict[str, np.ndarray]:
        query = Query(stance, self.agent, self.step, chain, len(chain))
        answers = Shortcuts(REASONER, self.episode, Perception(self.episode)).answers([query])
        return {name: answer[0] for name, answer in answers.items()}

    def behave(self, *chain: int) -> np.ndarray:
        names = tuple(self.episode.names[who] for who in chain)
        return self.wide(self.theory.behave(self.history, self.me, self.own[self.agent], names))

    def wide(self, answer: np.ndarray) -> np.ndarray:
        return np.pad(answer, (0, self.episode.actions - len(answer)))


@pytest.fixture(scope="module")
def case(log) -> Case:
    return Case(log[2], 3, 25)  # a hound, who has fewer actions than a hare


def test_ignorance_is_of_ones_own_species(case):
    mine = [case.theory.policy(k, case.history, case.me) for k in np.flatnonzero(BANK.species == HOUND)]
    assert case.found()[IGNORANT] == pytest.approx(case.wide(np.mean(mine, axis=0)))
    assert case.found(4)[IGNORANT] == pytest.approx(case.wide(np.mean(mine, axis=0)))


def test_myself_and_the_sub_chains_are_the_definition_on_what_is_left(case):
    found = case.found(4, 3)
    assert found[MYSELF] == pytest.approx(case.behave())
    assert found["sub-chain 1"] == pytest.approx(case.behave(4))
    assert found["sub-chain 2"] == pytest.approx(case.behave())
    actor = Actor(case.me, case.me, case.own[4])
    assert case.found(4)[FULL_INFORMATION] == pytest.approx(
        case.wide(case.theory.enact(case.history, case.history, case.me, actor, ()))
    )


def test_myself_in_the_place_of_another_species_knows_only_what_is_legal_there(log):
    episode = log[2]
    step, hare, hound = np.argwhere(episode.perceived[:, :3, 3:])[-1].tolist()
    hound += 3
    legal = episode.mask_of(hound, step)
    assert Case(episode, hare, step).found(hound, stance="predict")[MYSELF] == pytest.approx(legal / legal.sum())


def test_what_is_illegal_is_left_out_and_the_rest_shares_its_part():
    answer = np.array([[0.5, 0.25, 0.25], [0.5, 0.25, 0.25], [1.0, 0.0, 0.0]])
    legal = np.array([[True] * 3, [False, True, True], [False, True, True]])
    assert legal_only(answer, legal).tolist() == [[0.5, 0.25, 0.25], [0, 0.5, 0.5], [0, 0.5, 0.5]]
