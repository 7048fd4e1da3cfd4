"""Batches made ahead of the step that needs them: in a thread, or in processes where that is not fast enough."""

import atexit
import math
import os
import signal
import threading
import warnings
from collections.abc import Generator, Sequence
from itertools import count
from queue import Empty, Full, Queue
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from tom.architectures import architecture
from tom.training.devices import mapped
from tom.training.settings import TrainConfig
from worlds import FunhouseError

LOOK_EVERY = 0.2  # seconds: whether a signal has come while a batch is waited for
AHEAD = 4  # batches of a thread
ALIGNED = 16  # bytes: at a multiple of so many each tensor begins


def prefetched(batches: Any, first: int, stopped: Sequence = ()) -> Generator[Any, None, None]:
    """Batches first, first + 1, … made ahead in a thread; what it raises is raised here. Closing it ends the thread.

    It ends by itself once `stopped` holds anything.
    """
    queue: Queue = Queue(AHEAD)
    closed = threading.Event()

    def work():
        for number in count(first):
            try:
                made: Any = batches.batch(number)
            except BaseException as error:  # handed over to the thread that trains
                made = error
            while not closed.is_set():
                try:
                    queue.put(made, timeout=1.0)
                    break
                except Full:
                    continue
            if closed.is_set():
                return

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while not stopped:
            try:
                made = queue.get(timeout=LOOK_EVERY)
            except Empty:
                continue
            if isinstance(made, BaseException):
                raise made
            yield made
    finally:
        closed.set()
        thread.join()  # one that is at work when the process ends would abort it


def loaded(batches: Any, config: TrainConfig, first: int, stopped: Sequence = ()) -> Generator[Any, None, None]:
    """As `prefetched`, made in config.loaders processes: the same batches in the same order."""
    near = batches.near
    groups = _Groups(batches.logs, config, near, (batches.rank, batches.ranks))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "This DataLoader will create")  # how many is the user's to choose
        loader = iter(DataLoader(
            groups, batch_size=None, sampler=count(first // near), num_workers=config.loaders,
            multiprocessing_context="spawn", worker_init_fn=_begin, pin_memory=torch.cuda.is_available(),
        ))  # fmt: skip
    skipped = first % near
    for made in loader:
        if isinstance(made, FunhouseError):
            raise made
        for one in made[skipped:]:
            if stopped:
                return
            yield _unpacked(*one)
        skipped = 0


class _Groups(Dataset):
    """`near` batches in a row, as whichever process is asked for them makes them."""

    def __init__(self, logs: Sequence, config: TrainConfig, near: int, share: tuple[int, int]):
        self.logs, self.config, self.near, self.share = logs, config, near, share
        self._batches: Any = None

    def __getitem__(self, group: int) -> Any:
        try:
            if self._batches is None:
                self._batches = architecture(self.config.network).batches(self.logs, self.config)
                self._batches.rank, self._batches.ranks = self.share
            return [_packed(self._batches.batch(k)) for k in range(group * self.near, (group + 1) * self.near)]
        except FunhouseError as error:  # handed over as it is: torch would raise another one in its place
            return error


def _begin(_: int) -> None:
    """In a process: Ctrl-C, which a terminal sends to all, is the trainer's to answer; and it ends without tidying up,
    for threads of libraries that are still there would abort it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    atexit.register(os._exit, 0)


class _Part(NamedTuple):
    """Where a tensor lies in a packed batch, from which byte on."""

    start: int
    dtype: torch.dtype
    shape: tuple[int, ...]


def _packed(batch: Any) -> tuple[Any, Tensor]:
    """A batch with _Part in place of its tensors, and all of these in one, (bytes,) uint8: each tensor that another
    process is given costs it a file."""
    tensors, stop = [], 0

    def part(tensor: Tensor) -> _Part:
        nonlocal stop
        start, flat = stop, tensor.contiguous().flatten().view(torch.uint8)
        stop = -(-(start + len(flat)) // ALIGNED) * ALIGNED
        tensors.append((start, flat))
        return _Part(start, tensor.dtype, tuple(tensor.shape))

    told = mapped(batch, Tensor, part)
    whole = torch.empty(stop, dtype=torch.uint8)
    for start, flat in tensors:
        whole[start : start + len(flat)] = flat
    return told, whole


def _unpacked(told: Any, whole: Tensor) -> Any:
    """The batch of which `_packed` made this, its tensors as views."""

    def tensor(part: _Part) -> Tensor:
        size = math.prod(part.shape) * part.dtype.itemsize
        return whole[part.start : part.start + size].view(part.dtype).view(part.shape)

    return mapped(told, _Part, tensor)
