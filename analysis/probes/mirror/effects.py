"""How large each effect is: recognition, anticipation and the mark, with intervals over episodes."""

import numpy as np

from analysis.probes.mirror.episodes import LIVE, REPLAY, Design
from analysis.probes.mirror.told import Told
from analysis.probes.probe import Bounded
from analysis.questions.survey import REASONER
from analysis.scores.intervals import EpisodeBootstrap, or_none

AT = 4  # steps before the mirror, where recognition and anticipation are judged
RECOGNITION, ANTICIPATION, MARK = "recognition", "anticipation", "mark"
THRESHOLD = 0.5  # of every effect: see analysis/probes/mirror/__init__.py


def recognition(told: Told, name: str, design: Design) -> Bounded:
    """By how much nearer to itself it is as a live image than as a replay, beyond what the reasoner gains."""
    nats, k = told.distance, design.observed.index(AT)
    gained, reasoner = (nats(one, REPLAY)[:, k] - nats(one, LIVE)[:, k] for one in (name, REASONER))
    return _share(gained - reasoner, nats(REASONER, LIVE)[:, k])


def anticipation(told: Told, name: str, design: Design) -> Bounded:
    """By how much better than the reasoner it foresees a live image; or, where that is less, by how much better beyond
    what it does so of a replay."""
    nats, k = told.unforeseen, design.observed.index(AT)
    live, replay = (nats(REASONER, one)[:, k] - nats(name, one)[:, k] for one in (LIVE, REPLAY))
    lacked = nats(REASONER, LIVE)[:, k]
    return min(_share(live, lacked), _share(live - replay, lacked), key=lambda bounded: bounded[0] or 0.0)


def _share(part: np.ndarray, whole: np.ndarray) -> Bounded:
    """(value, low, high) of a ratio of sums over episodes, of (e,) each."""
    rows = np.arange(len(part))
    ends = EpisodeBootstrap(rows).ratio(part[:, None], whole[:, None], rows)
    value, low, high = (or_none(float(one[0])) for one in ends)
    return value, low, high


def interval(value: np.ndarray) -> tuple[list, list, list]:
    """Means over episodes, the first axis, with their intervals."""
    rows = np.arange(len(value))
    ends = EpisodeBootstrap(rows).ratio(value, np.ones((len(value), 1)), rows)
    mean, low, high = ([or_none(float(x)) for x in one] for one in ends)
    return mean, low, high


def mean(value: np.ndarray) -> Bounded:
    """(value, low, high) of a mean over episodes, of (e,)."""
    return _share(value, np.ones(len(value)))
