"""What φ is asked of θ, another copy of the same mind, and what θ itself makes of it: that is the truth.

A question is asked of φ, query.agent, and its chain is (θ, φ).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from agents.answer import Answerer, Question, resolve
from agents.prompt import say
from agents.query import Query
from analysis.perception import Perception
from analysis.questions import Asked
from worlds import Episode

STANCES = ("predict", "behave")
MYSELF = "behave as myself"


def copies_of(episode: Episode) -> list[int]:
    """The agents that are copies of a mind, by index."""
    return [i for i, agent in enumerate(episode.agents) if agent.mind]


def questions_of(episode: Episode, stance: str, count: int, seed: int = 0) -> list[Asked]:
    """At most `count` questions of one stance, of any copy about any other; the same ones for the same seed.

    To predict θ, φ must perceive it then; to behave as θ, φ must have perceived it, and θ be forgetful. Nothing is
    asked while nobody has acted.
    """
    perception, copies = Perception(episode), copies_of(episode)
    apt = np.zeros_like(perception.sees)
    about = perception.sees if stance == "predict" else perception.known
    apt[np.ix_(range(1, episode.steps), copies, copies)] = about[np.ix_(range(1, episode.steps), copies, copies)]
    apt &= ~np.eye(len(episode.agents), dtype=bool)
    if stance == "behave":
        apt &= np.array([agent.type["memory"] == "forgetful" for agent in episode.agents])
    generator = np.random.default_rng([seed, STANCES.index(stance), int(episode.seed)])
    chosen = generator.permutation(np.argwhere(apt))[:count]
    return [_asked(episode, perception, stance, *row) for row in chosen.tolist()]


def _asked(episode: Episode, perception: Perception, stance: str, step: int, phi: int, theta: int) -> Asked:
    names = episode.names
    question = Question(names[phi], step, say(stance, (names[theta], names[phi]), me=names[phi]))
    taken = stance == "predict" and episode.role[step][theta] == (names[phi],)
    action = int(episode.action[step, theta]) if taken else -1
    return Asked(question, resolve(episode, question), int(perception.observed[step, phi, theta]), action)


def pair_of(query: Query) -> tuple[int, int]:
    """θ and φ, by index."""
    return int(query.chain[0]), query.agent


def forked(episode: Episode, step: int, theta: int, phi: int) -> Episode:
    """The world forked before the acts of a step: θ and φ stand in each other's places then, and nowhere else."""
    cell = episode.cell.copy()
    cell[step, [theta, phi]] = cell[step, [phi, theta]]
    return replace(episode, cell=cell)


def places_of(episode: Episode, queries: Sequence[Query]) -> list[Episode]:
    """For each question, the episode in which θ stands where the action is taken."""
    return [episode if query.stance == "predict" else forked(episode, query.step, *pair_of(query)) for query in queries]


def theirs(answerer: Answerer, episode: Episode, queries: Sequence[Query], prompt: str = "") -> np.ndarray:
    """What θ itself says, (q, actions): under "behave as φ", or under another prompt."""
    places = places_of(episode, queries)
    answer = np.empty((len(queries), episode.actions))
    for place in {id(place): place for place in places}.values():
        rows = [q for q, other in enumerate(places) if other is place]
        names = [tuple(episode.names[who] for who in pair_of(queries[q])) for q in rows]
        asked = [
            Question(theta, queries[q].step, prompt or say("behave", (phi,)))
            for q, (theta, phi) in zip(rows, names, strict=True)
        ]
        answer[rows] = answerer.answer(place, asked)
    return answer
