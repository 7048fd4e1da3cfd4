"""The curves of a training, as TensorBoard reads them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from worlds.atomic_files import explained


@contextmanager
def curves(place: Path, first: int) -> Iterator[SummaryWriter]:
    """A writer of points, from step `first` on. Raises FunhouseError where they cannot be written.

    TensorBoard writes in a thread, and its next call raises what went wrong there; the thread would print it too.
    """
    printed = threading.excepthook

    def hook(told: threading.ExceptHookArgs) -> None:
        if not isinstance(told.exc_value, OSError):
            printed(told)

    threading.excepthook = hook
    try:
        with explained("write", place), SummaryWriter(str(place), purge_step=first) as writer:
            yield writer
    finally:
        threading.excepthook = printed
