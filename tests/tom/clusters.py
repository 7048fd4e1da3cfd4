"""Ray clusters of several raylets on this machine, and what tests have them do."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from examples.corridor import Corridor
from worlds import SPLITS, dice
from worlds.trust import is_named

# A node that died is noticed within a second or two, in place of fifteen.
SOON = {"health_check_initial_delay_ms": 500, "health_check_period_ms": 300, "health_check_failure_threshold": 3}
MEMORY = 80 << 20  # bytes of each node's object store


@contextlib.contextmanager
def raylets(count: int) -> Iterator[tuple[Any, list[Any]]]:
    """A cluster and its nodes, of one core each, beside a head that plays nothing."""
    utils = pytest.importorskip("ray.cluster_utils")
    head = {"num_cpus": 0, "include_dashboard": False, "object_store_memory": MEMORY, "_system_config": SOON}
    cluster = utils.Cluster(initialize_head=True, head_node_args=head)
    try:
        yield cluster, [cluster.add_node(num_cpus=1, object_store_memory=MEMORY) for _ in range(count)]
    finally:
        cluster.shutdown()


@dataclass(frozen=True)
class Faulty(Corridor):
    """A corridor in which the twelfth episode of seed 0 fails."""

    def move(self, place, content, action, types, key, step):
        if int(key) == int(dice.key(0, SPLITS.index("train"), 11)):
            raise ValueError("there is a hole in it")
        return super().move(place, content, action, types, key, step)


@dataclass(frozen=True)
class Slow(Corridor):
    """A corridor in which one takes one's time."""

    def move(self, *scene):
        time.sleep(0.05)
        return super().move(*scene)


def trusts(_: None, name: str) -> bool:
    """Whether a worker trusts a name."""
    return is_named(name)


def fails(shared: str, _: int) -> None:
    """What a fault of ours does in a worker."""
    raise ZeroDivisionError(shared)


def lasts(_: None, item: int) -> int:
    """What is done at once, or takes a minute."""
    time.sleep(60 * item)
    return os.getpid()


def loses(_: None, item: int) -> None:
    """What ends its process."""
    os.kill(os.getpid(), signal.SIGKILL)


def kill(node: Any) -> None:
    """A node dies, its workers with it: kill -9."""
    for process in [_raylet(node), *_workers(node)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def busy(node: Any) -> bool:
    """Whether a worker of a node is at work: Ray has it say so in its name."""
    return any("ray::_carried_out" in _read(one, "cmdline") for one in _workers(node))


def marked(mark: str) -> list[int]:
    """The processes that have a text in their environment."""
    return [one for one in _processes() if mark in _read(one, "environ")]


def _raylet(node: Any) -> int:
    return node.all_processes["raylet"][0].process.pid


def _workers(node: Any) -> list[int]:
    """The processes that a raylet has started."""
    return [one for one in _processes() if _read(one, "stat").rpartition(")")[2].split()[1:2] == [str(_raylet(node))]]


def _processes() -> list[int]:
    return [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()]


def _read(process: int, what: str) -> str:
    """What the system says of a process; nothing where it has ended."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/{what}").read_text(errors="replace")
    return ""
