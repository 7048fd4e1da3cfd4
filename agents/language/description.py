"""Agents in words: "a near-sighted, forgetful agent that likes red, then blue, and keeps to itself".

In data a description is a dictionary {trait: value} that names some of the traits, each as far as it is said. The words
are the traits' own (agents/traits; `learn` adds those of a world of one's own). A member of an arena's bank has one
trait, "policy", its name, said in the words of agents/arena/words.py, which are no part of DESCRIPTION_WORDS.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from agents.arena.words import MEANINGS, SENTENCES
from agents.language.phrases import Lexicon, Reader
from agents.traits import BY_NAME, SPOKEN, TRAITS, Trait
from worlds import FunhouseError

WORDINGS = 25  # distinct paraphrases of a description; number 0 is canonical


def _openings(*traits: Trait) -> dict[str, tuple[str, str]]:
    return {wording: (trait.name, value) for trait in traits for wording, value in trait.openings.items()}


def _adjectives(openings: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    return {wording: meaning for wording, meaning in openings.items() if " " not in wording and meaning[1]}


def _following(openings: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    return {wording: meaning for wording, meaning in openings.items() if wording.startswith("with ")}


def _clauses(openings: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    adjectives = _adjectives(openings)
    others = {said: one for said, one in openings.items() if said not in adjectives and not said.startswith("with ")}
    return others | {f"is {adjective}": meaning for adjective, meaning in adjectives.items()}


_FLAT = _openings(*TRAITS)
_ARTICLE = Lexicon({"a": True, "an": True})
_ADJECTIVE = Lexicon(_adjectives(_FLAT))
_NOUN = Lexicon({"agent": True})
_WITH = Lexicon(_following(_FLAT))
_RELATIVE = Lexicon({"that": True, "who": True})
_AND = Lexicon({"and": True})
_POLICY = {wording: ("policy", name) for wording, name in MEANINGS.items()}
_CLAUSE = Lexicon(_clauses(_FLAT) | _POLICY)
_ORDER = [*(trait.name for trait in SPOKEN), "policy"]  # in which a description says them

FRAME_WORDS = {"is"}.union(*(part.words for part in (_ARTICLE, _NOUN, _RELATIVE, _AND)))
"""The words of descriptions, whatever they say."""
DESCRIPTION_WORDS = FRAME_WORDS.union(*(trait.words for trait in TRAITS if trait.everywhere))
"""The words of descriptions in every world of traits."""


def words_beyond(traits: Collection[str]) -> set[str]:
    """The words that descriptions hold only where there are such traits, by name."""
    return {word for name in traits for word in BY_NAME[name].words} - DESCRIPTION_WORDS


def learn(trait: Trait) -> None:
    """Lets descriptions hold a trait of a world of one's own; one that is known already may come again.

    Raises FunhouseError where its name or one of its wordings means something else, or cannot be read back.
    """
    if known := BY_NAME.get(trait.name):
        if known.openings == trait.openings:
            return
        raise FunhouseError(f"there is another trait '{trait.name}'", remedy="give yours a name of its own")
    openings = _openings(trait)
    for lexicon, select in _PARTS:
        if taken := {" ".join(phrase) for phrase in lexicon.meaning} & set(select(openings)):
            what = f"'{min(taken)}' is said of another trait than '{trait.name}' already"
            raise FunhouseError(what, remedy="choose other words")
    before = [lexicon.meaning for lexicon, _ in _PARTS]
    for lexicon, select in _PARTS:
        lexicon.meaning = {**lexicon.meaning}
        lexicon.add(select(openings))
    BY_NAME[trait.name] = trait
    _ORDER.append(trait.name)
    try:
        for value in trait.wordings:
            _check_read_back({trait.name: value})
    except FunhouseError:
        for (lexicon, _), meaning in zip(_PARTS, before, strict=True):
            lexicon.meaning = meaning
        del BY_NAME[trait.name]
        _ORDER.remove(trait.name)
        raise
    finally:
        _parsed.cache_clear()


_PARTS = ((_ADJECTIVE, _adjectives), (_WITH, _following), (_CLAUSE, _clauses))


def _check_read_back(traits: dict[str, str]) -> None:
    for paraphrase in range(WORDINGS):
        words = say_description(traits, paraphrase)
        if parse_description(words) != traits:
            what = f"'{words}' does not read back as {traits}"
            raise FunhouseError(what, remedy="choose other words, in lower case")


def say_description(traits: Mapping[str, str], paraphrase: int = 0) -> str:
    """The words for {trait: value}; `paraphrase` counts the wordings (any number, taken modulo WORDINGS)."""
    said = [trait for trait in _ORDER if trait in traits]
    chosen = [_wording(trait, traits[trait], paraphrase % WORDINGS) for trait in said]
    adjectives = [words for words in chosen if " " not in words]
    following = [words for words in chosen if words.startswith("with ")]
    clauses = [words for words in chosen if words not in adjectives + following]
    noun = " ".join(filter(None, [", ".join(adjectives), "agent", " and ".join(following)]))
    article = "an" if noun[0] in "aeiou" else "a"
    return f"{article} {noun} that {_listed(clauses)}" if clauses else f"{article} {noun}"


def parse_description(text: str) -> dict[str, str]:
    """{trait: value} for the traits named. Raises FunhouseError with a caret under the offending word."""
    return dict(_parsed(text))


@lru_cache(maxsize=4096)
def _parsed(text: str) -> tuple[tuple[str, str], ...]:
    reader = Reader(text)
    traits = read_description(reader)
    if not reader.ended:
        reader.reject(_CLAUSE, _WITH, instead="another trait or the end")
    return tuple(traits.items())


def starts_description(reader: Reader) -> bool:
    """Whether "a" or "an" comes next."""
    return reader.stands(_ARTICLE)


def read_description(reader: Reader, stop: Sequence[Lexicon] = ()) -> dict[str, str]:
    """Read a description to its end, or to a phrase from `stop`. Raises as parse_description."""
    traits: dict[str, str] = {}
    reader.expect(_ARTICLE, instead='"a" or "an"')
    while reader.stands(_ADJECTIVE):
        _add(traits, reader, _ADJECTIVE)
    reader.expect(_NOUN, _ADJECTIVE, instead='"agent" or an adjective such as "near-sighted" or "shy"')
    _read_clauses(traits, reader, stop)
    if not traits:
        reader.reject(_RELATIVE, _WITH, instead='a trait: "that likes red", "with a long memory", …')
    return traits


def _read_clauses(traits: dict[str, str], reader: Reader, stop: Sequence[Lexicon]) -> None:
    """What follows the noun: "with …" anywhere, other clauses once "that" or "who" has been said."""
    related = False
    while not any(reader.stands(lexicon) for lexicon in stop):
        joined, relative = reader.take(_AND), reader.take(_RELATIVE)
        related = bool(related or relative)
        kinds = [_CLAUSE] if relative else [_CLAUSE, _WITH] if related else [_WITH]
        if not (joined or relative or any(reader.stands(kind) for kind in kinds)):
            break
        _add(traits, reader, *kinds)


def _add(traits: dict[str, str], reader: Reader, *kinds: Lexicon) -> None:
    """Read one trait. Raises FunhouseError where none stands, or where the trait has been named already."""
    start = reader.at
    trait, value = reader.expect(*kinds, instead='a trait such as "likes red" or "is near-sighted"')
    value = value or BY_NAME[trait].read(reader)
    if trait in traits:
        reader.fail(f"the {trait} of this agent is named twice", start=start, remedy="name each trait once")
    traits[trait] = value


def _wording(trait: str, value: str, paraphrase: int) -> str:
    """The words for one trait. The traits go through their wordings at different paces."""
    if trait == "policy":
        return SENTENCES[value][paraphrase % len(SENTENCES[value])]
    return BY_NAME[trait].say(value, paraphrase)


def _listed(clauses: list[str]) -> str:
    """Clauses with an "and" before the last; one that holds a comma gets another before the "and"."""
    if len(clauses) == 1:
        return clauses[0]
    joint = ", and " if any("," in clause for clause in clauses[:-1]) else " and "
    return ", ".join(clauses[:-1]) + joint + clauses[-1]
