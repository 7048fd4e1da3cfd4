"""Writing a log through faults: what was finished stays, and the end is the same to the byte."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.worlds.conftest import contents
from worlds import FunhouseError, OrchardConfig
from worlds.atomic_files import PARTIAL
from worlds.log.manifest import MANIFEST, UNFINISHED
from worlds.log.reader import open_log
from worlds.log.writer import LogWriter


@pytest.mark.parametrize("done", [[], [0], [2, 0], [1], [0, 1, 2]])
def test_an_interrupted_run_ends_as_if_nothing_had_happened(tmp_path, begin, write, whole, done):
    begin(done).close()
    kept = {name: data for name, data in contents(tmp_path).items() if name != UNFINISHED}
    assert kept.items() <= whole.items()
    assert len(kept) == 3 * len(done)
    with begin() as writer:
        assert writer.shards_missing() == [shard for shard in range(3) if shard not in done]
    write(tmp_path, 10)
    assert contents(tmp_path) == whole


def test_a_log_is_three_files_a_shard_and_a_manifest(whole):
    assert sorted(whole) == sorted(
        [
            MANIFEST,
            *(f"{table}-0000{i}.parquet" for table in ("agents", "episodes", "steps") for i in range(3)),
        ]
    )


def test_a_finished_log_is_left_alone(tmp_path, write):
    write(tmp_path, 10)
    times = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    write(tmp_path, 10)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == times


@pytest.mark.parametrize("before", [1, 4, 9])
def test_a_log_is_extended_to_what_one_run_would_have_written(tmp_path, begin, write, whole, before):
    write(tmp_path, before)
    with begin() as writer:
        assert writer.shards_missing() == list(range(before // 4, 3))
    write(tmp_path, 10)
    assert contents(tmp_path) == whole


@pytest.mark.parametrize("finished", [True, False])
@pytest.mark.parametrize("harm", ["flip", "truncate", "remove"])
def test_repeating_the_command_mends_damage(tmp_path, begin, write, whole, harm, finished):
    if finished:
        write(tmp_path, 10)
    else:
        begin([0, 1]).close()
    path = tmp_path / "steps-00001.parquet"
    data = path.read_bytes()
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:] if harm == "flip" else data[:99])
    if harm == "remove":
        path.unlink()
    with begin() as writer:
        assert 1 in writer.shards_missing()
        assert 0 not in writer.shards_missing()
    write(tmp_path, 10)
    assert contents(tmp_path) == whole


def test_a_torn_journal_costs_one_shard_and_leftovers_go(tmp_path, begin, write, whole):
    begin([0, 1]).close()
    journal = tmp_path / UNFINISHED
    journal.write_bytes(journal.read_bytes()[:-20])
    (tmp_path / f"steps-00002.parquet{PARTIAL}").write_bytes(b"half")
    with begin() as writer:
        assert writer.shards_missing() == [1, 2]
        assert not list(tmp_path.glob(f"*{PARTIAL}"))
    write(tmp_path, 10)
    assert contents(tmp_path) == whole


@pytest.mark.parametrize("finished", [True, False])
def test_other_settings_are_refused_by_name(tmp_path, write, meta, begin, finished):
    if finished:
        write(tmp_path, 10)
    else:
        begin([1]).close()
    before = contents(tmp_path)
    other = meta(world=OrchardConfig(height=7, width=9, map="open", fruits=2, agents=4, steps=10))
    for episodes, size, told, match in (
        (10, 4, other, "orchard.agents = 3, not 4"),
        (10, 4, meta(seed=3), "seed = 0, not 3"),
        (10, 4, meta(split="test"), "split = 'train', not 'test'"),
        (10, 5, meta(), "shard_size = 4, not 5"),
        (9, 4, meta(), "10 episodes already, more than 9"),
    ):
        with pytest.raises(FunhouseError, match=match) as caught:
            LogWriter(tmp_path, told, episodes, size)
        assert caught.value.place == str(tmp_path)
    assert contents(tmp_path) == before


def test_a_directory_with_other_things_is_refused(tmp_path, begin, write):
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(FunhouseError, match="is not a part of this log"):
        begin()
    assert contents(tmp_path) == {"thesis.tex": b"mine"}
    write(tmp_path / "log", 10)
    (tmp_path / "log" / "notes.txt").touch()
    with pytest.raises(FunhouseError, match="notes"):
        begin(home=tmp_path / "log")
    with pytest.raises(FunhouseError, match="cannot make the directory"):
        begin(home=tmp_path / "thesis.tex" / "log")
    with pytest.raises(FunhouseError, match="episodes = 0"):
        LogWriter(tmp_path / "none", {}, 0)


def test_a_second_writer_is_refused_and_a_reader_told_to_wait(tmp_path, begin):
    with begin([0]):
        with pytest.raises(FunhouseError, match="another process is writing here"):
            begin()
        with pytest.raises(FunhouseError, match="not finished") as caught:
            open_log(tmp_path)
        assert "tom run" in caught.value.remedy
    begin().close()


def test_only_whole_shards_are_written_and_only_a_whole_log_is_finished(begin, episode):
    with begin() as writer:
        with pytest.raises(ValueError, match="shard 1"):
            writer.write_shard(1, [episode(i) for i in range(4)])
        with pytest.raises(ValueError, match="shard 0 has not been written"):
            writer.finish()


def write_the_rest(writer: LogWriter, episode) -> None:
    for shard in writer.shards_missing():
        writer.write_shard(shard, [episode(i) for i in writer.span(shard)])
    writer.finish()


@pytest.mark.parametrize("name", ["steps-00001.parquet", MANIFEST])
def test_a_full_disk_is_explained_and_costs_nothing_finished(tmp_path, begin, episode, write, whole, name):
    """The temporary file is a link to the device that is always full: the error is the system's own."""
    with begin([0]) as writer:
        (tmp_path / (name + PARTIAL)).symlink_to("/dev/full")
        with pytest.raises(FunhouseError, match=f"cannot write {name}: the disk is full") as caught:
            write_the_rest(writer, episode)
    assert "run the same command again" in caught.value.remedy
    assert not list(tmp_path.glob(f"*{PARTIAL}"))
    with begin() as writer:
        assert 0 not in writer.shards_missing()
    write(tmp_path, 10)
    assert contents(tmp_path) == whole


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_disk_that_fills_at_any_moment_costs_nothing(tmp_path, write, whole, monkeypatch, call):
    real, moment, failed = getattr(os, call), 0, True
    while failed:
        home, moment, failed, left = tmp_path / str(moment), moment + 1, False, iter(range(moment))

        def full(*args, left=left):
            if next(left, None) is None:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*args)

        monkeypatch.setattr(os, call, full)
        try:
            write(home, 10)
        except FunhouseError as error:
            failed = "the disk is full" in str(error)
        monkeypatch.setattr(os, call, real)
        write(home, 10)
        assert contents(home) == whole
    assert moment > 10


def state(home: Path) -> str:
    """What a reader finds after a kill."""
    try:
        return f"{len(list(open_log(home)))} episodes"
    except FunhouseError as error:
        return "refused" if error.remedy else str(error)


@pytest.mark.parametrize("before", [0, 6])
def test_a_kill_at_any_moment_costs_nothing(tmp_path, whole, before):
    """A new log, and one being extended; the script checks that no finished shard is asked for again."""
    script = [sys.executable, str(Path(__file__).with_name("killed_writer.py")), str(tmp_path), str(before)]
    done = subprocess.run(script, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    moments = int(done.stdout)
    assert moments > 25
    for moment in range(1, moments + 1):
        assert contents(tmp_path / f"{moment:03d}") == whole, moment
        assert state(tmp_path / f"killed-{moment:03d}") in (f"{before} episodes", "10 episodes", "refused")


@pytest.mark.parametrize("name", ["README.md", ".gitattributes"])
def test_a_dataset_card_may_lie_in_a_log_before_and_after_it_is_written(tmp_path, begin, write, name):
    (tmp_path / name).write_text("a card")
    write(tmp_path, 10)
    assert len(open_log(tmp_path)) == 10
    write(tmp_path, 12)  # as it goes on
    assert (tmp_path / name).read_text() == "a card"
