"""Who else answers the questions of a probe of beliefs: reasoning with one thing left out, and a planner."""

from collections.abc import Mapping, Sequence

import numpy as np

from agents.answer import Answerer, Question, Reasoned, resolve
from agents.orchard.types import TypeSpace
from agents.partial import PRIOR_ALONE
from agents.query import Query, body_of
from agents.registry import reasoner_of
from analysis.contenders.controls import PLANNER, planners
from analysis.probes.orchard import acts, latest, types_of, views, window_of
from analysis.probes.probe import Trial
from analysis.scores.measures import checked, smoothed
from worlds import Episode

EGOCENTRIC, IGNORANT, MYSELF = "egocentric", "ignorant", "myself"
REASONER = Reasoned.name
TRUE = "what is true"
KINDS = {REASONER: "oracle", IGNORANT: "shortcut", EGOCENTRIC: "shortcut", MYSELF: "shortcut", PLANNER: "control"}


class Exact:
    """The asked agent's own exact reasoning."""

    name = REASONER

    def answer(self, episode: Episode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions (q, 5) float64."""
        return reasoner_of(types_of(episode)).enact(episode, _queries(episode, questions))


class Ignorant:
    """Exact reasoning that has observed nothing of anybody: it sees through their senses, and knows no type."""

    name = IGNORANT

    def answer(self, episode: Episode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions (q, 5) float64."""
        return reasoner_of(types_of(episode)).enact(episode, _queries(episode, questions), without=PRIOR_ALONE)


class Egocentric:
    """Everybody knows what I know: the exact beliefs about types, and no look through anybody's senses.

    Whose policy it is, the last of the chain, acts on all that the asked agent perceives, or remembers if it does.
    """

    name = EGOCENTRIC

    def answer(self, episode: Episode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions (q, 5) float64."""
        view, fruit = views(episode), episode.fruit.reshape(episode.steps, -1)
        return np.array([_knows_all(episode, query, view, fruit) for query in _queries(episode, questions)])


class Myself:
    """What an agent of my own type does in the other's place, on what I perceive from there."""

    name = MYSELF

    def answer(self, episode: Episode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions (q, 5) float64."""
        space = types_of(episode)
        return np.array([
            reasoner_of(space).natives(episode, one.agent, one.step, body_of(one))[_type(episode, space, one.agent)]
            for one in _queries(episode, questions)
        ])  # fmt: skip


class Planner:
    """A* to the asked agent's own favourite fruit, whatever the prompt; a share of it is spread over all actions."""

    name = PLANNER

    def __init__(self, spread: float = 0.0):
        self.spread = spread

    def answer(self, episode: Episode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions, (q, actions) float64."""
        planned = planners(episode, _queries(episode, questions))[PLANNER]
        return smoothed(planned, np.full(episode.actions, 1 / episode.actions), self.spread)


OTHERS = (Exact(), Ignorant(), Egocentric(), Myself(), Planner())


def everybody(trial: Trial) -> dict[str, tuple[Answerer, str]]:
    """Who answers, by name, with its kind of contender: the mind, the others, and what is left of the mind."""
    mind, blind = trial.mind, {one.name: (one, "control") for one in trial.blind}
    return {mind.name: (mind, "mind"), **{one.name: (one, KINDS[one.name]) for one in OTHERS}, **blind}


def answerers(trial: Trial) -> dict[str, Answerer]:
    """Who answers, by name."""
    return {name: one for name, (one, _) in everybody(trial).items()}


def judges(trial: Trial) -> tuple[list[str], list[str], list[str]]:
    """Whose controls are positive, negative, and without a verdict, by name."""
    return [REASONER], [EGOCENTRIC, MYSELF, PLANNER, *trial.blinded], [IGNORANT]


def asked_in(worlds: Sequence[Episode], question: Question, who: Mapping[str, Answerer]) -> dict[str, np.ndarray]:
    """What everybody answers in each of some worlds, by name, and under TRUE what is true there: (w, a) float64."""
    said = {name: np.concatenate([one.answer(world, [question]) for world in worlds]) for name, one in who.items()}
    reasoner = reasoner_of(types_of(worlds[0]))
    truth = np.concatenate([reasoner.truth(world, [resolve(world, question)]) for world in worlds])
    return {name: checked(rows, len(worlds), name) for name, rows in said.items()} | {TRUE: truth}


def _queries(episode: Episode, questions: Sequence[Question]) -> list[Query]:
    return [resolve(episode, question) for question in questions]


def _type(episode: Episode, space: TypeSpace, who: int) -> int:
    return space.index(episode.agents[who].type)


def _knows_all(episode: Episode, query: Query, view: np.ndarray, fruit: np.ndarray) -> np.ndarray:
    """(5,): sight plays no part, so types that differ in nothing else share their weight."""
    space, step, me = types_of(episode), query.step, query.agent
    belief = reasoner_of(space).posterior(episode, me, step, int(query.chain[-1]))
    near = np.flatnonzero(space.table.sight == 0)
    weight = {k: belief[k] + belief[space.index({**space[k], "sight": "far"})] for k in near.tolist()}
    known = {window: latest(fruit, view[:, me], step, window) for window in set(space.table.window.tolist())}
    said = [
        weight[k] * acts(episode, k, step, body_of(query), known[window_of(space, k)], view[step, me]) for k in weight
    ]
    return np.sum(said, axis=0)
