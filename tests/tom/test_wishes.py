"""tom ask answers a wish exactly, where that is possible, and says where it is not."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from agents import Question, exact, exact_wish, posterior, resolve, type_space
from agents.language.wishes import parse_wish
from agents.orchard.presets import PRESETS
from agents.orchard.rollout import rollout
from agents.orchard.wishes_in_log import posterior as own_acts_told
from agents.orchard.wishing import SoloOrchard
from agents.wishes.definition import Wishing
from tom.cli import main
from worlds import FunhouseError, open_log

KINDS = ("--kinds", "3")
SOLO = ("--agents", "1", "--steps", "8", "--episodes", "2", "--seed", "4", "--threads", "1", "--split", "test", *KINDS)
ALONE = (*SOLO, "--fruits", "1", "--no-regrow")
WISH = "collect at least 1 fruit and stay out of the middle in 4 steps"


@pytest.fixture(scope="module")
def solo(tmp_path_factory):
    out = tmp_path_factory.mktemp("logs") / "solo"
    assert main(["run", "--out", str(out), *ALONE]) == 0
    return out


@pytest.fixture
def few(monkeypatch):
    """Estimates from 300 roll-outs."""
    monkeypatch.setattr(exact_wish, "__defaults__", (300,))


def asked(log, prompt, *options):
    name = open_log(log)[0].names[0]
    return main(["ask", prompt, "--log", str(log), "--episode", "0", "--agent", name, "--step", "3", *options])


def test_the_document_of_a_wish_has_what_is_exact(solo, capsys):
    assert asked(solo, WISH, "--exact", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["stance"], document["depth"], document["steps"]) == ("do", 2, 4)
    assert sum(document["exact"].values()) == pytest.approx(1)
    alone = {"clause 1 alone", "clause 2 alone"}
    assert set(document["shortcuts"]) == {"no wish", "prior for the posterior", "product of the clauses"} | alone
    assert 0 < document["chance"] < document["asked"] <= 1


def test_the_exact_answer_to_a_wish_is_the_definition_of_the_log(solo):
    episode = open_log(solo)[1]
    space, fruit, cell = type_space(episode), episode.fruit[3].ravel(), int(episode.cell[3, 0])
    belief = own_acts_told(episode, space, space.odds * 1.0, 3)
    wishing = Wishing(SoloOrchard(space, episode.geometry, episode.walls.shape, fruit).solo)
    state = cell, frozenset(np.flatnonzero(fruit >= 0).tolist()), parse_wish(WISH).clauses, 4
    answer = exact_wish(episode, episode.names[0], 3, WISH)
    assert list(answer.probabilities.values()) == pytest.approx(wishing.do(belief, *state).tolist(), abs=1e-9)
    assert answer.chance == pytest.approx(wishing.chance(belief, *state), abs=1e-9)
    assert answer.best == pytest.approx(wishing.best(*state), abs=1e-9)


def test_the_table_of_a_wish_names_its_figures(solo, capsys):
    assert asked(solo, WISH, "--exact") == 0
    said = capsys.readouterr().out
    for word in ("do", "no wish", "chance", "asked", "best", "stay out of the middle in 4 steps"):
        assert word in said


def test_a_wish_that_nobody_would_bring_about_is_said_to_be_one(solo, capsys):
    assert asked(solo, "collect 2 fruits in 2 steps", "--exact") == 0
    assert "Nobody who acts like those it could be would bring that about; best is 0." in capsys.readouterr().out


def test_a_wish_may_be_asked_of_such_an_agent(solo):
    episode = open_log(solo)[0]
    answer = exact_wish(episode, episode.names[0], 3, f"behave as an agent that likes red and {WISH}")
    assert answer.chain == ("an agent that likes red",)
    assert set(answer.shortcuts) == {"no wish", "clause 1 alone", "clause 2 alone", "product of the clauses"}
    words = f"behave as an agent that likes red pretending to be me and {WISH}"
    with pytest.raises(FunhouseError, match="more than one agent alone can be asked to be"):
        exact_wish(episode, episode.names[0], 3, words)


@pytest.mark.parametrize(
    ("prompt", "what"),
    [
        ("collect 4 fruits", "4 fruits are asked for, and there"),
        ("end in the north in 9 steps", "9 steps go past the end of the episode"),
        ("collect 1 gold fruit", "there are no gold fruits in this world"),
    ],
)
def test_what_the_log_cannot_hold_is_refused_with_a_caret(solo, capsys, prompt, what):
    assert asked(solo, prompt, "--exact") == 1
    said = capsys.readouterr().err
    assert what in said
    assert "^^^" in said


def test_without_exact_a_wish_is_refused(solo, capsys):
    assert asked(solo, WISH) == 1
    assert "--exact" in capsys.readouterr().err


def test_where_others_take_part_or_fruits_regrow_the_answer_is_an_estimate_and_says_so(logs, tmp_path, capsys, few):
    assert main(["run", "--out", str(tmp_path / "regrowing"), *SOLO]) == 0
    capsys.readouterr()
    for log, wish in ((logs["test"], "be nice in 4 steps"), (tmp_path / "regrowing", WISH)):
        assert asked(log, wish, "--exact", "--json") == 0
        document = json.loads(capsys.readouterr().out)
        assert (document["estimated"], document["rollouts"]) == (True, 300)
        assert 0 < document["chance"] < 1
        assert document["standard_error"] == pytest.approx((document["chance"] * (1 - document["chance"]) / 300) ** 0.5)
        assert (document["asked"], document["best"]) == (None, None)
        assert sum(document["exact"].values()) == pytest.approx(1)
        assert set(document["shortcuts"]) == {"no wish"}
        assert asked(log, wish, "--exact") == 0
        said = capsys.readouterr().out
        assert "do and chance are estimated from 300 roll-outs; ± is one standard error." in said
        assert "±" in said.split("estimated from")[0]


def test_what_came_about_in_no_rollout_is_said_to_have_not(tmp_path, capsys, few):
    assert main(["run", "--out", str(tmp_path / "regrowing"), *SOLO]) == 0
    assert asked(tmp_path / "regrowing", "collect 5 blue fruits in 5 steps", "--exact") == 0
    assert "In none of them did that come about." in capsys.readouterr().out


def test_in_python_exact_wishes_can_be_asked_for_alone(logs):
    episode = open_log(logs["test"])[0]
    with pytest.raises(FunhouseError, match="4 others take part"):
        exact_wish(episode, episode.names[0], 3, "be nice", rollouts=0)


def test_own_acts_tell_what_the_posterior_tells_where_all_see_alike():
    orchard, policy, population = PRESETS["near-far"]
    alone = replace(orchard, agents=1, fruits=2, steps=12, regrow=False)
    episode = rollout(alone, replace(population, switch=6), replace(policy, traits=("taste",)), 2, "test", 0, 1)[0]
    space, name = type_space(episode), episode.names[0]
    for step in (0, 5, 11):
        told = own_acts_told(episode, space, space.odds * 1.0, step)
        assert told == pytest.approx(posterior(episode, agent=name, step=step, who=name))


@pytest.fixture(scope="module")
def wishing(tmp_path_factory):
    """The run of a mind that had a step of training on wishes."""
    place = tmp_path_factory.mktemp("wishing")
    small = ("--train-steps", "1", "--width", "32", "--layers", "1", "--batch", "2")
    train = [*ALONE[: ALONE.index("--split")], *ALONE[ALONE.index("--split") + 2 :]]
    assert main(["run", "--out", str(place / "log"), *train]) == 0
    assert main(["train", str(place / "log"), "--wishes", "--out", str(place / "run"), *small]) == 0
    return place / "run"


def test_a_mind_that_learned_of_wishes_is_asked_for_one(solo, wishing, capsys):
    capsys.readouterr()
    assert asked(solo, WISH, "--mind", str(wishing), "--exact", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["stance"], document["depth"]) == ("do", 2)
    assert sum(document["probabilities"].values()) == pytest.approx(1)
    assert document["probabilities"] != document["exact"]
    assert asked(solo, WISH, "--mind", str(wishing)) == 0
    said = capsys.readouterr().out
    assert "the mind" in said
    assert "chance" not in said


def test_of_an_agent_that_is_alone_where_nothing_regrows_the_mind_that_ships_is_asked(tmp_path, capsys):
    lone = ("--agents", "1", "--fruits", "1", "--steps", "8", "--episodes", "1", "--split", "test", "--threads", "1")
    assert main(["run", "--out", str(tmp_path / "solo"), *lone, "--no-regrow"]) == 0
    assert main(["run", "--out", str(tmp_path / "regrown"), *lone]) == 0
    capsys.readouterr()
    assert asked(tmp_path / "solo", WISH, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert sum(document["probabilities"].values()) == pytest.approx(1)
    assert document["exact"] is None
    assert asked(tmp_path / "regrown", WISH) == 1
    assert "no mind that ships answers a wish in this world" in capsys.readouterr().err


def test_a_mind_that_learned_of_no_wishes_refuses_one_with_the_remedy(solo, capsys):
    from tom.mind import load

    with pytest.raises(FunhouseError, match="trained on no wishes") as refusal:
        load().ask(open_log(solo)[0], open_log(solo)[0].names[0], 3, WISH)
    assert "--wishes" in refusal.value.remedy


def test_the_answer_to_a_wish_depends_on_acts_and_on_no_persona(solo, wishing):
    from tom.mind import load

    mind, episode = load(wishing), open_log(solo)[0]
    with torch.no_grad():
        for parameter in mind.network.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    agent = episode.agents[0]
    other = replace(episode, agents=[replace(agent, type={**agent.type, "blindness": "red"}, description="an agent")])
    acted = replace(episode, action=(episode.action + 1) % episode.actions)
    like = f"behave as an agent that likes red and {WISH}"

    def said(one, prompt):
        return list(mind.ask(one, agent.name, 3, prompt).probabilities.values())

    assert said(other, WISH) == said(episode, WISH)
    assert said(acted, WISH) != said(episode, WISH)
    assert said(acted, like) == said(episode, like)
    assert said(episode, like) != said(episode, WISH)


def test_the_stance_of_a_wish_is_do(solo):
    episode = open_log(solo)[0]
    query = resolve(episode, Question(episode.names[0], 3, f"behave as an agent that likes red and {WISH}"))
    assert (query.stance, query.depth, query.chain) == ("do", 2, ("an agent that likes red",))
    assert exact(episode, episode.names[0], 3, WISH).stance == "do"


def test_the_table_has_rows_of_the_stance_do(solo, wishing, capsys):
    capsys.readouterr()
    assert main(["score", str(wishing), "--log", str(solo), "--questions", "16", "--acting", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    rows, acting = document["rows"], document["acting"]
    told = {(row["stance"], row["depth"], row["contender"]) for row in rows}
    assert {("do", 1, "mind"), ("do", 2, "mind"), ("do", 1, "mind, another wish"), ("behave", 0, "mind")} <= told
    assert ("do", 1, "mind, no history") in told
    assert ("do", 1, "mind, names shuffled") not in told
    assert [row["clauses"] for row in acting] == [1, 2]
    assert all(row["best"][0] == row["asked"][0] > row["chance"][0] for row in acting)
