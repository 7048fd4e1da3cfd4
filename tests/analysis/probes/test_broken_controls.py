"""A control that is not what it is said to be is caught, in every probe: two of them are broken on purpose.

One that must not show the effect knows in truth what it is asked; one that must show it gives the base rate.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from agents.answer import Reasoned, resolve
from agents.orchard.rollout import rollout
from agents.registry import reasoner_of, type_space
from analysis.contenders.contingency import ContingencyTest, Recogniser
from analysis.copies import scoring as copied
from analysis.copies.asking import to_theta
from analysis.probes import Settings, Subject, find, probes, wrong
from analysis.probes.contenders import Exact
from analysis.probes.copies.design import Design as Copies
from analysis.probes.false_belief.design import Design as FalseBelief
from analysis.probes.funhouse.design import Design as Funhouse
from analysis.probes.lens.design import NEW
from analysis.probes.lens.design import Design as Lens
from analysis.probes.mirror.design import BLANK, LIVE, REPLAY
from analysis.probes.mirror.design import Design as Mirror
from analysis.probes.self_report import design as reports
from analysis.probes.stranger import analysis as strangers
from analysis.probes.stranger.design import HELD_OUT
from analysis.probes.stranger.design import Design as Stranger
from tests.analysis.contenders import marked
from tests.analysis.probes.exact_minds import ExactMind, split

NEGATIVE = "mind, no history"  # as it is called; whoever bears the name here knows everything


class Knows(ExactMind):
    """What is true, for an answer and for a description."""

    def answer(self, episode, questions):
        return reasoner_of(type_space(episode)).truth(episode, [resolve(episode, one) for one in questions])

    def traits(self, episode, agent, steps, who):
        space = type_space(episode)
        own = [space.index(episode.agents[one].type) for one in who]
        return split(space, 0.95 * np.eye(len(space))[own] + 0.05 / len(space))


class AsTheta(ExactMind):
    """What the copy θ says itself."""

    def answer(self, episode, questions):
        queries = [resolve(episode, one) for one in questions]
        asked = [to_theta(episode, one) if one.stance == "predict" and one.chain else None for one in queries]
        own = [other or question for other, question in zip(asked, questions, strict=True)]
        return super().answer(episode, own)


class Players:
    """Plays copies that reason exactly."""

    def batches(self, run, span, threads=1, logged=None):
        made = rollout(run.orchard, run.population, run.policy, run.seed, run.split, span.start, len(span))
        yield [marked(episode, run.copies) for episode in made]


class Unbroken(ContingencyTest):
    """The test as it is, whatever is done to the one that must show the effect."""

    share = ContingencyTest.share


def base_rate(_, episode, questions):
    """Every action as likely as the others."""
    return np.full((len(questions), episode.actions), 1 / episode.actions)


def exact_is_base_rate(patch):
    patch.setattr(Exact, "answer", base_rate)


def the_definition_is_base_rate(patch):
    asked = strangers.put

    def put(place, episode, *more):
        page = asked(place, episode, *more)
        return page if len(more) < 3 else replace(page, truth=np.full_like(page.truth, 1 / page.truth.shape[1]))

    patch.setattr(strangers, "put", put)


def the_posterior_is_the_prior(patch):
    prior = ExactMind(belief="prior")

    def posterior(episode, asked):
        said = prior.traits(episode, asked[0].agent, [one.step for one in asked], [one.who for one in asked])
        return np.concatenate(list(said.values()), axis=1)

    patch.setattr(reports, "posterior", posterior)


def exact_in_the_other_place_is_base_rate(patch):
    patch.setattr(copied, "Reasoned", lambda space: Broken())


class Broken:
    """Base rates under the name of exact reasoning."""

    name = Reasoned.name
    answer = base_rate


def the_contingency_test_never_finds_itself(patch):
    patch.setattr(ContingencyTest, "share", lambda self, score: np.zeros_like(score))


@dataclass(frozen=True)
class Case:
    """A small run of a probe: who is its negative control, and how its positive one is broken."""

    design: Any
    breaks: Callable
    positive: str
    negative: str
    blanked: Any = field(default_factory=lambda: Knows(NEGATIVE))
    episodes: int | None = None


def contingent():
    """Who takes a live image for itself, said to be a mind without its own actions."""
    one = Recogniser(Unbroken())
    one.name = "mind, own actions blanked"
    return one


CASES = {
    "lens": Case(Lens(episodes=((NEW, 3),)), exact_is_base_rate, "reasoner", NEGATIVE),
    "false-belief": Case(FalseBelief(), exact_is_base_rate, "reasoner", NEGATIVE, episodes=2),
    "funhouse": Case(
        Funhouse(episodes=3), exact_is_base_rate, "which is which, by likelihood: reasoner",
        f"which is which, by likelihood: {NEGATIVE}",
    ),
    "stranger": Case(
        Stranger(steps=160, observed=(0, 8, 32), strangers=(HELD_OUT,), within=3), the_definition_is_base_rate,
        "reasoner", NEGATIVE, ExactMind(NEGATIVE),
    ),
    "self-report": Case(
        reports.Design(episodes=3), the_posterior_is_the_prior, "itself, from acts: posterior", f"others: {NEGATIVE}"
    ),
    "copies": Case(
        Copies(agents=7, copies=4, steps=32, size=9, fruits=4, episodes=4, training=2, depths=(2,), predict=130,
               behave=1, hidings=1, edits=1, twins=1), exact_in_the_other_place_is_base_rate,
        "exact reasoning in θ's place", NEGATIVE, AsTheta(NEGATIVE),
    ),
    "mirror": Case(
        Mirror(observed=(0, 4, 8), each=4, conditions=(LIVE, REPLAY, BLANK)), the_contingency_test_never_finds_itself,
        "contingency agent: recognition", "mind, own actions blanked: recognition", contingent(),
    ),
}  # fmt: skip


def test_every_probe_has_a_case():
    assert set(CASES) == set(probes())


@pytest.mark.parametrize("name", CASES)
def test_two_broken_controls_are_caught_and_all_are_held_to_the_thresholds_of_their_file(name, monkeypatch):
    case = CASES[name]
    case.breaks(monkeypatch)
    players = Players() if name == "copies" else None
    subject = Subject(ExactMind(), [case.blanked], players, "5" * 64)
    document = find(name).run(subject, Settings(1, 0, case.episodes, "validation"), design=case.design)
    found = wrong(document)
    assert f"the positive control '{case.positive}' does not show the effect" in found
    assert f"the negative control '{case.negative}' shows the effect" in found
    there = vars(import_module(f"analysis.probes.{name.replace('-', '_')}.thresholds"))
    held = {one["threshold"] for one in document["controls"]} | {one["goal"] for one in document["figures"]}
    assert held - {None} <= {value for key, value in there.items() if key.isupper()}
