"""The ways to say each part of a wish.

A form is words and slots: {amount} is "[exactly | at least | at most] N [COLOUR] fruit(s)", {kind} a colour, {place}
one of the nine, {number} a number, {extent} "[a little | much] [beyond PLACE (and PLACE)*]", {animal} one of ANIMALS
and what is left of its way: "[heading PLACE] [with N to spare | with N to make up]".
"""

from agents.language.paraphrase import HELD_OUT as ROLES_HELD_OUT
from agents.language.paraphrase import PARAPHRASES
from agents.language.paraphrase import TRAINING as ROLES

# Of each part the first form is the canonical one, and the last two are held out of training: new combinations of words
# that occur in the others.
FORMS = {
    "collect": (
        "collect {amount}",
        "eat {amount}",
        "gather {amount}",
        "take {amount}",
        "pick up {amount}",
        "bring in {amount}",
        "gather up {amount}",
        "take in {amount}",
    ),
    "order": (
        "first {kind}, then {kind}",
        "first {kind} and then {kind}",
        "begin with {kind} and go on to {kind}",
        "start with {kind}, followed by {kind}",
        "leave {kind} until after {kind}",
        "have {kind} before {kind}",
        "begin with {kind}, followed by {kind}",
        "start with {kind} and go on to {kind}",
    ),
    "end in": (
        "end in {place}",
        "end up in {place}",
        "finish in {place}",
        "stop in {place}",
        "be in {place} at the end",
        "come to rest in {place}",
        "finish up in {place}",
        "come to {place} at the end",
    ),
    "stay out": (
        "stay out of {place}",
        "keep out of {place}",
        "avoid {place}",
        "never enter {place}",
        "keep clear of {place}",
        "stay away from {place}",
        "keep away from {place}",
        "stay clear of {place}",
    ),
    "explore": (
        "explore {extent}",
        "look around {extent}",
        "roam around {extent}",
        "wander about {extent}",
        "get around {extent}",
        "see places {extent}",
        "look about {extent}",
        "wander around {extent}",
    ),
    "animal": (
        "move like a {animal}",
        "go like a {animal}",
        "walk like a {animal}",
        "travel like a {animal}",
        "get about like a {animal}",
        "make your way like a {animal}",
        "go about like a {animal}",
        "travel about like a {animal}",
    ),
    "keep away": (
        "keep away from others",
        "stay away from others",
        "keep clear of others",
        "avoid others",
        "keep your distance from others",
        "never come near others",
        "stay clear of others",
        "keep a distance from others",
    ),
    "nice": (
        "be nice",
        "be kind",
        "do no harm",
        "be good to others",
        "leave others what they want",
        "take nothing from others",
        "be nice to others",
        "be kind to others",
    ),
    "deadline": (
        "in {number} steps",
        "within {number} steps",
        "in the next {number} steps",
        "over the next {number} steps",
        "before {number} steps are over",
        "by the end of {number} steps",
        "within the next {number} steps",
        "by the end of the next {number} steps",
    ),
    "expert": (
        "as an expert would",
        "like an expert",
        "the way an expert would",
        "as the best would",
        "as well as can be",
        "with the skill of an expert",
        "like the best",
        "the way the best would",
    ),
    "unseen": (
        "as on a map never seen before",
        "as if it were all new",
        "as if you had never seen it",
        "generalizing to what is new",
        "as in a world you had never seen",
        "generalizing to a new world",
        "as if it were a new world",
        "generalizing to a map never seen",
    ),
    "nonsense": (
        "as a teapot would",
        "like a teapot",
        "the way a spoon would",
        "as the moon would",
        "with the skill of a spoon",
        "like the moon",
        "the way the moon would",
        "with the skill of a teapot",
    ),
}
REVERSED = frozenset({"leave {kind} until after {kind}"})  # forms of an order that name the second kind first
_EVERY = {part: tuple(range(len(forms))) for part, forms in FORMS.items()}
# The forms of a role before a wish are those of "behave as": agents/language/paraphrase.py.
ALL = {**_EVERY, "role": tuple(range(len(PARAPHRASES["behave"])))}
TRAINING = {**{part: numbers[:-2] for part, numbers in _EVERY.items()}, "role": ROLES["behave"]}
HELD_OUT = {**{part: numbers[-2:] for part, numbers in _EVERY.items()}, "role": ROLES_HELD_OUT["behave"]}

# An amount without one of these words is meant exactly, as a return is that is asked for.
EXACTLY = ("exactly", "just", "precisely", "")
AT_LEAST = ("at least", "no fewer than", "not fewer than")
AT_MOST = ("at most", "no more than", "not more than")
NUMBERS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
SPELLINGS = {  # of places
    "northwest": "north-west", "northeast": "north-east", "southwest": "south-west", "southeast": "south-east",
    "centre": "middle", "center": "middle",
}  # fmt: skip


def singular(text: str) -> str:
    """The words of a deadline of one step."""
    return text.replace("steps are", "step is").replace("steps", "step")
