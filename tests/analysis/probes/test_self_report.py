"""The self-report probe finds what is told rightly, and nothing where acts or words tell nothing."""

import numpy as np
import pytest

from agents.orchard.run import RunConfig
from agents.orchard.strangers import meet, uniform
from agents.population import PopulationConfig
from analysis.figures.report import page
from analysis.probes import Settings, Subject, find, sound
from analysis.probes.self_report import PROBE
from analysis.probes.self_report import analysis as measuring
from analysis.probes.self_report.design import ANOTHERS, AS_ITSELF, BY_NAME, NO_ACTS, OTHERS, OWN, UNTOLD, Design, told
from analysis.scores.statements import Statements
from tests.analysis.probes.exact_minds import ExactMind, control_of, figure_of

DESIGN = Design(episodes=8)
SETTINGS = Settings(seeds=2, split="validation")
BLANKED = [ExactMind("mind, no history", "prior"), ExactMind(NO_ACTS, "prior")]


@pytest.fixture(scope="module")
def document():
    return PROBE.run(Subject(ExactMind(), BLANKED), SETTINGS, design=DESIGN)


def test_the_controls_do_what_they_must(document):
    names = {one["name"] for one in document["controls"] if one["kind"] == "positive"}
    assert len(names) == 5
    for name in names - {"calibration: posterior"}:
        assert control_of(document, name)["passed"] is True
    for one in document["controls"]:
        if one["kind"] == "negative":
            assert one["passed"] is False


def test_a_mind_that_is_the_reasoner_reaches_every_figure(document):
    assert figure_of(document, "nats beyond the posterior")["value"] == pytest.approx(0)
    assert figure_of(document, "resolved", about=f"{AS_ITSELF}, {OWN}")["reached"] is True
    for one in document["figures"]:
        if one["name"].startswith("change of skill"):
            assert one["value"] == pytest.approx(0, abs=1e-9)


def test_the_probe_fails_where_acts_tell_nothing(monkeypatch):
    """Everybody moves at random, whatever it is like, and has been told next to nothing."""

    def at_random(run, index):
        alone = run.orchard.steps
        quiet = RunConfig(run.orchard, population=PopulationConfig(switch=alone), seed=run.seed, split=run.split)
        return meet(quiet, index, dict.fromkeys(range(run.orchard.agents), uniform), "an agent that is shy")

    monkeypatch.setattr(measuring, "play", at_random)
    blind = PROBE.run(Subject(ExactMind(), BLANKED), SETTINGS, design=DESIGN)
    assert control_of(blind, "others: posterior")["passed"] is False
    assert control_of(blind, "itself, from acts: posterior")["passed"] is False
    assert control_of(blind, "itself, from words: who reads the words")["passed"] is False
    assert not sound(blind)


def test_who_overstates_is_off():
    honest, boaster = (
        PROBE.run(Subject(ExactMind(power=power), BLANKED), SETTINGS, design=DESIGN) for power in (1.0, 4.0)
    )
    off = [figure_of(one, "calibration error", about=OTHERS)["value"] for one in (honest, boaster)]
    assert off[1] > off[0] + 0.03
    assert figure_of(boaster, "nats beyond the posterior")["low"] > 0


def test_who_knows_the_colours_it_was_trained_on_only_is_found_out(document):
    class Provincial(ExactMind):
        """It knows only worlds that somebody played: permuted ones it has never seen."""

        def answer(self, episode, questions):
            native = all(one.type["taste"] == tastes[one.name] for one in episode.agents)
            return ExactMind(belief="posterior" if native else "prior").answer(episode, questions)

    tastes: dict = {}
    play = measuring.play

    def noted(run, index):
        episode = play(run, index)
        tastes.clear()
        tastes.update({one.name: one.type["taste"] for one in episode.agents})
        return episode

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measuring, "play", noted)
        found = PROBE.run(Subject(Provincial(), BLANKED), SETTINGS, design=DESIGN)
    change = figure_of(found, "change of skill, tastes permuted by 1", about="behave, depth 1")
    assert change["high"] < -0.5
    assert change["reached"] is False


def test_nobody_is_told_its_own_description_where_it_is_told_anothers():
    episode = measuring.play(DESIGN.run(0, "validation"), 0)
    for one, before in zip(told(episode, ANOTHERS).agents, episode.agents, strict=True):
        assert one.description != before.description
        assert one.description in [agent.description for agent in episode.agents]
        assert one.type == before.type
    assert {one.description for one in told(episode, UNTOLD).agents} == {"an agent"}
    assert told(episode, OWN) is episode


def test_the_calibration_error_is_the_distance_that_is_stated():
    right = np.tile([[True], [False], [False], [False]], (50, 1))
    stated = np.full((200, 1), 0.65)
    where = np.arange(200) // 4
    one = Statements(where, np.zeros(200), np.zeros(200, bool), {"a": stated}, {"a": stated[:, 0]}, right)
    value, low, high = one.miscalibrated("a")
    assert (value, low, high) == pytest.approx((0.4, 0.4, 0.4))
    assert one.curve("a")[0]["right"] == pytest.approx(0.25)


def test_there_is_a_row_for_everything_that_is_asked(document):
    asked = {(row["about"], row["words"]) for row in document["rows"] if row["about"]}
    ways = {(about, words) for about in (BY_NAME, AS_ITSELF) for words in (OWN, UNTOLD, ANOTHERS)}
    assert asked == {(OTHERS, OWN), *ways}
    permuted = {(row["depth"], row["permuted"]) for row in document["rows"] if not row["about"]}
    assert permuted == {(depth, places) for depth in (1, 2) for places in (0, 1, 2)}


def test_the_picture_and_the_tables(document):
    drawn = find("self-report").draw(document)
    assert "<img" in page([("about", document, drawn)])
    said, skill = find("self-report").tables(document)
    assert said.row_count == len([row for row in document["rows"] if row["about"]])
    assert skill.row_count
