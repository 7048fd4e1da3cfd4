"""Checkpoints whose checksums hold and whose documents no training writes: refused before memory is taken."""

import shutil
from pathlib import Path

import pytest
import torch

from tests import forging
from tests.forging import ABSENT
from tom import checkpoint, mind, transforming
from tom.cli import main
from worlds import FunhouseError

HUGE = 10**30
SIZES = ("width", "layers", "heads", "feedforward", "mixture")
WORLDS = ("actions", "vocabulary", "features", "layers_seen")
OTHER = ("8", 1.5, True, None, [], -1, HUGE, 2**31, 10**18, ABSENT)
NETWORK = [
    *((f"network.{field}", value) for field in ("width", "layers") for value in OTHER),
    *((f"network.{field}", value) for field in (*SIZES, *WORLDS) for value in (True, HUGE)),
    *((f"network.{field}", ABSENT) for field in WORLDS),
    *((f"network.{field}", 0) for field in SIZES),
    *((f"network.{field}", value) for field in SIZES for value in (7, 8000)),
    *(("network.traits", value) for value in ([], [3], [3, 2, 2, 3.5], [10**9] * 4, [3] * 100_000, "3223", ABSENT)),
    *(("network.species", value) for value in ([16], [-1], [10**12], "x", [[3]])),
    ("network.colour", "red"),
]
DOCUMENT = [
    *(("version", value) for value in ("4", 2, 3, 3.5, True, None, ABSENT)),
    *(("network", value) for value in (7, [], {}, ABSENT)),
    *(("words", value) for value in (7, [], ["a"], [7] * 106, ["x" * 10**4] * 106, {}, ABSENT)),
    *(("run", value) for value in (7, [], {}, {"arena": 7}, ABSENT)),
    *(("run.orchard", value) for value in (7, {}, ABSENT)),
    *(("run.orchard.map", value) for value in ("/dev/zero", 7)),
    *(("run.orchard.kinds", value) for value in (6, 8000, "3")),
    *(("run.policy.rankings", value) for value in ("all", 7)),
    *(("run.population.switch", value) for value in (0, "8")),
    *(("logs", value) for value in (7, [7], [{}])),
    *(("logs.0.seed", value) for value in ("1", -1, HUGE, ABSENT)),
    *(("logs.0.policy.floor", value) for value in ("x", 2)),
    *(("logs.0.orchard.width", value) for value in (8000, "8")),
    *(("logs.0.split", value) for value in ("all", 7, ABSENT)),
    *(("done", value) for value in (7, {}, {"steps": -1, "seconds": 1.0}, {"steps": 1, "seconds": "x"})),
    *(("train", value) for value in (7, [])),
    ("colour", "red"),
]


@pytest.fixture
def run(trained, tmp_path) -> Path:
    """A copy of a little run."""
    return Path(shutil.copytree(trained, tmp_path / "run", ignore=shutil.ignore_patterns("tensorboard")))


@pytest.mark.parametrize(("path", "value"), [*NETWORK, *DOCUMENT], ids=lambda value: str(value)[:20])
def test_a_mind_that_says_something_else_of_itself_is_refused(run, path, value):
    forging.document(run / "checkpoint", "config.json", path, value)
    with pytest.raises(FunhouseError) as caught:
        mind.load(run)
    assert str(run) in str(caught.value.place)
    assert caught.value.remedy
    assert len(str(caught.value)) < 1200


@pytest.mark.parametrize("text", ["[]", "7", '{"version": 3, "version": 3}', '{"a": NaN}', "{" * 5000, "\xff", ""])
def test_a_document_of_another_shape_is_refused(run, text):
    forging.file(run / "checkpoint", "config.json", text.encode("latin-1"))
    with pytest.raises(FunhouseError, match=r"config\.json"):
        mind.load(run)


def test_weights_of_another_size_are_refused_before_the_network_is_built(run, monkeypatch):
    """The file's own tensors decide: a network that does not fit them is described on no device, and never made."""
    tensors, meta = checkpoint.load(run)
    meta["network"]["layers"] = 64
    made = []
    monkeypatch.setattr(transforming.Transformer, "load_state_dict", made.append)
    checkpoint.save(run, tensors, meta)
    with pytest.raises(FunhouseError, match="weights are of another network"):
        mind.load(run)
    assert not made


@pytest.mark.parametrize("change", ["one less", "one more", "another shape", "none"])
def test_other_tensors_are_refused_by_name(run, change):
    tensors, meta = checkpoint.load(run)
    if change == "one less":
        del tensors["trait.bias"]
    elif change == "one more":
        tensors["trait.more"] = torch.zeros(1)
    elif change == "another shape":
        tensors["trait.bias"] = torch.zeros(3)
    else:
        tensors = {}
    checkpoint.save(run, tensors, meta)
    with pytest.raises(FunhouseError, match="weights are of another network"):
        mind.load(run)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_checkpoint_that_does_not_list_a_part_of_itself_is_refused(run, name):
    (run / "checkpoint" / name).unlink()
    forging.manifest(run / "checkpoint", ("files", name), ABSENT)
    with pytest.raises(FunhouseError, match=name):
        mind.load(run)


def test_the_command_line_says_so_and_exits_with_1(run, logs, capsys):
    forging.document(run / "checkpoint", "config.json", "network.width", 2048)
    where = ["--log", str(logs["test"]), "--episode", "0", "--agent", "Bo", "--step", "1", "--mind", str(run)]
    assert main(["ask", "behave as myself", *where]) == 1
    said = capsys.readouterr().err
    assert "another network" in said
    assert "Traceback" not in said
