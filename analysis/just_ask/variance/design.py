"""variance: beginnings on a map, an expert and somebody who learns there, and the exact moments of both gradients.

The learner is a softmax policy that is linear in how near each action leads to the fruit of each kind; the weights of a
type are among its weights, so that it can become the expert. The expert is the agent of an episode, its chances exact.
A *roll-out* is `horizon` acts from a beginning, and its gradient the sum over its acts of ∇ log π. Supervised, the
expert rolls out. Policy gradient: the learner does, and the sum is multiplied by how many acts the expert, at the same
places, would have done, too. Every roll-out that there can be is enumerated.

Axes: s scenes (a cell and the fruits that are left), a acts, d weights, b beginnings, r roll-outs of a beginning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from agents.orchard.wishing import SoloOrchard
from analysis.just_ask.asking import Lone
from analysis.probes.orchard import types_of
from worlds import Episode
from worlds.orchard.geometry import NO_WAY

HORIZONS = (1, 3)  # acts of a roll-out
BEGINNINGS = (2, 4, 8, 16, 32)  # cells that one begins on
UNEVEN = (0.0, 1.0)  # the i-th of them is begun on in proportion to i to the power of minus so much
NOTHING, LEANS, ON_ITS_WAY = "has learned nothing", "leans at random", "on its way to the expert"
OPEN = (2, 3, 5, 9)  # how many acts are open, the expert's likeliest, to who has learned nothing: all weights are 0
LEANINGS = (2.0, 4.0, 8.0, 16.0)  # the size of weights drawn at random; all acts are open
SHARES = (0.03, 0.1, 0.2, 0.4)  # of the expert's weights; all acts are open


@dataclass(frozen=True)
class Design(Lone):
    """On which maps."""

    episodes: int = 6


class Policy(NamedTuple):
    """One policy and the expert that it is to be like."""

    family: str
    own: np.ndarray  # (s, a): its chances
    expert: np.ndarray  # (s, a)

    def entropy(self, scene: np.ndarray) -> np.ndarray:
        """H(a) in some scenes, in nats."""
        return -np.where(self.own > 0, self.own * np.log(np.maximum(self.own, 1e-300)), 0.0).sum(1)[scene]


class Moments(NamedTuple):
    """Of a gradient, by beginning: its mean (b, d), and the mean of its squared length (b,)."""

    mean: np.ndarray
    square: np.ndarray

    def noise(self, begun: np.ndarray) -> float:
        """The trace of its covariance over the square of its mean's length, where one begins by chances (b,)."""
        length = float(((begun @ self.mean) ** 2).sum())
        return float(begun @ self.square) / length - 1


class Rollouts(NamedTuple):
    """Every roll-out of each beginning."""

    gradient: np.ndarray  # (b, r, d)
    expert: np.ndarray  # (b, r): how likely the expert's roll-out is this one
    own: np.ndarray  # (b, r): how likely that of the policy
    reward: np.ndarray  # (b, r): acts that the expert would have done, too, in the mean
    luck: np.ndarray  # (b, r): the variance of their number

    @property
    def supervised(self) -> Moments:
        """Of the gradient of the log likelihood of the expert's acts."""
        return self._moments(self.expert, self.expert)

    @property
    def rewarded(self) -> Moments:
        """Of the policy gradient."""
        return self._moments(self.own * self.reward, self.own * (self.reward**2 + self.luck))

    def _moments(self, first: np.ndarray, second: np.ndarray) -> Moments:
        length = (self.gradient**2).sum(-1)
        return Moments(np.einsum("br,brd->bd", first, self.gradient), (second * length).sum(1))


class Ground:
    """A map with what can be reached in a few acts from some cells on it.

    start (b,): scenes that one may begin in; near (s, a, d): how near acts lead to fruits; after (s, a): the scenes
    that they lead to; expert (s, a): the expert's chances."""

    def __init__(self, episode: Episode, generator: np.random.Generator):
        self._space, fruit = types_of(episode), episode.fruit[0].ravel()
        self._type = self._space.index(episode.agents[0].type)
        self._fruit, self._geometry = fruit, episode.geometry
        self._everything = frozenset(np.flatnonzero(fruit >= 0).tolist())
        self._solo = SoloOrchard(self._space, episode.geometry, episode.walls.shape, fruit)
        chosen = generator.permutation(self._free(episode))[: BEGINNINGS[-1]]
        self._number: dict[tuple[int, frozenset[int]], int] = {}
        self.start = np.array([self._scene(int(cell), self._everything) for cell in chosen])
        self.near, self.after, self.expert = self._walked()

    @cached_property
    def wanted(self) -> np.ndarray:
        """(d,): the weights with which a policy acts as the expert, were it not for kinds unseen, and for whims."""
        table = self._space.table
        return table.beta * table.weight[table.taste[self._type]]

    def _free(self, episode: Episode) -> np.ndarray:
        """Cells without a fruit from which the expert's two likeliest acts lead to different cells: if only these two
        are open where they do not, against a wall say, there is nothing to learn, and no gradient."""
        near = self._geometry.distance[episode.cell[0, 0]] != NO_WAY
        free = np.flatnonzero(near & (self._fruit < 0))
        likeliest = [_likeliest(self._solo.acts(self._type, int(cell), self._everything), 2) for cell in free]
        first, second = self._geometry.neighbor[free, np.array(likeliest).T]
        return free[first != second]

    def _scene(self, cell: int, left: frozenset[int]) -> int:
        return self._number.setdefault((cell, left), len(self._number))

    def _walked(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """near, after and expert of every scene from which one may act."""
        neighbor, near, after, expert, done = self._geometry.neighbor, [], [], [], 0
        for _ in range(max(HORIZONS)):
            for cell, left in list(self._number)[done:]:
                cells = neighbor[cell].astype(int)
                near.append(self._nearness(cells, left))
                after.append([self._scene(c, left - {c}) for c in cells.tolist()])
                expert.append(self._solo.acts(self._type, cell, left))
            done = len(after)
        return np.array(near), np.array(after), np.array(expert)

    def _nearness(self, cells: np.ndarray, left: frozenset[int]) -> np.ndarray:
        """(a, d): of cells, the nearness of the fruit of each kind; 0 where it is gone."""
        near = np.zeros((len(cells), len(self._space.table.weight[0])))
        for there in left:
            way = self._geometry.distance[cells, there].astype(float)
            near[:, self._fruit[there]] += np.where(way == NO_WAY, 0.0, self._space.table.gamma**way)
        return near

    def policies(self, generator: np.random.Generator) -> Iterator[Policy]:
        """Everybody who learns here, family by family."""
        leaning = generator.normal(size=(self.near.shape[-1],))
        yield from (Policy(NOTHING, *self.chances(np.zeros(len(leaning)), k)) for k in OPEN)
        yield from (Policy(LEANS, *self.chances(leaning * size)) for size in LEANINGS)
        yield from (Policy(ON_ITS_WAY, *self.chances(self.wanted * part)) for part in SHARES)

    def chances(self, weights: np.ndarray, opened: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Those of a policy with weights (d,), and the expert's, where only its likeliest acts are open: (s, a) each;
        None: all are."""
        mask = np.zeros(self.expert.shape)
        np.put_along_axis(mask, _likeliest(self.expert, opened), 1.0, axis=1)
        worth = self.near @ weights
        odds, expert = mask * np.exp(worth - worth.max(1, keepdims=True)), mask * self.expert
        return odds / odds.sum(1, keepdims=True), expert / expert.sum(1, keepdims=True)

    def slopes(self, policy: Policy) -> np.ndarray:
        """(s, a, d): the gradients of the log likelihoods of acts."""
        return self.near - np.einsum("sa,sad->sd", policy.own, self.near)[:, None]

    def rollouts(self, policy: Policy, horizon: int) -> Rollouts:
        """Every roll-out from every beginning."""
        (_, own, expert), away, scene = policy, self.slopes(policy), self.start[:, None]
        acts, zero = own.shape[1], np.zeros(scene.shape)
        made = Rollouts(np.zeros((*scene.shape, away.shape[2])), zero + 1, zero + 1, zero, zero)
        for _ in range(horizon):
            flat = len(scene), scene.shape[1] * acts
            did, liked = expert[scene], own[scene]  # b r a
            made = Rollouts(
                (made.gradient[:, :, None] + away[scene]).reshape(*flat, -1),
                (made.expert[..., None] * did).reshape(flat),
                (made.own[..., None] * liked).reshape(flat),
                (made.reward[..., None] + did).reshape(flat),
                (made.luck[..., None] + did * (1 - did)).reshape(flat),
            )
            scene = self.after[scene].reshape(flat)
        return made


def _likeliest(chances: np.ndarray, count: int | None) -> np.ndarray:
    """The first `count` acts (..., count) of chances (..., a); of acts that are as likely, the first."""
    return np.argsort(-chances, axis=-1, kind="stable")[..., :count]
