"""What every command is: settings that work something out, and show it to a person or to a program."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any

import tyro

# A path on the command line, under the name that the help gives it.
LogDir = Annotated[str, tyro.conf.arg(metavar="LOG")]
RunDir = Annotated[str, tyro.conf.arg(metavar="RUN")]
MaybeRunDir = Annotated[str | None, tyro.conf.arg(metavar="RUN")]
OutDir = Annotated[str, tyro.conf.arg(metavar="DIR")]
Name = Annotated[str, tyro.conf.arg(metavar="NAME")]


def load_mind(run: str | None):
    """The mind of a run, or the reference mind, on one thread: its passes are too small to be shared out."""
    import torch

    from tom.mind import load

    torch.set_num_threads(1)
    return load(run)


@dataclass(kw_only=True)
class Command(ABC):
    """One command. Long imports (torch, numba) belong inside `work`, so that --help stays quick."""

    json: bool = False
    """Print one JSON document on stdout, everything else on stderr."""
    trust: Annotated[tuple[str, ...], tyro.conf.UseAppendAction, tyro.conf.arg(metavar="MODULE")] = ()
    """Code that logs and minds may name and have run: a module, or module:function. Can be given several times."""

    @abstractmethod
    def work(self) -> dict[str, Any]:
        """Does what the command is for; returns its document. Raises FunhouseError."""

    @abstractmethod
    def show(self, document: dict[str, Any]) -> None:
        """Prints the document for a person, on stdout."""
