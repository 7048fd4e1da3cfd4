"""Each control of a mind does what it says, whatever it scores: checked on what it is given, and broken on purpose."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
import torch

from agents import Question, resolve
from tests.tom.worlds_of_minds import short_log, untrained_mind
from tom.filter import ablations
from tom.filter.ablations import CONTROLS
from tom.filter.mind import FilterMind
from tom.filter.relations import ABSENT, BARS, LAST, slots_of
from tom.filter.vocabulary import BLANK
from worlds import Episode

STEP, ME = 17, 0
PROMPTS = (
    "behave as {0}", "play {1}", "behave as {0} pretending to be {1}", "act like {0} who acts like me",
    "behave as {1} pretending to be me", "imitate {0} imitating {1} imitating {2}",
)  # fmt: skip


class Given(NamedTuple):
    """What stood in for a mind, and what its network was given of an episode."""

    mind: FilterMind
    edit: Callable
    turned: int
    event: dict
    question: dict

    def answer(self, episode: Episode) -> np.ndarray:
        return self.mind.answer(episode, asked(episode), self.edit, self.turned)


def asked(episode: Episode) -> list[Question]:
    names = episode.names
    return [Question(names[ME], STEP, prompt.format(*names[1:])) for prompt in PROMPTS]


def given(mind: FilterMind, edit: Callable | None, turned: int) -> Given:
    """What a mind's network reads once an edit is done."""
    seen = []

    def listening(event: dict, question: dict) -> None:
        if edit is not None:
            edit(event, question)
        seen.append((dict(event), dict(question)))

    mind.answer(short_log()[0], asked(short_log()[0]), listening, turned)
    return Given(mind, edit, turned, *seen[0])


def otherwise_done(whose: slice) -> Episode:
    """The episode in which some agents did something else at every step."""
    episode = short_log()[0]
    action = episode.action.copy()
    action[:, whose] = (action[:, whose] + 1) % 5
    return replace(episode, action=action)


def hangs_on(answers: Callable, one: Episode, other: Episode) -> bool:
    return np.abs(answers(one) - answers(other)).max() > 1e-6


def check_no_history(found: Given) -> None:
    """Every event is barred, and no answer hangs on what anybody did."""
    assert (found.question["relation"][:, BARS] == 1).all()
    assert not hangs_on(found.answer, short_log()[0], otherwise_done(slice(None)))


def check_no_own_actions(found: Given) -> None:
    """Every event of its own is barred, whoever saw it, and no answer hangs on them."""
    own = found.event["agent"] == ME
    assert own.any()
    assert (found.question["relation"][:, BARS].swapaxes(1, 2)[own] == 1).all()
    assert not hangs_on(found.answer, short_log()[0], otherwise_done(slice(ME, ME + 1)))


def check_no_prompt(found: Given) -> None:
    """There is no word of the prompt and nobody whom it names, and all prompts are answered alike."""
    words = found.question["texts"][found.question["text"]]
    assert (words[..., 0] == BLANK).all()
    assert not words[..., 1:].any()
    assert (found.question["slot"] == ABSENT).all()
    assert not found.question["relation"][:, LAST].any()
    said = found.answer(short_log()[0])
    assert np.abs(said - said[0]).max() < 1e-6


def check_names_shuffled(found: Given) -> None:
    """Nobody whom a prompt names stands where it names them."""
    episode = short_log()[0]
    named = torch.tensor([slots_of(resolve(episode, one).chain) for one in asked(episode)])
    slots = found.question["slot"][0]
    assert (slots[named >= 0] != named[named >= 0]).all()
    assert torch.equal(slots[named < 0], named[named < 0])


CHECKS = {
    "mind, no history": check_no_history,
    "mind, no prompt": check_no_prompt,
    "mind, names shuffled": check_names_shuffled,
    "mind, own actions blanked": check_no_own_actions,
}


@pytest.mark.parametrize("control", CONTROLS)
def test_a_control_does_what_it_says(control):
    CHECKS[control](given(untrained_mind(), *CONTROLS[control]))


def test_a_mind_of_which_nothing_is_taken_away_passes_no_check():
    whole = given(untrained_mind(), None, 0)
    for check in CHECKS.values():
        with pytest.raises(AssertionError):
            check(whole)
    for other in (otherwise_done(slice(None)), otherwise_done(slice(ME, ME + 1))):
        assert hangs_on(whole.answer, short_log()[0], other)


def every_second_event_kept(event, question):
    question["relation"][:, BARS, :, ::2] = 1.0


def the_last_steps_kept(event, question):
    question["relation"][:, BARS] = torch.maximum(question["relation"][:, BARS], (event["step"] < STEP - 3)[:, None])


def barred_at_odd_steps(event, question):
    own = event["own"][..., 1] * (event["step"] % 2)
    question["relation"][:, BARS] = torch.maximum(question["relation"][:, BARS], own[:, None])


def barred_where_it_saw_itself(event, question):
    own = event["own"][..., 1] * (event["line"] == 0)
    question["relation"][:, BARS] = torch.maximum(question["relation"][:, BARS], own[:, None])


def one_word_kept(event, question):
    first = question["texts"][question["text"]][0, :, :1]
    ablations._no_prompt(event, question)
    width = question["texts"].shape[1]
    kept = torch.cat([first, torch.full_like(first, BLANK), first.new_zeros(len(first), width - 2)], 1)
    question["text"] = len(question["texts"]) + torch.arange(len(first))[None]
    question["texts"] = torch.cat([question["texts"], kept])


def names_kept(event, question):
    pointed = question["slot"], question["relation"]
    ablations._no_prompt(event, question)
    question["slot"], question["relation"] = pointed


BROKEN = {
    "no history, every second event kept": ("mind, no history", every_second_event_kept),
    "no history, the last steps kept": ("mind, no history", the_last_steps_kept),
    "own actions blanked at odd steps only": ("mind, own actions blanked", barred_at_odd_steps),
    "own actions kept as others saw them": ("mind, own actions blanked", barred_where_it_saw_itself),
    "no prompt, one word kept": ("mind, no prompt", one_word_kept),
    "no prompt, names kept": ("mind, no prompt", names_kept),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_control_is_caught(broken):
    control, edit = BROKEN[broken]
    with pytest.raises(AssertionError):
        CHECKS[control](given(untrained_mind(), edit, 0))


@pytest.mark.parametrize("kept", [0, -1], ids=["the first", "the last"])
def test_names_shuffled_but_one_is_caught(kept, monkeypatch):
    def turned(chain, by, n):
        after = [who if isinstance(who, str) else (who + by) % n for who in chain]
        after[kept] = chain[kept]
        return tuple(after)

    monkeypatch.setattr("tom.filter.mind._turned", turned)
    with pytest.raises(AssertionError):
        check_names_shuffled(given(untrained_mind(), *CONTROLS["mind, names shuffled"]))
