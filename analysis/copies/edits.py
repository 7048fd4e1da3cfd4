"""Interventions on episodes with copies: φ hidden from θ, the slots of the two swapped, one event less to be evidence.

In all of them φ's answer hangs on what θ did, and on what φ did where θ could see it; on nothing else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from agents.query import Query
from analysis.copies.asking import pair_of, until
from analysis.questions.perception import Perception
from worlds import Agent, Episode

HIDING, SEEN, UNSEEN = "φ hidden from θ", "seen", "unseen"
SWAPPED, LESS = "slots swapped", "one event less"
THEIR_ACT, SHOWN_ACT = "θ's act", "own act that θ saw"  # may move the answer
HIDDEN_ACT, OTHERS_ACT = "own act out of θ's sight", "another's act"  # must not
Edited = tuple[str, str, Episode, Episode]  # intervention, condition, the world as it was and then


def hidden(episode: Episode, query: Query, condition: str) -> tuple[Episode, Episode] | None:
    """The episode as it was and with φ hidden from θ, both up to a question; None where there is nothing to hide.

    In both, θ is announced in a role at the steps in question.
    """
    theta, phi = pair_of(query)
    when = _steps(episode, query.step, theta, phi, condition)
    away = {int(s): _away(episode, int(s), theta, phi) for s in when}
    away = {s: place for s, place in away.items() if place is not None}
    if not away:
        return None
    as_it_was = in_a_role(until(episode, query.step), theta, list(away))
    cell = as_it_was.cell.copy()
    for s, place in away.items():
        cell[s, theta] = place
    return as_it_was, replace(as_it_was, cell=cell)


def in_a_role(episode: Episode, agent: int, steps: Sequence[int]) -> Episode:
    """The episode in which an agent is announced in a role at some steps: what it did there is no evidence."""
    played = next(name for name in episode.names if name != episode.names[agent])
    role = [list(row) for row in episode.role]
    for step in steps:
        role[step][agent] = (played,)
    return replace(episode, role=role)


def _steps(episode: Episode, step: int, theta: int, phi: int, condition: str) -> np.ndarray:
    """The steps at which φ may be hidden."""
    perception = Perception(episode)
    sees, native = perception.sees, perception.native
    known = sees[:, phi, theta] if condition == SEEN else ~sees[:, phi, theta]
    before = np.arange(episode.steps) < step - int(episode.run["policy"]["window"])
    return np.flatnonzero(sees[:, theta, phi] & known & native[:, phi] & before)


def _away(episode: Episode, step: int, theta: int, phi: int) -> int | None:
    """The cell nearest to θ from which θ and φ do not see each other, even with far sight; None where there is none."""
    geometry, n = episode.geometry, episode.walls.size
    place = episode.cell[step, phi]
    cells = np.arange(n)
    sees = (geometry.visible[-1, place, cells >> 6] >> (cells & 63).astype(np.uint64)) & np.uint64(1)
    able = cells[(sees == 0) & ~episode.walls.ravel()]
    near = geometry.distance[episode.cell[step, theta], able] if len(able) else able
    return int(able[near.argmin()]) if len(able) else None


def edits(episode: Episode, query: Query) -> Iterator[Edited]:
    """Slots swapped; and one event less, of each sort of act that φ saw."""
    past = until(episode, query.step)
    yield SWAPPED, "", past, swapped(past, *pair_of(query))
    for condition, acts in acts_of(episode, query).items():
        if len(acts):
            step, agent = (int(k) for k in acts[-1])
            yield LESS, condition, past, in_a_role(past, agent, [step])


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
