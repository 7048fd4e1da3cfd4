"""Interventions that must change nothing, or nothing but what hangs on them.

- slots swapped: θ and φ trade their places in the arrays of the episode. Names go with them, so every question to a
  name has the answer that it had.
- one event less: of one act that φ saw, everybody is told that it was a role, so that it is no evidence. φ's answer to
  "predict θ pretending to be me" hangs on what θ did, and on what φ did where θ could see it; on nothing else.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np

from agents.answer import Answerer
from agents.query import Query
from analysis.copies.asking import pair_of, questions_of, to_theta, until
from analysis.probes.copies.effects import ITSELF, change, movement
from analysis.probes.copies.hiding import in_a_role
from analysis.questions.perception import Perception
from analysis.questions.sampling import Asked
from worlds import Agent, Episode

SWAPPED, LESS = "slots swapped", "one event less"
THEIR_ACT, SHOWN_ACT = "θ's act", "own act that θ saw"  # may move the answer
HIDDEN_ACT, OTHERS_ACT = "own act out of θ's sight", "another's act"  # must not
ORDER = ("", THEIR_ACT, SHOWN_ACT, HIDDEN_ACT, OTHERS_ACT)
Edited = tuple[str, str, Episode, Episode]  # intervention, condition, the world as it was and then


def edit(
    mind: Answerer, contenders: Sequence[Answerer], episodes: Iterable[Episode], questions: int
) -> list[dict[str, Any]]:
    """Rows of both interventions, on some questions "predict θ pretending to be me" of each episode.

    mind: what θ is; contenders: who answer for φ.
    """
    moved: dict[tuple[str, str, str], list[tuple[int, np.ndarray]]] = {}
    for place, episode in enumerate(episodes):
        for asked in questions_of(episode, "predict", questions):
            for intervention, condition, was, then in chain(_swap(episode, asked.query), _less(episode, asked.query)):
                for name, said in _changes(mind, contenders, asked, was, then, intervention == SWAPPED):
                    moved.setdefault((intervention, condition, name), []).append((place, said))
    return [
        row
        for key in sorted(moved, key=lambda key: ORDER.index(key[1]))
        for row in movement(*key, np.array([said for _, said in moved[key]]), np.array([k for k, _ in moved[key]]))
    ]


def _changes(
    mind: Answerer, contenders: Sequence[Answerer], asked: Asked, was: Episode, then: Episode, theta: bool
) -> Iterator[tuple[str, np.ndarray]]:
    """Whose answer changed by how much, (a,); θ's own too, if it is to be asked."""
    yield from ((one.name, change(one, was, then, asked.question)) for one in contenders)
    if theta:
        yield ITSELF, change(mind, was, then, to_theta(was, asked.query))


def _swap(episode: Episode, query: Query) -> Iterator[Edited]:
    past = until(episode, query.step)
    yield SWAPPED, "", past, swapped(past, *pair_of(query))


def swapped(episode: Episode, one: int, other: int) -> Episode:
    """The episode with the slots of two agents swapped, everything that is theirs with them."""
    order = np.arange(len(episode.agents))
    order[[one, other]] = other, one
    return replace(
        episode,
        cell=episode.cell[:, order], action=episode.action[:, order], reward=episode.reward[:, order],
        role=[[row[i] for i in order] for row in episode.role],
        prompt=[[row[i] for i in order] for row in episode.prompt],
        agents=[episode.agents[i] for i in order],
        probability=None if episode.probability is None else episode.probability[:, order],
    )  # fmt: skip


def _less(episode: Episode, query: Query) -> Iterator[Edited]:
    past = until(episode, query.step)
    for condition, acts in acts_of(episode, query).items():
        if len(acts):
            step, agent = (int(k) for k in acts[-1])
            yield LESS, condition, past, in_a_role(past, agent, [step])


def acts_of(episode: Episode, query: Query) -> dict[str, np.ndarray]:
    """By condition, the acts (m, 2) int of step and agent, before a question, that φ saw and that are evidence."""
    theta, phi = pair_of(query)
    perception = Perception(episode)
    far = Perception(replace(episode, agents=[_far_sighted(agent) for agent in episode.agents]))
    evidence = (perception.sees[:, phi] & perception.native)[: query.step]  # t n
    shown, never = perception.sees[: query.step, theta, phi], ~far.sees[: query.step, theta, phi]
    own, other = np.arange(evidence.shape[1]) == phi, np.arange(evidence.shape[1]) == theta
    masks = {
        THEIR_ACT: other, SHOWN_ACT: shown[:, None] & own, HIDDEN_ACT: never[:, None] & own,
        OTHERS_ACT: ~own & ~other,
    }  # fmt: skip
    return {condition: np.argwhere(evidence & mask) for condition, mask in masks.items()}


def _far_sighted(agent: Agent) -> Agent:
    return replace(agent, type={**agent.type, "sight": "far"})
