"""Taste: a ranking of the kinds of fruit, such as "red>blue>green", and what a fruit of each is worth for it.

A description says the beginning of a ranking: "red" leaves open what comes after red, "red>blue" fixes two.
"""

from itertools import permutations
from typing import ClassVar

import numpy as np

from agents.language.phrases import Lexicon
from agents.traits.trait import Trait
from worlds import KINDS

VERBS = ("likes", "prefers", "loves", "is fond of", "wants")
THEN = ("then", "and then", "followed by")
_COLOUR = Lexicon({kind: kind for kind in KINDS})
_THEN = Lexicon(dict.fromkeys(THEN, True))


class Taste(Trait):
    """The rotations of the colour order, or all orders, by the policy's `rankings`."""

    name = "taste"
    pace = 0
    wordings: ClassVar = {}

    def values(self, orchard, policy):
        kinds = KINDS[: orchard.kinds]
        if policy.rankings == "wheel":
            return kinds
        if policy.rankings == "all":
            return tuple(">".join(order) for order in permutations(kinds))
        return tuple(">".join(kinds[shift:] + kinds[:shift]) for shift in range(len(kinds)))

    def columns(self, index, orchard, policy):
        return {"taste": index, "weight": _weights(self.values(orchard, policy), policy.weights, orchard.kinds)}

    @property
    def openings(self):
        return dict.fromkeys(VERBS, "")

    @property
    def words(self):
        return {word for verb in VERBS for word in verb.split()} | _COLOUR.words | _THEN.words

    def read(self, reader):
        """One colour or several, "red then blue", as "red>blue"."""
        kinds: list[str] = []
        while not kinds or reader.take(_THEN):
            start = reader.at
            kind = reader.expect(_COLOUR, instead=f"a colour: {', '.join(KINDS)}")
            if kind in kinds:
                reader.fail(f"{kind} is named twice", start=start, remedy="name each colour once")
            kinds.append(kind)
        return ">".join(kinds)

    def say(self, value, paraphrase):
        then = THEN[(paraphrase + paraphrase // 5) % len(THEN)]
        return f"{VERBS[self.turn(paraphrase)]} {f', {then} '.join(value.split('>'))}"

    def fits(self, value, said):
        return f"{value}>".startswith(f"{said}>")

    def told(self, value):
        """All kinds but the last: nothing is open then."""
        kinds = value.split(">")
        return ">".join(kinds[:-1] or kinds)

    def partial(self, value):
        """The favourite alone, and the first two kinds: what "likes red" and "likes red, then blue" fix."""
        kinds = value.split(">")
        return [">".join(kinds[:count]) for count in range(1, min(2, len(kinds)) + 1)]


def _weights(rankings: tuple[str, ...], weights: tuple[float, ...], kinds: int) -> np.ndarray:
    """(tastes, kinds) float64; with fewer weights than kinds every middle rank has the middle weight. After a favourite
    alone the other kinds follow round the wheel."""
    by_rank = weights if len(weights) == kinds else [weights[0], *[weights[1]] * (kinds - 2), weights[-1]][:kinds]
    table = np.zeros((len(rankings), kinds))
    for row, ranking in enumerate(rankings):
        first, *others = (KINDS.index(kind) for kind in ranking.split(">"))
        order = [first, *others] if others else [(first + rank) % kinds for rank in range(kinds)]
        for rank, kind in enumerate(order):
            table[row, kind] = by_rank[rank]
    return table


TASTE = Taste()
