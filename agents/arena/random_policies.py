"""Seeded random policies of an observation, linear and small networks: minds that work in any environment.

All members of a species look through the same few `sights` (random projections of the pooled observation, and a
layer of tanh units above them), each has an `eye` (how sights move its actions) and a `habit` (what it likes to do
anyway, and how decisive it is). Members are pairs of both, so that one who has met the bold heron and the calm
otter has something to say about the calm heron. Sharing the sights keeps a stranger inferable from few steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import njit

from worlds import dice
from worlds.arena import Species

PROJECTIONS, UNITS = 6, 12  # projections that linear eyes read, and tanh units that the others read
AREAS = 3  # an image is pooled to areas of a grid this fine in both directions
BIAS = 0.8  # strength of habits beside eyes, whose logits have variance one
CANDIDATES = 64  # habits, and eyes, from which those are chosen that are far from one another
_PROJECTION, _UNITS, _EYE, _HABIT = range(4)  # streams


class Outlook(NamedTuple):
    """What is fixed by a species: how an observation becomes sights. d entries, p pooled, l sights, h units."""

    area: np.ndarray  # (d,) int64, the pooled place of each entry
    share: np.ndarray  # (d,) float64, its weight there
    bounded: bool  # else entries are squashed by asinh, which keeps far values apart and tame
    projection: np.ndarray  # (p, l) float64
    inner: np.ndarray  # (l, h) float64
    inner_bias: np.ndarray  # (h,) float64


class RandomMember(NamedTuple):
    """What is drawn for one member: `eye` (l + h, actions), `habit` (actions,), both divided by temperature."""

    eye: np.ndarray
    habit: np.ndarray


def make_outlook(species: Species, seed: int) -> Outlook:
    """The sights of a species: its observations are scaled by their bounds, where they have any."""
    low, high, index = species.low, species.high, species.index
    area = _areas(species)
    bounded = bool(np.isfinite(low) and np.isfinite(high) and high > low)
    share = 1.0 / np.bincount(area)[area] / (high - low if bounded else 1.0)
    places = int(area.max()) + 1
    projection = _normal(seed, index, _PROJECTION, 0, (places, PROJECTIONS)) / np.sqrt(places)
    inner = _normal(seed, index, _UNITS, 0, (PROJECTIONS, UNITS)) * (2.0 / np.sqrt(PROJECTIONS))
    inner_bias = _normal(seed, index, _UNITS, 1, (UNITS,))
    return Outlook(area, share, bounded, projection, inner, inner_bias)


def draw_eyes(seed: int, species: int, actions: int, count: int, network: bool) -> np.ndarray:
    """(count, l + h, actions): how sights move the actions, each far from those before it.

    Linear eyes read sights, networks the units above them: the rows of the other are zero.
    """
    rows = UNITS if network else PROJECTIONS
    eyes = np.zeros((count, PROJECTIONS + UNITS, actions))
    if actions == 1:  # nothing is to be moved
        return eyes
    drawn = _normal(seed, species, _EYE, int(network), (CANDIDATES, rows, actions))
    # What is added to all actions alike does nothing. A tanh unit of this width has variance of about two thirds.
    drawn -= drawn.mean(2, keepdims=True)
    drawn /= np.sqrt((drawn**2).mean((1, 2), keepdims=True)) * np.sqrt(rows * (0.66 if network else 1.0))
    eyes[:, slice(PROJECTIONS, None) if network else slice(0, PROJECTIONS)] = _spread(drawn, count)
    return eyes


def draw_habits(seed: int, actions: int, count: int) -> np.ndarray:
    """(count, actions): what habits like, of mean 0 and deviation BIAS, each far from those before it.

    A habit is the same in all species with so many actions, as its word is.
    """
    drawn = _normal(seed, actions, _HABIT, 0, (CANDIDATES, actions))
    drawn -= drawn.mean(1, keepdims=True)
    if actions == 1:  # there is nothing to like
        return np.zeros((count, 1))
    return _spread(drawn * (BIAS / drawn.std(1, keepdims=True)), count)


def _spread(drawn: np.ndarray, count: int) -> np.ndarray:
    """The first candidate, and time and again the one that is farthest from those chosen, `count` in all."""
    chosen: list[np.ndarray] = []
    for _ in range(count):
        apart = [np.abs(drawn - one).sum(tuple(range(1, drawn.ndim))) for one in chosen]
        chosen.append(drawn[np.min(apart, axis=0).argmax() if apart else 0])
    return np.array(chosen).reshape(count, *drawn.shape[1:])


def stack(members: Sequence[RandomMember], actions: int) -> RandomMember:
    """All members as one pair of arrays, (l + h, k, actions) and (k, actions)."""
    if not members:
        return RandomMember(np.zeros((PROJECTIONS + UNITS, 0, actions)), np.zeros((0, actions)))
    return RandomMember(np.stack([one.eye for one in members], 1), np.stack([one.habit for one in members]))


@njit(cache=True, nogil=True)
def project(observation, area, share, bounded, projection):
    """(m, l) float64: the raw sights of observations (m, d) float64."""
    rows, sights = observation.shape[0], projection.shape[1]
    out = np.zeros((rows, sights))
    for m in range(rows):
        for d in range(observation.shape[1]):
            value = observation[m, d]
            if value != 0.0:
                value = value if bounded else np.arcsinh(value)
                for s in range(sights):
                    out[m, s] += value * share[d] * projection[area[d], s]
    return out


@njit(cache=True, nogil=True)
def features(raw, mean, scale, inner, inner_bias):
    """(m, l + h) float64: sights with mean 0 and deviation 1, cut at 3 deviations, and the units above them."""
    rows, sights, units = raw.shape[0], raw.shape[1], inner.shape[1]
    out = np.empty((rows, sights + units))
    for m in range(rows):
        for s in range(sights):
            out[m, s] = min(max((raw[m, s] - mean[s]) / scale[s], -3.0), 3.0)
        for h in range(units):
            total = inner_bias[h]
            for s in range(sights):
                total += out[m, s] * inner[s, h]
            out[m, sights + h] = np.tanh(total)
    return out


@njit(cache=True, nogil=True)
def logits_of_all(feature, eye, habit, out):
    """Write the logits of every member for every row into out[:k], (k, m, actions)."""
    k, actions = habit.shape
    flat, total = eye.reshape(len(eye), k * actions), np.empty(k * actions)
    for m in range(feature.shape[0]):
        total[:] = habit.ravel()
        for f in range(len(flat)):
            for place in range(len(total)):  # of all members and actions in one row, which is vectorised
                total[place] += feature[m, f] * flat[f, place]
        out[:k, m] = total.reshape(k, actions)


@njit(cache=True, nogil=True)
def logits_of_legal(feature, eye, habit, mask, out):
    """The same where little is legal, as in chess: what is masked is not written."""
    for m in range(feature.shape[0]):
        for a in range(habit.shape[1]):
            if mask[m, a]:
                for k in range(len(habit)):
                    total = habit[k, a]
                    for f in range(len(eye)):
                        total += feature[m, f] * eye[f, k, a]
                    out[k, m, a] = total


@njit(cache=True, nogil=True)
def logits_of_each(feature, eye, habit, who, out):
    """Write the logits of member who[m] for row m into out[m]; rows with who[m] < 0 are left alone."""
    for m in range(feature.shape[0]):
        k = who[m]
        if k >= 0:
            for a in range(eye.shape[2]):
                out[m, a] = habit[k, a]
            for f in range(feature.shape[1]):
                for a in range(eye.shape[2]):
                    out[m, a] += feature[m, f] * eye[f, k, a]


@njit(cache=True, nogil=True)
def settle(logits, mask, floor):
    """Turn logits (k, m, actions) in place into probabilities: softmax over what is legal, mixed with a floor.

    Masked actions get exactly 0; a row without a legal action becomes zeros; logits may be -inf, but not all.
    """
    for k in range(logits.shape[0]):
        for m in range(logits.shape[1]):
            best, legal = -np.inf, 0
            for a in range(logits.shape[2]):
                if mask[m, a]:
                    legal += 1
                    best = max(best, logits[k, m, a])
            total = 0.0
            for a in range(logits.shape[2]):
                weight = np.exp(logits[k, m, a] - best) if mask[m, a] and best > -np.inf else 0.0
                logits[k, m, a] = weight
                total += weight
            for a in range(logits.shape[2]):
                if mask[m, a]:
                    own = logits[k, m, a] / total if total > 0.0 else 1.0 / legal
                    logits[k, m, a] = (1.0 - floor) * own + floor / legal
    return logits


def _areas(species: Species) -> np.ndarray:
    """(d,) int64: each entry's pooled place. Larger images become AREAS × AREAS areas for each channel."""
    shape = (*species.shape, 1)[:3]
    if species.kind != "image" or max(shape[:2]) < 2 * AREAS:
        return np.arange(int(np.prod(shape)), dtype=np.int64)
    row = np.arange(shape[0]) * min(AREAS, shape[0]) // shape[0]
    column = np.arange(shape[1]) * min(AREAS, shape[1]) // shape[1]
    place = np.unique(row[:, None] * AREAS + column, return_inverse=True)[1].reshape(*shape[:2], 1)
    return np.ascontiguousarray((place * shape[2] + np.arange(shape[2])).ravel(), dtype=np.int64)


def _normal(seed: int, species: int, stream: int, place: int, shape: tuple[int, ...]) -> np.ndarray:
    """Draws of variance one."""
    key = np.uint64(dice.key(seed, stream, species))
    return dice.normals(key, place, int(np.prod(shape))).reshape(shape)
