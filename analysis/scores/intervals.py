"""Intervals by the bootstrap over episodes (Efron 1979), the unit that is drawn independently.

Questions of one episode share its world and its agents, so resampling questions would make intervals too
narrow. A ratio's numerator and denominator are resampled together: they are sums over the same episodes.
"""

import numpy as np

POINTS = 256  # of the values whose median is resampled, at most; between them nothing is told apart

Bounded = tuple[float | None, float | None, float | None]  # a figure and its interval
NONE: Bounded = (None, None, None)


class EpisodeBootstrap:
    """One set of resamples of the episodes, shared by every interval of a table.

    `episode` is (q,) int: which episode each question belongs to. The resamples depend on nothing but the
    number of episodes and `seed`.
    """

    def __init__(self, episode: np.ndarray, resamples: int = 1000, seed: int = 0, level: float = 0.95):
        _, self.member = np.unique(episode, return_inverse=True)
        self.episodes = int(self.member.max()) + 1 if len(self.member) else 0
        generator = np.random.default_rng([seed, self.episodes])
        share = np.full(max(self.episodes, 1), 1 / max(self.episodes, 1))
        self.times = generator.multinomial(self.episodes, share, size=resamples).astype(np.float64)  # r e
        self.tail = 100 * (1 - level) / 2

    def totals(self, value: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Sums within each episode over the questions `rows` (r,) int: value (r, c) -> (e, c)."""
        member = self.member[rows]
        columns = [np.bincount(member, column, minlength=self.episodes) for column in value.T]
        return np.stack(columns, axis=1) if columns else np.zeros((self.episodes, 0))

    def ratio(
        self, numerator: np.ndarray, denominator: np.ndarray, rows: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Σ numerator / Σ denominator over the questions `rows`, with its interval: (c,) value, low, high.

        `numerator` is (r, c), `denominator` (r, 1). A resample whose denominator is zero is left out. The
        interval is NaN where no resample remains, and of a single episode.
        """
        above, below = self.totals(numerator, rows), self.totals(denominator, rows)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = above.sum(axis=0) / below.sum(axis=0)
            drawn = (self.times @ above) / (self.times @ below)  # resamples c
        drawn = drawn[np.isfinite(drawn).all(axis=1)]
        nothing = np.full(len(value), np.nan)
        if self.episodes < 2 or not len(drawn) or not np.isfinite(value).all():
            return np.where(np.isfinite(value), value, np.nan), nothing, nothing
        low, high = np.percentile(drawn, [self.tail, 100 - self.tail], axis=0)
        return value, low, high

    def median(self, value: np.ndarray, rows: np.ndarray) -> tuple[float, float, float]:
        """The median over the questions `rows` (r,) of a value (r,), with its interval: value, low, high.

        In a resample it is the least of POINTS quantiles of the value that half of the questions do not exceed.
        """
        order = np.sort(value)
        middle = float(np.median(value)) if len(rows) else np.nan
        if self.episodes < 2 or not len(rows):
            return middle, np.nan, np.nan
        points = order[np.linspace(0, len(order) - 1, min(len(order), POINTS)).round().astype(int)]
        place = self.member[rows] * len(points) + np.searchsorted(points, value)
        within = np.bincount(place, minlength=self.episodes * len(points)).reshape(self.episodes, len(points))
        drawn = self.times @ np.cumsum(within, axis=1)  # resamples p: how many questions do not exceed a point
        drawn = drawn[drawn[:, -1] > 0]
        low, high = np.percentile(points[(2 * drawn >= drawn[:, -1:]).argmax(axis=1)], [self.tail, 100 - self.tail])
        return middle, float(low), float(high)


def or_none(value: float) -> float | None:
    """A figure as JSON knows it: null where it is undefined (NaN)."""
    return float(value) if np.isfinite(value) else None


def share(bootstrap: EpisodeBootstrap, part: np.ndarray, whole: np.ndarray, rows: np.ndarray) -> Bounded:
    """Σ part / Σ whole over the questions `rows`, both (q,)."""
    if not len(rows):
        return NONE
    value, low, high = bootstrap.ratio(part[rows, None], whole[rows, None], rows)
    return or_none(value[0]), or_none(low[0]), or_none(high[0])


def ratio(part: np.ndarray, whole: np.ndarray, episode: np.ndarray | None = None) -> Bounded:
    """Σ part / Σ whole over all questions, both (q,); episode (q,) int is which each belongs to, None: each its own."""
    every = np.arange(len(part))
    return share(EpisodeBootstrap(every if episode is None else episode), part, whole, every)


def mean(value: np.ndarray, episode: np.ndarray | None = None) -> Bounded:
    """The mean over all questions, (q,); without `episode`, each is an episode's own."""
    return ratio(value, np.ones(len(value)), episode)


def means(value: np.ndarray) -> list[Bounded]:
    """Of each column of (e, k), a row an episode: the mean."""
    every = np.arange(len(value))
    ends = EpisodeBootstrap(every).ratio(value, np.ones((len(value), 1)), every)
    return [(or_none(one), or_none(low), or_none(high)) for one, low, high in zip(*ends, strict=True)]


def less(values: Bounded) -> Bounded:
    """1 - a figure."""
    value, low, high = (None if one is None else 1 - one for one in values)
    return value, high, low
