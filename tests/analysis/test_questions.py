from collections import Counter
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from agents import Query, resolve, type_space
from agents.language.prompt import HELD_OUT, PARAPHRASES, say
from analysis.questions.perception import Perception, target_of
from analysis.questions.sampling import Draw, Sampling
from tests.analysis.contenders import episodes
from worlds import Episode, FunhouseError
from worlds.orchard.geometry import has


def drawn(log: list[Episode], **settings):
    sampling = Sampling(**settings)
    return [(episode, one) for episode in log for one in Draw(episode, sampling).asked()]


def sees(episode: Episode, step: int, agent: int, who: int) -> bool:
    """Whether an agent perceives another, from the map's tables one cell at a time."""
    sight = ["near", "far"].index(episode.agents[agent].type["sight"])
    view = episode.geometry.visible[sight, episode.cell[step, agent]]
    return bool(has(view, episode.cell[step, who]))


def test_every_question_has_the_depth_and_stance_of_its_share(log):
    counts = Counter((one.query.stance, one.query.depth) for _, one in drawn(log, questions=75))
    share = {pair: count / len(log) / 5 for pair, count in counts.items()}
    weights = {
        ("behave", 0): 1, ("behave", 1): 1, ("behave", 2): 2, ("behave", 3): 4,
        ("predict", 1): 1, ("predict", 2): 2, ("predict", 3): 4,
    }  # fmt: skip
    assert share == weights


def test_counts_add_up_and_the_remainder_goes_round():
    sampling = Sampling(questions=7, depths=(0, 1), weights=(1, 1))
    counts = np.array([sampling.counts(episode) for episode in range(30)])
    assert (counts.sum(axis=1) == 7).all()
    assert np.ptp(counts.sum(axis=0)) <= 1


def test_behave_names_only_whom_the_asked_agent_has_perceived(log):
    for episode, one in drawn(log[:8], stances=("behave",)):
        for who in one.query.chain:
            query = one.query
            assert any(sees(episode, step, query.agent, who) for step in range(query.step + 1))


def test_predict_is_about_somebody_in_sight(log):
    asked = drawn(log[:8], stances=("predict",))
    assert all(sees(episode, one.query.step, one.query.agent, one.query.chain[0]) for episode, one in asked)


def test_the_prompt_says_the_query(log):
    for episode, one in drawn(log[:4]):
        assert resolve(episode, one.question) == one.query
        chain = [episode.names[who] for who in one.query.chain]
        plain = replace(one.question, prompt=say(one.query.stance, chain, me=one.question.agent))
        assert resolve(episode, plain) == one.query


def test_steps_observed_are_those_at_which_the_target_was_seen_acting_as_itself(log):
    for episode, one in drawn(log[:4]):
        query, target = one.query, target_of(one.query)
        seen = [
            step
            for step in range(query.step)
            if sees(episode, step, query.agent, target) and episode.role[step][target] == ()
        ]
        assert one.observed == len(seen)


def test_the_log_answers_where_the_target_really_was_in_the_role(log):
    for episode, one in drawn(log, stances=("predict",)):
        query = one.query
        target, *rest = query.chain
        in_role = episode.role[query.step][target] == tuple(episode.names[who] for who in rest)
        assert one.action == (episode.action[query.step, target] if in_role else -1)


def test_role_share_is_the_share_about_real_roles(log):
    def real(share: float) -> dict[int, float]:
        asked = [one for _, one in drawn(log, stances=("predict",), role_share=share)]
        at = {depth: [one.action >= 0 for one in asked if one.query.depth == depth] for depth in (1, 2, 3)}
        return {depth: np.mean(told) for depth, told in at.items()}

    never, half = real(0.0), real(0.5)
    assert max(never[2], never[3]) < 0.2  # by chance alone
    assert half[2] == pytest.approx(0.5 + never[2] / 2, abs=0.1)
    assert half[1] > never[1]
    assert half[3] > 0.25


def test_held_out_types_only(log):
    asked = drawn(log, types="held-out")
    assert len(asked) > 100
    held_out = type_space(log[0]).held_out
    for episode, one in asked:
        for who in (one.query.agent, *one.query.chain):
            assert held_out[type_space(episode).index(episode.agents[who].type)]


@pytest.mark.parametrize(("which", "held_out"), [("held-out", True), ("trained", False)])
def test_paraphrases(log, which, held_out):
    for _, one in drawn(log[:4], paraphrases=which):
        forms = PARAPHRASES[one.query.stance]
        openings = {(forms[i].opening, forms[i].closing) for i in HELD_OUT[one.query.stance]}
        matched = [f for f in forms if one.question.prompt.startswith(f.opening + " ")]
        said = {(f.opening, f.closing) for f in matched if one.question.prompt.endswith(f.closing)}
        assert said & openings if held_out else said - openings


def test_descriptions_where_they_are_asked_for(log):
    def described(share):
        asked = drawn(log[:6], description_share=share)
        return sum(isinstance(who, str) for _, one in asked for who in one.query.chain)

    assert described(0.0) == 0
    assert described(0.5) > 100


def test_an_episode_is_asked_the_same_whatever_else_is_asked(log):
    alone = Draw(log[3], Sampling()).asked()
    assert alone == [one for episode, one in drawn(log) if episode is log[3]]
    assert alone != Draw(log[3], Sampling(seed=1)).asked()


def test_with_hidden_roles_every_step_seen_counts():
    (episode,) = episodes(1, roles="hidden")
    perception = Perception(episode)
    seen = [sum(sees(episode, s, 0, 1) for s in range(t)) for t in range(episode.steps)]
    assert perception.observed[:, 0, 1].tolist() == seen


def test_the_last_action_seen(log):
    episode = log[0]
    last_action = Perception(episode).last_action
    pairs = [(i, j) for i in range(len(episode.agents)) for j in range(len(episode.agents))]
    for step, (i, j) in product(range(episode.steps), pairs):
        seen = [s for s in range(step) if sees(episode, s, i, j)]
        expected = episode.action[seen[-1], j] if seen else -1
        assert last_action[step, i, j] == expected


def test_episodes_draw_apart(log):
    where = [[(one.query.agent, one.query.step) for one in Draw(episode, Sampling()).asked()] for episode in log[:2]]
    assert where[0] != where[1]


def test_every_pair_that_knows_one_another_is_asked_at_every_fourth_step(log):
    episode = log[0]
    asked = {(one.query.step, one.query.agent, one.query.chain[0]) for one in Draw(episode, Sampling()).every_pair(4)}
    everyone = range(len(episode.agents))
    expected = {
        (step, i, j)
        for step in range(0, episode.steps, 4)
        for i in everyone
        for j in everyone
        if i != j and any(sees(episode, s, i, j) for s in range(step + 1))
    }
    assert asked == expected


def test_a_lone_agent_is_asked_about_itself_only():
    (episode,) = episodes(1, agents=1)
    assert {one.query.depth for one in Draw(episode, Sampling()).asked()} == {0}


@pytest.mark.parametrize(
    "settings",
    [
        {"questions": 0},
        {"stances": ("dream",)},
        {"depths": ()},
        {"types": "new"},
        {"role_share": 2},
        {"weights": (1,)},
    ],
    ids=str,
)
def test_settings_that_ask_nothing_are_refused(settings):
    with pytest.raises(FunhouseError, match=next(iter(settings))):
        Sampling(**settings)


def test_a_target_is_whom_a_question_names_first():
    assert target_of(Query("behave", 3, 0, (), 0)) == 3
    assert target_of(Query("predict", 3, 0, (1, 2), 2)) == 1
    assert target_of(Query("behave", 3, 0, ("an agent that likes red", 2), 2)) is None
