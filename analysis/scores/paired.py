"""How far a mind is from the truth beyond the reasoner and the best shortcut, question by question: in words and as a
table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table

from analysis.contenders.calibrating import CALIBRATED, REASONER
from analysis.questions.sampling import Cell
from analysis.scores.intervals import or_none
from analysis.scores.table import bounded, cell_of, rounded

if TYPE_CHECKING:
    from analysis.scores.fidelity import Scores

OWN, CALIBRATED_OWN = "the reasoner's", "that of the reasoner calibrated on training questions"
COLUMNS = ("asked", "contender", "beside", "nats beyond it", "contender's median", "the other's median")


def excess_over(scores: Scores, cell: Cell, name: str, some: np.ndarray) -> dict[str, list[float | None]]:
    """A mind's excess nats less another's over the same questions `some` of a stance and depth, with its interval, by
    that other's name: those of the reasoners that are contenders there, and s*. Nobody else's."""
    if scores.survey.kind[name] != "mind":
        return {}
    rivals = [one for one in (REASONER, CALIBRATED) if np.isfinite(scores.error[one][some]).all()]
    rivals.append(scores.fitted[cell].best)
    beyond = np.stack([scores.error[name][some] - scores.error[one][some] for one in rivals], axis=1)
    figures = np.array(scores.bootstrap.ratio(beyond, np.ones((len(some), 1)), some)).T
    return {one: [*map(or_none, figure)] for one, figure in zip(rivals, figures, strict=True)}


def paired_table(rows: Sequence[dict], title: str = "") -> Table:
    """The rows of fidelity.score as a table of differences over the same questions, and of both medians."""
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for column in COLUMNS:
        table.add_column(column, justify="left" if column in COLUMNS[:3] else "right", no_wrap=True)
    median = {(*cell_of(row), row["contender"]): _median(row) for row in rows}
    for row in rows:
        asked, name = cell_of(row), str(row["contender"])
        for beside, difference in row["excess_over"].items():
            medians = (median[*asked, name], median[*asked, beside])
            table.add_row("{} {}".format(*asked), name, beside, bounded(*difference), *medians)
    return table


def beside_the_reasoner(rows: Sequence[dict]) -> str | None:
    """How the deepest predictions of the minds stand to the reasoner's, as it is and calibrated; None without any."""
    told = [row for row in rows if row["stance"] == "predict" and REASONER in row["excess_over"]]
    deepest = [row for row in told if row["depth"] == max(one["depth"] for one in told)]
    median = {one["contender"]: one["median_kl"] for one in rows if deepest and cell_of(one) == cell_of(deepest[0])}
    said = [
        f'In "predict" at depth {row["depth"]} the mean of {row["contender"]} over all questions is '
        f"{_against(row['excess_over'][REASONER], OWN)}, and "
        f"{_against(row['excess_over'][CALIBRATED], CALIBRATED_OWN)}; its "
        f"median is {rounded(row['median_kl'], 3)}, the reasoner's {rounded(median[REASONER], 3)}."
        for row in deepest
    ]
    return " ".join(said) or None


def _against(difference: Sequence[float | None], whose: str) -> str:
    """A difference of nats in words: on which side of 0 it is, as far as its interval tells."""
    value, low, high = difference
    assert value is not None
    lower, upper = (value if low is None else low), (value if high is None else high)
    side = "below" if upper < 0 else "above" if lower > 0 else "not clear of"
    return f"{side} {whose} ({bounded(value, low, high)} nats)"


def _median(row: dict) -> str:
    return bounded(row["median_kl"], row["median_low"], row["median_high"])
