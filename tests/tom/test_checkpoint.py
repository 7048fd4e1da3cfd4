"""Checkpoints: what was saved comes back to the bit, a kill leaves old or new, nothing foreign is run."""

import errno
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tom import checkpoint
from worlds import FunhouseError
from worlds.log.manifest import MANIFEST, Manifest

ROOT = Path(__file__).resolve().parents[2]
META = {"model": {"width": 160, "heads": 4}, "words": ["red", "blau"], "rate": 0.1}


def tensors(seed: int = 0) -> dict[str, torch.Tensor]:
    """One tensor of each kind that a mind or its training has; two of them share memory."""
    generator = torch.Generator().manual_seed(seed)
    weight = torch.randn(6, 4, generator=generator)
    return {
        "weight": weight,
        "tied": weight,
        "turned": weight.T,
        "half": weight.bfloat16(),
        "learned": torch.nn.Parameter(weight + 1),
        "count": torch.tensor(2**40 + seed),
        "generator": generator.get_state(),
        "nothing": torch.empty(0, 3),
    }


def assert_same(one: dict, other: dict):
    assert set(one) == set(other)
    for name, tensor in one.items():
        assert tensor.dtype == other[name].dtype
        assert torch.equal(tensor, other[name]), name


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("run")
    checkpoint.save(home, tensors(), META, training=tensors(1))
    return home


def test_everything_comes_back_to_the_bit(run):
    loaded, meta = checkpoint.load(run)
    assert_same(loaded, tensors())
    assert meta == META
    assert_same(checkpoint.load_training(run), tensors(1))


def test_the_same_tensors_are_the_same_bytes(run, tmp_path):
    checkpoint.save(tmp_path, dict(reversed(tensors().items())), dict(reversed(META.items())), tensors(1))
    files = {path.name: path.read_bytes() for path in (run / "checkpoint").iterdir()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "checkpoint").iterdir()} == files
    assert sorted(files) == ["config.json", MANIFEST, "model.safetensors", "training.safetensors"]


def test_a_checkpoint_replaces_the_one_before_and_spares_the_rest(tmp_path):
    (tmp_path / "curves").touch()
    checkpoint.save(tmp_path, tensors(), META, tensors())
    checkpoint.save(tmp_path, tensors(2), {"step": 2})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint", "curves"]
    loaded, meta = checkpoint.load(tmp_path)
    assert_same(loaded, tensors(2))
    assert meta == {"step": 2}
    with pytest.raises(FunhouseError, match="not the state of its training"):
        checkpoint.load_training(tmp_path)


def test_the_training_state_may_be_deleted_and_the_mind_moved(run, tmp_path):
    shutil.copytree(run / "checkpoint", tmp_path / "mind")
    (tmp_path / "mind" / "training.safetensors").unlink()
    assert_same(checkpoint.load(tmp_path / "mind")[0], tensors())
    with pytest.raises(FunhouseError, match="not the state of its training"):
        checkpoint.load_training(tmp_path / "mind")


def test_a_reader_is_not_confused_by_a_save_meanwhile(tmp_path, monkeypatch):
    checkpoint.save(tmp_path, tensors(), {"step": 0})
    real = Manifest.read

    def read_late(manifest, name):
        monkeypatch.setattr(Manifest, "read", real)
        checkpoint.save(tmp_path, tensors(3), {"step": 3})
        return real(manifest, name)

    monkeypatch.setattr(Manifest, "read", read_late)
    loaded, meta = checkpoint.load(tmp_path)
    assert_same(loaded, tensors(3))
    assert meta == {"step": 3}


@given(st.integers(0, 3), st.floats(0, 1, exclude_max=True), st.integers(0, 7))
def test_one_flipped_bit_in_any_file_is_named(run, which, where, bit):
    path = sorted((run / "checkpoint").iterdir())[which]
    whole = path.read_bytes()
    damaged = bytearray(whole)
    damaged[int(where * len(whole))] ^= 1 << bit
    path.write_bytes(damaged)
    try:
        with pytest.raises(FunhouseError, match=path.name):
            checkpoint.load(run)[0].update(checkpoint.load_training(run))
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", MANIFEST])
def test_a_missing_or_truncated_file_is_named(run, tmp_path, name):
    shutil.copytree(run, tmp_path / "run")
    path = tmp_path / "run" / "checkpoint" / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(FunhouseError, match=name):
        checkpoint.load(tmp_path / "run")
    path.unlink()
    with pytest.raises(FunhouseError, match=name):
        checkpoint.load(tmp_path / "run")


class Trap:
    """A pickle of this makes a file when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".bin", ".pkl", ".ckpt", ".PT"])
def test_a_pickle_is_refused_by_name_and_not_opened(tmp_path, suffix):
    path = tmp_path / f"model{suffix}"
    path.write_bytes(pickle.dumps(Trap(tmp_path / "sprung")))
    for named in (path, tmp_path):
        with pytest.raises(FunhouseError, match=path.name) as caught:
            checkpoint.load(named)
        assert "pickle" in str(caught.value)
        assert caught.value.remedy
    assert not (tmp_path / "sprung").exists()


def test_what_is_no_checkpoint_is_explained(run, tmp_path):
    for path, match in (
        (tmp_path / "nowhere", "does not exist"),
        (tmp_path, "is empty: it is not a checkpoint"),
        (run / "checkpoint" / "model.safetensors", "is a file"),
    ):
        with pytest.raises(FunhouseError, match=match) as caught:
            checkpoint.load(path)
        assert caught.value.remedy


@pytest.mark.parametrize("call", ["fsync", "replace", "rename"])
def test_a_disk_that_fills_at_any_moment_leaves_the_checkpoint_before(tmp_path, monkeypatch, call):
    checkpoint.save(tmp_path, tensors(), META)
    real, moment, failed = getattr(os, call), 0, True
    while failed:
        moment, failed, left = moment + 1, False, iter(range(moment))

        def full(*args, left=left):
            if next(left, None) is None:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*args)

        monkeypatch.setattr(os, call, full)
        try:
            checkpoint.save(tmp_path, tensors(moment), META)
        except FunhouseError as error:
            failed = "the disk is full" in str(error)
        monkeypatch.setattr(os, call, real)
        count = int(checkpoint.load(tmp_path)[0]["count"]) - 2**40
        assert count in (0, moment) if failed else count == moment
        checkpoint.save(tmp_path, tensors(), META)
    assert moment > 2


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
import torch
from tom import checkpoint

def arm(moment):
    def deadly(real):
        def call(*args, **more):
            nonlocal moment
            moment -= 1
            if moment == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **more)
        return call
    for name in ("fsync", "replace", "rename", "unlink", "rmdir", "mkdir"):
        setattr(os, name, deadly(getattr(os, name)))

def in_a_child(act):
    child = os.fork()
    if child == 0:
        act()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

home, last, moment, status = sys.argv[2], 0, 0, -9
while status == -9:
    moment += 1
    status = in_a_child(lambda: (arm(moment), checkpoint.save(home, {"step": torch.tensor(moment)}, {})))
    if moment > 1 or status == 0 or os.path.exists(home + "/checkpoint"):
        step = int(checkpoint.load(home)[0]["step"])
        assert step in (last, moment), (step, last, moment)
        last = step
    if last == 0:
        checkpoint.save(home, {"step": torch.tensor(moment)}, {})
        last = moment
assert last == moment
checkpoint.save(home, {"step": torch.tensor(0)}, {})
print(moment, *sorted(os.listdir(home)))
"""


def test_a_kill_at_any_moment_leaves_the_old_checkpoint_or_the_new(tmp_path):
    """Each save is killed one moment later than the one before, in whatever state that one left the run."""
    script = [sys.executable, "-c", KILLED, str(ROOT), str(tmp_path)]
    done = subprocess.run(script, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert done.returncode == 0, done.stderr
    moments, *left = done.stdout.split()
    assert int(moments) > 10
    assert left == ["checkpoint"]
