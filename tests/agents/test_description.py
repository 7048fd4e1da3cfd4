"""Descriptions: what is said is read back, and what cannot be read is pointed at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.language.description import DESCRIPTION_WORDS, WORDINGS, parse_description, say_description, words_beyond
from agents.language.phrases import Reader
from agents.traits import TRAITS
from worlds import KINDS, FunhouseError

TASTE = st.permutations(KINDS).flatmap(lambda order: st.integers(1, 6).map(lambda n: ">".join(order[:n])))
OTHERS = {trait.name: st.sampled_from(list(trait.wordings)) for trait in TRAITS if trait.wordings}
DESCRIBED = st.fixed_dictionaries({}, optional={"taste": TASTE, **OTHERS}).filter(bool)


@given(DESCRIBED, st.integers(0, 3 * WORDINGS))
def test_every_wording_is_read_back(traits, paraphrase):
    assert parse_description(say_description(traits, paraphrase)) == traits


@given(DESCRIBED, st.integers(0, WORDINGS))
def test_case_and_punctuation_say_nothing(traits, paraphrase):
    text = say_description(traits, paraphrase)
    assert parse_description(text.upper().replace(",", "") + ".") == traits


@given(DESCRIBED, st.integers(0, WORDINGS))
def test_the_words_are_known(traits, paraphrase):
    assert set(Reader(say_description(traits, paraphrase)).words) <= DESCRIPTION_WORDS | words_beyond(traits)


def test_a_full_type_has_at_least_ten_wordings():
    traits = {"taste": "red>blue", "sight": "near", "memory": "forgetful", "temper": "shy"}
    assert len({say_description(traits, paraphrase) for paraphrase in range(WORDINGS)}) == WORDINGS
    for trait, value in traits.items():
        assert len({say_description({trait: value}, paraphrase) for paraphrase in range(WORDINGS)}) >= 5


def test_no_wording_means_two_things():
    several = [words for trait in TRAITS for words in trait.wordings.values()]
    assert {len(words) for words in several} == {5}
    openings = [wording for trait in TRAITS for wording in trait.openings]
    assert len(set(openings)) == len(openings)


@pytest.mark.parametrize(
    ("traits", "text"),
    [
        (
            {"taste": "red>blue", "sight": "near", "memory": "forgetful", "temper": "shy"},
            "a near-sighted, forgetful agent that likes red, then blue, and keeps to itself",
        ),
        ({"taste": "red"}, "an agent that likes red"),
        ({"sight": "far"}, "a far-sighted agent"),
        ({"temper": "sociable", "memory": "retentive"}, "a retentive agent that seeks company"),
        ({"taste": "gold", "temper": "neutral"}, "an agent that likes gold and is indifferent to company"),
    ],
)
def test_the_canonical_words(traits, text):
    assert say_description(traits) == text
    assert parse_description(text) == traits


@pytest.mark.parametrize(
    ("text", "traits"),
    [
        ("an agent who is shy and with a long memory", {"memory": "retentive", "temper": "shy"}),
        ("an agent with long sight that loves blue and then red", {"taste": "blue>red", "sight": "far"}),
        ("an agent that is far-sighted and who wants white", {"taste": "white", "sight": "far"}),
        ("a sociable, mindful agent", {"memory": "retentive", "temper": "sociable"}),
    ],
)
def test_free_order_is_understood(text, traits):
    assert parse_description(text) == traits


@pytest.mark.parametrize(
    ("text", "what", "marked"),
    [
        ("", 'expected "a" or "an"', ""),
        ("the shy agent", 'expected "a" or "an"', "the"),
        ("a shy", 'expected "agent" or an adjective', ""),
        ("a shy aged agent", 'expected "agent" or an adjective', "aged"),
        ("an agent", "expected a trait", ""),
        ("an agent that", "expected a trait such as", ""),
        ("an agent that likes", "expected a colour: red", ""),
        ("an agent that likes purple", "expected a colour: red", "purple"),
        ("an agent that likes red, then", "expected a colour", ""),
        ("an agent that likes red, then red", "red is named twice", "red"),
        ("an agent that is tall", "near-sighted", "tall"),
        ("an agent with a long nose", 'expected "memory"', "nose"),
        ("an agent that likes red and", "expected a trait such as", ""),
        ("a shy agent that is sociable", "the temper of this agent is named twice", "is sociable"),
        ("a near-sighted, far-sighted agent", "the sight of this agent is named twice", "far-sighted"),
        ("a shy agent indeed", "expected another trait or the end", "indeed"),
    ],
)
def test_errors_point_at_the_word(text, what, marked):
    with pytest.raises(FunhouseError) as caught:
        parse_description(text)
    _, line, carets = caught.value.place.split("\n")
    assert what in caught.value.what
    start, stop = carets.index("^"), carets.rindex("^") + 1
    assert line[start:stop] == marked
    assert marked or start >= len(line)  # nothing marked: the caret stands behind the end
