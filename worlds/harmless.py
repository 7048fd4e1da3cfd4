"""Text that comes from data, as it may be shown: what a terminal or a reader would obey is written out instead.

Names of agents, policies, environments and files are whatever somebody called them. Where they are kept they stay what
they are; where they are shown (a terminal, a picture, XML) control characters, bidirectional marks and halves of
characters become the escapes that Python spells them with.
"""

import shlex
import unicodedata


def harmless(text: str, lines: bool = False) -> str:
    """The text with every character that shows nothing of itself as its escape; `lines`: it may have several lines."""
    if text.isprintable():
        return text
    return "".join(each if _shows(each) or (lines and each == "\n") else _escape(each) for each in text)


def _shows(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def quoted(word: str) -> str:
    """The word as it can be pasted into a shell; where it could not be shown as it is, in the shell's own escapes."""
    if word.isprintable():
        return shlex.quote(word)
    return "$'" + "".join(map(_spelled, word)) + "'"


def _spelled(character: str) -> str:
    if character in "\\'":
        return "\\" + character
    if _shows(character):
        return character
    if 0xDC80 <= ord(character) <= 0xDCFF:  # a byte of a file's name that is no character
        return f"\\x{ord(character) - 0xDC00:02x}"
    return _escape(character) if len(_escape(character)) != 2 else f"\\x{ord(character):02x}"
