"""What an experiment is: a probe of whoever answers wishes, which also runs where nobody is asked.

Trials, controls and intervals are those of probes (analysis/probes/probe.py). Without a mind there are the rows of the
exact contenders, and controls, alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from matplotlib.figure import Figure
from rich.table import Table

from agents.answer import Answerer
from analysis.just_ask.picture import picture
from analysis.probes.probe import Mind, Progress, Row, Settings, Subject, Trial
from analysis.probes.shift import flat
from analysis.probes.tables import bounded, lines
from analysis.questions.wished import heed
from analysis.scores.intervals import Bounded
from worlds import FunhouseError


@dataclass(frozen=True)
class Experiment:
    """One experiment. `measure` returns {"rows", "controls"}; `keys` are what rows are told by, `values` their figures,
    each a row's [value, low, high]; of these `drawn` is in the picture, called `words`, with dashed `lines`. `pictured`
    draws another picture in its place."""

    name: str
    about: str  # one line
    design: Callable[[], Any]
    measure: Callable[[Trial], dict[str, Any]]
    keys: Sequence[str]
    values: Sequence[str]
    drawn: str
    words: str
    lines: Sequence[float]
    pictured: Callable[[Mapping[str, Any]], Figure] | None = None

    def run(
        self, mind: Answerer | None = None, settings: Settings | None = None, progress: Progress | None = None,
        design: Any = None,
    ) -> dict[str, Any]:  # fmt: skip
        """The document: {"experiment", "rows", "controls", "seeds"}, JSON values only. Raises FunhouseError for a mind
        that answers no wishes."""
        if mind is not None and not heed([mind]):
            what = f"{mind.name} was not trained on wishes, and answers none"
            raise FunhouseError(what, remedy="train one that does: make wishes")
        subject = Subject(cast(Mind, mind))  # it is asked for wishes, and need not say what it is like
        trial = Trial(subject, settings or Settings(), design or self.design(), progress)
        return {"experiment": self.name, **self.measure(trial), "seeds": list(trial.seeds)}

    def tables(self, document: Mapping[str, Any]) -> list[Table]:
        """What a person reads of a document."""
        columns = [(name, bounded(name)) for name in self.values]
        return [lines(self.about, map(_flat, document["rows"]), self.keys, columns)]

    def draw(self, document: Mapping[str, Any]) -> dict[str, Figure]:
        """Its picture, by its name."""
        if self.pictured:
            return {self.name: self.pictured(document)}
        return {self.name: picture(document, self.drawn, self.words, self.lines, self.keys)}


def minds(trial: Trial) -> list[Answerer]:
    """Who is asked, if anybody is."""
    return [] if trial.mind is None else [trial.mind]


def row(contender: str, kind: str, questions: int, figures: Mapping[str, Bounded], **own: Any) -> Row:
    """One row of a document."""
    told = {name: list(one) for name, one in figures.items()}
    return {"contender": contender, "kind": kind, **own, "questions": questions, **told}


def shown(effect: Bounded, least: float) -> str:
    """Whether the whole interval of an effect is at or above a threshold, in a row's words."""
    return "yes" if effect[1] is not None and effect[1] >= least else "no"


def _flat(one: Row) -> Row:
    """A row with the ends of its intervals as keys of their own, as tables have it."""
    ends = {name: tuple(value) for name, value in one.items() if isinstance(value, list)}
    return {**one, **flat(ends)}
