"""What the commands print: their result on stdout, everything else on stderr."""

import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

Report = Callable[..., None]  # report(done, total, note=""): how far long work has come


def tell(text: str, style: str | None = None) -> None:
    """One line for the person at the terminal, on stderr, exactly as it is written."""
    Console(stderr=True).print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def plain(value: Any) -> Any:
    """The value as JSON knows it: arrays as lists, and what is undefined (NaN, infinity) as None."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | None) else str(value)


def write_document(document: Any, stream: TextIO) -> None:
    """One JSON document, and nothing else, on the stream."""
    stream.write(json.dumps(plain(document), ensure_ascii=False, allow_nan=False, indent=2) + "\n")
    stream.flush()


def show_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str = "") -> None:
    """A table on stdout; numbers stand on the right, and what is undefined is a dash."""
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for index, column in enumerate(columns):
        words = any(isinstance(row[index], str) for row in rows)
        table.add_column(column, justify="left" if words else "right", no_wrap=True)
    for row in rows:
        table.add_row(*(cell(value) for value in row))
    show(table)


def show(table: Table | str) -> None:
    """A table, or a sentence, on stdout; at its full width where no terminal bounds it."""
    width = None if sys.stdout.isatty() else 160
    Console(file=sys.stdout, width=width, markup=False, highlight=False).print(table)


def cell(value: Any) -> str:
    """One value as a table shows it."""
    value = plain(value)
    if isinstance(value, float):
        return f"{value:.3f}"
    return "-" if value is None else str(value)


@contextmanager
def progress(what: str) -> Iterator[Report]:
    """A progress bar on stderr; yields report(done, total, note="")."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=None, note="")

        def report(done: float, total: float, note: str = "") -> None:
            bar.update(task, completed=done, total=total, note=note)

        yield report
