"""How every benchmark measures and tells: the best of several repetitions, and one JSON line at the end."""

import argparse
import json
import sys
import time
from collections.abc import Callable


def best_rate(work: Callable[[], int], repeats: int = 30, seconds: float = 0.05) -> float:
    """The most units a second that `work` reached. It returns how many it did; its first call is not timed.

    Each repetition lasts at least `seconds`. Seconds are this process's own on the processor, so that a busy
    machine tells the same as an idle one; `taskset -c 0` keeps a process with several threads to one core.
    """
    work()
    return max(_rate(work, seconds) for _ in range(repeats))


def _rate(work: Callable[[], int], seconds: float) -> float:
    done, start = 0, time.process_time()
    while (elapsed := time.process_time() - start) < seconds:
        done += work()
    return done / elapsed


def tell(name: str, per_second: float, unit: str, peers: dict[str, float]) -> None:
    """Prints a figure and its peers' for a reader, and with --json as one line for a program."""
    parser = argparse.ArgumentParser(description=f"{name}: {unit} on one core")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    as_json = parser.parse_args().json
    for who, rate in {name: per_second, **peers}.items():
        print(f"{who:<40}{rate:>16,.0f} {unit}/s", file=sys.stderr if as_json else sys.stdout)
    if as_json:
        rounded = {who: round(rate, 1) for who, rate in peers.items()}
        print(json.dumps({"per_second": round(per_second, 1), "unit": unit, "peers": rounded}))
