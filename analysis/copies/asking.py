"""What φ is asked of θ, another copy of the same mind, and what θ itself makes of it: that is the truth.

A question is asked of φ, query.agent, and its chain goes back and forth: (θ, φ), deeper (θ, φ, θ), ...
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle, islice

import numpy as np

from agents.answer import Answerer, Question, resolve
from agents.language.prompt import say
from agents.query import Query
from analysis.questions.perception import Perception
from analysis.questions.sampling import Asked
from worlds import Episode

STANCES = ("predict", "behave")
MYSELF = "behave as myself"
Moment = tuple[int, int, int]  # step, φ, θ


def copies_of(episode: Episode) -> list[int]:
    """The agents that are copies of a mind, by index."""
    return [i for i, agent in enumerate(episode.agents) if agent.mind]


def questions_of(
    episode: Episode,
    stance: str,
    count: int,
    seed: int = 0,
    depths: Sequence[int] = (2,),
    among: np.ndarray | None = None,
) -> list[Asked]:
    """The questions at `count` moments at most, at each of the depths, of any copy about any other; the same ones for
    the same seed.

    To predict θ, φ must perceive it then; to behave as θ, φ must have perceived it, and θ be forgetful. Nothing is
    asked while nobody has acted. Half of the moments to predict are such at which θ is told to behave as φ, as far as
    there are any. among (t, n, n) bool: further limits on when φ (second axis) is asked about θ (third).
    """
    perception = Perception(episode)
    apt = _apt(episode, perception, stance)
    moments = np.argwhere(apt if among is None else apt & among)
    generator = np.random.default_rng([seed, STANCES.index(stance), int(episode.seed)])
    chosen = [tuple(moment) for moment in generator.permutation(moments).tolist()]
    if stance == "predict":
        chosen = _half_of(chosen, [moment for moment in chosen if _acts_it(episode, moment)], count)
    return [_asked(episode, perception, stance, moment, depth) for moment in chosen[:count] for depth in depths]


def _apt(episode: Episode, perception: Perception, stance: str) -> np.ndarray:
    """(t, n, n) bool: when who may be asked about whom."""
    copy = np.array([bool(agent.mind) for agent in episode.agents])
    apt = (perception.sees if stance == "predict" else perception.known) & np.outer(copy, copy)
    apt &= ~np.eye(len(copy), dtype=bool)
    apt[0] = False
    if stance == "behave":
        apt &= np.array([agent.type["memory"] == "forgetful" for agent in episode.agents])
    return apt


def _half_of(every: list[Moment], some: list[Moment], count: int) -> list[Moment]:
    """`every`, reordered so that up to half of the first `count` are `some`."""
    first = some[: count // 2]
    return first + [moment for moment in every if moment not in set(first)]


def _acts_it(episode: Episode, moment: Moment) -> bool:
    step, phi, theta = moment
    return episode.role[step][theta] == (episode.names[phi],)


def _asked(episode: Episode, perception: Perception, stance: str, moment: Moment, depth: int) -> Asked:
    names, (step, phi, theta) = episode.names, moment
    chain = tuple(islice(cycle((names[theta], names[phi])), depth))
    question = Question(names[phi], step, say(stance, chain, me=names[phi]))
    taken = stance == "predict" and episode.role[step][theta] == chain[1:]
    action = int(episode.action[step, theta]) if taken else -1
    return Asked(question, resolve(episode, question), int(perception.observed[step, phi, theta]), action)


def pair_of(query: Query) -> tuple[int, int]:
    """θ and φ, by index."""
    return int(query.chain[0]), query.agent


def until(episode: Episode, step: int) -> Episode:
    """The episode up to a step, that step included: all that anybody can be asked about then."""
    names = ("cell", "board", "action", "reward", "role", "prompt", "probability")
    held = {name: value for name in names if (value := getattr(episode, name)) is not None}
    return replace(episode, **{name: value[: step + 1] for name, value in held.items()})


def forked(episode: Episode, step: int, theta: int, phi: int) -> Episode:
    """The world forked before the acts of a step, its last: θ and φ stand in each other's places then, and never
    before."""
    past = until(episode, step)
    cell = past.cell.copy()
    cell[step, [theta, phi]] = cell[step, [phi, theta]]
    return replace(past, cell=cell)


def places_of(episode: Episode, queries: Sequence[Query]) -> list[Episode]:
    """For each question, the episode in which θ stands where the action is taken; one for all depths of a moment."""
    forks = {(query.step, *pair_of(query)) for query in queries if query.stance == "behave"}
    made = {fork: forked(episode, *fork) for fork in sorted(forks)}
    return [episode if query.stance == "predict" else made[query.step, *pair_of(query)] for query in queries]


def to_theta(episode: Episode, query: Query, prompt: str = "") -> Question:
    """What θ is asked where φ is asked of θ: "behave as φ", or whatever else it is to pretend; or another prompt."""
    names = [episode.names[int(who)] for who in query.chain]
    return Question(names[0], query.step, prompt or say("behave", names[1:], me=names[0]))


def theirs(answerer: Answerer, places: Sequence[Episode], queries: Sequence[Query], prompt: str = "") -> np.ndarray:
    """What θ itself says to each of to_theta's questions, (q, actions), in places_of(episode, queries)."""
    answer = np.empty((len(queries), places[0].actions if places else 0))
    for place in {id(place): place for place in places}.values():
        rows = [q for q, other in enumerate(places) if other is place]
        answer[rows] = answerer.answer(place, [to_theta(place, queries[q], prompt) for q in rows])
    return answer
