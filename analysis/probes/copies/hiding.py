"""The first intervention: φ is hidden from θ for part of the episode. Does φ's answer move as θ's own does?

Hidden means that θ, which in truth saw φ act at a step, stood at that step where neither sees the other. Only steps
count at which φ acted as itself and that lie beyond θ's memory, so that nothing but θ's picture of φ changes. What θ
did at these steps would tell φ less of θ once θ is away; therefore θ is announced in a role at them, hidden or not, and
its acts there are no evidence. That needs announced roles. Two conditions:

- seen: φ saw θ at these steps, and so can know what θ missed. φ's answer should move as θ's own does.
- unseen: φ did not see θ, which saw it (a far-sighted θ, a near-sighted φ). φ cannot know, and must not move.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from agents.answer import Answerer
from agents.query import Query
from analysis.copies.asking import pair_of, questions_of, to_theta, until
from analysis.probes.copies.effects import ITSELF, change, effect, mean, movement, ratio
from analysis.questions.perception import Perception
from analysis.questions.sampling import Asked
from analysis.scores.measures import total_variation
from worlds import ACTIONS, Episode

HIDING, SEEN, UNSEEN = "φ hidden from θ", "seen", "unseen"
SHOULD = 0.05  # total variation by which θ's own answer must move for φ's to be judged
SLOPE, RIGHT = "slope", "episodes in which it moves as θ does"


@dataclass(frozen=True)
class Moved:
    """What hiding did, question by question: axis q."""

    condition: np.ndarray  # q str
    episode: np.ndarray  # q int
    theta: np.ndarray  # q a: θ's own answer hidden, minus its answer as it was
    phi: dict[str, np.ndarray]  # by contender: q a, the same of φ's answer
    asked: tuple[Asked, ...]


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


def intervene(
    mind: Answerer, contenders: Sequence[Answerer], episodes: Iterable[Episode], questions: int = 32, seed: int = 0
) -> Moved:
    """Hides φ from θ before each of some questions "predict θ pretending to be me" of each episode.

    mind: what θ is; contenders: who answer for φ, the mind itself and exact reasoning, say.
    """
    found = [
        (how, place, asked, pair)
        for place, episode in enumerate(episodes)
        for asked in questions_of(episode, "predict", questions, seed)
        for how in (SEEN, UNSEEN)
        if (pair := hidden(episode, asked.query, how))
    ]
    theta = [change(mind, *pair, to_theta(pair[0], one.query)) for *_, one, pair in found]
    phi = {other.name: [change(other, *pair, one.question) for *_, one, pair in found] for other in contenders}
    conditions, places, asked, _ = zip(*found, strict=True) if found else ((), (), (), ())
    shape = len(found), len(ACTIONS)
    rows = {name: np.reshape(moved, shape) for name, moved in phi.items()}
    return Moved(np.array(conditions, str), np.array(places, int), np.reshape(theta, shape), rows, asked)


def movements(moved: Moved) -> Iterator[dict[str, Any]]:
    """For each question and contender {"condition", "contender", "theta", "phi"}: how much likelier the action became
    that hiding changed most in θ's own answer, in θ's and in φ's."""
    if not len(moved.asked):
        return
    most = np.abs(moved.theta).argmax(1)
    rows = np.arange(len(most))
    for name, phi in moved.phi.items():
        for how, one, other in zip(moved.condition, moved.theta[rows, most], phi[rows, most], strict=True):
            yield {"condition": str(how), "contender": name, "theta": float(one), "phi": float(other)}


def rows_of(moved: Moved) -> Iterator[dict[str, Any]]:
    """Rows for each condition and contender: by how much θ's own answer and φ's moved; the
    slope of φ's movement on θ's, 1 where it is the same; and, of the episodes in which θ's answer moves by SHOULD or
    more somewhere, the share in which φ's answers move in θ's direction on the whole."""
    for how in (SEEN, UNSEEN):
        rows = np.flatnonzero(moved.condition == how)
        theta, episode = moved.theta[rows], moved.episode[rows]
        size = total_variation(theta, np.zeros_like(theta))
        yield from movement(HIDING, how, ITSELF, theta, episode)
        for name, answer in moved.phi.items():
            phi = answer[rows]
            along = (theta * phi).sum(1)
            yield from movement(HIDING, how, name, phi, episode)
            yield effect(HIDING, how, name, SLOPE, ratio(along, (theta**2).sum(1), episode), len(rows))
            right = _right(along, size, episode)
            yield effect(HIDING, how, name, RIGHT, mean(right, np.arange(len(right))), len(right))


def _right(along: np.ndarray, size: np.ndarray, episode: np.ndarray) -> np.ndarray:
    """Of each episode in which θ's answer should move φ's: whether φ's moved in its direction on the whole, 0 or 1."""
    each = [np.flatnonzero(episode == one) for one in np.unique(episode)]
    return np.array([float(along[rows].sum() > 0) for rows in each if size[rows].max() >= SHOULD])
