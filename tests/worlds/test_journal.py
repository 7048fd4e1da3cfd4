"""The journal of a log that is not finished: what a damaged one costs, and what it says."""

from pathlib import Path

import pytest

from tests.worlds.conftest import contents
from worlds import FunhouseError
from worlds.log.manifest import UNFINISHED
from worlds.log.reader import open_log
from worlds.log.writer import LogWriter


def test_a_bit_flipped_anywhere_in_the_journal_costs_no_finished_part(tmp_path, begin, write, whole):
    """In the line of the settings the command that they are of goes on; of any other line the message names it."""
    begin([0, 1]).close()
    journal = tmp_path / UNFINISHED
    sound = journal.read_bytes()
    settings = sound.index(b"\n")
    for place in range(0, len(sound), 7):
        journal.write_bytes(flipped(sound, place))
        if place < settings:
            with begin() as writer:
                assert writer.shards_missing() == [2]
            assert contents(tmp_path)[UNFINISHED].startswith(sound[: settings + 1])
        else:
            with pytest.raises(FunhouseError, match=f"{UNFINISHED} is damaged in (line|its last)"):
                begin()
    journal.write_bytes(sound[:-1] + b"\x0b")  # the end of the last line
    with pytest.raises(FunhouseError, match="in its last line"):
        begin()
    journal.write_bytes(flipped(sound, 40))
    write(tmp_path, 10)
    assert contents(tmp_path) == whole


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1 << place % 7]) + data[place + 1 :]


def test_settings_that_are_damaged_are_never_taken_for_others(tmp_path, begin, meta):
    """However near the other settings are: their SHA-256 is far."""
    begin([0, 1]).close()
    journal = tmp_path / UNFINISHED
    sound = journal.read_bytes()
    for data in (flipped(sound, 40), sound.replace(b'"seed": 0', b'"seed": 1'), b"x" * 9 + sound[9:], sound[3:]):
        journal.write_bytes(data)
        with pytest.raises(FunhouseError, match="damaged in line 1, its settings") as caught:
            LogWriter(tmp_path, meta(seed=1), 10, shard_size=4)
        assert "the command that began it, which goes on from the 6 finished files" in caught.value.remedy


@pytest.mark.parametrize(
    ("spoil", "named"),
    [(lambda home: None, "not finished: 6 files of it are, and they are whole"),
     (lambda home: spoilt(home / UNFINISHED, 40), f"{UNFINISHED} is damaged in line 1"),
     (lambda home: spoilt(home / UNFINISHED, -40), f"{UNFINISHED} is damaged in line 4"),
     (lambda home: spoilt(home / "steps-00001.parquet", 90), "steps-00001.parquet is not what was written"),
     (lambda home: (home / "agents-00000.parquet").unlink(), "agents-00000.parquet is missing")],
)  # fmt: skip
def test_who_reads_an_unfinished_log_is_told_what_of_it_is_damaged(tmp_path, begin, write, whole, spoil, named):
    begin([0, 1]).close()
    spoil(tmp_path)
    with pytest.raises(FunhouseError, match=named) as caught:
        open_log(tmp_path)
    assert caught.value.remedy


def spoilt(path: Path, place: int) -> None:
    path.write_bytes(flipped(path.read_bytes(), place % path.stat().st_size))


def test_a_damaged_line_is_deleted_as_the_message_says(tmp_path, begin, write, whole):
    begin([0, 1]).close()
    journal = tmp_path / UNFINISHED
    lines = journal.read_bytes().split(b"\n")
    journal.write_bytes(b"\n".join([*lines[:2], lines[2].replace(b"steps", b"steqs"), *lines[3:]]))
    with pytest.raises(FunhouseError, match="in line 3") as caught:
        begin()
    assert "delete line 3" in caught.value.remedy
    journal.write_bytes(b"\n".join([*lines[:2], *lines[3:]]))
    with begin() as writer:
        assert writer.shards_missing() == [0, 2]
    write(tmp_path, 10)
    assert contents(tmp_path) == whole
