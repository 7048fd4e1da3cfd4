"""Batches: each question stands beside the event in whose scene it is put, and draws keep to a few parts."""

import numpy as np
import pytest
import torch

from agents import Question
from tests.tom.worlds_of_minds import short_log, untrained_mind
from tom.filter.batch import (
    UNLABELLED,
    Draws,
    TextTable,
    TrainingBatches,
    arrays_of,
    drawn_questions,
    event_tensors,
    question_tensors,
)
from tom.filter.inputs import inputs_of
from tom.filter.relations import ABSENT, SLOTS, question_relations, wanted_of
from tom.filter.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def batch() -> tuple[dict, dict]:
    return TrainingBatches([short_log()], Vocabulary(), 4, seed=5).batch(0)


def test_rows_lie_end_to_end_and_what_relations_read_is_padded(batch):
    event, _ = batch
    sizes = event["sizes"]
    assert len(set(sizes)) > 1
    assert event["real"].sum(1).tolist() == sizes
    assert all(len(part) == sum(sizes) for part in event["rows"].values())
    for b, size in enumerate(sizes):
        assert event["real"][b, :size].all()
        rows = event["rows"]["own"][sum(sizes[:b]) :][:size]
        assert torch.equal(event["own"][b, :size], rows)


def test_a_question_stands_at_the_event_of_its_body_and_step(batch):
    event, question = batch
    starts = np.cumsum([0, *event["sizes"][:-1]])
    labelled = 0
    for b, q in np.argwhere((question["action"] != UNLABELLED).numpy()):
        e = int(question["place"][b, q]) - starts[b]
        assert event["real"][b, e]
        assert event["line"][b, e] == 0
        assert (event["step"][b, e], event["agent"][b, e]) == (question["step"][b, q], question["body"][b, q])
        assert event["rows"]["action"][starts[b] + e] == question["action"][b, q]
        labelled += 1
    assert labelled > 100


def test_every_line_that_a_question_needs_is_there(batch):
    event, question = batch
    named = question["slot"] >= 0
    assert ((question["line"] != ABSENT) >= named).all()
    assert 0 < event["line"].max() <= question["line"].max()


@pytest.mark.parametrize("parts", [1, 3])
def test_predictions_are_about_a_few_parts(parts):
    episode, inputs = short_log()[0], inputs_of(short_log().config)
    drawn = drawn_questions(
        episode, inputs.sees(episode, 0), 0, inputs.types(episode), TextTable(Vocabulary()),
        Draws(own=0, predict=48, parts=parts, describe=0), np.random.default_rng(0),
    )  # fmt: skip
    asked = list(drawn)
    assert len({q.chain for q in asked}) == parts
    assert len({q.text for q in asked}) <= parts  # one wording each
    assert all(q.body == q.chain[0] != 0 and episode.action[q.step, q.body] == q.action for q in asked)


def test_only_the_lines_that_questions_need_are_looked_along():
    episode, inputs = short_log()[0], inputs_of(short_log().config)
    texts, generator = TextTable(Vocabulary()), np.random.default_rng(1)
    drawn = list(drawn_questions(episode, inputs.sees(episode, 2), 2, inputs.types(episode), texts, Draws(),
                                 generator))  # fmt: skip
    wanted = {one for q in drawn for one in wanted_of(2, q.chain)}
    history = inputs.history(episode, 2, through=sorted(wanted))
    found = {(history.line[e], history.agent[e]) for e in range(len(history)) if history.line[e] > 0}
    assert found <= {(history.lines[line], who) for line, who in wanted}
    assert max(len(line) for line, _ in wanted) >= 2
    assert all(len(q.chain[-SLOTS:]) <= SLOTS for q in drawn)


@torch.no_grad()
@pytest.mark.parametrize("roles", ["announced", "hidden"])
@pytest.mark.parametrize("me", range(5))
def test_training_reads_a_question_as_it_is_read_when_asked(roles, me):
    log, mind, texts = short_log(roles=roles), untrained_mind(), TextTable(Vocabulary())
    episode, inputs = log[0], inputs_of(log.config)
    native, sees = inputs.native(episode), inputs.sees(episode, me)
    draws = Draws(own=24, predict=4, describe=0)
    drawn = list(drawn_questions(episode, sees, me, inputs.types(episode), texts, draws, np.random.default_rng(2)))
    direct = native > 0
    direct[[q.step for q in drawn], [q.body for q in drawn]] = True
    through = [one for q in drawn for one in wanted_of(me, q.chain)]
    history = inputs.history(episode, me, native, through, direct)
    event, persona = event_tensors([history], [me]), texts.add(episode.agents[me].description)
    question = question_tensors([arrays_of(drawn, history, me)], [persona], texts, event["sizes"])
    question["relation"] = question_relations(event, question, torch.float32)
    log_chance, _ = mind.network.answer(mind.network.encode(event), question)
    own = [(k, q) for k, q in enumerate(drawn) if q.body == me]
    asked = [Question(episode.names[me], int(q.step), episode.prompt[q.step][me]) for _, q in own]
    read = log_chance[0, [k for k, _ in own]].exp().numpy()
    assert np.allclose(read, mind.answer(episode, asked), atol=1e-6)
