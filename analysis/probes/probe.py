"""What a probe is: episodes that show an effect or do not, a measure of it, a picture, and controls that can fail."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Protocol

import numpy as np
from annotated_types import Interval
from matplotlib.figure import Figure
from rich.table import Table

from agents.answer import Answerer, AnyEpisode
from agents.record import Players
from analysis.describe import Describer
from analysis.questions import Episodes
from worlds import schema

Progress = Callable[[int, int], None]  # (done, in all)
POSITIVE, NEGATIVE, BASELINE = "positive", "negative", "baseline"
FEWEST_SEEDS = 5  # of an evaluation that is reported
BLIND = ("mind, no history", "mind, names shuffled", "mind, no prompt")  # blanked minds that must not show an effect
Bounded = tuple[float | None, float | None, float | None]  # a figure and its interval


@dataclass(frozen=True)
class Settings:
    """On what a probe is run. Raises FunhouseError for settings that measure nothing."""

    seeds: Annotated[int, Interval(ge=1, le=10**4)] = FEWEST_SEEDS  # evaluation seeds: seed, seed + 1, ...
    seed: Annotated[int, Interval(ge=0, lt=2**62)] = 0  # the first of them
    episodes: Episodes | None = None  # of each seed and condition; None: as many as the probe says
    # validation for choices made while building, test for reporting
    split: Annotated[str, schema.one_of("validation", "test")] = "test"

    def __post_init__(self):
        schema.check(self, "probe")

    @property
    def all_seeds(self) -> range:
        """The evaluation seeds."""
        return range(self.seed, self.seed + self.seeds)


class Contender(Answerer, Describer, Protocol):
    """Somebody who answers, and says what others are like."""


class Mind(Contender, Protocol):
    """Somebody to be probed, who also says what it is like itself."""

    def own_traits(self, episode: AnyEpisode, agent: int, steps: Sequence[int]) -> Mapping[str, np.ndarray]:
        """What `agent` says of itself at q steps, as itself: by trait, the probabilities of its values (q, v)."""
        ...


@dataclass(frozen=True)
class Subject:
    """Who is probed."""

    mind: Mind
    blanked: Sequence[Contender] = ()  # the same mind with something taken away
    players: Players | None = None  # who plays episodes in which copies of it live; None: it has nobody to
    checkpoint: str = ""  # the hash by which a run names the mind that its copies are of
    marks: Mapping[str, "Subject"] = field(default_factory=dict)  # other minds, by name, of worlds with marks


@dataclass(frozen=True)
class Probe:
    """One probe. Its folder's docstring states the thresholds.

    `measure` is handed who is probed, the settings, and whoever is to be told of progress; it returns {"rows": [score
    keys and the probe's own], "controls": [control()]}, and more where the probe has more to say: "figures" are what
    the mind came to, beside what it should reach. `draw` makes the pictures, by name, of such a document, and `tables`
    what a person reads of it.
    """

    name: str
    about: str  # one line
    measure: Callable[[Subject, Settings, Progress | None], dict[str, Any]]
    draw: Callable[[Mapping[str, Any]], dict[str, Figure]]
    tables: Callable[[Mapping[str, Any]], list[Table]]

    def run(
        self, subject: Subject, settings: Settings | None = None, progress: Progress | None = None
    ) -> dict[str, Any]:
        """The probe's document: {"probe", "rows", "controls", ...}, JSON values only."""
        return {"probe": self.name, **self.measure(subject, settings or Settings(), progress)}


def control(
    name: str, kind: str, value: float | None, low: float | None, high: float | None, threshold: float | None
) -> dict[str, Any]:
    """One control: the size of the effect that it shows, and its interval.

    `passed` says whether it showed the effect: whether the whole interval is at or above the threshold. A positive
    control must, a negative one must not; a baseline has no verdict, null. Where the interval is undefined there is
    no effect to be seen.
    """
    passed = None if kind == BASELINE or threshold is None else low is not None and low >= threshold
    return {
        "name": name, "kind": kind, "value": value, "low": low, "high": high,
        "threshold": threshold, "passed": passed,
    }  # fmt: skip


def sound(document: Mapping[str, Any]) -> bool:
    """Whether every positive control of a probe's document passed and no negative one did."""
    return all(one["passed"] == (one["kind"] == POSITIVE) for one in document["controls"] if one["passed"] is not None)
