"""What must not be torn by Ctrl-C or SIGTERM: they are heard once it is done.

tom/stopping.py has the two functions at the end too: it listens before anything of ours is imported, this too.
"""

import signal
import threading
from contextlib import suppress
from types import TracebackType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Deferred:
    """A block within which both signals are only noted, in `came`; after it they do what they would have done.

    `note` is said with it. Outside the main thread, which alone receives signals, the block is like any other.
    """

    def __init__(self) -> None:
        self.came: list[int] = []
        self.note = ""

    def __enter__(self) -> "Deferred":
        self._before = _set(lambda number, _: self.came.append(number))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        _put_back(self._before)
        if not self.came or error is not None:
            return
        try:
            signal.raise_signal(self.came[0])
            raise KeyboardInterrupt  # whose handler lets it pass; nobody goes on as if nothing had come
        except KeyboardInterrupt as stop:
            stop.add_note(self.note)
            raise


def _set(handler: object) -> dict[int, object]:
    """Sets the handler of both signals, but for those that are ignored; returns what was before."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    before: dict[int, object] = {number: signal.getsignal(number) for number in SIGNALS}
    kept = {number: one for number, one in before.items() if one not in (signal.SIG_IGN, None)}
    for number in kept:
        signal.signal(number, handler)  # type: ignore[arg-type]
    return kept


def _put_back(before: dict[int, object]) -> None:
    for number, handler in before.items():
        with suppress(ValueError):
            signal.signal(number, handler)  # type: ignore[arg-type]
