"""The fidelity table as a person reads it: one block for each stance and depth, the mind first."""

from collections.abc import Iterable, Sequence

from rich.table import Table

COLUMNS = {
    "contender": "contender",
    "excess_nats": "nats from truth",
    "median_kl": "median",
    "skill": "skill",
    "unfiltered_skill": "unfiltered",
    "top1": "top-1",
    "total_variation": "total var.",
    "log_loss_on_action": "log loss",
}
KIND_STYLES = {"mind": "bold", "control": "italic", "oracle": "dim"}


def fidelity_table(rows: Sequence[dict], title: str = "") -> Table:
    """The rows of fidelity.score as a rich table; a dash is undefined, a star marks the best shortcut."""
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for key, words in COLUMNS.items():
        table.add_column(words, justify="left" if key == "contender" else "right", no_wrap=True)
    for block in blocks(rows):
        table.add_section()
        table.add_row(heading(block[0]), style="bold underline")
        for row in block:
            table.add_row(*(shown(row, key) for key in COLUMNS), style=KIND_STYLES.get(row["kind"]))
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


def blocks(rows: Iterable[dict]) -> list[list[dict]]:
    """Rows grouped by stance and depth, in the order in which these first occur."""
    grouped: dict[tuple[str, int], list[dict]] = {}
    for row in rows:
        grouped.setdefault((row["stance"], row["depth"]), []).append(row)
    return list(grouped.values())


def heading(row: dict) -> str:
    """The words over a block: "behave 1: 512 asked, 56% kept"."""
    share = f", {row['kept'] / row['questions']:.0%} kept" if row["questions"] else ""
    return f"{row['stance']} {row['depth']}: {row['questions']} asked{share}"


def shown(row: dict, key: str) -> str:
    """One figure of a row in words, skill with its interval."""
    value = row[key]
    if key == "contender":
        return f"{value} *" if value == row["best_shortcut"] else str(value)
    if value is None:
        return "–"
    bounded = key == "skill" and row["skill_low"] is not None
    return _rounded(value, 3) + (
        f" [{_rounded(row['skill_low'], 2)}, {_rounded(row['skill_high'], 2)}]" if bounded else ""
    )


def _rounded(value: float, places: int) -> str:
    return f"{round(value, places) + 0.0:.{places}f}"  # + 0.0: no "-0.00"


def _loss(row: dict | None) -> str:
    if row is None:
        return "–"
    spread = f" ±{(row['log_loss_high'] - row['log_loss_low']) / 2:.3f}" if row["log_loss_low"] is not None else ""
    return f"{row['log_loss']:.3f}{spread}"
