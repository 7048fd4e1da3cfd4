"""The mirror probe finds self-recognition where it is, and none where nothing behind the glass is the agent."""

from itertools import pairwise

import numpy as np
import pytest

from agents import Reasoned
from agents.answer import Question
from agents.registry import type_space
from analysis.contenders.contingency import CONTINGENCY, LAG
from analysis.probes import Settings, Subject, find, sound
from analysis.probes.mirror import PROBE
from analysis.probes.mirror import design as designed
from analysis.probes.mirror.analysis import AS_IMAGE, BLIND, NEXT, WASHING, WHICH
from analysis.probes.mirror.design import (
    BLANK,
    COLOURS,
    CONDITIONS,
    DELAYS,
    FLIPPED,
    IMAGE,
    IMITATOR,
    LIVE,
    ME,
    REPLAY,
    SHARES,
    TWIN,
    Design,
    Mirror,
)  # fmt: skip
from analysis.questions.perception import Perception
from worlds.orchard.marks import WASH
from worlds.orchard.mirror import REFLECTED, life_of, reflected

DESIGN = Design(observed=(0, 2, 4, 8), each=6, conditions=(LIVE, REPLAY, COLOURS, BLANK))
SETTINGS = Settings(seeds=2, split="validation")


class Mind:
    """The exact reasoner under a mind's name."""

    def __init__(self, name="mind"):
        self.name = name

    def answer(self, episode, questions):
        return Reasoned(type_space(episode)).answer(episode, questions)


class Mirrored(Mind):
    """One that knows what the image will do, and takes it for another all the same."""

    def answer(self, episode, questions):
        said = super().answer(episode, questions)
        for q, one in enumerate(questions):
            if one.prompt == f"predict {episode.names[IMAGE]}":
                mine = super().answer(episode, [Question(one.agent, one.step, "behave as myself")])[0]
                said[q] = mine[REFLECTED[: len(mine)]]
        return said


MARKS = {"mirrorless": Subject(Mind(), [Mind(BLIND)]), "mirrored": Subject(Mirrored())}
SUBJECT = Subject(Mind(), [Mind(BLIND), Mind("mind, no history")], marks=MARKS)


@pytest.fixture(scope="module")
def document():
    return PROBE.run(SUBJECT, SETTINGS, design=DESIGN)


@pytest.fixture(scope="module")
def mirror() -> Mirror:
    design = Design()
    return Mirror(design, design.run(0, "validation"), 3)


def control_of(document, name):
    return next(one for one in document["controls"] if one["name"] == name)


def row_of(document, **wanted):
    return next(row for row in document["rows"] if all(row[key] == value for key, value in wanted.items()))


def test_the_controls_do_what_they_must(document):
    for effect in ("recognition", "anticipation", "mark"):
        assert control_of(document, f"{CONTINGENCY}: {effect}")["passed"] is True
        assert control_of(document, f"A* planner: {effect}")["passed"] is False
        assert control_of(document, f"mirrorless {BLIND}: {effect}")["passed"] is False
        assert control_of(document, f"{LAG}: {effect}")["passed"] is None
    assert control_of(document, f"{BLIND}: recognition")["passed"] is False
    assert sound(document)


def test_the_probe_fails_where_the_image_does_what_somebody_else_does(monkeypatch):
    shown = Mirror._shown
    monkeypatch.setattr(Mirror, "_shown", lambda self, one: shown(self, TWIN if one == LIVE else one))
    blind = PROBE.run(SUBJECT, SETTINGS, design=DESIGN)
    for effect in ("recognition", "anticipation", "mark"):
        assert control_of(blind, f"{CONTINGENCY}: {effect}")["passed"] is False
    assert not sound(blind)


def test_no_mark_is_found_where_none_is_shown(monkeypatch):
    monkeypatch.setitem(designed.SCENES, designed.SEEN, (LIVE, True, False))
    blind = PROBE.run(SUBJECT, SETTINGS, design=DESIGN)
    assert control_of(blind, f"{CONTINGENCY}: mark")["passed"] is False
    assert control_of(blind, f"{CONTINGENCY}: recognition")["passed"] is True


def test_exact_reasoning_recognises_nothing(document):
    figures = {one["name"]: one for one in document["figures"]}
    for name in ("mind: recognition", "mind: anticipation", "mirrorless mind: anticipation", "mirrorless mind: mark"):
        assert figures[name]["value"] == pytest.approx(0)


def test_to_foresee_an_image_is_not_to_be_it(document):
    figures = {one["name"]: one for one in document["figures"]}
    assert figures["mirrored mind: anticipation"]["low"] > 0.5
    assert figures["mirrored mind: recognition"]["value"] == pytest.approx(0)
    row = row_of(document, readout=NEXT, condition=LIVE, observed=4, contender="mirrored mind")
    assert row["foreseen"] == pytest.approx(0, abs=1e-3)
    assert row_of(document, readout=NEXT, condition=REPLAY, observed=4, contender="mirrored mind")["foreseen"] > 0.3


def test_there_is_a_row_for_everybody(document):
    image = [row for row in document["rows"] if row["readout"] == AS_IMAGE]
    assert len(image) == len(DESIGN.conditions) * len(DESIGN.observed) * (6 + 4)
    assert {row["condition"] for row in document["rows"] if row["readout"] == WHICH} == {REPLAY, COLOURS}
    wash = {row["contender"] for row in document["rows"] if row["readout"] == WASHING}
    scripted = {CONTINGENCY, LAG, "reasoner", "A* planner"}
    assert {"mirrorless mind", f"mirrorless {BLIND}", "mirrored mind", *scripted} == wash


def test_colours_mislead_whoever_only_watches(document):
    says = {
        name: row_of(document, readout=AS_IMAGE, condition=COLOURS, observed=8, contender=name)["from_myself"]
        for name in ("reasoner", CONTINGENCY)
    }
    assert says["reasoner"] > 0.5
    assert says[CONTINGENCY] < 0.2


def test_a_wall_teaches_nothing(document):
    rows = [row_of(document, readout=AS_IMAGE, condition=BLANK, observed=k, contender="reasoner") for k in (0, 8)]
    live = row_of(document, readout=AS_IMAGE, condition=LIVE, observed=8, contender="reasoner")
    assert live["from_myself"] < 0.5 * min(row["from_myself"] for row in rows)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_image_moves_as_it_acts_in_sight_of_an_agent_that_lives_the_same(condition, mirror):
    episode, live = mirror.episode(condition), mirror.episode(LIVE)
    assert episode.images == (IMAGE,)
    assert episode.names[IMAGE] == live.names[IMAGE] != episode.names[ME]
    assert np.array_equal(episode.cell[:, ME], live.cell[:, ME])
    assert np.array_equal(episode.action[:, ME], live.action[:, ME])
    assert Perception(episode).sees[:, ME, IMAGE].all() == (condition != BLANK)
    assert all(role == () for row in episode.role for role in row)
    assert not episode.reward[:, IMAGE].any()
    for (cell, action), (after, _) in pairwise(zip(episode.cell[:, IMAGE], episode.action[:, IMAGE], strict=True)):
        assert episode.geometry.neighbor[cell, action] == after


def test_a_live_image_does_the_reflected_act_and_a_delayed_one_does_it_later(mirror):
    own = mirror.episode(LIVE)
    for condition, delay in {LIVE: 0, **DELAYS}.items():
        shown = mirror.episode(condition)
        expected = REFLECTED[own.action[: own.steps - delay, ME]]
        assert np.array_equal(shown.action[delay:, IMAGE], expected)
    assert np.array_equal(life_of(own, IMAGE).cell, reflected(life_of(own, ME)).cell)


def test_distortions_change_what_they_say_and_nothing_else(mirror):
    live, flipped, coloured = (mirror.episode(one) for one in (LIVE, FLIPPED, COLOURS))
    width = live.walls.shape[1] // 2 + 1
    assert np.array_equal(flipped.fruit[:, ::-1, width:], live.fruit[:, :, width:])
    assert np.array_equal(coloured.fruit[..., width:] >= 0, live.fruit[..., width:] >= 0)
    assert not np.array_equal(coloured.fruit[..., width:], live.fruit[..., width:])
    assert np.array_equal(coloured.action, live.action)
    assert np.array_equal(coloured.fruit[..., :width], live.fruit[..., :width])


def test_contingency_is_as_partial_as_it_says(mirror):
    design = Design()
    same = {share: [] for share in (TWIN, *SHARES)}
    for index in range(12):
        here = Mirror(design, design.run(0, "validation"), index)
        for condition, agree in same.items():
            episode = here.episode(condition)
            agree += (REFLECTED[episode.action[:, ME]] == episode.action[:, IMAGE]).tolist()
    twin, *partial = (np.mean(agree) for agree in same.values())
    for share, found in zip(SHARES.values(), partial, strict=True):
        assert found == pytest.approx(share + (1 - share) * twin, abs=0.12)


def test_an_imitator_ends_like_the_agent_and_not_like_its_type(mirror):
    design, mine, theirs = Design(), [], []
    for index in range(12):
        here = Mirror(design, design.run(0, "validation"), index)
        episode = here.episode(IMITATOR)
        reasoner = Reasoned(type_space(episode)).reasoner
        for step in range(8, episode.steps):
            chance = reasoner.natives(episode, IMAGE, step)[:, episode.action[step, IMAGE]]
            mine.append(np.log(chance[here.type]))
            theirs.append(np.log(chance[here.foil]))
    assert np.mean(mine) > np.mean(theirs) + 0.3


def test_a_numb_agent_washes_only_what_it_takes_for_its_own(document):
    wash = {
        (one, name): row_of(document, readout=WASHING, condition=one, observed=8, contender=name)["wash"]
        for one in designed.SCENES
        for name in ("reasoner", CONTINGENCY)
    }
    assert wash[designed.SEEN, CONTINGENCY] > 0.9
    assert wash[designed.FELT, "reasoner"] > 0.9
    for one in (designed.SHAM, designed.ON_OTHER, designed.NO_MIRROR):
        assert wash[one, CONTINGENCY] < 0.1
    assert wash[designed.SEEN, "reasoner"] < 0.1
    assert WASH == 5


def test_pictures_and_tables_hold_every_condition(document):
    drawn = find("mirror").draw(document)
    assert set(drawn) == {"mirror", "mirror_next", "mirror_mark", "mirror_room"}
    image, _, _, wash = find("mirror").tables(document)
    assert set(image.columns[0].cells) >= set(DESIGN.conditions)
    assert set(wash.columns[0].cells) >= set(designed.SCENES)
