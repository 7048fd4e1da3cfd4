"""Worker processes that end when whoever started them stops, fails or dies."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager


@contextmanager
def workers(count: int) -> Iterator[ProcessPoolExecutor]:
    """So many fresh processes; whatever is raised within, such as an interruption, ends them amid their work."""
    before = set(multiprocessing.active_children())
    with ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _begin) as pool:
        try:
            yield pool
        except BaseException:  # without this, leaving the pool waits for all that its processes are at
            for process in set(multiprocessing.active_children()) - before:
                process.kill()
            pool.shutdown(cancel_futures=True)
            raise


def _begin() -> None:
    """In a worker: Ctrl-C, which a terminal sends to all, is the parent's to answer; its death ends the worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
