"""The language of wishes: what is said is read back, and what cannot come true is pointed at."""

import doctest
import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agents.language.prompt import MAX_LENGTH, VOCABULARY, parse
from agents.language.wish_wordings import AT_LEAST, AT_MOST, EXACTLY
from agents.language.wishes import (
    ALL,
    FORMS,
    HELD_OUT,
    TRAINING,
    WISH_WORDS,
    dated,
    is_wish,
    parse_wish,
    say_wish,
    wish_tokens,
)
from agents.population import NAMES
from agents.wishes.event import WAYS
from agents.wishes.held_out import held_out
from agents.wishes.styles import EXTENTS, BeNice, Explore, KeepAway, MoveLike
from agents.wishes.wish import (
    HINTS,
    PLACES,
    WITHOUT_END,
    Collect,
    EndIn,
    Ground,
    Order,
    StayOut,
    Wish,
    band,
    canonical,
    contradiction,
    fewest,
    place_of,
    soonest,
)  # fmt: skip
from worlds import KINDS, FunhouseError

FILE = Path(__file__).parents[2] / "docs" / "wishes.md"
PAGE = FILE.read_text(encoding="utf-8")
COUNT, KIND, PLACE = st.integers(0, 30), st.sampled_from([None, *KINDS]), st.sampled_from(PLACES)
COLLECT = st.one_of(
    st.builds(lambda count, kind: Collect(count, count, kind), COUNT, KIND),
    st.builds(lambda count, kind: Collect(count, WITHOUT_END, kind), COUNT, KIND),
    st.builds(lambda count, kind: Collect(0, count, kind), COUNT, KIND),
)
ORDER = st.builds(Order, st.sampled_from(KINDS), st.sampled_from(KINDS)).filter(lambda one: one.first != one.then)
KNOWN = st.sets(PLACE, max_size=5).map(lambda known: tuple(place for place in PLACES if place in known))
AHEAD = st.integers(-9, 9)
STYLE = st.one_of(
    st.builds(Explore, st.sampled_from(EXTENTS), KNOWN),
    st.builds(MoveLike, st.sampled_from(["snail", "bee"]), AHEAD),
    st.builds(MoveLike, st.just("moth"), AHEAD, st.sampled_from(WAYS)),
    st.sampled_from([MoveLike("mouse"), KeepAway(), BeNice()]),
)
CLAUSE = st.one_of(COLLECT, ORDER, st.builds(EndIn, PLACE), st.builds(StayOut, PLACE), STYLE)
CLAUSES = st.lists(CLAUSE, max_size=4).filter(lambda clauses: contradiction(clauses) is None)
CHAIN = st.sampled_from([(), ("Bo",), ("Bo", "me"), ("an agent that likes red and keeps to itself",)])
GROUND = Ground({"red": 2, "blue": 1}, False, frozenset(PLACES) - {"south"}, 10, 0)


@st.composite
def wishes(draw) -> Wish:
    clauses = canonical(draw(CLAUSES))
    steps = draw(st.one_of(st.none(), st.integers(max(1, fewest(clauses), soonest(clauses)), 200)))
    return Wish(clauses, steps, draw(CHAIN), draw(st.sampled_from([None, *HINTS])))


@given(wishes(), st.integers(0, 10**12), st.sampled_from([ALL, TRAINING, HELD_OUT]))
def test_what_is_wished_is_read_back(wish, paraphrase, forms):
    text = say_wish(wish, paraphrase, forms)
    assume(len(text) <= MAX_LENGTH)
    assert parse_wish(text) == wish
    assert is_wish(text)


@given(wishes())
def test_the_canonical_text_is_a_fixed_point(wish):
    text = say_wish(wish)
    assume(len(text) <= MAX_LENGTH)
    assert say_wish(parse_wish(text)) == text


@given(wishes(), st.integers(0, 10**12))
def test_every_word_of_a_wish_is_known_or_a_name(wish, paraphrase):
    known = {*VOCABULARY, *WISH_WORDS, "Bo"}
    assert [word for word in wish_tokens(say_wish(wish, paraphrase)) if word not in known and not word.isdigit()] == []


@given(wishes(), st.integers(0, 10**12))
def test_case_and_punctuation_say_nothing_in_a_wish(wish, paraphrase):
    text = say_wish(wish, paraphrase)
    assume(len(text) < MAX_LENGTH)
    loud = " ".join(word if word == "Bo" else word.upper() for word in text.replace(",", ";").split(" ")) + "!"
    assert parse_wish(loud) == parse_wish(text)


@given(st.lists(st.sampled_from([*VOCABULARY, *WISH_WORDS, "Bo", "0"]), max_size=12).map(" ".join))
def test_any_words_are_a_wish_or_are_refused_with_a_caret(text):
    place = "^"
    try:
        assert contradiction(parse_wish(text, ground=GROUND).clauses) is None
    except FunhouseError as error:
        place = error.place
    assert "^" in place


@given(wishes(), st.integers(0, 10**12), st.integers(1, 200))
def test_a_wish_whose_deadline_is_said_asks_for_the_same_by_the_end(wish, paraphrase, left):
    assume(wish.steps or left >= max(fewest(wish.clauses), soonest(wish.clauses)))
    text = say_wish(wish, paraphrase)
    assume(len(text) < MAX_LENGTH - 20)
    assert parse_wish(dated(text, left)) == wish._replace(steps=wish.steps or left)
    assert dated(dated(text, left), 7) == dated(text, left)


@pytest.mark.parametrize("colour", KINDS)
def test_a_colour_is_said_with_most_places_and_never_with_some(colour):
    fruits = [(Collect(1, kind=colour),), (Order(colour, next(k for k in KINDS if k != colour)),)]
    for where in (EndIn, StayOut):
        with_it = {place: held_out((Collect(1, kind=colour), where(place))) for place in PLACES}
        assert 2 <= sum(with_it.values()) <= 3
        assert all(held_out((*fruits[1], where(place))) for place, unsaid in with_it.items() if unsaid)
    assert not any(map(held_out, fruits))
    assert not any(held_out((where(place),)) for where in (EndIn, StayOut) for place in PLACES)


def test_one_number_of_fruits_is_never_said_and_bounds_and_colours_say_it():
    said = [Collect(2, 2), Collect(3), Collect(0, 3), Collect(4, 4), Collect(3, 3, "red")]
    assert [held_out((one,)) for one in (*said, Collect(3, 3))] == [False] * 5 + [True]
    assert held_out((Collect(3, 3), EndIn("north")))


def test_a_role_is_no_wish_and_reads_as_before():
    for text in ("behave as Bo", "take the role of Bo", "predict Bo", "act like an agent that likes red and is shy"):
        assert not is_wish(text)
        assert parse(text)


@pytest.mark.parametrize("part", FORMS)
def test_each_part_has_six_forms_in_training_and_two_that_are_held_out(part):
    assert len(set(FORMS[part])) == len(FORMS[part])
    assert len(TRAINING[part]) >= 6
    assert len(HELD_OUT[part]) == 2
    assert sorted(TRAINING[part] + HELD_OUT[part]) == list(ALL[part])


def test_held_out_forms_of_wishes_are_new_combinations_of_known_words():
    known = {word.strip(",") for part, forms in FORMS.items() for one in TRAINING[part] for word in forms[one].split()}
    for part, forms in FORMS.items():
        for one in HELD_OUT[part]:
            assert {word.strip(",") for word in forms[one].split()} <= known


def test_the_words_of_wishes_are_none_of_prompts_nor_names():
    assert len(set(WISH_WORDS)) == len(WISH_WORDS)
    assert not set(WISH_WORDS) & set(VOCABULARY)
    assert not {name.lower() for name in NAMES} & {*WISH_WORDS}


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("collect 3 fruits", [Collect(3, 3)]),
        ("eat at least two red fruits", [Collect(2, WITHOUT_END, "red")]),
        ("take no fruit", [Collect(0, 0)]),
        ("take no more than 1 fruit", [Collect(0, 1)]),
        ("collect at least 2 fruits and collect at most 2 fruits", [Collect(2, 2)]),
        ("collect at least 2 fruits and collect at least 1 fruit", [Collect(2)]),
        ("collect at least 0 fruits", []),
        ("leave blue until after red", [Order("red", "blue")]),
        ("end in the centre", [EndIn("middle")]),
        ("stay out of northeast and finish in the west", [EndIn("west"), StayOut("north-east")]),
        ("look about much and explore", [Explore("much")]),
        ("explore a little", [Explore("a little")]),
        ("explore much beyond the south and the centre", [Explore("much", ("middle", "south"))]),
        ("explore beyond north and west and the east and south and explore", [Explore()]),
        ("walk like a mouse", [MoveLike("mouse")]),
        ("move like a snail with three to make up and go like a snail", [MoveLike("snail", -3)]),
        ("move like a moth heading northeast, with 2 to spare", [MoveLike("moth", 2, "north-east")]),
        ("keep away from others and do no harm", [KeepAway(), BeNice()]),
        ("keep away from the north", [StayOut("north")]),
    ],
)
def test_what_wishes_mean(text, clauses):
    assert parse_wish(text) == Wish(tuple(clauses))


def test_a_wish_may_say_as_whom_it_is_to_come_about():
    wish = parse_wish("do what a shy agent who acts like me would do, and end in the north in 1 step")
    assert wish == Wish((EndIn("north"),), 1, ("an agent that keeps to itself", "me"))
    wish = parse_wish("behave as an agent that likes red and is shy and collect 1 fruit")
    assert wish == Wish((Collect(1, 1),), None, ("an agent that likes red and keeps to itself",))


@pytest.mark.parametrize(
    ("text", "what", "marked"),
    [
        ("", "expected a wish", ""),
        ("colect 3 fruits", "expected a wish", "colect"),
        ("collect three", 'expected a colour, "fruit" or "fruits"', ""),
        ("collect red fruit", "expected a number", "red"),
        ("collect 4 fruits", "4 fruits are asked for, and there are 3", "collect 4 fruits"),
        ("collect 3 red fruits", "3 red fruits are asked for, and there are 2", "collect 3 red fruits"),
        ("eat 1 gold fruit", "there are no gold fruits", "eat 1 gold fruit"),
        ("end in the norht", "there is no place 'norht'", "norht"),
        ("end in the south", "no floor in the south", "end in the south"),
        ("end in the north in 0 steps", "in 0 steps nothing comes about", "in 0 steps"),
        ("end in the north in 11 steps", "past the end", "in 11 steps"),
        ("collect 3 fruits in 2 steps", "cannot be eaten in 2 steps", "in 2 steps"),
        ("end in the north and end in the west", "nobody ends", "end in the west"),
        ("stay out of the north and end in the north", "does not end there", "end in the north"),
        ("collect at least 2 fruits and eat at most 1 fruit", "cannot both be", "eat at most 1 fruit"),
        ("collect at most 1 fruit and first red, then blue", "cannot both be", "first red, then blue"),
        ("eat no red fruit and first red, then blue", "cannot both be", "first red, then blue"),
        ("first red, then blue and first blue, then red", "before the others", "first blue, then red"),
        ("first red, then red", "red is named twice", "first red, then red"),
        ("predict Bo and end in the north", "cannot be predicted", "predict Bo"),
        ("behave as Bo and", "expected a wish", ""),
        ("behave as Zork and end in the north", "nobody here is called Zork", "Zork"),
        ("end in the north tomorrow", 'expected "and"', "tomorrow"),
        ("be in the north", 'expected "at the end"', ""),
        ("explore very much", "expected", "very"),
        ("explore much beyond", "expected a place", ""),
        ("move like a cat", "expected an animal: snail, mouse, moth, bee", "cat"),
        ("move like a snail with 3", 'expected "to spare" or "to make up"', ""),
        ("explore a little and explore much", "nobody explores a little and more", "explore much"),
        ("move like a moth and move like a snail", "does not turn half of the time", "move like a snail"),
        ("explore much and move like a snail in 7 steps", "takes 8 steps at least", "in 7 steps"),
        ("move like a snail and collect 3 fruits in 5 steps", "takes 6 steps at least", "in 5 steps"),
        ("move like a moth in 1 step", "takes 2 steps at least", "in 1 step"),
        (
            f"{' and '.join(f'avoid the {place}' for place in PLACES[:4])} and roam around much",
            "5 places are to be entered, and 4 are left",
            "roam around much",
        ),
        ("end in the west and keep away from others", "nobody else takes part", "keep away from others"),
        ("be nice", "nobody else takes part", "be nice"),
        ("explore as if it were", 'expected "and"', "as"),
    ],
)
def test_errors_of_wishes_point_at_the_words(text, what, marked):
    with pytest.raises(FunhouseError) as caught:
        parse_wish(text, ["Ada", "Bo"], GROUND)
    _, line, carets = caught.value.place.split("\n")
    assert what in caught.value.what
    start, stop = carets.index("^"), carets.rindex("^") + 1
    assert (line[start:stop], line.strip()) == (marked, text)


@pytest.mark.parametrize("hint", HINTS)
def test_a_hint_asks_for_nothing_and_is_read_all_the_same(hint):
    for number in ALL[hint]:
        wish = parse_wish(f"move like a snail in 4 steps {FORMS[hint][number]}")
        assert wish == Wish((MoveLike("snail"),), 4, (), hint)
        assert parse_wish(f"be nice {FORMS[hint][number]}") == Wish((BeNice(),), None, (), hint)


def test_without_regrowth_alone_fruits_run_out():
    assert parse_wish("collect 4 fruits", ground=GROUND._replace(regrow=True)).clauses == (Collect(4, 4),)
    with pytest.raises(FunhouseError, match="11 fruits take 11 steps at least, and there are 10 left"):
        parse_wish("collect 11 fruits", ground=GROUND._replace(regrow=True))


def test_places_are_nine_and_symmetric():
    for size in range(3, 12):
        bands = [band(index, size) for index in range(size)]
        assert bands == sorted(bands)
        assert bands == [2 - one for one in reversed(bands)]
        assert set(bands) == {0, 1, 2}
    assert [band(index, 7) for index in range(7)] == [0, 0, 1, 1, 1, 2, 2]
    assert (place_of(0, 6, 7, 7), place_of(3, 3, 7, 7), place_of(6, 2, 7, 7)) == ("north-east", "middle", "south")


def test_the_page_lists_every_form_and_word_of_amounts():
    for part, forms in FORMS.items():
        for number, form in enumerate(forms):
            said = re.sub(r" ?\{extent\}", "", re.sub(r"\{(?!extent)\w+\}", "…", form))
            assert f"| {part} | {said} | {'held out |' if number in HELD_OUT[part] else '|'}\n" in PAGE
    for word in filter(None, (*EXACTLY, *AT_LEAST, *AT_MOST)):
        assert f"“{word}”" in PAGE
    assert f"{len(WISH_WORDS)} words" in PAGE


def test_the_examples_of_the_page_of_wishes_run():
    result = doctest.testfile(str(FILE), module_relative=False)
    assert result.attempted >= 4
    assert result.failed == 0


def test_the_error_of_the_page_of_wishes_is_as_shown():
    with pytest.raises(FunhouseError) as caught:
        parse_wish("stay out of the north and end in the north")
    assert "\n".join(line.rstrip() for line in str(caught.value).split("\n")) in PAGE
