"""Finding a Ray cluster, or starting one, for as long as a command needs it (tom/cluster.py has what it is for).

Ray is imported once somebody names an address, and not before.
"""

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tom.cluster import Cluster
from worlds import FunhouseError
from worlds.deferred import Deferred

LOCAL = "local"  # the address of a cluster that is started here, for as long as it is needed
KNOCK = 5.0  # seconds that an address has to answer
ASK = 15.0  # seconds that it has to answer as a cluster does
_MODE = "RAY_AUTH_MODE"
# In a process of its own, for Ray would ask for minutes, and end the process that does.
_ASKS = "import sys; from ray._raylet import GcsClient; GcsClient(address=sys.argv[1])"
# Before Ray is imported: it would send statistics, and warn of a default of its own that is to change.
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
_EXTRA = "pip install 'funhouse-tom[cluster]'"
_START = "start one: ray start --head, then name its address, host:port; or let --ray local start one here"


@contextlib.contextmanager
def cluster(address: str | None, cores: int | None = None) -> Iterator[Cluster | None]:
    """The Ray cluster at an address, for as long as this is entered; None where no address is given.

    address: "auto", host:port, or "local" for one of so many cores that is started here and ended with it. Raises
    FunhouseError where Ray is not installed, and where nothing answers.
    """
    if address is None:
        yield None
        return
    ray = _ray()
    place = _place(address)
    try:
        _join(ray, address, place, cores)
        yield Cluster(ray)
    finally:
        with Deferred():
            ray.shutdown()


def _ray() -> Any:
    """The module. Raises FunhouseError where it is not installed."""
    os.environ.update(_QUIET)
    try:
        import ray
    except ImportError as error:
        raise FunhouseError("--ray needs Ray, and it is not installed", remedy=_EXTRA) from error
    return ray


def _place(address: str) -> str | None:
    """host:port of an address, where somebody listens; None for a cluster that is to be started. Raises
    FunhouseError."""
    if address == LOCAL:
        return None
    if "://" in address:
        raise FunhouseError(f"{address} is no address of a head node", remedy="give it as host:port")
    from ray._private import services

    try:
        place = services.canonicalize_bootstrap_address(address)
        host, _, port = (place or "").rpartition(":")
        socket.create_connection((host.strip("[]"), int(port)), KNOCK).close()
    except (OSError, ValueError, OverflowError) as error:
        why = "there is none on this machine" if address == "auto" else f"nobody answers at {address}"
        raise FunhouseError(f"no Ray cluster is found: {why}", remedy=_START) from error
    if not (_answers(place) or (_MODE not in os.environ and _answers(place, token=True))):
        what = f"somebody listens at {place}, and it is no Ray cluster that lets this user in"
        remedy = "name the port that ray start --head says; where a cluster has a token, copy ~/.ray/auth_token from it"
        raise FunhouseError(what, remedy=remedy)
    return place


def _answers(place: str | None, token: bool = False) -> bool:
    """Whether a cluster answers; one that does with the user's token is asked with it from then on."""
    mode = {_MODE: "token"} if token else {}
    command, environment = [sys.executable, "-c", _ASKS, str(place)], {**os.environ, **mode}
    try:
        subprocess.run(command, capture_output=True, timeout=ASK, check=True, env=environment)
    except subprocess.SubprocessError:
        return False
    if mode:
        from ray._raylet import Config  # type: ignore[attr-defined]

        os.environ.update(mode)
        Config.initialize("")  # which has read the environment
    return True


def _join(ray: Any, address: str, place: str | None, cores: int | None) -> None:
    """Connects to a cluster, or starts one. Raises FunhouseError."""
    here = {"include_dashboard": False, "num_cpus": cores} if place is None else {}
    # Ray has workers look for modules where the driver was started; a driver may not look there itself.
    looks_here = {"", os.getcwd()} & set(sys.path)
    home = "." if looks_here else Path(__file__).parents[1]
    from ray._private import worker

    worker.print_to_stdstream = lambda *_, **__: None  # what its daemons say, on stdout
    try:
        with Deferred(), contextlib.chdir(home):
            ray.init(address=place or LOCAL, log_to_driver=False, logging_level=logging.CRITICAL, **here)
    except SystemExit:  # a SIGTERM, of which Ray makes this
        signal.raise_signal(signal.SIGTERM)
    except (OSError, RuntimeError, ValueError) as error:
        cause = str(error.__cause__ or error).strip().partition("\n")[0]
        what = f"the Ray cluster at {address} cannot be joined: {cause}"
        raise FunhouseError(what, remedy="have Ray in the same version, on a machine of that cluster") from error
