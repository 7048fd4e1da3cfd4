"""The manifest: not a bit of it or of what it lists changes unnoticed, and every refusal names the file."""

import errno
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worlds import FunhouseError
from worlds.atomic_files import LOCK, Lock, append_line, write_file
from worlds.log.journal import Journal
from worlds.log.manifest import MANIFEST, entry, read_manifest, write_manifest
from worlds.signed import canonical

FILES = {"a.bin": b"first file", "b.bin": bytes(range(256))}
META = {"config": {"seed": 7, "name": "é"}, "split": "train"}


@pytest.fixture
def home(tmp_path):
    for name, data in FILES.items():
        write_file(tmp_path / name, data)
    write_manifest(tmp_path, "log", META, {name: entry(data) for name, data in FILES.items()})
    return tmp_path


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory):
    home = tmp_path_factory.mktemp("shared")
    for name, data in FILES.items():
        write_file(home / name, data)
    write_manifest(home, "log", META, {name: entry(data) for name, data in FILES.items()})
    return home


def read_all(home, kind) -> dict[str, bytes]:
    manifest = read_manifest(home, kind)
    return {name: manifest.read(name) for name in manifest.files}


def refusal(home, kind="log") -> str:
    """What reading everything in a directory is refused with."""
    with pytest.raises(FunhouseError) as caught:
        read_all(home, kind)
    assert caught.value.remedy
    return str(caught.value)


def test_it_gives_back_what_it_was_told(home):
    assert read_manifest(home, "log").meta == META
    assert read_all(home, "log") == FILES


def test_the_same_directory_has_the_same_manifest(home, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    shuffled = dict(reversed([(name, entry(data)) for name, data in FILES.items()]))
    write_manifest(other, "log", dict(reversed(META.items())), shuffled)
    assert (other / MANIFEST).read_bytes() == (home / MANIFEST).read_bytes()


def test_its_own_checksum_is_that_of_the_rest_in_canonical_form(home):
    body = json.loads((home / MANIFEST).read_bytes())
    own = body.pop("sha256")
    assert own == entry(canonical(body))["sha256"]


@given(st.sampled_from([*FILES, MANIFEST]), st.floats(0, 1, exclude_max=True), st.integers(0, 7))
def test_one_flipped_bit_anywhere_is_named(shared_home, name, where, bit):
    path = shared_home / name
    whole = path.read_bytes()
    damaged = bytearray(whole)
    damaged[int(where * len(whole))] ^= 1 << bit
    path.write_bytes(damaged)
    try:
        assert name in refusal(shared_home)
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
@pytest.mark.parametrize("left", [0, 1, -1])
def test_a_truncated_file_is_named(home, name, left):
    data = (home / name).read_bytes()
    (home / name).write_bytes(data[:left])
    assert name in refusal(home)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(home, name):
    (home / name).unlink()
    with pytest.raises(FunhouseError, match=f"{name} is missing"):
        read_manifest(home, "log")


def test_a_file_that_vanishes_after_opening_is_named(home):
    manifest = read_manifest(home, "log")
    (home / "a.bin").unlink()
    with pytest.raises(FunhouseError, match="is missing"):
        manifest.read("a.bin")


def test_an_extra_file_is_named(home):
    (home / "notes.txt").write_text("mine")
    assert "notes.txt is not a part" in refusal(home)


def test_an_optional_file_may_be_absent_but_not_damaged(home):
    listed = {name: entry(data) for name, data in FILES.items()}
    listed["b.bin"]["optional"] = True
    write_manifest(home, "log", META, listed)
    (home / "b.bin").write_bytes(FILES["b.bin"][::-1])
    assert "b.bin" in refusal(home)
    (home / "b.bin").unlink()
    assert read_manifest(home, "log").read("a.bin") == FILES["a.bin"]


def test_what_is_no_such_directory_is_explained(home, tmp_path_factory):
    empty = tmp_path_factory.mktemp("empty")
    assert "is empty" in refusal(empty)
    assert "does not exist" in refusal(empty / "nowhere")
    (empty / "file").touch()
    assert "is not a directory" in refusal(empty / "file")
    assert f"has no {MANIFEST}" in refusal(empty)
    assert "holds a log" in refusal(home, "checkpoint")
    Journal(home).open({}, {})
    assert "not finished" in refusal(home)


@pytest.mark.parametrize("text", ["[]", "7", "{}", '{"sha256": 1}', "[" * 100_000, "\xff"])
def test_json_that_is_no_manifest_is_damage(home, text):
    (home / MANIFEST).write_bytes(text.encode("latin-1"))
    assert f"{MANIFEST} is damaged" in refusal(home)


def test_a_line_that_did_not_reach_the_disk_is_taken_back(tmp_path, monkeypatch):
    path = tmp_path / "lines"
    path.write_bytes(b"one\n")

    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(FunhouseError, match="the disk is full"):
            append_line(path, b"two")
    assert path.read_bytes() == b"one\n"
    append_line(path, b"three")
    assert path.read_bytes() == b"one\nthree\n"


def test_a_lock_is_for_one_and_leaves_nothing(tmp_path):
    lock = Lock(tmp_path)
    with pytest.raises(FunhouseError, match="another process is writing"):
        Lock(tmp_path)
    lock.release()
    lock.release()
    assert not list(tmp_path.iterdir())
    Lock(tmp_path).release()


def test_a_lock_survives_the_removal_of_its_file_by_the_last_holder(tmp_path, monkeypatch):
    """The file is removed between another's opening and locking it: the other must not hold a ghost."""
    first, real = Lock(tmp_path), os.open

    def open_late(path, *rest):
        handle = real(path, *rest)
        monkeypatch.setattr(os, "open", real)
        first.release()
        return handle

    monkeypatch.setattr(os, "open", open_late)
    second = Lock(tmp_path)
    assert (tmp_path / LOCK).exists()
    with pytest.raises(FunhouseError):
        Lock(tmp_path)
    second.release()
