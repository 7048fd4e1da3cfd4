"""Whoever writes a world of one's own is told what is wrong with it, and where."""

import pytest

import agents
from agents.language.description import parse_description, say_description
from agents.language.prompt import VOCABULARY
from agents.plain import run_of
from agents.registry import played, type_space
from agents.traits import BY_NAME
from worlds import FunhouseError
from worlds.trust import trusting

HERE = "tests.agents.own_worlds"
TOLD = {
    "TakenWords": "'is shy' is said of another trait than 'mood'",
    "SameWords": "does not read back as {'twice': 'one'}",
    "LoudWords": "does not parse",
    "TakenName": "there is another trait 'goal'",
    "NoSuchType": "is none of the 4 types",
    "AllHeldOut": "every type is held out",
    "Blind": "Blind.view failed: ValueError: somebody does not see its own place",
    "NoChances": r"NoChances.policy failed: ValueError: \[0.5, 0.6, 0.0\] are no chances of left, stay, right",
    "Raises": "Raises.move failed: IndexError",
    "Outside": "Outside.move failed: ValueError: the places of the agents are not 4 whole numbers from 0 to 8",
    "NoReward": "NoReward.move failed: ValueError: rewards .* are no numbers",
    "Nothing": "says nothing of agents, steps, traits, actions, move, places, policy, start, view",
    "function": "is no world",
    "absent": f"there is no function '{HERE}:absent'",
}


@pytest.fixture(autouse=True)
def trusted():
    with trusting(HERE, "examples.corridor:Corridor"):
        played(run_of("examples.corridor:Corridor", {"steps": 1}), range(1))  # its words are known
        yield


@pytest.mark.parametrize("name", TOLD)
def test_a_world_that_is_none_is_refused_by_name(name):
    with pytest.raises(FunhouseError, match=TOLD[name]):
        played(run_of(f"{HERE}:{name}"), range(1))


@pytest.mark.parametrize("name", ["SameWords", "LoudWords"])
def test_words_that_are_refused_are_not_kept(name):
    for _ in range(2):
        with pytest.raises(FunhouseError):
            played(run_of(f"{HERE}:{name}"), range(1))
    assert not {"twice", "loud"} & set(BY_NAME)
    with pytest.raises(FunhouseError):
        parse_description("an agent that mumbles")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"length": 2}, "length = 2"),
        ({"lenght": 9}, "lenght"),
        ("[]", "arguments"),
        ({"agents": 65}, "agents = 65 (.|\n)* it must be at most 16; its arguments are agents, steps, length"),
    ],
)
def test_an_argument_that_makes_no_world_is_refused(arguments, told):
    with pytest.raises(FunhouseError, match=told):
        run_of("examples.corridor:Corridor", arguments)


def test_the_words_of_a_world_are_read_in_every_wording_and_are_no_words_of_minds():
    for paraphrase in range(25):
        for traits in ({"goal": "sun", "sight": "near"}, {"goal": "shade"}):
            assert parse_description(say_description(traits, paraphrase)) == traits
    assert say_description({"goal": "sun", "sight": "near"}) == "a near-sighted agent that seeks the sun"
    assert not {"sun", "shade"} & set(VOCABULARY)


def test_a_new_trait_has_words_and_types_and_is_learned_from_what_is_done():
    with trusting("examples.a_new_trait:Promenade"):
        (episode,) = played(run_of("examples.a_new_trait:Promenade", {"length": 5}, split="test"), range(1))
        space, me = type_space(episode), episode.names[0]
        idle = space.consistent("an agent that takes its time")
        assert (len(space), idle.sum()) == (8, 4)
        stays = [
            agents.exact(episode, me, 3, f"play {who}").probabilities["stay"]
            for who in ("an idle agent", "a brisk agent")
        ]
        assert stays[0] == pytest.approx(stays[1] / 2 + 0.5)
        known = [agents.posterior(episode, me, step, other) @ idle for step in (0, 23) for other in episode.names[1:]]
        assert known[:3] == pytest.approx([0.5] * 3)
        assert max(abs(chance - 0.5) for chance in known[3:]) > 0.2
