"""What belongs to a process, and what environments take for their own: the global generators, the working directory.

Many environments go on side by side. Each of them finds these as it left them, and nothing that it does to them
reaches another, or us: an environment that draws from a global generator is a function of its seed all the same.
"""

import contextlib
import ctypes
import os
import random
import sys
from typing import Any

import numpy as np
from numpy.random import mtrand

_STATE = 4 * 625  # bytes, of a random.Random: its place in the state and the state's 624 words


def _words(generator: random.Random) -> memoryview:
    """The state of a generator, to be read and written where it lies: asking for it takes 30 times as long."""
    return memoryview((ctypes.c_char * _STATE).from_address(id(generator) + object.__basicsize__)).cast("B").cast("I")


_GLOBAL = random._inst
_global = _words(_GLOBAL)
if (*_global[1:], _global[0]) != random.getstate()[1]:
    raise ImportError(
        "this Python keeps the state of its random numbers elsewhere: Funhouse needs CPython 3.11 to 3.13"
    )


class Surroundings:
    """One environment's own: from `enter` to `leave` they stand in the place of the process's.

    The half of a pair of normal numbers that numpy's global generator keeps for the next call is let go there.
    """

    def __init__(self, key: int):
        self._random = random.Random()
        self._words = _words(self._random)
        self._numpy = np.random.RandomState(np.random.MT19937(0))
        self._bits: Any = self._numpy._bit_generator
        self._torch: Any = None  # the state, where torch is loaded
        self._home = _working_directory()
        self._place: str | None = None  # where the environment has gone, if it has
        self.seed(key)

    def seed(self, key: int) -> None:
        """The generators begin anew, as functions of a key < 2**64; not between `enter` and `leave`.

        They are others than those that an environment makes of the same number for itself.
        """
        self._random.seed(key | 1 << 64)
        self._numpy.seed([key & 0xFFFFFFFF, key >> 32, 1])
        if (torch := _torch()) is not None:
            self._torch = torch.Generator().manual_seed(key >> 1).get_state()

    def enter(self) -> None:
        """The environment's own take the place of the process's."""
        self._swap()
        if self._place is not None:
            with contextlib.suppress(OSError):
                os.chdir(self._place)

    def leave(self) -> None:
        """And the other way round."""
        self._swap()
        if (here := _working_directory()) != self._home and self._home is not None:
            self._place = here
            os.chdir(self._home)

    def _swap(self) -> None:
        others = _global.tobytes()
        _global[:] = self._words
        self._words[:] = memoryview(others).cast("I")
        _GLOBAL.gauss_next, self._random.gauss_next = self._random.gauss_next, _GLOBAL.gauss_next  # type: ignore[attr-defined]
        bits = mtrand.get_bit_generator()
        mtrand.set_bit_generator(self._bits)
        self._bits = bits
        if (torch := _torch()) is not None:
            state = torch.default_generator.get_state()
            if self._torch is not None:
                torch.default_generator.set_state(self._torch)
            self._torch = state


def _torch() -> Any:
    """torch, where somebody has loaded all of it."""
    torch = sys.modules.get("torch")
    return torch if hasattr(torch, "default_generator") else None


def _working_directory() -> str | None:
    """Where the process is; None where that is no more."""
    try:
        return os.getcwd()
    except OSError:
        return None
