"""What a probe is, and the one runner of them all: it walks the episodes, judges controls, holds figures to goals.

A probe is a folder of two files beside its declaration and its thresholds: `design.py` says what happens in the
episodes and what is asked; `analysis.py` what is made of the answers: rows, controls, figures, tables and pictures.
`thresholds.py` holds nothing but what these are held against, so that the history shows that it came first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Protocol, TypeVar

import numpy as np
from annotated_types import Interval
from matplotlib.figure import Figure
from rich.table import Table

from agents.answer import Answerer
from agents.recording import Players
from analysis.questions.sampling import Episodes
from analysis.scores.describe import Describer
from analysis.scores.intervals import Bounded
from worlds import FunhouseError, schema
from worlds.base_episode import BaseEpisode

Progress = Callable[[int, int], None]  # (done, in all)
Document = Mapping[str, Any]
Row = dict[str, Any]
POSITIVE, NEGATIVE, BASELINE = "positive", "negative", "baseline"
BLIND = ("mind, no history", "mind, names shuffled", "mind, no prompt")  # blanked minds that must not show an effect
T = TypeVar("T")
S = TypeVar("S", bound=Sized)


@dataclass(frozen=True)
class Settings:
    """On what a probe is run. Raises FunhouseError for settings that measure nothing."""

    seeds: Annotated[int, Interval(ge=1, le=10**4)] | None = None  # None: as many as the probe says
    seed: Annotated[int, Interval(ge=0, lt=2**62)] = 0  # the first of them; the others follow it
    episodes: Episodes | None = None  # of each seed and condition; None: as many as the probe says
    # validation for choices made while building, test for reporting
    split: Annotated[str, schema.one_of("validation", "test")] = "test"

    def __post_init__(self):
        schema.check(self, "probe")


class Contender(Answerer, Describer, Protocol):
    """Somebody who answers, and says what others are like."""


class Mind(Contender, Protocol):
    """Somebody to be probed, who also says what it is like itself."""

    def own_traits(self, episode: BaseEpisode, agent: int, steps: Sequence[int]) -> Mapping[str, np.ndarray]:
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
class Trial:
    """One run of a probe: who is probed, on what, in which episodes, and who is told of progress."""

    subject: Subject
    settings: Settings
    design: Any  # the probe's own Design; its `seeds` says how many an evaluation takes that is reported
    progress: Progress | None = None

    @property
    def mind(self) -> Mind:
        """Who is probed."""
        return self.subject.mind

    @property
    def blind(self) -> list[Contender]:
        """The same mind blanked, where it must not show an effect."""
        return [one for one in self.subject.blanked if one.name in BLIND]

    @property
    def blinded(self) -> list[str]:
        """The names of these."""
        return [one.name for one in self.blind]

    @property
    def seeds(self) -> range:
        """The evaluation seeds."""
        first = self.settings.seed
        return range(first, first + (self.settings.seeds or self.design.seeds))

    def count(self, episodes: int) -> int:
        """How many episodes of each seed and condition, where the design has so many."""
        return self.settings.episodes or episodes

    def places(self, counts: Mapping[str, int]) -> Iterator[tuple[int, int, str, int]]:
        """(place, seed, condition, index) of every episode, seed by seed; progress is told after each.

        counts: by condition, how many episodes of each seed, unless the settings say how many.
        """
        sizes = {condition: self.count(count) for condition, count in counts.items()}
        found = [(seed, one, k) for seed in self.seeds for one, size in sizes.items() for k in range(size)]
        yield from ((place, *one) for place, one in enumerate(self.watched(found, len(found))))

    def watched(self, things: Iterable[T], total: int) -> Iterator[T]:
        """Things, one by one; how many are done is told after each."""
        for done, thing in enumerate(things, 1):
            yield thing
            if self.progress:
                self.progress(done, total)

    def part(self, number: int, parts: int) -> "Trial":
        """The same trial, whose progress is one of several parts of the whole."""
        tell = self.progress
        if tell is None:
            return self
        return replace(self, progress=lambda done, total: tell(number * total + done, parts * total))


@dataclass(frozen=True)
class Probe:
    """One probe.

    `measure` is handed the trial, and returns {"rows": [score keys and the probe's own], "controls": [control()]}, and
    more where the probe has more to say: "figures" are what the mind came to, beside what it should reach. `draw` makes
    the pictures, by name, of such a document, and `tables` what a person reads of it.
    """

    name: str
    about: str  # one line
    design: Callable[[], Any]  # makes what the episodes are like by default
    measure: Callable[[Trial], dict[str, Any]]
    draw: Callable[[Document], dict[str, Figure]]
    tables: Callable[[Document], list[Table]]

    @classmethod
    def of(cls, name: str, about: str, design: Any, analysis: Any) -> "Probe":
        """The probe of two modules, its design and its analysis."""
        return cls(name, about, design.Design, analysis.measure, analysis.draw, analysis.tables)

    def run(
        self,
        subject: Subject,
        settings: Settings | None = None,
        progress: Progress | None = None,
        design: Any = None,
    ) -> dict[str, Any]:
        """The probe's document: {"probe", "rows", "controls", ..., "seeds"}, JSON values only."""
        trial = Trial(subject, settings or Settings(), design or self.design(), progress)
        return {"probe": self.name, **self.measure(trial), "seeds": list(trial.seeds)}


def control(
    name: str, kind: str, value: float | None, low: float | None, high: float | None, threshold: float | None
) -> Row:
    """One control: the size of the effect that it shows, and its interval.

    `passed` says whether it showed the effect: whether the whole interval is at or above the threshold. A positive
    control must, a negative one must not; a baseline has no threshold and no verdict, null. Where the interval is
    undefined there is no effect to be seen.
    """
    threshold = None if kind == BASELINE else threshold
    passed = None if threshold is None else low is not None and low >= threshold
    return {
        "name": name, "kind": kind, "value": value, "low": low, "high": high,
        "threshold": threshold, "passed": passed,
    }  # fmt: skip


def controls(
    effect: Callable[[str], Bounded], threshold: float, positive: Iterable[str] = (), negative: Iterable[str] = (),
    baseline: Iterable[str] = (), *, words: str = "{}",
) -> list[Row]:  # fmt: skip
    """The controls of one effect: how large it is of each contender, by name; `words` make of that a control's name."""
    kinds = {POSITIVE: positive, NEGATIVE: negative, BASELINE: baseline}
    return [
        control(words.format(name), kind, *effect(name), threshold) for kind, names in kinds.items() for name in names
    ]


def figure(
    name: str, values: Bounded, goal: float | None = None, *, reached: Callable[[float, float], bool] | None = None,
    by_seed: Sequence[float | None] | None = None, **own: Any,
) -> Row:  # fmt: skip
    """What the mind came to, beside what it should reach: at least the goal, or what `reached` says of value and goal.

    Without a goal, or a value, nothing is reached or missed: null. `own` are the probe's own keys.
    """
    value, low, high = values
    judged = None if goal is None or value is None else bool(reached(value, goal) if reached else value >= goal)
    return {
        "name": name, **own, "value": value, "low": low, "high": high, "goal": goal, "reached": judged,
        "by_seed": by_seed,
    }  # fmt: skip


def keys(figure: str) -> tuple[str, str, str]:
    """Under which keys a row has a figure and its interval."""
    stem = "" if figure == "value" else f"{figure}_"
    return figure, f"{stem}low", f"{stem}high"


def some(found: S, what: str) -> S:
    """What was found to be asked. Raises FunhouseError, saying what, where there is nothing."""
    if not len(found):
        raise FunhouseError(what, remedy="ask for more episodes")
    return found


def at_most(value: float, goal: float) -> bool:
    """Of figures that should be small."""
    return value <= goal


def one_of(rows: Iterable[Row], **wanted: Any) -> Row:
    """The first of a document's rows, figures or controls that has these values."""
    return next(row for row in rows if all(row[key] == value for key, value in wanted.items()))


def wrong(document: Document) -> list[str]:
    """Of each control of a probe's document that is on the wrong side, what it does that it must not."""
    does = {POSITIVE: "does not show the effect", NEGATIVE: "shows the effect"}
    judged = [one for one in document["controls"] if one["passed"] is not None]
    off = [one for one in judged if one["passed"] != (one["kind"] == POSITIVE)]
    return [f"the {one['kind']} control '{one['name']}' {does[one['kind']]}" for one in off]


def sound(document: Document) -> bool:
    """Whether every positive control of a probe's document passed and no negative one did."""
    return not wrong(document)
