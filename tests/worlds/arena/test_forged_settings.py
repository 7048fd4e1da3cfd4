"""An arena's log whose checksums hold and whose settings no run writes: refused by the field, nothing imported."""

import shutil
from pathlib import Path

import pytest

from agents import ArenaRun, BankConfig, type_space
from agents.recording import record
from tests import forging
from tests.forging import ABSENT
from worlds import FunhouseError, open_log
from worlds.arena import ArenaConfig

HUGE = 10**30
CASES = [
    *(("arena", value) for value in (7, [], {}, ABSENT)),
    *(("arena.environment", value) for value in (7, "", None, "x" * 10**5, "classic.rps_v2", ABSENT)),
    *(("arena.arguments", value) for value in (7, [], "x", None, ABSENT)),
    *(("arena.steps", value) for value in (0, -1, "4", 4.0, True, HUGE, ABSENT)),
    *(("arena.visibility", value) for value in (7, "", "radius:x", "partial:2,1", "none", "x" * 10**5, ABSENT)),
    ("arena.colour", "red"),
    *(("species", value) for value in (7, {}, [], [7], ABSENT)),
    *(("species.0.index", value) for value in (1, -1, "0", HUGE, ABSENT)),
    *(("species.0.shape", value) for value in ([10**9], [-1], [2**20, 2**20], "8", [8.5], [2] * 40, ABSENT)),
    *(("species.0.dtype", value) for value in ("float64", "object", "O", 7, ABSENT)),
    *(("species.0.actions", value) for value in (0, -1, HUGE, 10**6, "5", True, ABSENT)),
    *(("species.0.masked", value) for value in ("yes", 1, ABSENT)),
    *(("species.0.kind", value) for value in ("image", "video", 7, ABSENT)),
    *(("species.0.low", value) for value in ("0", True, [], ABSENT)),
    ("species.0.colour", "red"),
    *(("bank", value) for value in (7, [], {}, ABSENT)),
    *(("bank.random_linear", value) for value in (-1, "4", 1.5, HUGE, 4097, True, ABSENT)),
    *(("bank.random_mlp", value) for value in (-1, HUGE)),
    *(("bank.temperatures", value) for value in ([], [0], [-1], ["x"], 0.5, [1] * 10**4)),
    *(("bank.scripted", value) for value in (1, "no", None)),
    *(("bank.callables", value) for value in ("os:system", [7], ["x:y"] * 1000)),
    *(("bank.held_out_share", value) for value in (1, -0.1, "x")),
    *(("bank.floor", value) for value in (0, 2, None)),
    *(("bank.seed", value) for value in (-1, 2**64, "0")),
    *(("bank.statistics", value) for value in (7, [[[1], [1]]], [[[0] * 6, [0] * 6]] * 2, [[[0] * 6, ["1"] * 6]] * 2)),
    ("bank.colour", "red"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A log of one match of a listed environment."""
    home = tmp_path_factory.mktemp("made") / "log"
    record(ArenaRun(ArenaConfig("mpe2.simple_adversary_v3", steps=4), BankConfig(4, 4)), home, 1)
    return home


@pytest.mark.parametrize(("path", "value"), CASES, ids=[f"{path}-{number}" for number, (path, _) in enumerate(CASES)])
def test_settings_that_no_run_writes_are_refused(made, tmp_path, path, value):
    log = Path(shutil.copytree(made, tmp_path / "log"))
    forging.manifest(log, f"meta.config.{path}", value)
    with pytest.raises(FunhouseError) as caught:
        type_space(open_log(log))
    assert caught.value.place
    assert caught.value.remedy
    assert len(str(caught.value)) < 1000
