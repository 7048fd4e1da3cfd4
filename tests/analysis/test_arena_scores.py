"""The table, the descriptions and the graphs of somebody else's environment, by hand."""

import io
import json

import networkx as nx
import numpy as np
import pytest
from rich.console import Console

from agents.answer import Truth
from analysis.contenders.fitting import fit
from analysis.figures.gallery import publish
from analysis.figures.imitation_graph import by_kind, by_name, examine_pairs, imitation_graph
from analysis.questions.perception import Perception, place_of, target_of
from analysis.questions.sampling import NO_KIN, NO_QUESTION, NOTHING_NESTED, Sampling
from analysis.questions.survey import conduct
from analysis.scores.describe import score_descriptions, subjects
from analysis.scores.fidelity import Scores, examine, score
from analysis.scores.table import fidelity_table
from tests.analysis.arena_case import BANK, HARE, HOUND, REASONER, match
from tests.analysis.contenders import Blend, Fixed, Ignorant, named
from worlds import FunhouseError

SHALLOW = Sampling(questions=90, depths=(0, 1), weights=(1, 1))


@pytest.fixture(scope="module")
def log():
    return [match(index) for index in range(24)]


@pytest.fixture(scope="module")
def train_log():
    return [match(index) for index in range(100, 124)]


@pytest.fixture(scope="module")
def scores(log, train_log) -> Scores:
    mind = named(Blend(named(Truth(BANK), "t"), Ignorant(), 0.7), "mind")
    many = Sampling(questions=280, weights=(1, 4, 4, 1))
    return examine(log, [mind, named(Truth(BANK), "the truth itself")], train_log, sampling=many)


@pytest.fixture(scope="module")
def report(scores) -> dict:
    return scores.report()


def row(report: dict, stance: str, depth: int, contender: str) -> dict:
    rows = [r for r in report["rows"] if (r["stance"], r["depth"], r["contender"]) == (stance, depth, contender)]
    assert len(rows) == 1
    return rows[0]


def test_nobody_gives_a_chance_to_what_is_illegal(scores):
    survey = scores.survey
    assert (~survey.legal).any(axis=1).mean() > 0.2
    for name, answer in survey.answer.items():
        assert np.nanmax(np.where(survey.legal, 0, answer)) == 0, name
        told = survey.taking_part(name)
        assert answer[told].sum(axis=1) == pytest.approx(1), name


def test_the_base_rate_is_each_species_own(train_log):
    survey = conduct(train_log, sampling=SHALLOW)
    scores = Scores.of(survey, fit(survey))
    for cell in survey.cells():
        for kind in (HARE, HOUND):
            here = survey.within(cell) & (survey.species == kind)
            free = here & (survey.legal.sum(axis=1) == (4, 3)[kind])
            expected = survey.truth[here].mean(axis=0)
            assert scores.survey.answer["base rate"][free] == pytest.approx(np.tile(expected, (free.sum(), 1)))


def test_an_action_that_is_illegal_now_is_not_copied(scores):
    survey = scores.survey
    now = [survey.members[place].mask_of(place_of(one.query), one.query.step)
           for place, one in zip(survey.episode, survey.asked, strict=True)]  # fmt: skip
    last = [Perception(survey.members[p]).last_action[q.query.step, q.query.agent, target_of(q.query)]
            for p, q in zip(survey.episode, survey.asked, strict=True)]  # fmt: skip
    illegal = np.array([a >= 0 and not mask[a] for a, mask in zip(last, now, strict=True)])
    assert illegal.sum() > 10
    copy, base = survey.answer["last action"][illegal], survey.answer["base rate"][illegal]
    assert copy == pytest.approx(base)


def test_the_truth_has_skill_one_and_the_best_shortcut_none(report):
    assert row(report, "behave", 2, "the truth itself")["excess_nats"] == pytest.approx(0, abs=1e-9)
    for stance, depth in (("behave", 0), ("behave", 1), ("predict", 1)):
        truth = row(report, stance, depth, "the truth itself")
        assert truth["skill"] == pytest.approx(1)
        assert row(report, stance, depth, truth["best_shortcut"])["skill"] == pytest.approx(0, abs=1e-12)
        assert row(report, stance, depth, "mind")["skill_low"] > 0


def test_a_world_without_sights_and_fruit_has_no_rows_by_sight_and_no_planner(report):
    assert report["by_sight"] == []
    assert {one["observed"] for one in report["by_observed"]} > {"0", "4-7"}
    assert not any(one["contender"] == "A* planner" for one in report["rows"])


def test_the_entropy_of_behaviour_is_that_of_what_agents_do_as_themselves(scores):
    survey = scores.survey
    acts = survey.truth[survey.within(("behave", 0))]
    expected = -np.sum(acts * np.log(np.where(acts > 0, acts, 1)), axis=1).mean()
    assert scores.entropy(("behave", 0)) == pytest.approx(expected)
    assert scores.entropy(("behave", 7)) is None


def test_a_report_is_json(report):
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_where_everyone_perceives_everyone_the_table_says_that_nothing_is_nested(train_log):
    open_log = [match(index, visibility="all") for index in range(3)]
    found = score(open_log, [named(Truth(BANK), "mind")], train_log)
    deep = [one for one in found["rows"] if one["depth"] > 1]
    assert {(one["stance"], one["depth"]) for one in deep} == {(s, d) for s in ("behave", "predict") for d in (2, 3)}
    for one in deep:
        assert one["reason"] == NOTHING_NESTED
        assert one["questions"] == one["kept"] == 0
        assert one["skill"] is one["excess_nats"] is one["log_loss_on_action"] is None
        assert set(one) == set(row(found, "behave", 1, "mind"))
    console = Console(file=io.StringIO(), width=200)
    console.print(fidelity_table(found["rows"]))
    assert "behave 2: 0 asked" in (text := console.file.getvalue())
    assert NOTHING_NESTED in text


def test_where_no_two_agents_share_their_spaces_only_predict_is_asked():
    logs = [[match(index, kinds=(HARE, HOUND)) for index in range(start, start + 6)] for start in (0, 50)]
    found = score(logs[0], [named(Truth(BANK), "mind")], logs[1])
    asked = {(one["stance"], one["depth"]) for one in found["rows"] if one["questions"]}
    assert asked == {("behave", 0), ("predict", 1)}
    assert {one["reason"] for one in found["rows"] if not one["questions"]} == {NO_KIN}


@pytest.mark.parametrize("kinds", [(HARE,), (HARE, HARE, HOUND)])
def test_where_nobody_perceives_anybody_the_table_says_so(kinds):
    logs = [[match(index, kinds, visibility="nobody") for index in range(start, start + 3)] for start in (0, 50)]
    found = score(logs[0], [named(Truth(BANK), "mind")], logs[1])
    assert {one["depth"] for one in found["rows"] if one["questions"]} == {0}
    told = {one["reason"] for one in found["rows"] if not one["questions"]}
    assert told <= {NO_KIN, NOTHING_NESTED, NO_QUESTION}
    assert told


def test_an_answer_over_the_actions_of_another_world_is_refused(log):
    with pytest.raises(FunhouseError, match=r"distribution over 4 actions|shape"):
        conduct(log[:1], [Fixed([0.2] * 5)])


# Descriptions and graphs


def test_a_description_is_of_the_policy_among_those_of_its_species(log):
    found = score_descriptions(log[:6], [Honest()])
    figure = {(one["contender"], one["trait"]): one["log_loss"] for one in found["rows"]}
    members = [BANK.index(e.agents[one.who].type) for e in log[:6] for one in subjects(e, 32)]
    assert {trait for _, trait in figure} == {"type", "policy"}
    sizes = np.bincount(BANK.species)[BANK.species[members]]
    assert figure["uniform prior", "policy"] == pytest.approx(np.log(sizes).mean())
    lost = [-np.log(REASONER.posterior(e, one.agent, one.step, one.who)[BANK.index(e.agents[one.who].type)])
            for e in log[:6] for one in subjects(e, 32)]  # fmt: skip
    assert figure["posterior", "type"] == pytest.approx(np.mean(lost))
    assert figure["mind", "policy"] == pytest.approx(figure["posterior", "policy"])
    assert figure["posterior", "type"] < figure["uniform prior", "type"] - 0.3


class Honest:
    name = "mind"

    def traits(self, episode, agent, steps, who):
        rows = zip(steps, who, strict=True)
        return {"policy": np.array([REASONER.posterior(episode, agent, step, other) for step, other in rows])}


def test_nodes_are_policies_and_random_ones_go_by_their_habit(log, scores):
    habits = {f"{member.name.partition('-')[0]} …" for member in BANK.members}
    assert len(habits) == 4
    assert {by_kind(episode, i) for episode in log for i in range(5)} == habits
    graph = imitation_graph(scores)
    assert set(graph) == habits
    assert sum(edge["questions"] for *_, edge in graph.edges(data=True)) == scores.survey.within(("behave", 1)).sum()


def test_everything_there_is_to_draw_is_published(scores, log, tmp_path):
    files = publish(scores, tmp_path, descriptions=score_descriptions(log[:6], [Honest()]), episode=log[0],
                    answerers=[named(Truth(BANK), "mind")])  # fmt: skip
    names = {path.name for path in files}
    assert {"imitation.png", "chains.svg", "episode.graphml", "by_depth.png", "by_observed.png"} <= names
    assert "by_sight.png" not in names
    assert set(nx.read_graphml(tmp_path / "episode.graphml")) <= set(log[0].names)


def test_where_only_predict_is_asked_the_graphs_are_of_it(tmp_path):
    logs = [[match(index, kinds=(HARE, HOUND)) for index in range(start, start + 6)] for start in (0, 50)]
    mind = named(Truth(BANK), "mind")
    few = examine(logs[0], [mind], logs[1])
    publish(few, tmp_path, episode=logs[0][0], answerers=[mind])
    graph = nx.read_graphml(tmp_path / "imitation.graphml")
    assert graph.graph["stance"] == "predict"
    pairs = imitation_graph(examine_pairs(logs[0][0], [mind], few.fitted), node=by_name, stance="predict")
    assert set(pairs.edges) <= {("Ada", "Bo"), ("Bo", "Ada")}
