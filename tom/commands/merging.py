"""`tom merge` puts the parts of a log together."""

from dataclasses import dataclass
from typing import Annotated, Any

import tyro

from tom.commands.base import Command, LogDir
from tom.commands.running import show_log
from tom.terminal import progress


@dataclass(kw_only=True)
class Merge(Command):
    """Put the parts together that tom run --part K/N wrote, on one machine or many: the log is byte for byte that of
    one tom run. An interrupted merge carries on where it stopped; with parts of more episodes it extends the log."""

    parts: Annotated[tyro.conf.Positional[tuple[str, ...]], tyro.conf.arg(metavar="PART [PART ...]")]
    """The directories of all parts, in any order. A part that was done twice may be named twice."""
    out: LogDir
    """The directory of the log."""

    def work(self) -> dict[str, Any]:
        from agents.merging import merge

        with progress(f"episodes to {self.out}") as report:
            return merge(self.parts, self.out, report)

    def stopped(self) -> str:
        return "the same command goes on from what is finished"

    def show(self, document: dict[str, Any]) -> None:
        show_log(document)
