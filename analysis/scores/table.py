"""The fidelity table as a person reads it: a line for each stance and depth, or a block with every contender."""

from collections.abc import Iterable, Iterator, Sequence

from rich.table import Table

from analysis.contenders.calibrating import REASONER

COLUMNS = {
    "contender": "contender",
    "excess_nats": "nats from truth",
    "median_kl": "median",
    "skill": "skill",
    "strict_skill": "strict skill",
    "unfiltered_skill": "unfiltered",
    "top1": "top-1",
    "decisive": "decisive",
    "total_variation": "total var.",
    "log_loss_on_action": "log loss",
}
KIND_STYLES = {"mind": "bold", "control": "italic", "oracle": "dim"}
SUMMARY = ("asked", "questions", "kept", "contender", "skill", "nats from truth", "best shortcut's", "the reasoner's")


def summary_table(rows: Sequence[dict], title: str = "") -> Table:
    """The rows of fidelity.score as a short table: one line for each stance, depth and mind."""
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for column in SUMMARY:
        table.add_column(column, justify="left" if column in ("asked", "contender") else "right", no_wrap=True)
    for block in blocks(rows):
        for row in _minds(block):
            table.add_row(*_summarised(row, {one["contender"]: one for one in block}))
    return table


def _minds(block: Sequence[dict]) -> list[dict]:
    """The rows of a block that are summarised: the minds', or the reasoner's where there is no mind."""
    minds = [row for row in block if row["kind"] == "mind"]
    return minds or [row for row in block if row["contender"] == REASONER] or list(block[:1])


def _summarised(row: dict, block: dict[str, dict]) -> Iterator[str]:
    """The cells of one line. Nats are over the kept questions, as skill is."""
    yield f"{row['stance']} {row['depth']}"
    yield str(row["questions"])
    yield f"{row['kept'] / row['questions']:.0%}" if row["questions"] else "–"
    yield str(row["contender"])
    yield shown(row, "skill")
    for name in (row["contender"], row["best_shortcut"], REASONER):
        nats = block[name]["kept_excess_nats"] if name in block else None
        yield "–" if nats is None else rounded(nats, 3)


def meaning(rows: Sequence[dict]) -> str:
    """What the deepest line with a skill says, in words; why there is none, where there is none."""
    told = [row for block in blocks(rows) for row in _minds(block) if row["skill"] is not None]
    if not told:
        return f"No skill is given: {next((row['reason'] for row in rows if row['reason']), 'nothing was asked')}."
    row = max(told, key=lambda one: (one["stance"] == "behave", one["depth"]))
    low, high = row["skill_low"], row["skill_high"]
    against = "beats" if low > 0 else "loses to" if high < 0 else "is not clear of"
    return (
        "Skill is 1 at the truth and 0 at the best shortcut, over the kept questions, which no shortcut answers. "
        f'In "{row["stance"]}" at depth {row["depth"]} {row["contender"]} {against} the best shortcut.'
    )


def fidelity_table(rows: Sequence[dict], title: str = "") -> Table:
    """The rows of fidelity.score as a rich table; a dash is undefined, a star marks the best shortcut."""
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for key, words in COLUMNS.items():
        table.add_column(words, justify="left" if key == "contender" else "right", no_wrap=True)
    for block in blocks(rows):
        table.add_section()
        table.add_row(heading(block[0]), style="bold underline")
        for row in block:
            cells = {key: shown(row, key) for key in COLUMNS}
            if row["questions"] < block[0]["questions"]:
                cells["contender"] += f", of {row['questions']}"
            table.add_row(*cells.values(), style=KIND_STYLES.get(row["kind"]))
        if block[0]["reason"]:
            asked = block[0]["questions"]
            table.add_row(f"no skill: {block[0]['kept']} kept" if asked else block[0]["reason"], style="dim")
    return table


def description_table(rows: Iterable[dict], title: str = "") -> Table:
    """The rows of describe.score_descriptions as a rich table: one line for each trait, one column for each
    contender.
    """
    rows = list(rows)
    names = list(dict.fromkeys(row["contender"] for row in rows))
    loss = {(row["contender"], row["trait"]): row for row in rows}
    table = Table(title=title or None, title_justify="left", header_style="bold")
    table.add_column("log loss on", no_wrap=True)
    for name in names:
        table.add_column(name, justify="right")
    for trait in dict.fromkeys(row["trait"] for row in rows):
        table.add_row(trait, *(_loss(loss.get((name, trait))) for name in names))
    return table


def cell_of(row: dict) -> tuple[str, int]:
    """The stance and depth of a row."""
    return row["stance"], row["depth"]


def blocks(rows: Iterable[dict]) -> list[list[dict]]:
    """Rows grouped by stance and depth, in the order in which these first occur."""
    grouped: dict[tuple[str, int], list[dict]] = {}
    for row in rows:
        grouped.setdefault(cell_of(row), []).append(row)
    return list(grouped.values())


def heading(row: dict) -> str:
    """The words over a block: "behave 1: 512 asked, 56% kept"."""
    share = f", {row['kept'] / row['questions']:.0%} kept" if row["questions"] else ""
    return f"{row['stance']} {row['depth']}: {row['questions']} asked{share}"


def shown(row: dict, key: str) -> str:
    """One figure of a row in words, with its interval where it has one under its own name."""
    value = row[key]
    if key == "contender":
        return f"{value} *" if value == row["best_shortcut"] else str(value)
    low, high = (row.get(f"{key}{end}") for end in ("_low", "_high"))
    return bounded(value, low, high, 2)


def bounded(value: float | None, low: float | None, high: float | None, places: int = 3) -> str:
    """A figure, and its interval in so many places where it has one; a dash where there is none."""
    if value is None:
        return "–"
    ends = "" if low is None or high is None else f" [{rounded(low, places)}, {rounded(high, places)}]"
    return rounded(value, 3) + ends


def rounded(value: float, places: int) -> str:
    """A figure with so many places."""
    return f"{round(value, places) + 0.0:.{places}f}"  # + 0.0: no "-0.00"


def _loss(row: dict | None) -> str:
    if row is None:
        return "–"
    spread = f" ±{(row['log_loss_high'] - row['log_loss_low']) / 2:.3f}" if row["log_loss_low"] is not None else ""
    return f"{row['log_loss']:.3f}{spread}"
