"""Marks in the definition: who can tell of which, what feeling does, and what follows for who is imagined."""

from itertools import combinations

import numpy as np
import pytest

from agents.answer import exact
from agents.language.description import parse_description, words_beyond
from agents.language.description_bank import bank_of
from agents.language.prompt import VOCABULARY
from agents.orchard.policy_config import PolicyConfig
from agents.orchard.rollout import play
from agents.orchard.run import RunConfig
from agents.orchard.strangers import OUTSIDE, meet
from agents.orchard.theory import Percept, Seen, Theory, history_of
from agents.orchard.types import TypeSpace
from agents.registry import type_space
from agents.traits.feeling import FEELING as FEELING_TRAIT
from worlds import FunhouseError, OrchardConfig
from worlds.orchard.geometry import geometry_of
from worlds.orchard.marks import WASH

CONFIG = OrchardConfig(height=3, width=7, kinds=2, fruits=1, agents=2, sights=(1, 4), marks=0.1)
SPACE = TypeSpace(CONFIG, PolicyConfig(floor=0.12))
THEORY = Theory(geometry_of(np.zeros((1, 7), bool), CONFIG.sights), SPACE, [1.0] * 9)
NUMB, FEELING = SPACE.index(SPACE[0]), SPACE.index({**SPACE[0], "feeling": "feels"})
WASHES = [0.02] * 5 + [0.9]  # the floor of .12, shared by six, and all the rest
FEELS = 2  # the numbers of senses that feel follow on those of the two sights
FEELS_ONE = np.array([one.feeling == "feels" for one in SPACE.types])


def percept(ada, bo, act=None):
    """Cells 0 to 6 in sight, Ada on 2 and Bo on 3: whether a mark on them is known; Bo's act."""
    agents = {"Ada": Seen(2, (), None, ada), "Bo": Seen(3, (), act, bo)}
    return Percept(dict.fromkeys(range(7), -1), agents)


def test_there_are_twice_the_types_and_feeling_runs_fastest():
    assert len(TypeSpace(OrchardConfig(marks=0.1))) == 72
    assert [one.feeling for one in SPACE.types[:4]] == ["numb", "feels"] * 2
    assert SPACE.table.senses.tolist() == [
        ("near", "far").index(one.sight) + FEELS * (one.feeling == "feels") for one in SPACE.types
    ]
    assert "feeling" not in TypeSpace(OrchardConfig())[0].to_dict()


def test_held_out_types_are_held_out_with_and_without_feeling():
    space, plain = TypeSpace(OrchardConfig(marks=0.1)), TypeSpace(OrchardConfig())
    assert space.held_out.tolist() == np.repeat(plain.held_out, 2).tolist()
    indices, seen = space.trait_index, ~space.held_out
    for one, other in combinations(range(5), 2):
        pairs = {tuple(pair) for pair in indices[:, [one, other]]}
        assert {tuple(pair) for pair in indices[seen][:, [one, other]]} == pairs


def test_who_feels_a_mark_washes_and_nobody_else_does():
    assert THEORY.policy(FEELING, [percept(True, None)], "Ada") == pytest.approx(WASHES)
    unmarked = THEORY.policy(FEELING, [percept(False, None)], "Ada")
    for type, marked in ((NUMB, True), (NUMB, False), (NUMB, None), (FEELING, None)):
        assert THEORY.policy(type, [percept(marked, None)], "Ada") == pytest.approx(unmarked)
    assert unmarked[WASH] == pytest.approx(0.02)
    assert unmarked.sum() == pytest.approx(1)
    before = [percept(True, None), percept(False, None)]
    assert THEORY.policy(FEELING, before, "Ada") == pytest.approx(unmarked)  # what is felt is felt now


def test_senses_that_feel_nothing_show_no_mark_of_ones_own():
    history = [percept(True, True)]
    for senses in (0, 1):
        numb = THEORY.perceive(history, "Ada", senses)[0].agents
        feels = THEORY.perceive(history, "Ada", senses + FEELS)[0].agents
        assert (numb["Ada"].marked, numb["Bo"].marked) == (None, True)
        assert feels == history[0].agents


def test_an_unwashed_mark_and_a_washed_one_tell_who_feels():
    def believed(marked, act):
        return THEORY.posterior([percept(None, marked, act)], "Bo")[FEELS_ONE].sum()

    assert believed(True, WASH) > 0.95
    assert believed(True, 4) < 0.2
    for marked, act in ((False, WASH), (False, 4), (None, WASH)):
        assert believed(marked, act) == pytest.approx(0.5)


def test_a_mark_that_i_do_not_feel_is_felt_by_nobody_whom_i_imagine_in_my_place():
    feels = FEELS_ONE
    for me, marked in ((NUMB, None), (FEELING, True)):
        history = THEORY.perceive([percept(True, None)], "Ada", THEORY.senses(me))
        assert history[0].agents["Ada"].marked is marked
        answer = THEORY.behave(history, "Ada", me, (feels,))
        assert answer[WASH] == pytest.approx(0.9 if marked else 0.02)
        # A numb one in my place would know of no mark, so could not pretend to feel it.
        assert THEORY.behave(history, "Ada", me, (~feels, feels))[WASH] == pytest.approx(0.02)


def test_a_percept_holds_the_marks_of_others_and_ones_own_if_it_is_felt():
    episode = play(RunConfig(OrchardConfig(agents=6, marks=0.3)), 0)
    for me in range(6):
        for senses in (1, 1 + FEELS):
            for step, percept in enumerate(history_of(type_space(episode), episode, me, 12, senses)):
                for name, seen in percept.agents.items():
                    who = episode.names.index(name)
                    known = who != me or senses >= FEELS
                    assert seen.marked == (bool(episode.mark[step, who]) if known else None)
    plain = play(RunConfig(OrchardConfig(agents=3)), 0)
    assert {
        seen.marked for percept in history_of(type_space(plain), plain, 0, 9, 1) for seen in percept.agents.values()
    } == {None}


def test_agents_that_feel_wash_and_are_clean_and_numb_ones_stay_marked():
    orchard = OrchardConfig(marks=0.1)
    episodes = [play(RunConfig(orchard), index) for index in range(12)]
    first = [episode.action[1:8] for episode in episodes]  # everybody is itself
    mark = [episode.mark[1:8] for episode in episodes]
    feels = [np.array([agent.type["feeling"] == "feels" for agent in episode.agents]) for episode in episodes]
    felt = np.concatenate([a[:, f][m[:, f]] for a, m, f in zip(first, mark, feels, strict=True)])
    other = np.concatenate([a[:, ~f][m[:, ~f]] for a, m, f in zip(first, mark, feels, strict=True)])
    assert len(felt) > 20
    assert np.mean(felt == WASH) > 0.85
    assert np.mean(other == WASH) < 0.05
    share = [np.mean([m[-1, f == one].mean() for m, f in zip(mark, feels, strict=True)]) for one in (True, False)]
    assert share[1] > 2 * share[0]


def test_the_truth_of_a_marked_agent_is_asked_in_words():
    episode = play(RunConfig(OrchardConfig(marks=0.3)), 1)
    feels = [agent.type["feeling"] == "feels" for agent in episode.agents]
    t, i = next((t, i) for t, i in np.argwhere(episode.mark).tolist() if feels[i])
    answer = exact(episode, episode.names[i], t, "behave as an agent that notices a mark on itself")
    assert answer.probabilities["wash"] == pytest.approx(0.95 + 0.05 / 6)
    assert exact(episode, episode.names[i], t, "act like a numb agent").probabilities["wash"] < 0.01


def test_feeling_is_said_in_words_that_other_worlds_do_not_have():
    for value, wordings in FEELING_TRAIT.wordings.items():
        for number, words in enumerate(wordings):
            noun = "an agent" if words.startswith("with") else "an agent that"
            text = f"a {words} agent" if " " not in words else f"{noun} {words}"
            assert parse_description(text) == {"feeling": value}, number
    assert not words_beyond(["feeling"]) & set(VOCABULARY)
    bank = bank_of(TypeSpace(OrchardConfig(marks=0.1)))
    assert any("numb" in text or "feel" in text for text in bank.texts)
    assert not any("feel" in text for text in bank_of(TypeSpace(OrchardConfig())).texts)
    with pytest.raises(FunhouseError, match="no type of this world is a"):
        TypeSpace(OrchardConfig()).consistent("a numb agent")


def test_every_description_of_a_type_is_read_back():
    for one in TypeSpace(OrchardConfig(marks=0.1)).types[::5]:
        for paraphrase in range(25):
            assert parse_description(one.describe(paraphrase))["feeling"] == one.feeling


@pytest.mark.parametrize("name", OUTSIDE)
def test_strangers_meet_in_a_world_with_marks(name):
    run = RunConfig(OrchardConfig(marks=0.2, steps=8))
    episode = meet(run, 0, {0: OUTSIDE[name]})
    assert episode.mark.any()
    assert episode.actions == 6
