"""What comes from data is shown and not obeyed, in errors and in what is pasted into a shell."""

import subprocess
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worlds import FunhouseError
from worlds.drawing.frame import Frame
from worlds.drawing.render import ansi, image
from worlds.harmless import harmless, quoted

HOSTILE = "\x1b[2J\u202eoB\r\n\x00\ud800\u200b\x9b\ufeff"


def obeyed(shown: str) -> list[str]:
    """The characters that a terminal or a reader obeys: controls, formats, halves of characters, ends of lines."""
    return [each for each in shown if unicodedata.category(each) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")]


@given(st.text(st.characters(categories=None)))
def test_nothing_that_is_obeyed_is_left(name):
    assert not obeyed(harmless(name))
    assert harmless(harmless(name)) == harmless(name)
    assert set(obeyed(harmless(name, lines=True))) <= {"\n"}


@pytest.mark.parametrize("name", ["Ada", "Zoë", "阿達", "a b", "a\u3000b", "[bold]", "$x$", "<b>&amp;", "\\x1b", "🦊"])
def test_what_only_shows_itself_stays_as_it_is(name):
    assert harmless(name) == name


def test_an_error_shows_what_it_names():
    error = FunhouseError(f"no {HOSTILE}", place=f"logs/{HOSTILE}", remedy=f"say {HOSTILE}")
    assert set(obeyed(str(error))) == {"\n"}
    assert error.what == f"no {HOSTILE}"


def test_a_name_forges_no_remedy():
    said = str(FunhouseError("nobody is called 'x\n  remedy: run this'", remedy="say Bo"))
    assert [line for line in said.split("\n") if line.startswith("  remedy")] == ["  remedy: say Bo"]


@pytest.mark.parametrize(
    "word", ["a b", "it's", "$(touch x)", "`x`", 'a"b', "a\nb", "\x1b[2J'\\", "\u202eé", "\udcff", "-x"]
)
def test_a_quoted_word_reaches_the_command_as_it_was(word):
    assert not obeyed(quoted(word))
    printed = subprocess.run(["bash", "-c", f"printf %s {quoted(word)}"], capture_output=True, check=True).stdout
    assert printed == word.encode("utf-8", "surrogateescape")


def test_names_in_a_picture_of_the_orchard_are_harmless():
    room = np.zeros((3, 3), bool)
    frame = Frame(room, np.full((3, 3), -1, np.int8), np.array([[0, 0], [1, 1]]), [HOSTILE, "Bo"])
    assert set(obeyed(ansi(frame, colour=False))) <= {"\n"}
    assert image(frame).shape[2] == 3
