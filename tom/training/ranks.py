"""One training in several processes, each with a device of its own: `torchrun --nproc-per-node N -m tom train ...`.

Every rank holds the whole network and takes its share of each batch. Gradients, and what a loss is divided by, are
added up over all ranks, so that a step is that of one process. Rank 0 alone writes, and tells how far it has come.
"""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from worlds import FunhouseError

if TYPE_CHECKING:
    from torch import Tensor

PATIENCE = timedelta(minutes=30)  # for which ranks wait for one another: for one that saves, or compiles
BACKENDS = "cpu:gloo,cuda:nccl"
LOOK = 1.0  # seconds: whether torchrun is still there


def rank_here() -> int:
    """Which rank this process is, by the variables that torchrun sets; 0 without them."""
    return _told("RANK", 0)


def ranks_here() -> int:
    """How many ranks there are."""
    return _told("WORLD_SIZE", 1)


def gpu_here() -> int:
    """Which GPU of its machine is this process's own."""
    return _told("LOCAL_RANK", 0)


@dataclass(frozen=True)
class Ranks:
    """The processes of a training, `of` them, and which one this is."""

    number: int = 0
    of: int = 1

    @property
    def writes(self) -> bool:
        """Whether this is the one that writes."""
        return self.number == 0

    def added(self, tensor: "Tensor") -> "Tensor":
        """The sum over all ranks, in place. Every rank calls it, with a tensor of one shape. Raises FunhouseError where
        a rank is there no more."""
        if self.of > 1:
            import torch.distributed

            try:
                torch.distributed.all_reduce(tensor)
            except RuntimeError as error:
                remedy = "see whether it says why, and go on from what was saved: --resume"
                raise FunhouseError("another rank has ended", place=f"rank {self.number}", remedy=remedy) from error
        return tensor

    def any(self, *flags: bool) -> list[bool]:
        """Which of some flags any rank raises; every rank calls it."""
        import torch

        return [bool(count) for count in self.added(torch.tensor(flags, dtype=torch.float64)).tolist()]

    def mean(self, number: float) -> float:
        """The mean over all ranks; every rank calls it."""
        import torch

        return self.added(torch.tensor(number, dtype=torch.float64)).item() / self.of

    def given(self, tensors: list["Tensor"]) -> None:
        """Puts rank 0's numbers into the tensors of all."""
        if self.of > 1:
            import torch.distributed

            for tensor in tensors:
                torch.distributed.broadcast(tensor.detach(), src=0)


ALONE = Ranks()


@contextmanager
def together() -> Iterator[Ranks]:
    """The ranks that torchrun has begun, within it connected; ALONE without torchrun."""
    ranks = Ranks(rank_here(), ranks_here())
    if ranks.of == 1:
        yield ALONE
        return
    import torch.distributed

    backend = BACKENDS if torch.cuda.is_available() else "gloo"
    try:
        torch.distributed.init_process_group(backend, timeout=PATIENCE)
    except (ValueError, RuntimeError) as error:
        what = f"WORLD_SIZE = {ranks.of}, and its ranks do not come together: {str(error).splitlines()[0]}"
        remedy = "begin the training with torchrun, or unset WORLD_SIZE"
        raise FunhouseError(what, place="the environment", remedy=remedy) from error
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    try:
        yield ranks
    finally:
        torch.distributed.destroy_process_group()


def _end_with(parent: int) -> None:
    """Waits until torchrun is there no more, and ends this process as torchrun would have."""
    while os.getppid() == parent:
        threading.Event().wait(LOOK)
    os.kill(os.getpid(), signal.SIGTERM)


class Elsewhere(FunhouseError):
    """What another rank tells of."""


@contextmanager
def beginning(ranks: Ranks) -> Iterator[None]:
    """What every rank does before the first step: where it fails in one of them, it fails in all.

    Raises its own FunhouseError in the first rank that has one, and Elsewhere in the others.
    """
    failed: FunhouseError | None = None
    try:
        yield
    except FunhouseError as error:
        failed = error
    fails = ranks.any(*(failed is not None and k == ranks.number for k in range(ranks.of)))
    if True in fails:
        first = fails.index(True) == ranks.number
        raise failed if failed and first else Elsewhere("another rank could not begin")


@contextmanager
def quiet() -> Iterator[None]:
    """Within it Elsewhere is no message: the process ends."""
    try:
        yield
    except Elsewhere as error:
        raise SystemExit(1) from error


def _told(name: str, default: int) -> int:
    """A number of the environment. Raises FunhouseError where it is none."""
    text = os.environ.get(name, str(default))
    if not (text.isascii() and text.isdigit()):
        remedy = f"unset {name}, or begin the training with torchrun, which sets it"
        raise FunhouseError(f"{name} = {text!r} is no number of a rank", place="the environment", remedy=remedy)
    return int(text)
