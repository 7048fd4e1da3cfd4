"""What was said, scored; analysis/probes/self_report/__init__.py says what it means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from agents.orchard.rollout import RunConfig, play
from agents.population import PopulationConfig
from analysis.probes.probe import BLIND, NEGATIVE, POSITIVE, Contender, Progress, Settings, control
from analysis.probes.probe import Subject as Probed
from analysis.probes.self_report import repeated
from analysis.probes.self_report.repeated import PERMUTED, PLACES
from analysis.probes.self_report.statements import (
    ANOTHERS,
    AS_ITSELF,
    BY_NAME,
    NOTHING,
    OTHERS,
    OWN,
    READER,
    AsItself,
    Bounds,
    Statements,
    posterior,
    reader,
    statements,
    told,
)
from analysis.questions.survey import Survey, bound
from analysis.scores.describe import POSTERIOR, Describer, subjects
from analysis.scores.fidelity import Scores
from analysis.scores.intervals import or_none
from worlds import Episode, OrchardConfig

RESOLVED, CALIBRATED, READ, SKILLED = 0.2, 0.95, 0.9, 0.5  # the thresholds
BEYOND, ERROR, CERTAIN, CHANGE = 0.2, 0.05, 0.95, 0.05  # to be reached
NO_ACTS, SHUFFLED = "mind, own actions blanked", "mind, names shuffled"
MANY = 1_000_000  # every subject of an episode
Pages = dict[tuple[str, str], list[Statements]]  # by who is described and what the asked agent was told


@dataclass(frozen=True)
class Design:
    """What the episodes are like, and what is asked in them."""

    agents: int = 8
    steps: int = 48
    asked: int = 3  # of them, the first; names and types are drawn, so being among the first tells nothing
    episodes: int = 12  # of each seed
    questions: int = 24  # descriptions of others in each episode, and as many of oneself

    def run(self, seed: int, split: str) -> RunConfig:
        """The run of the episodes: a population of every type."""
        orchard = OrchardConfig(agents=self.agents, steps=self.steps)
        return RunConfig(orchard, population=PopulationConfig(types="all"), seed=seed, split=split)


def measure(
    subject: Probed, settings: Settings | None = None, progress: Progress | None = None, design: Design | None = None
) -> dict[str, Any]:
    """{"rows", "calibration", "controls", "figures", "seeds"}, JSON values only.

    Rows have `about` (who is described), `words` (what the asked agent was told of itself), `resolved`, `log_loss`,
    `over_posterior`, `calibration_error` with their intervals; or, of fidelity, the keys of its table and `permuted`,
    how far on the colours were moved.
    """
    settings, design = settings or Settings(), design or Design()
    mind = subject.mind
    blind = [one for one in subject.blanked if one.name in BLIND]
    pages: Pages = {}
    asked: list[Survey] = []
    for place, (seed, episode) in enumerate(_episodes(design, settings)):
        for key, page in _said(place, seed, episode, subject, design):
            pages.setdefault(key, []).append(page)
        asked.append(repeated.ask(place, episode, mind, blind, design.asked))
        if progress:
            progress(place + 1, settings.seeds * (settings.episodes or design.episodes))
    said = {key: Statements.bound(own) for key, own in pages.items()}
    scores = Scores.of(bound(asked), repeated.fitted(design.run(settings.seed, "train").to_dict()))
    return {
        "rows": [*_rows(said), *repeated.rows(scores)],
        "calibration": [
            {"about": about, "words": words, "contender": name, **point}
            for (about, words), one in said.items()
            for name in (mind.name, POSTERIOR)
            if name in one.stated
            for point in one.curve(name)
        ],
        "controls": [*_controls(said, blind), *_skilled(scores, blind)],
        "figures": [*_figures(said, mind.name), *_changes(scores, mind.name)],
        "seeds": list(settings.all_seeds),
    }


def _episodes(design: Design, settings: Settings) -> Iterator[tuple[int, Episode]]:
    for seed in settings.all_seeds:
        for index in range(settings.episodes or design.episodes):
            yield seed, play(design.run(seed, settings.split), index)


def _said(
    place: int, seed: int, episode: Episode, subject: Probed, design: Design
) -> Iterator[tuple[tuple[str, str], Statements]]:
    """What is said in one episode: of others, and by each way of asking and of having been told of oneself."""
    mind = subject.mind
    about = [one for one in subjects(episode, MANY, seed) if one.agent < design.asked][: design.questions]
    others: list[Describer] = [mind, *(one for one in subject.blanked if one.name in BLIND), *repeated.repeats(mind)]
    yield (OTHERS, OWN), statements(place, seed, episode, about, others, {POSTERIOR: posterior(episode, about)})
    selves = [replace(one, who=one.agent) for one in about]
    acts = [one for one in subject.blanked if one.name == NO_ACTS]
    exact = {POSTERIOR: posterior(episode, selves)}
    for words in (OWN, NOTHING, ANOTHERS):
        heard = told(episode, words)
        yield (BY_NAME, words), statements(place, seed, heard, selves, [mind, *acts], exact)
        read = {READER: reader(heard, selves)} if words != NOTHING else {}
        yield (AS_ITSELF, words), statements(place, seed, heard, selves, [AsItself(mind)], read)


def _rows(said: dict[tuple[str, str], Statements]) -> Iterator[dict[str, Any]]:
    for (about, words), one in said.items():
        for name in one.stated:
            over = _told("over_posterior", one.nats(name, POSTERIOR)) if POSTERIOR in one.stated else {}
            yield {
                "about": about, "words": words, "contender": name, "questions": len(one.true), "depth": None,
                **_told("resolved", one.resolved(name)), **_told("log_loss", one.nats(name)), **over,
                **_told("calibration_error", one.miscalibrated(name)),
            }  # fmt: skip


def _told(figure: str, values: Bounds) -> dict[str, float | None]:
    return dict(zip((figure, f"{figure}_low", f"{figure}_high"), map(or_none, values), strict=True))


def _controls(said: dict[tuple[str, str], Statements], blind: Sequence[Contender]) -> Iterator[dict[str, Any]]:
    others, acts = said[OTHERS, OWN], said[BY_NAME, NOTHING]
    yield _control("others", POSTERIOR, POSITIVE, others.resolved(POSTERIOR), RESOLVED)
    for one in blind:
        yield _control("others", one.name, NEGATIVE, others.resolved(one.name), RESOLVED)
    yield _control("calibration", POSTERIOR, POSITIVE, _less(others.miscalibrated(POSTERIOR)), CALIBRATED)
    if SHUFFLED in others.stated:
        yield _control("calibration", SHUFFLED, NEGATIVE, _less(others.miscalibrated(SHUFFLED)), CALIBRATED)
    yield _control("itself, from acts", POSTERIOR, POSITIVE, acts.resolved(POSTERIOR), RESOLVED)
    if NO_ACTS in acts.stated:
        yield _control("itself, from acts", NO_ACTS, NEGATIVE, acts.resolved(NO_ACTS), RESOLVED)
    yield _control("itself, from words", READER, POSITIVE, said[AS_ITSELF, OWN].resolved(READER), READ)
    for words in (NOTHING, ANOTHERS):
        values = said[AS_ITSELF, words].resolved(_mind(said))
        yield _control("itself, from words", f"mind, {words}", NEGATIVE, values, READ)


def _mind(said: dict[tuple[str, str], Statements]) -> str:
    """The name of who is probed: the first who said something of others."""
    return next(iter(said[OTHERS, OWN].stated))


def _skilled(scores: Scores, blind: Sequence[Contender]) -> Iterator[dict[str, Any]]:
    for name, kind, values in repeated.skills(scores, blind):
        yield _control(PERMUTED, name, kind, values, SKILLED)


def _control(effect: str, name: str, kind: str, values: Sequence[float | None], threshold: float) -> dict[str, Any]:
    value, low, high = (None if one is None else or_none(one) for one in values)
    return control(f"{effect}: {name}", kind, value, low, high, threshold)


def _less(values: Bounds) -> Bounds:
    """1 - a figure."""
    value, low, high = values
    return 1 - value, 1 - high, 1 - low


def _figures(said: dict[tuple[str, str], Statements], mind: str) -> Iterator[dict[str, Any]]:
    for (about, words), one in said.items():
        goal = CERTAIN if (about, words) == (AS_ITSELF, OWN) else None
        resolved = one.resolved(mind)
        seeds = [or_none(one.resolved(mind, one.seed == seed)[0]) for seed in np.unique(one.seed)]
        yield _figure("resolved", f"{about}, {words}", resolved, goal, by_seed=seeds)
    others = said[OTHERS, OWN]
    yield _figure("nats beyond the posterior", OTHERS, others.nats(mind, POSTERIOR), BEYOND, most=True)
    beyond = others.nats(mind, POSTERIOR, others.held_out)
    yield _figure("nats beyond the posterior, held-out types", OTHERS, beyond, None)
    yield _figure("calibration error", OTHERS, others.miscalibrated(mind), ERROR, most=True)
    yield _figure("calibration error of the posterior", OTHERS, others.miscalibrated(POSTERIOR), None)
    for places in PLACES:
        worse = others.nats(f"{mind}, {PERMUTED} by {places}", mind)
        yield _figure(f"nats lost, {PERMUTED} by {places}", OTHERS, worse, None)


def _changes(scores: Scores, mind: str) -> Iterator[dict[str, Any]]:
    for (stance, depth), places, values in repeated.changes(scores, mind):
        name = f"change of skill, {PERMUTED} by {places}"
        yield _figure(name, f"{stance}, depth {depth}", values, CHANGE, size=True)


def _figure(
    name: str, about: str, values: Sequence[float], goal: float | None, most: bool = False, size: bool = False,
    by_seed: Sequence[float | None] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """One figure. Reached: at least the goal; with `most` at most; with `size` at most so far from nothing."""
    value, low, high = map(or_none, values)
    reached = None
    if goal is not None and value is not None:
        reached = bool(abs(value) <= goal if size else value <= goal if most else value >= goal)
    return {
        "name": name, "about": about, "value": value, "low": low, "high": high,
        "goal": goal, "reached": reached, "by_seed": by_seed,
    }  # fmt: skip
