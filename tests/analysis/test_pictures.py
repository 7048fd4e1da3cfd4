import networkx as nx
import numpy as np
import pytest

from analysis.figures.gallery import publish
from analysis.figures.graph_pictures import draw_chains, draw_imitation
from analysis.figures.imitation_graph import (
    by_name,
    by_traits,
    chain_form,
    chain_graph,
    examine_pairs,
    imitation_graph,
    write_graphml,
)
from analysis.figures.picture import save
from analysis.questions.sampling import Sampling
from analysis.scores import curves
from analysis.scores.describe import score_descriptions
from analysis.scores.fidelity import Scores, examine
from analysis.scores.measures import divergence
from tests.analysis.contenders import Blend, Ignorant, episodes, named
from tests.analysis.test_describe import Honest
from worlds import FunhouseError


@pytest.fixture(scope="module")
def mind(truth):
    return named(Blend(truth, Ignorant(), 0.7), "mind")


@pytest.fixture(scope="module")
def scores(log, train_log, mind) -> Scores:
    return examine(log, [mind], train_log, sampling=Sampling(questions=192, weights=(2, 3, 2, 2)))


@pytest.fixture(scope="module")
def report(scores) -> dict:
    return scores.report()


def title(figure) -> str:
    return figure.get_suptitle()


def test_an_edge_is_the_mean_over_its_own_questions(scores):
    graph = imitation_graph(scores, node=by_traits("sight"))
    assert sorted(graph) == ["far", "near"]
    survey = scores.survey
    here = survey.within(("behave", 1)) & (survey.sight[:, 0] == 1) & (survey.sight[:, 1] == 0)
    edge = graph.edges["far", "near"]
    assert edge["questions"] == here.sum()
    assert edge["excess_nats"] == pytest.approx(divergence(survey.truth[here], survey.answer["mind"][here]).mean())
    best = survey.answer[scores.fitted["behave", 1].best][here]
    assert edge["shortcut_nats"] == pytest.approx(divergence(survey.truth[here], best).mean())


def test_all_edges_together_are_all_questions(scores):
    graph = imitation_graph(scores)
    assert sum(edge["questions"] for *_, edge in graph.edges(data=True)) == scores.survey.within(("behave", 1)).sum()


def test_an_episode_has_its_agents_for_nodes(log, mind, scores):
    episode = log[0]
    graph = imitation_graph(examine_pairs(episode, [mind], scores.fitted), node=by_name)
    assert set(graph) <= set(episode.names)
    assert not any(nx.selfloop_edges(graph))
    assert all("skill" not in edge and "excess_low" not in edge for *_, edge in graph.edges(data=True))


def test_chains_are_told_apart_by_who_is_named_again(scores):
    graph = chain_graph(scores)
    assert {"X", "X as Y", "X as Y as X", "X as Y as Z", "X as Y as X as Y", "X as Y as Z as W"} <= set(graph)
    assert ("X as Y as X", "X as Y as X as Z") in graph.edges
    assert nx.is_arborescence(graph)
    assert sum(data["questions"] for _, data in graph.nodes(data=True)) == np.sum(scores.survey.stance == "behave")


def test_chains_of_predict(scores):
    graph = chain_graph(scores, stance="predict")
    assert ("X predicts Y", "X predicts Y as X") in graph.edges


def test_the_form_of_a_chain_has_a_letter_for_each_of_its_agents(scores):
    for one in scores.survey.asked[::29]:
        form, query = chain_form(scores.survey.members[0], one.query), one.query
        letters = [word for word in form.split() if len(word) == 1]
        assert letters[0] == "X"
        persons = [query.agent, *query.chain]
        assert len(letters) == len(persons)
        assert len({*zip(letters, persons, strict=True)}) == len({*letters}) == len({*persons})


def test_graphml_is_read_back_as_it_was(scores, tmp_path):
    graph = imitation_graph(scores)
    again = nx.read_graphml(write_graphml(graph, tmp_path, "graph"))
    assert dict(again.edges) == dict(graph.edges)


def test_a_contender_that_took_no_part_has_no_graph(scores):
    for draw in (imitation_graph, chain_graph):
        with pytest.raises(FunhouseError, match="'nobody'"):
            draw(scores, "nobody")


def test_titles_state_the_finding_with_its_numbers(scores, report):
    rows = [one for one in report["by_observed"] if (one["stance"], one["depth"]) == ("behave", 1)]
    last = [one for one in rows if one["contender"] == "mind" and one["questions"] >= curves.FEWEST_DRAWN][-1]
    assert f"After {last['observed']} observed steps" in title(curves.by_observed(report))
    assert f"the mind as Y is {last['excess_nats']:.2f} nats" in title(curves.by_observed(report))
    edges = imitation_graph(scores).edges(data=True)
    worst = max(edges, key=lambda edge: edge[2]["excess_nats"])
    assert f"Worst: {worst[0]} as {worst[1]}" in title(draw_imitation(imitation_graph(scores)))
    sights = [
        one for one in report["by_sight"] if (one["stance"], one["depth"], one["contender"]) == ("behave", 1, "mind")
    ]
    me, target = max(sights, key=lambda one: one["excess_nats"])["sight"].split(" × ")
    assert f"Hardest: a {me}-sighted X as a {target}-sighted Y" in title(curves.by_sight(report))
    assert "depth 0 and on" in title(draw_chains(chain_graph(scores)))


def test_skill_over_depth(report):
    depths = [one for one in report["rows"] if one["contender"] == "mind" and one["skill"] is not None]
    assert depths
    figure = curves.by_depth(report)
    said = " / ".join(f"{one['skill']:.2f}" for one in depths if one["stance"] == "behave")
    if said:
        assert f"Skill {said} at depth" in title(figure)
    assert {text.get_text() for text in figure.axes[0].texts} >= {"the truth", "the best shortcut"}


def test_calibration_says_how_far_off_the_mind_is(log):
    described = score_descriptions(log, [Honest(4.0)])
    rows = [one for one in described["calibration"] if one["contender"] == "mind" and one["count"] >= 30]
    off = sum(o["count"] * abs(o["right"] - o["stated"]) for o in rows) / sum(o["count"] for o in rows)
    assert f"{off:.3f}" in title(curves.calibration(described))


def test_nothing_to_draw_is_an_error_that_says_so(report):
    for draw in (curves.by_depth, curves.by_observed, curves.by_sight):
        with pytest.raises(FunhouseError, match="'nobody'"):
            draw(report, "nobody")


def test_the_same_picture_is_the_same_bytes(report, tmp_path):
    for path in save(curves.by_observed(report), tmp_path / "one", "picture"):
        again = tmp_path / "other" / path.name
        save(curves.by_observed(report), tmp_path / "other", "picture")
        assert path.read_bytes() == again.read_bytes()


def test_a_crowd_of_agents_is_drawn_with_few_labels(log, mind, scores):
    (episode,) = episodes(1, agents=12, steps=12, map="open")
    graph = imitation_graph(examine_pairs(episode, [mind], scores.fitted), node=by_name)
    assert graph.number_of_edges() > 40
    axes = draw_imitation(graph).axes[0]
    assert len(axes.texts) == len(graph) + 6  # the nodes, and the three best and worst edges


def test_everything_is_published(scores, log, mind, tmp_path):
    described = score_descriptions(log[:8], [Honest()])
    files = publish(scores, tmp_path, descriptions=described, episode=log[0], answerers=[mind])
    names = {path.name for path in files}
    assert {"imitation.png", "chains.svg", "episode.graphml", "by_sight.png", "calibration.svg"} <= names
    assert len(files) == 7 * 2 + 3
    assert all(path.stat().st_size > 500 for path in files)


def test_a_little_log_has_its_graphs_and_the_curves_that_it_is_enough_for(log, train_log, mind, tmp_path):
    few = examine(log[:2], [mind], train_log, sampling=Sampling(questions=16))
    names = {path.name for path in publish(few, tmp_path)}
    assert "imitation.png" in names
    assert "by_depth.png" not in names
