"""Curves that cannot be written are a message, and no thread prints a traceback."""

import errno
import threading

import pytest

from tom.training.curves import curves
from worlds import FunhouseError


def test_a_disk_that_is_full_is_a_message_and_not_a_traceback_of_a_thread(tmp_path, monkeypatch):
    printed: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", printed.append)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    def write_points():
        with curves(tmp_path / "curves", 0) as writer:
            monkeypatch.setattr(writer._get_file_writer().event_writer._async_writer._writer, "write", full)
            for step in range(100):
                writer.add_scalar("loss", 1.0, step)
                writer.flush()

    with pytest.raises(FunhouseError, match="the disk is full"):
        write_points()
    assert not printed
