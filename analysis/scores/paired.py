"""How far a mind is from the truth beyond the reasoner and the best shortcut, question by question: in words and as a
table."""

from collections.abc import Sequence

from rich.table import Table

from analysis.contenders.calibrating import CALIBRATED, REASONER
from analysis.scores.table import bounded, cell_of, rounded

OWN, CALIBRATED_OWN = "the reasoner's", "that of the reasoner calibrated on training questions"
COLUMNS = ("asked", "contender", "beside", "nats beyond it", "contender's median", "the other's median")


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
