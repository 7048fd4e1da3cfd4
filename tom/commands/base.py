"""What every command is: settings that work something out, and show it to a person or to a program."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, Any

import tyro

if TYPE_CHECKING:
    from worlds.log.reader import Log

# A path on the command line, under the name that the help gives it.
LogDir = Annotated[str, tyro.conf.arg(metavar="LOG")]
RunDir = Annotated[str, tyro.conf.arg(metavar="RUN")]
MaybeRunDir = Annotated[str | None, tyro.conf.arg(metavar="RUN")]
OutDir = Annotated[str, tyro.conf.arg(metavar="DIR")]
MaybeAddress = Annotated[str | None, tyro.conf.arg(metavar="ADDRESS")]
Name = Annotated[str, tyro.conf.arg(metavar="NAME")]
Flag = tyro.conf.FlagCreatePairsOff[bool]  # --that, or where it is on unless it is said, --no-that


def load_mind(run: str | None):
    """The mind of a run, or the reference mind, on one thread: its passes are too small to be shared out."""
    import torch

    from tom.mind import load

    torch.set_num_threads(1)
    return load(run)


def mind_for(run: str | None, settings: dict, wish: bool = False):
    """The same for the world of a log's settings: where none is named, the package's that knows it, or None; wish:
    whether it is to be asked one."""
    from tom.knowing import shipped_for

    if run is None and (run := shipped_for(settings, wish)) is None:
        return None
    return load_mind(run)


def episode_of(log: Log, index: int) -> Any:
    """The episode of a log that the command line names, from 0. Raises FunhouseError where there is none."""
    from worlds import FunhouseError

    if index < 0:  # which in Python counts from the end
        what, remedy = f"there is no episode {index}", f"choose one from 0 to {len(log) - 1}"
        raise FunhouseError(what, place=str(log.path), remedy=remedy)
    return log[index]


@dataclass(kw_only=True)
class Command(ABC):
    """One command. Long imports (torch, numba) belong inside `work`, so that --help stays quick."""

    json: Flag = False
    """Print one JSON document on stdout, everything else on stderr."""
    trust: Annotated[tuple[str, ...], tyro.conf.UseAppendAction, tyro.conf.arg(metavar="MODULE")] = ()
    """Code that logs and minds may name and have run: a module, or module:function. Can be given several times."""

    def check(self) -> None:
        """Raises FunhouseError where an option is an empty text: most often a shell's variable that is not set."""
        from worlds import FunhouseError

        for field in fields(self):
            value = getattr(self, field.name)
            if "" in (value if isinstance(value, tuple) else (value,)):
                what = f"{field.name.replace('_', '-')} is empty"
                raise FunhouseError(what, remedy="give it a value, or leave it out")

    @abstractmethod
    def work(self) -> dict[str, Any]:
        """Does what the command is for; returns its document. Raises FunhouseError."""

    def stopped(self) -> str:
        """What is true where the command was stopped by a signal, after the notes of what was going on."""
        return "there is no result"

    def status(self, document: dict[str, Any]) -> int:
        """The exit status of what was done: 0, or 3 where it was done and its result is not proven, or not sound."""
        return 0

    @abstractmethod
    def show(self, document: dict[str, Any]) -> None:
        """Prints the document for a person, on stdout."""
