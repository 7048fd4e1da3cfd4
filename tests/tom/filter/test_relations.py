"""How questions find events: by the places through which the definition looks, before their step, and nothing else."""

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings

from agents import Question
from agents.answer import resolve
from agents.orchard.theory import Theory
from tests.agents.little import asked
from tests.tom.worlds_of_minds import short_log, untrained_mind
from tom.filter.relations import (
    ABSENT,
    BARS,
    LAST,
    NATIVE,
    NO_ONE,
    PATHS,
    SEEN,
    SLOTS,
    line_indices,
    lines_of,
    slots_of,
    wanted_of,
)

NEAR_SIGHTED = "a near-sighted agent"
PROMPTS = (
    "behave as myself",
    "behave as {0}",
    "predict {1}",
    "behave as {0} pretending to be {1}",
    "predict {1} pretending to be {2}",
    "behave as {0} pretending to be an agent that likes red pretending to be {2}",
    "behave as {0} pretending to be {1} pretending to be me",
)


class Tagged(list):
    """A history that knows through whom it was perceived."""

    def __init__(self, percepts, line):
        super().__init__(percepts)
        self.line = line


class Watched(Theory):
    """The definition, which notes whose acts it took for evidence, and through which line they were seen."""

    def __init__(self, theory):
        vars(self).update(vars(theory))
        self.noted = set()

    def perceive(self, history, body, senses):
        return Tagged(super().perceive(history, body, senses), (*getattr(history, "line", ()), body))

    def posterior(self, history, who):
        self.noted.add((history.line, who))
        return np.full(len(self.types), 1 / len(self.types))


@pytest.mark.parametrize("depth", [1, 2])
def test_lines_are_the_places_through_which_the_definition_looks(depth):
    @settings(max_examples=25)
    @given(asked(depth, kinds=(1, 1), steps=(3, 4)))
    def check(question):
        case, me, step, chain = question
        names, theory = case.episode.names, Watched(case.theory)
        theory.behave(Tagged(case.history(me, step), ()), names[me], case.own[me], case.named(chain))
        assert theory.noted == {
            (tuple(names[i] for i in line), names[who])
            for line, who in zip(lines_of(me, chain), chain, strict=True) if not isinstance(who, str)
        }  # fmt: skip

    check()


def test_somebody_described_stands_where_the_one_before_stood():
    assert lines_of(0, (3, 1, 2)) == [(), (3,), (3, 1)]
    assert lines_of(0, (3, NEAR_SIGHTED, 2)) == [(), (3,), (3, 3)]
    assert lines_of(0, (NEAR_SIGHTED, 2)) == [(), (0,)]
    assert lines_of(0, (NEAR_SIGHTED, NEAR_SIGHTED, 2)) == [(), (0,), (0, 0)]
    assert wanted_of(0, (3, NEAR_SIGHTED, 2)) == [((3, 3), 2)]
    assert wanted_of(0, (4, 3, 1, 2)) == [((4,), 3), ((4, 3), 1), ((4, 3, 1), 2)]


def test_slots_and_their_lines_count_from_the_end():
    assert slots_of((3, NEAR_SIGHTED)) == (NO_ONE, 3, ABSENT)
    assert slots_of((4, 3, 1, 2)) == (2, 1, 3)
    assert line_indices(0, (3, 1), {(): 0, (3,): 7}) == (7, 0, ABSENT)
    assert line_indices(0, (3, 1), {(): 0}) == (ABSENT, 0, ABSENT)


def read(mind, episode, questions):
    """The agent's history and the tensors that the network reads, as (history, event, question)."""
    caught = {}
    mind.answer(episode, questions, lambda event, question: caught.update(event=event, question=question))
    me = episode.find(questions[0].agent)
    return mind._histories[id(episode), me][1].history, caught["event"], caught["question"]


def put(episode, steps=(3, 17)):
    """All prompts, put to an agent about those whom it perceives at those steps."""
    history = untrained_mind().inputs.history(episode, 0)
    for t in steps:
        order = sorted(range(1, 5), key=lambda j: history.at[t, j] < 0)
        names = [episode.names[j] for j in (order[1], order[0], order[2])]
        assert history.at[t, order[0]] >= 0
        yield from (Question(episode.names[0], t, prompt.format(*names)) for prompt in PROMPTS)


def test_questions_attend_to_exactly_the_native_events_of_their_lines_before_their_step():
    episode, mind = short_log()[0], untrained_mind()
    questions = list(put(episode))
    history, _, question = read(mind, episode, questions)
    line_of = {index: line for line, index in history.lines.items()}
    relation = question["relation"][0]  # r q e
    for q, asked_ in enumerate(questions):
        query = resolve(episode, asked_)
        ends = list(zip(lines_of(0, query.chain), query.chain, strict=True))[::-1][:SLOTS]
        bears = np.zeros((SLOTS, len(history)), bool)
        for s, end in enumerate(ends):
            bears[s] = [(line_of[line], who) == end for line, who in zip(history.line, history.agent, strict=True)]
        bears &= (history.step < query.step) & (history.native > 0)
        assert (relation[BARS, q].numpy() == ~bears.any(0)).all()
        assert (relation[LAST : LAST + SLOTS, q].numpy() == bears).all()
        for k, ((slot, back), sight) in enumerate(product(PATHS, (0, 1))):
            assert (relation[SEEN + k, q].numpy() == (bears[slot] & (history.sights[:, back] == sight))).all()
        assert (relation[NATIVE, q] == torch.from_numpy(history.native)).all()
    assert all((relation[SEEN + k] > 0).any() for k in range(6))


def test_what_is_barred_changes_no_answer_and_what_is_not_does():
    episode, mind = short_log()[0], untrained_mind()
    for asked_ in put(episode):
        _, event, question = read(mind, episode, [asked_])
        log, _ = mind.network.answer(mind.network.encode(event), question)
        barred = question["relation"][0, BARS, 0] > 0
        for which in (barred, ~barred):
            rows = {**event["rows"], "action": (event["rows"]["action"] + which) % 5}
            changed, _ = mind.network.answer(mind.network.encode({**event, "rows": rows}), question)
            if which is barred or barred.all():
                assert torch.allclose(log, changed, atol=1e-6), asked_
            else:
                assert (log - changed).abs().max() > 1e-5, asked_
