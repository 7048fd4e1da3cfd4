"""What several tests stand on: settings, and little logs and a barely trained mind that are made once."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from worlds.trust import trusting

# Little networks are slower on many threads than on one; torch reads this when it is first imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# The same examples on every machine; a compiled kernel's first call is no reason to fail.
hypothesis.settings.register_profile("funhouse", deadline=None, derandomize=True)
hypothesis.settings.load_profile("funhouse")

# What tests bring themselves is trusted, here and in the processes that they start: every module of the tests.
_ROOT = Path(__file__).parents[1]
_OWN = (path.relative_to(_ROOT).with_suffix("") for path in Path(__file__).parent.rglob("*.py"))
os.environ["FUNHOUSE_TRUST"] = ",".join(".".join(path.parts) for path in _OWN)

LITTLE = ("--preset", "near-far", "--episodes", "8", "--steps", "24", "--agents", "5", "--threads", "1")


@pytest.fixture(autouse=True)
def listening_to_signals() -> None:
    """No test finds them ignored: neither by a command that another ran to its end, nor by a shell that started all of
    this in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


@pytest.fixture(autouse=True)
def trusting_what_was_trusted_before() -> Iterator[None]:
    """What a test comes to trust is trusted by no other."""
    with trusting():
        yield


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A little log of each split, by its name."""
    from tom.cli import main

    home = tmp_path_factory.mktemp("logs")
    for split in ("train", "validation", "test"):
        assert main(["run", "--out", str(home / split), "--split", split, *LITTLE]) == 0
    return {split: home / split for split in ("train", "validation", "test")}


@pytest.fixture(scope="session")
def trained(logs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of a mind that has taken two training steps on the little training log."""
    from tom.cli import main

    out = tmp_path_factory.mktemp("runs") / "little"
    assert main(["train", str(logs["train"]), "--out", str(out), "--train-steps", "2"]) == 0
    return out
