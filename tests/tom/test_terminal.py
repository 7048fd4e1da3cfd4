"""What the commands print is one document for programs, and readable for people."""

import io
import json
import math

import numpy as np
import pytest
from numba import njit

from tom.terminal import cell, plain, progress, show_table, tell, telling_of_kernels, write_document


def test_what_is_undefined_is_null():
    stream = io.StringIO()
    write_document({"nan": math.nan, "list": [math.inf, 1.5], "array": np.array([np.nan, 2.0])}, stream)
    assert json.loads(stream.getvalue()) == {"nan": None, "list": [None, 1.5], "array": [None, 2.0]}


def test_numpy_values_become_plain_numbers():
    value = plain({"n": np.int64(3), "p": np.float32(0.5), "yes": np.bool_(True), 4: (1, 2)})
    assert value == {"n": 3, "p": 0.5, "yes": True, "4": [1, 2]}
    assert type(value["n"]) is int
    assert type(value["yes"]) is bool


@pytest.mark.parametrize(
    ("value", "text"), [(0.12345, "0.123"), (math.nan, "-"), (None, "-"), (7, "7"), ("red", "red")]
)
def test_a_cell_of_a_table(value, text):
    assert cell(value) == text


def test_a_table_shows_every_value_whole(capsys):
    long = "behave as Bo pretending to be me, " * 3
    show_table(("prompt", "p"), [(long, 0.25), ("[bold]x[/bold]", None)], "a title")
    shown = capsys.readouterr().out
    assert long.strip() in shown
    assert "[bold]x[/bold]" in shown
    assert "0.250" in shown


def test_progress_goes_to_stderr_alone(capsys):
    with progress("working") as report:
        report(1, 2, "halfway")
        report(2, 2)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "working" in captured.err


def test_what_is_told_while_a_bar_is_drawn_has_a_line_of_its_own_above_it(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", stream)
    with progress("walking") as report:
        report(1, 2)
        tell("look")
    tell("there")
    begins = [line.rpartition("\x1b[2K")[2] for line in stream.getvalue().splitlines()]
    assert "look" in begins
    assert stream.getvalue().endswith("there\n")


def doubled(value):
    return 2 * value


def test_compiling_is_told_once_and_not_where_the_kernel_is_kept(capsys):
    with telling_of_kernels():
        assert njit(cache=True)(doubled)(1) == njit(doubled)(1) == 2
    first = capsys.readouterr()
    assert first.out == ""
    assert first.err.count("compiling kernels") == first.err.count("\n") == 1
    with telling_of_kernels():
        assert njit(cache=True)(doubled)(1) == 2
    assert capsys.readouterr() == ("", "")


def test_without_a_command_nothing_is_told_of_compiling(capsys):
    assert njit(doubled)(1) == 2
    assert capsys.readouterr() == ("", "")
