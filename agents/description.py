"""Agents in words: "a near-sighted, forgetful agent that likes red, then blue, and keeps to itself".

In data a description is a dictionary {trait: value} that names some of the traits. A taste is the
beginning of a ranking: "red" leaves open what comes after red, "red>blue" fixes two. Every value has five
wordings, of which the first is canonical. A member of an arena's bank has one trait, "policy", its name, said in
the words of agents/arena/words.py, which are no part of DESCRIPTION_WORDS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from agents.arena.words import MEANINGS, SENTENCES
from agents.phrases import Lexicon, Reader
from worlds import KINDS

SIGHTS = ("near", "far")
MEMORIES = ("forgetful", "retentive")
TEMPERS = ("shy", "neutral", "sociable")
FEELINGS = ("numb", "feels")  # of a mark on itself

# One word is an adjective; what begins with "with" follows the noun; anything else follows "that".
PHRASES = {
    ("sight", "near"): (
        "near-sighted", "short-sighted", "sees only what is close", "with short sight", "is near-sighted",
    ),
    ("sight", "far"): (
        "far-sighted", "long-sighted", "sees what is far away", "with long sight", "is far-sighted",
    ),
    ("memory", "forgetful"): (
        "forgetful", "absent-minded", "forgets what it saw", "with a short memory", "is forgetful",
    ),
    ("memory", "retentive"): (
        "retentive", "mindful", "remembers what it saw", "with a long memory", "is retentive",
    ),
    ("temper", "shy"): ("keeps to itself", "shy", "avoids company", "solitary", "is shy"),
    ("temper", "neutral"): (
        "is indifferent to company", "neutral", "does not mind company", "indifferent", "is neutral",
    ),
    ("temper", "sociable"): ("seeks company", "sociable", "enjoys company", "friendly", "is sociable"),
}  # fmt: skip
FEELING_PHRASES = {
    ("feeling", "numb"): (
        "does not feel a mark on itself", "numb", "never notices a mark on itself", "with numb skin", "is numb",
    ),
    ("feeling", "feels"): (
        "feels a mark on itself", "sensitive", "notices a mark on itself", "with sensitive skin", "is sensitive",
    ),
}  # fmt: skip
VERBS = ("likes", "prefers", "loves", "is fond of", "wants")
THEN = ("then", "and then", "followed by")
WORDINGS = 25  # distinct paraphrases of a description; number 0 is canonical

_ORDER = ("taste", "sight", "memory", "temper", "feeling")
_WORDING = PHRASES | FEELING_PHRASES
_FLAT = {wording: meaning for meaning, wordings in _WORDING.items() for wording in wordings}
_SINGLE = {wording: meaning for wording, meaning in _FLAT.items() if " " not in wording}
_ARTICLE = Lexicon({"a": True, "an": True})
_ADJECTIVE = Lexicon(_SINGLE)
_NOUN = Lexicon({"agent": True})
_WITH = Lexicon({wording: meaning for wording, meaning in _FLAT.items() if wording.startswith("with ")})
_RELATIVE = Lexicon({"that": True, "who": True})
_AND = Lexicon({"and": True})
_TASTE = ("taste", "")
_POLICY = {wording: ("policy", name) for wording, name in MEANINGS.items()}
_TRAITS = Lexicon(
    {wording: meaning for wording, meaning in _FLAT.items() if wording.split()[0] not in ("with", wording)}
    | {f"is {adjective}": meaning for adjective, meaning in _SINGLE.items()}
    | dict.fromkeys(VERBS, _TASTE)
)
_CLAUSE = Lexicon({" ".join(phrase): meaning for phrase, meaning in _TRAITS.meaning.items()} | _POLICY)
_COLOUR = Lexicon({kind: kind for kind in KINDS})
_THEN = Lexicon(dict.fromkeys(THEN, True))

_EVERY = frozenset().union(
    *(part.words for part in (_ARTICLE, _ADJECTIVE, _NOUN, _WITH, _RELATIVE, _AND, _TRAITS, _COLOUR, _THEN))
)
_OF_FEELING = {word for wordings in FEELING_PHRASES.values() for wording in wordings for word in wording.split()}
_OF_OTHERS = {word for wordings in PHRASES.values() for wording in wordings for word in wording.split()} | {"a"}
FEELING_WORDS = _OF_FEELING - _OF_OTHERS
"""Words that descriptions hold only where there are marks."""

DESCRIPTION_WORDS = _EVERY - FEELING_WORDS


def say_description(traits: Mapping[str, str], paraphrase: int = 0) -> str:
    """The words for {trait: value}; `paraphrase` counts the wordings (any number, taken modulo WORDINGS)."""
    said = [trait for trait in ("sight", "memory", "taste", "temper", "feeling", "policy") if trait in traits]
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
    value = value or _read_ranking(reader)
    if trait in traits:
        reader.fail(f"the {trait} of this agent is named twice", start=start, remedy="name each trait once")
    traits[trait] = value


def _read_ranking(reader: Reader) -> str:
    """One colour or several, "red then blue", as "red>blue"."""
    kinds: list[str] = []
    while not kinds or reader.take(_THEN):
        start = reader.at
        kind = reader.expect(_COLOUR, instead=f"a colour: {', '.join(KINDS)}")
        if kind in kinds:
            reader.fail(f"{kind} is named twice", start=start, remedy="name each colour once")
        kinds.append(kind)
    return ">".join(kinds)


def _wording(trait: str, value: str, paraphrase: int) -> str:
    """The words for one trait. The traits go through their wordings at different paces."""
    if trait == "policy":
        return SENTENCES[value][paraphrase % len(SENTENCES[value])]
    place = _ORDER.index(trait)
    chosen = (paraphrase * (place + 1) + paraphrase // 5 * place) % 5
    if trait != "taste":
        return _WORDING[trait, value][chosen]
    then = THEN[(paraphrase + paraphrase // 5) % len(THEN)]
    return f"{VERBS[chosen]} {f', {then} '.join(value.split('>'))}"


def _listed(clauses: list[str]) -> str:
    """Clauses with an "and" before the last; one that holds a comma gets another before the "and"."""
    if len(clauses) == 1:
        return clauses[0]
    joint = ", and " if any("," in clause for clause in clauses[:-1]) else " and "
    return ", ".join(clauses[:-1]) + joint + clauses[-1]
