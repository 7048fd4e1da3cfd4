"""Runs in which some agents are strangers: who they are, what they do, as whom others act, and what their log holds."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agents.answer import exact
from agents.held_out_weight import weights_of
from agents.orchard.drawing_strangers import FAMILIES, HELD_OUT, SIMPLE, StrangersConfig, draw_stranger
from agents.orchard.families import WAYS
from agents.orchard.permuting import permuted
from agents.orchard.presets import preset
from agents.orchard.reasoner import strangers_in
from agents.orchard.rollout import RunConfig, play, play_all, play_with_chances
from agents.orchard.strangers import meet, would
from agents.population import PopulationConfig
from agents.query import Query, role_asked
from agents.recording import record, verify
from agents.registry import reasoner_of, type_space
from analysis.contenders.shortcuts import FULL_INFORMATION, Shortcuts
from analysis.questions.perception import Perception
from analysis.questions.sampling import Draw, Sampling
from analysis.scores.describe import subjects
from worlds import FunhouseError, OrchardConfig, check_disjoint, open_log

HALF = StrangersConfig(0.5)
BLIND = RunConfig(*preset("blind", {"steps": 40}), seed=5, split="validation", strangers=HALF)
NEAR_FAR = RunConfig(*preset("near-far", {"steps": 40}), seed=6, split="test", strangers=HALF)
MARKED = RunConfig(OrchardConfig(map="maze", agents=6, steps=40, marks=0.1), seed=1, split="test", strangers=HALF)
TINY = OrchardConfig(height=6, width=6, map="open", fruits=2, agents=3, steps=10)
RUNS = {"blind": BLIND, "near-far": NEAR_FAR, "marked": MARKED}


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_in_every_body_a_stranger_does_what_its_policy_states(run):
    met: set = set()
    for episode in play_all(run, range(8)):
        reasoner = reasoner_of(type_space(episode))
        for who, stranger in strangers_in(episode).items():
            for agent in {who, 0, 1}:
                steps = range(episode.index, 40, 9)
                chain = () if agent == who else (who,)
                asked = [Query("behave", agent, step, chain, len(chain)) for step in steps]
                stated = would(episode, stranger, who, agent, steps)
                assert reasoner.truth(episode, asked) == pytest.approx(stated, abs=1e-9)
                assert stated.sum(1) == pytest.approx(1)
            met |= {stranger.family, *map(type, stranger.ways)}
    assert met == {*FAMILIES, *WAYS}


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_every_act_is_drawn_from_the_truth_about_its_role(run):
    episode, chance = play_with_chances(run, 3)
    queries = [role_asked(episode, t, i) for t, i in np.ndindex(episode.action.shape)]
    assert np.array_equal(reasoner_of(run.space).truth(episode, queries).reshape(chance.shape), chance)


def test_the_truth_about_a_stranger_is_its_policy_and_what_others_believe_is_a_type():
    episode = play(BLIND, 0)
    (bo, *_), me = strangers_in(episode), next(i for i, one in enumerate(episode.agents) if not one.stranger)
    policy, reasoner = strangers_in(episode)[bo], reasoner_of(BLIND.space)
    said = exact(episode, agent=episode.names[bo], step=20, prompt="behave as myself").probabilities
    does, predicted = [*said.values()], Query("predict", me, 20, (bo,), 1)
    assert does == pytest.approx(would(episode, policy, bo, bo, [20])[0])
    assert reasoner.truth(episode, [predicted])[0] == pytest.approx(does)
    as_bo = Query("behave", me, 20, (bo,), 1)
    assert reasoner.truth(episode, [as_bo])[0] == pytest.approx(would(episode, policy, bo, me, [20])[0])
    belief, natives = reasoner.posterior(episode, me, 20, bo), reasoner.natives(episode, me, 20)
    assert belief.sum() == pytest.approx(1)
    for asked in (as_bo, predicted):
        assert not np.allclose(reasoner.enact(episode, [asked]), reasoner.truth(episode, [asked]), atol=0.01)
    assert natives.shape == (50, 9)


def test_without_strangers_settings_and_episodes_are_as_they_were():
    plain = replace(BLIND, strangers=None)
    assert "strangers" not in plain.to_dict()
    some = replace(BLIND, strangers=StrangersConfig(1e-9))
    one, other = play(plain, 0), play(some, 0)
    for field in ("action", "cell", "reward"):
        assert np.array_equal(getattr(one, field), getattr(other, field))
    assert (one.role, one.prompt, one.agents) == (other.role, other.prompt, other.agents)


def test_an_episode_with_strangers_is_one_of_its_seed_with_the_same_map_names_and_types():
    one, again, plain = play(BLIND, 2), play(BLIND, 2), play(replace(BLIND, strangers=None), 2)
    assert np.array_equal(one.action, again.action)
    assert [(a.name, a.type) for a in one.agents] == [(a.name, a.type) for a in plain.agents]
    assert np.array_equal(one.walls, plain.walls)
    assert np.array_equal(one.cell[0], plain.cell[0])


def test_a_run_with_strangers_is_plain_json_and_comes_back():
    assert RunConfig.from_dict(json.loads(json.dumps(BLIND.to_dict()))) == BLIND


@pytest.mark.parametrize(("types", "families"), [("seen", {*FAMILIES} - {*HELD_OUT}), ("held-out", {*HELD_OUT})])
def test_families_are_held_out_whole_also_as_parts_of_others(types, families):
    drawn = [draw_stranger(HALF, BLIND.orchard, types, key, 0) for key in range(400)]
    assert {one.family for one in drawn} == families
    held = {type(draw_stranger(HALF, BLIND.orchard, "held-out", key, 0).ways[0]) for key in range(20)}
    if types == "seen":
        assert not held & {type(way) for one in drawn for way in one.ways}


def test_training_sees_no_stranger_of_a_held_out_family_and_validation_sees_them_all():
    seen = Counter(
        one.stranger for run in (replace(BLIND, split="train"),) for e in play_all(run, range(40)) for one in e.agents
    )
    assert {*seen} == {"", *FAMILIES} - {*HELD_OUT}
    assert 0.4 < 1 - seen[""] / seen.total() < 0.6
    every = {one.stranger for e in play_all(BLIND, range(40)) for one in e.agents}
    assert every == {"", *FAMILIES}


def test_no_two_strangers_are_alike():
    drawn = [draw_stranger(HALF, BLIND.orchard, "seen", key, agent) for key in range(50) for agent in range(2)]
    assert len({str(one) for one in drawn}) == 100


def test_strangers_are_only_themselves_and_nobody_nests_one():
    told = Counter()
    for episode in play_all(BLIND, range(20)):
        strangers = {one.name for one in episode.agents if one.stranger}
        for row in episode.role[16:]:
            for one, role in zip(episode.agents, row, strict=True):
                assert not (one.stranger and role)
                assert len(role) < 2 or not strangers & {*role}
                assert len(set(role)) == len(role)
                assert role[:1] != (one.name,)
                told[len(role), bool(strangers & {*role})] += not one.stranger
    assert told[1, True] > 0.25 * told[1, False]
    assert told[2, False] > 0.2 * told.total()  # chains of two are as common as ever


def test_nobody_is_left_to_nest_where_all_others_are_strangers():
    run = replace(BLIND, strangers=StrangersConfig(1.0))
    assert all(not role for row in play(run, 0).role for role in row)


def test_the_words_for_a_stranger_tell_of_its_senses_alone():
    words = {one.description for one in play(NEAR_FAR, 0).agents if one.stranger}
    assert words <= {"a near-sighted agent", "a far-sighted agent"}
    (blind,) = {
        one.description for one in play(BLIND, 1).agents if one.stranger and one.type["blindness"] == "red"
    } or {"an agent that is blind to red"}
    assert blind == "an agent that is blind to red"


def test_nothing_is_worth_anything_to_a_stranger():
    for episode in play_all(BLIND, range(3)):
        strangers = np.array([bool(one.stranger) for one in episode.agents])
        assert not episode.reward[:, strangers].any()
        assert episode.reward[:, ~strangers].any()


@pytest.fixture(scope="module")
def logs(tmp_path_factory) -> dict[str, Path]:
    """A log of each split, with strangers."""
    home = tmp_path_factory.mktemp("logs")
    for split in ("train", "validation"):
        record(RunConfig(TINY, split=split, strangers=StrangersConfig(0.3)), home / split, 66)
    return {split: home / split for split in ("train", "validation")}


def test_a_log_with_strangers_says_who_they_are_and_is_proven(logs):
    log = open_log(logs["validation"])
    assert verify(logs["validation"])["verified"]
    played = play(RunConfig(TINY, split="validation", strangers=StrangersConfig(0.3)), 65)
    assert log[65].agents == played.agents
    assert {*log.table("agents")["stranger"].to_pylist()} == {"", *FAMILIES}
    (again,) = log.batch([65])
    who = [i for i, one in enumerate(again.agents) if one.stranger]
    assert [*strangers_in(again)] == who


def test_a_training_log_with_a_stranger_of_a_held_out_family_is_refused(logs, tmp_path):
    check_disjoint([open_log(one) for one in logs.values()])
    run = RunConfig(TINY, seed=1, strangers=StrangersConfig(0.9, held_out=("habit",)))
    record(run, tmp_path / "other", 30)
    with pytest.raises(FunhouseError, match=r"a training log has a stranger of a held-out family: (planner|wall)"):
        check_disjoint([open_log(tmp_path / "other"), open_log(logs["validation"])])


def test_what_one_does_as_a_stranger_rests_on_no_type():
    run = replace(NEAR_FAR, split="train", strangers=None)
    episode = play(replace(run, strangers=HALF), 0)
    named = {one.name for one in episode.agents if one.stranger}
    roles = sum(bool(role) and role[0] not in named for row in episode.role for role in row)
    assert len(weights_of(episode)) == roles


def test_strangers_are_asked_as_themselves_and_are_targets_of_plain_questions_alone():
    asked = Counter()
    for episode in play_all(BLIND, range(4)):
        strangers = {i for i, one in enumerate(episode.agents) if one.stranger}
        for one in Draw(episode, Sampling()).asked():
            query, named = one.query, strangers & {*one.query.chain}
            if query.stance == "behave" and query.agent in strangers:
                assert query.depth == 0
            assert not named or query.depth == 1 or (query.stance == "predict" and one.action >= 0)
            asked[query.stance, query.depth, bool(named)] += 1
        assert not strangers & {one.who for one in subjects(episode, 64)}
    assert all(asked[stance, 1, True] for stance in ("behave", "predict"))


def test_no_type_is_told_as_full_information_about_a_stranger():
    episode = play(BLIND, 0)
    bo, plain = next(iter(strangers_in(episode))), [i for i, one in enumerate(episode.agents) if not one.stranger]
    queries = [Query("behave", plain[0], 5, (who,), 1) for who in (bo, plain[1])]
    said = Shortcuts(reasoner_of(BLIND.space), episode, Perception(episode)).answers(queries)[FULL_INFORMATION]
    assert np.isnan(said[0]).all()
    assert said[1].sum() == pytest.approx(1)


def test_tastes_of_an_episode_with_strangers_cannot_be_permuted():
    with pytest.raises(FunhouseError, match="the policies of strangers hang on colours"):
        permuted(play(NEAR_FAR, 0), 1)


def test_a_run_of_held_out_types_has_strangers_of_held_out_families_alone():
    run = replace(BLIND, population=replace(BLIND.population, types="held-out"), strangers=StrangersConfig(0.9))
    assert {one.stranger for e in play_all(run, range(6)) for one in e.agents} == {"", *HELD_OUT}
    with pytest.raises(FunhouseError, match="no family of strangers is held-out"):
        replace(run, strangers=StrangersConfig(0.9, held_out=()))


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"share": 1.5}, "share = 1.5 makes no strangers"),
        ({"share": 0.0}, "share = 0.0 makes no strangers"),
        ({"share": 0.5, "families": ("wolf",)}, "families"),
        ({"share": 0.5, "held_out": tuple(SIMPLE)}, "held_out"),
        ({"share": 0.5, "families": ("linear",)}, "held_out"),
    ],
)
def test_settings_that_make_no_strangers_are_refused(settings, what):
    with pytest.raises(FunhouseError, match=what):
        StrangersConfig(**settings)


def test_a_probe_can_let_anybody_be_one_of_them():
    run = RunConfig(TINY, population=PopulationConfig(switch=10), split="test")
    stranger = draw_stranger(HALF, TINY, "all", 7, 0)
    assert np.array_equal(meet(run, 0, {1: stranger}).action, meet(run, 0, {1: stranger}).action)
