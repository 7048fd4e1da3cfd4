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
from rich.text import Text

from tom.streams import Forgiving

Report = Callable[..., None]  # report(done, total, note=""): how far long work has come

PLAINER = str.maketrans({"–": "-", "…": "...", "→": "->", "±": "+-", "×": "x", "’": "'"})  # for streams in ASCII


def harmless(text: str, lines: bool = False) -> str:
    """worlds.harmless.harmless, which is imported late: `worlds` is large, and a command's help is quick."""
    from worlds.harmless import harmless

    return harmless(text, lines)


class Screen(Console):
    """A console that shows text exactly as it is written, and obeys none of it: no markup, no codes, no escapes."""

    def __init__(self, **settings: Any):
        super().__init__(markup=False, emoji=False, highlight=False, **settings)

    def render_str(self, text: str, **settings: Any) -> Text:
        """Every string that is printed, a table's cells among them, comes through here."""
        shown = harmless(text, lines=True)
        return super().render_str(shown if self.encoding.startswith("utf") else shown.translate(PLAINER), **settings)

    def on_broken_pipe(self) -> None:
        """The command line decides what becomes of it, and of which stream."""
        raise  # the BrokenPipeError that is being handled


def tell(text: str, style: str | None = None) -> None:
    """One line for the person at the terminal, on stderr; above the bar where one is drawn."""
    screen = _drawn[-1] if _drawn else Screen(file=Forgiving(sys.stderr))
    screen.print(text, style=style, soft_wrap=True)


@contextmanager
def telling_of_kernels() -> Iterator[None]:
    """Within it one line says when a kernel is compiled that is not kept yet, which would be a silent minute."""
    from numba.core import event  # late, as `worlds`, which imports numba

    class Once(event.Listener):
        told = False

        def on_start(self, event: Any) -> None:
            if not self.told:
                self.told = True
                tell("compiling kernels on their first use, which takes up to a minute")

        def on_end(self, event: Any) -> None:
            pass

    with event.install_listener("numba:compile", Once()):
        yield


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


def as_json(document: Any) -> str:
    """The document in ASCII alone: every name is there in full, whatever shows the text and however it is encoded."""
    return json.dumps(plain(document), allow_nan=False, indent=2) + "\n"


def write_document(document: Any, stream: TextIO) -> None:
    """One JSON document, and nothing else, on the stream."""
    stream.write(as_json(document))
    stream.flush()


def show_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str = "") -> None:
    """A table on stdout; numbers stand on the right, and what is undefined is a dash."""
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for index, column in enumerate(columns):
        words = any(isinstance(row[index], str) for row in rows)
        table.add_column(harmless(column), justify="left" if words else "right", no_wrap=True)
    for row in rows:
        table.add_row(*(cell(value) for value in row))
    show(table)


def show(table: Table | str) -> None:
    """A table, or a sentence, on stdout; at its full width where no terminal bounds it."""
    width = None if sys.stdout.isatty() else 160
    Screen(file=sys.stdout, width=width).print(table)


def cell(value: Any) -> str:
    """One value as a table shows it."""
    value = plain(value)
    if isinstance(value, float):
        return f"{value:.3f}"
    return "-" if value is None else harmless(str(value))


_drawn: list[Console] = []  # on which a bar is drawn now, the innermost last


@contextmanager
def _drawing(console: Console) -> Iterator[None]:
    _drawn.append(console)
    try:
        yield
    finally:
        _drawn.remove(console)


@contextmanager
def progress(what: str) -> Iterator[Report]:
    """A progress bar on stderr; yields report(done, total, note="")."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", markup=False),
    )
    with Progress(*columns, console=Screen(file=Forgiving(sys.stderr))) as bar, _drawing(bar.console):
        task = bar.add_task(harmless(what), total=None, note="")

        def report(done: float, total: float, note: str = "") -> None:
            bar.update(task, completed=done, total=total, note=harmless(note))

        yield report
