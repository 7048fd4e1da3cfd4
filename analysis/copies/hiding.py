"""The first intervention: φ is hidden from θ for part of the episode. Does φ's answer move as θ's own does?

Hidden means that θ, which in truth saw φ act at a step, stood at that step where neither sees the other. Only steps
count at which φ acted as itself and that lie beyond θ's memory, so that nothing but θ's picture of φ changes. What θ
did at these steps would tell φ less of θ once θ is away; therefore θ is announced in a role at them, hidden or not, and
its acts there are no evidence. That needs announced roles. Two conditions:

- seen: φ saw θ at these steps, and so can know what θ missed. φ's answer should move as θ's own does.
- unseen: φ did not see θ, which saw it (a far-sighted θ, a near-sighted φ). φ cannot know, and must not move.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from agents.answer import Answerer
from agents.population import NAMES
from agents.query import Query
from analysis.copies.asking import pair_of, questions_of, theirs
from analysis.intervals import EpisodeBootstrap, or_none
from analysis.measures import total_variation
from analysis.perception import Perception
from worlds import Episode

SEEN, UNSEEN = "seen", "unseen"
SHOULD = 0.05  # total variation by which θ's own answer must move for φ's to be judged


@dataclass(frozen=True)
class Moved:
    """What hiding did, question by question: axis q."""

    condition: np.ndarray  # q str
    episode: np.ndarray  # q int
    theta: np.ndarray  # q a: θ's own answer hidden, minus its answer as it was
    phi: dict[str, np.ndarray]  # by contender: q a, the same of φ's answer


def hidden(episode: Episode, query: Query, condition: str) -> tuple[Episode, Episode] | None:
    """The episode as it was and with φ hidden from θ before a question; None where there is nothing to hide.

    In both, θ is announced in a role at the steps in question.
    """
    theta, phi = pair_of(query)
    when = _steps(episode, query.step, theta, phi, condition)
    away = {int(s): _away(episode, int(s), theta, phi) for s in when}
    away = {s: place for s, place in away.items() if place is not None}
    if not away:
        return None
    played = next(name for name in NAMES if name != episode.names[theta] and name in episode.names)
    role = [list(row) for row in episode.role]
    cell = episode.cell.copy()
    for s, place in away.items():
        role[s][theta] = (played,)
        cell[s, theta] = place
    as_it_was = replace(episode, role=role)
    return as_it_was, replace(as_it_was, cell=cell)


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
    mind: Answerer,
    contenders: Sequence[Answerer],
    episodes: Sequence[Episode],
    questions: int = 32,
    seed: int = 0,
) -> Moved:
    """Hides φ from θ before each of some questions "predict θ pretending to be me" of each episode.

    mind: what θ is; contenders: who answer for φ, the mind itself and exact reasoning, say.
    """
    condition: list[str] = []
    where: list[int] = []
    theta: list[np.ndarray] = []
    phi: dict[str, list[np.ndarray]] = {one.name: [] for one in contenders}
    for place, episode in enumerate(episodes):
        for asked in questions_of(episode, "predict", questions, seed):
            for how in (SEEN, UNSEEN):
                if (pair := hidden(episode, asked.query, how)) is None:
                    continue
                condition.append(how)
                where.append(place)
                before, after = (theirs(mind, one, [asked.query])[0] for one in pair)
                theta.append(after - before)
                for one in contenders:
                    was, then = (one.answer(world, [asked.question])[0] for world in pair)
                    phi[one.name].append(then - was)
    rows = {name: np.array(moved).reshape(len(where), -1) for name, moved in phi.items()}
    return Moved(np.array(condition), np.array(where), np.array(theta).reshape(len(where), -1), rows)


def rows_of(moved: Moved) -> list[dict]:
    """A row for each condition and contender, with intervals over episodes.

    theta_moved, phi_moved: mean total variation by which the answers moved; slope: of φ's movement on θ's, 1 where it
    is the same (null where θ never moves); should: episodes in which θ's answer moves by SHOULD or more somewhere;
    right: the share of them in which φ's answers move in θ's direction on the whole.
    """
    bootstrap = EpisodeBootstrap(moved.episode)
    held = [how for how in (SEEN, UNSEEN) if (moved.condition == how).any()]
    return [_row(moved, bootstrap, how, name) for how in held for name in moved.phi]


def _row(moved: Moved, bootstrap: EpisodeBootstrap, how: str, name: str) -> dict:
    rows = np.flatnonzero(moved.condition == how)
    theta, phi, episode = moved.theta[rows], moved.phi[name][rows], moved.episode[rows]
    along, length = (theta * phi).sum(1), (theta**2).sum(1)
    slope, low, high = (float(x[0]) for x in bootstrap.ratio(along[:, None], length[:, None], rows))
    nothing = np.zeros_like(theta)
    far = np.maximum.reduceat(total_variation(theta, nothing), np.unique(episode, return_index=True)[1]) >= SHOULD
    onward = np.add.reduceat(along, np.unique(episode, return_index=True)[1]) > 0
    return {
        "stance": "predict", "depth": 2, "contender": name, "condition": how, "questions": len(rows),
        "theta_moved": float(total_variation(theta, nothing).mean()),
        "phi_moved": float(total_variation(phi, nothing).mean()),
        "slope": or_none(slope), "slope_low": or_none(low), "slope_high": or_none(high),
        "should": int(far.sum()), "right": float(onward[far].mean()) if far.any() else None,
        **_share_interval(onward[far]),
    }  # fmt: skip


def _share_interval(right: np.ndarray) -> dict:
    """The interval of a share over episodes."""
    if len(right) < 2:
        return {"right_low": None, "right_high": None}
    drawn = EpisodeBootstrap(np.arange(len(right)))
    _, low, high = drawn.ratio(right[:, None].astype(float), np.ones((len(right), 1)), np.arange(len(right)))
    return {"right_low": or_none(float(low[0])), "right_high": or_none(float(high[0]))}
