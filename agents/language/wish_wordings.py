"""The ways to say each part of a wish.

A form is words and slots: {amount} is "[exactly | at least | at most] N [COLOUR] fruit(s)", {kind} a colour, {place}
one of the nine, {number} a number.
"""

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
}
REVERSED = frozenset({"leave {kind} until after {kind}"})  # forms of an order that name the second kind first
ALL = {part: tuple(range(len(forms))) for part, forms in FORMS.items()}
TRAINING = {part: numbers[:-2] for part, numbers in ALL.items()}
HELD_OUT = {part: numbers[-2:] for part, numbers in ALL.items()}

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
