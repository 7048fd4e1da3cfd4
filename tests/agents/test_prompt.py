"""The prompt language: what is said is read back, and what cannot be read is pointed at."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agents.language.description import WORDINGS
from agents.language.description_bank import bank_of
from agents.language.paraphrase import HELD_OUT, PARAPHRASES, TRAINING
from agents.language.prompt import MAX_DEPTH, MAX_LENGTH, SELF, VOCABULARY, Role, canonical, parse, say, tokens
from agents.orchard.policy_config import PolicyConfig
from agents.orchard.types import TypeSpace
from agents.population import NAMES
from worlds import FunhouseError, OrchardConfig

ME = "Ada"
NAME = st.sampled_from(NAMES)
BANK = bank_of(TypeSpace(OrchardConfig(), PolicyConfig(rankings="all"))).texts
ELEMENT = st.one_of(NAME, st.just(ME), st.sampled_from(BANK))
FORMS = [(stance, form) for stance, forms in PARAPHRASES.items() for form in range(len(forms))]


@st.composite
def canonical_roles(draw, stances=("behave", "predict"), most=MAX_DEPTH) -> Role:
    """A role as it is logged: no repeats, no leading own name, a target for a prediction."""
    stance, chain = draw(st.sampled_from(stances)), []
    for _ in range(draw(st.integers(stance == "predict", most))):
        banned = {ME} if not chain else {chain[-1]}
        allowed = NAME if stance == "predict" and not chain else ELEMENT
        chain.append(draw(allowed.filter(lambda one, banned=banned: one not in banned)))
    return Role(stance, tuple(chain))


@given(canonical_roles(), st.integers(0, 10_000))
def test_what_is_said_is_read_back(role, paraphrase):
    text = say(role.stance, role.chain, me=ME, paraphrase=paraphrase)
    assume(len(text) <= MAX_LENGTH)
    assert canonical(parse(text, NAMES), ME) == role
    assert canonical(parse(text), ME) == role  # without a roster, too


@pytest.mark.parametrize(("stance", "form"), FORMS)
@settings(max_examples=25)
@given(data=st.data(), wording=st.integers(0, WORDINGS))
def test_every_paraphrase_is_read_back(stance, form, data, wording):
    role = data.draw(canonical_roles(stances=(stance,), most=2))
    text = say(stance, role.chain, me=ME, paraphrase=form + len(PARAPHRASES[stance]) * wording)
    assume(len(text) <= MAX_LENGTH)
    assert text.startswith(PARAPHRASES[stance][form].opening)
    assert text.endswith(PARAPHRASES[stance][form].closing)
    assert canonical(parse(text, NAMES), ME) == role


@given(st.sampled_from(FORMS), st.lists(st.sampled_from(FORMS), max_size=MAX_DEPTH - 1))
def test_any_link_goes_with_any_question(question, others):
    stance, form = question
    opening, _, closing = PARAPHRASES[stance][form]
    links = [PARAPHRASES[other][number].link for other, number in others]
    chain = (["Bo", "Cy"] * MAX_DEPTH)[: len(links) + 1]
    middle = [f"{link} {name}" for link, name in zip(links, chain[1:], strict=True)]
    text = " ".join(filter(None, [opening, chain[0], *middle, closing]))
    assert parse(text) == Role(stance, tuple(chain))


@given(canonical_roles(), st.integers(0, 10_000))
def test_every_word_is_in_the_vocabulary_or_a_name(role, paraphrase):
    said = tokens(say(role.stance, role.chain, me=ME, paraphrase=paraphrase))
    assert [word for word in said if word not in VOCABULARY] == [
        name for name in role.chain if " " not in name and name != ME
    ]


@given(canonical_roles(), st.integers(0, 10_000))
def test_case_and_punctuation_say_nothing(role, paraphrase):
    text = say(role.stance, role.chain, me=ME, paraphrase=paraphrase)
    assume(len(text) < MAX_LENGTH)
    loud = " ".join(word if word in NAMES else word.upper() for word in text.split(" ")) + "?"
    assert parse(loud, NAMES) == parse(text, NAMES)
    assert tokens(loud) == tokens(text)


def refusal(text: str, names) -> FunhouseError | None:
    """The error that a text meets, if it meets one."""
    try:
        parse(text, names)
    except FunhouseError as error:
        return error
    return None


@given(st.text(max_size=60))
def test_any_text_is_refused_with_a_reason_and_a_place(text):
    error = refusal(text, NAMES)
    assert error is not None
    assert "expected" in error.what
    assert "^" in error.place


@given(st.lists(st.sampled_from([*VOCABULARY, "Bo", "Bob", ","]), max_size=12).map(" ".join))
def test_carets_stay_under_the_text_whatever_the_words(text):
    error = refusal(text, ["Ada", "Bo"])
    _, line, carets = error.place.split("\n") if error else ("", text, "^")
    assert carets.strip("^ ") == ""
    assert 1 <= len(carets) <= len(line) + 1


@pytest.mark.parametrize("stance", PARAPHRASES)
def test_ten_forms_are_trained_and_three_are_held_out(stance):
    forms = PARAPHRASES[stance]
    assert len(set(forms)) == len(forms)
    assert len(TRAINING[stance]) >= 10
    assert HELD_OUT[stance] == tuple(range(len(forms)))[-3:]
    assert not set(HELD_OUT[stance]) & set(TRAINING[stance])


@pytest.mark.parametrize("stance", PARAPHRASES)
def test_held_out_forms_are_new_combinations_of_known_words(stance):
    trained = [PARAPHRASES[stance][form] for form in TRAINING[stance]]
    known = {word for form in trained for part in form for word in part.split()}
    for held_out in (PARAPHRASES[stance][form] for form in HELD_OUT[stance]):
        assert {word for part in held_out for word in part.split()} <= known
        assert held_out.link not in {form.link for form in trained}
        assert (held_out.opening, held_out.closing) not in {(form.opening, form.closing) for form in trained}


def test_the_vocabulary_is_closed_and_ordered():
    assert list(VOCABULARY) == sorted(set(VOCABULARY))
    assert not {name.lower() for name in NAMES} & set(VOCABULARY)
    assert set(SELF) <= set(VOCABULARY)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("behave as Bo", ("behave", "Bo")),
        ("behave as myself", ("behave",)),
        ("behave as Ada", ("behave",)),
        ("Behave as you!", ("behave",)),
        ("behave as me pretending to be Bo", ("behave", "Bo")),
        ("behave as Bo pretending to be Bo", ("behave", "Bo")),
        ("behave as me pretending to be Ada pretending to be yourself", ("behave",)),
        ("behave as Bo pretending to be me", ("behave", "Bo", "Ada")),
        ("behave as Bo pretending to be me pretending to be Bo", ("behave", "Bo", "Ada", "Bo")),
        ("act like a short-sighted agent", ("behave", "a near-sighted agent")),
        (
            "behave as an agent that likes red and is shy",
            ("behave", "an agent that likes red and keeps to itself"),
        ),
        ("behave as a shy agent pretending to be me", ("behave", "an agent that keeps to itself", "Ada")),
        ("do what Bo would do", ("behave", "Bo")),
        ("do what Bo acting as Cy would do", ("behave", "Bo", "Cy")),
        ("predict Bo", ("predict", "Bo")),
        ("what will Bo do?", ("predict", "Bo")),
        ("predict Bo pretending to be me", ("predict", "Bo", "Ada")),
        ("predict Bo pretending to be Bo", ("predict", "Bo")),
        ("predict me", ("behave",)),
        ("predict me pretending to be Bo", ("behave", "Bo")),
        ("predict Bo who acts like an agent with a long memory", ("predict", "Bo", "a retentive agent")),
    ],
)
def test_what_prompts_mean(text, role):
    understood = canonical(parse(text, ["Ada", "Bo", "Cy"]), "Ada")
    assert (understood.stance, *understood.chain) == role
    assert understood.depth == len(role) - 1


@pytest.mark.parametrize(
    ("text", "what", "marked"),
    [
        ("", "expected", ""),
        ("hello Bo", 'expected "behave as", "predict"', "hello"),
        ("behave has Bo", 'expected "as", "as if you were" or "like"', "has"),
        ("behave as", 'expected a name, "myself" or "an agent that …"', ""),
        ("behave as pretending", "expected a name", "pretending"),
        ("behave as Boo", "nobody here is called Boo", "Boo"),
        ("behave as bo", "nobody here is called bo", "bo"),
        ("behave as Bo pretending to bee me", 'expected "be"', "bee"),
        ("behave as Bo pretending to be", "expected a name", ""),
        ("behave as Bo and Cy", 'expected "pretending to be" or the end', "and"),
        ("do what Bo does", 'expected "would do"', "does"),
        ("do what Bo would do now", "or the end", "now"),
        ("predict what Bo will", 'expected "do"', ""),
        ("predict a shy agent", "an imagined agent is nowhere", "a shy agent"),
        ("behave as an agent that likes purple", "expected a colour", "purple"),
        ("act as an agent acting as Cy", "expected a trait", "acting"),
        (
            "behave as " + " pretending to be ".join(["Bo", "Cy", "Ada"] * 2 + ["Bo"]),
            "deeper than 6",
            "pretending",
        ),
    ],
)
def test_errors_point_at_the_word(text, what, marked):
    with pytest.raises(FunhouseError) as caught:
        parse(text, ["Ada", "Bo", "Cy"])
    _, line, carets = caught.value.place.split("\n")
    assert what in caught.value.what
    start, stop = carets.index("^"), carets.rindex("^") + 1
    assert (line[start:stop], line.strip()) == (marked, text)
    assert marked or start >= len(line.rstrip())


@pytest.mark.parametrize(
    ("said", "remedy"),
    [("Boo", "nearest: Bo"), ("ada", "nearest: Ada"), ("Zork", "the names are Ada, Bo, Cy")],
)
def test_an_unknown_name_gets_the_nearest(said, remedy):
    with pytest.raises(FunhouseError) as caught:
        parse(f"behave as {said}", ["Cy", "Ada", "Bo"])
    assert caught.value.remedy == remedy


def test_names_of_other_environments_are_names():
    assert parse("predict agent_0 pretending to be adversary_1").chain == ("agent_0", "adversary_1")
    assert parse("behave as walker", ["walker", "runner"]).chain == ("walker",)


def test_the_limits_are_where_they_are_said_to_be():
    deep = " pretending to be ".join((["Bo", "Cy"] * MAX_DEPTH)[:MAX_DEPTH])
    assert parse(f"behave as {deep}").depth == MAX_DEPTH
    assert parse("behave as Bo".ljust(MAX_LENGTH)).chain == ("Bo",)
    with pytest.raises(FunhouseError, match="401 characters"):
        parse("behave as Bo".ljust(MAX_LENGTH + 1))


def test_nobody_cannot_be_predicted():
    with pytest.raises(FunhouseError, match="nobody is predicted"):
        say("predict", ())
