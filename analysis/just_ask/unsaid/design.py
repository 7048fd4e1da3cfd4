"""unsaid: wishes in twos, of one scene and one form; training says the one and never the other.

pair: a colour, or two in their order, and a place to end in, once such that the two are never said together
number: exactly so many fruits, NUMBER and another number

Deadlines are drawn from the steps that are left. Of several wishes that training says, the one is asked whose chance is
nearest to that of the one that it does not say: so both are about as hard. Where there are none, a step is drawn anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from agents.answer import Question
from agents.language.wishes import say_wish
from agents.registry import world_of
from agents.wishes.answer import WishAnswer
from agents.wishes.held_out import NUMBER, held_out
from agents.wishes.wish import Clause, Collect, EndIn, Ground, Order, Wish, beyond
from analysis.just_ask.asking import Lone, exactly
from worlds import Episode

PAIR = "pair"
FORMS = (PAIR, "number")
TRIES = 8  # for two wishes
OTHERS = 3  # wishes of which one is asked


@dataclass(frozen=True)
class Design(Lone):
    """What is asked; wishes: twos of each form."""

    episodes: int = 24
    wishes: int = 12


class Two(NamedTuple):
    """A wish that training says and one that it never says, with what is exact about each."""

    form: str
    questions: tuple[Question, Question]
    exact: tuple[WishAnswer, WishAnswer]


def twos_of(episode: Episode, design: Lone, seed: int) -> Iterator[Two]:
    """The wishes of an episode."""
    generator = np.random.default_rng([seed, int(episode.seed)])
    for form in FORMS:
        due = design.wishes
        for _ in range(due * TRIES):
            if due and (two := _two(episode, form, generator)):
                due -= 1
                yield two


def _two(episode: Episode, form: str, generator: np.random.Generator) -> Two | None:
    """Two wishes for a step; None where one of them cannot be."""
    step = int(generator.integers(episode.steps - 2))
    ground = world_of(episode).wishing(episode, 0, step)
    ground = ground._replace(steps=int(generator.integers(2, ground.steps + 1)))
    words = int(generator.integers(1 << 62))
    made = []
    for clauses in (_pairs if form == PAIR else _numbers)(ground, generator):
        question = Question(episode.names[0], step, say_wish(Wish(clauses, ground.steps), words))
        answer = None if beyond(clauses, ground) else exactly(episode, question)
        made.append((clauses, question, answer if answer and answer.chance > 0 else None))
    said, unsaid = ([one for one in made if one[2] and held_out(one[0]) == is_so] for is_so in (False, True))
    if not said or not unsaid:
        return None
    _, question, answer = unsaid[0]
    like = min(said, key=lambda one: abs(np.log(one[2].chance / answer.chance)))  # type: ignore[union-attr]
    return Two(form, (like[1], question), (like[2], answer))  # type: ignore[arg-type]


def _pairs(ground: Ground, generator: np.random.Generator) -> list[tuple[Clause, ...]]:
    """Fruits and each of some places: some that are said with them, and one that is not."""
    kinds = [kind for kind, count in ground.fruits.items() if count]
    if len(kinds) < 2:
        return []
    first, then = generator.choice(kinds, 2, replace=False).tolist()
    fruits = Collect(1, kind=first) if generator.random() < 0.5 else Order(first, then)
    places = sorted(ground.places)
    every: list[tuple[Clause, ...]] = [(fruits, EndIn(places[k])) for k in generator.permutation(len(places)).tolist()]
    return [two for two in every if not held_out(two)][:OTHERS] + [two for two in every if held_out(two)][:1]


def _numbers(ground: Ground, generator: np.random.Generator) -> list[tuple[Clause, ...]]:
    """Exactly so many fruits, for every number of them."""
    return [(Collect(number, number),) for number in range(NUMBER + OTHERS + 1)]
