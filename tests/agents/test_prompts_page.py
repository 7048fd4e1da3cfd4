"""docs/prompts.md says what the parser does."""

import doctest
import re
from pathlib import Path

import pytest

from agents.language.description import parse_description, words_beyond
from agents.language.paraphrase import HELD_OUT, PARAPHRASES
from agents.language.prompt import MAX_DEPTH, MAX_LENGTH, VOCABULARY, canonical, parse
from agents.traits import TRAITS
from agents.traits.taste import THEN
from worlds import KINDS, FunhouseError

FILE = Path(__file__).parents[2] / "docs" / "prompts.md"
PAGE = FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize("stance", PARAPHRASES)
def test_every_form_is_listed(stance):
    for number, form in enumerate(PARAPHRASES[stance]):
        question = f"{form.opening} … {form.closing}".rstrip()
        held_out = "held out |" if number in HELD_OUT[stance] else "|"
        assert f"| {question} | {form.link} | {held_out}\n" in PAGE


def test_every_wording_is_listed():
    every = [(wording, value) for trait in TRAITS for wording, value in trait.openings.items()]
    for wording in [*THEN, *(wording for wording, value in every if value not in KINDS or value == "red")]:
        assert f"“{wording}”" in PAGE


def test_the_examples_run():
    result = doctest.testfile(str(FILE), module_relative=False)
    assert result.attempted >= 6
    assert result.failed == 0


def test_the_canonical_forms_are_as_listed():
    rows = re.findall(r"^\| (.+) \| (behave|predict) \| \((.*)\) \| (\d) \|$", PAGE, flags=re.MULTILINE)
    assert len(rows) == 8
    for text, stance, chain, depth in rows:
        role = canonical(parse(text, ["Ada", "Bo"]), "Ada")
        assert (role.stance, ", ".join(role.chain), role.depth) == (stance, chain, int(depth))


def test_the_error_is_as_shown():
    with pytest.raises(FunhouseError) as caught:
        parse("behave as Bo pretending to bee me")
    assert "\n".join(line.rstrip() for line in str(caught.value).split("\n")) in PAGE


def test_the_limits_and_the_count_are_as_stated():
    assert f"at most {MAX_LENGTH} characters and names at most {MAX_DEPTH} agents" in PAGE.replace("\n", " ")
    assert f"{len(VOCABULARY)} words" in PAGE
    assert f"{len(words_beyond(['feeling']))} more" in PAGE
    assert f"{len(words_beyond(['blindness', 'manner']))} more" in PAGE


def test_what_is_said_to_be_refused_is_refused():
    refused = re.search(r"before it once: \*(.+?)\* and \*(.+?)\* are\s+refused", PAGE).groups()
    for description in refused:
        with pytest.raises(FunhouseError):
            parse_description(description)
        assert parse_description(re.sub(r" (likes|seeks)", r" that \1", description))
