"""clauses: two clauses at a time that interact, drawn first and not among those that came true.

Where clauses are drawn freely one of them mostly binds, or their product is nearly exact. So a place to end in is asked
for together with fruits that lie elsewhere, at random steps, in so few steps that it is rare: chance is above 0 and
at most RARE. Nobody who is believed in would do it by the way. No training says the colours and the place together.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from agents.answer import Question
from agents.language.wishes import say_wish
from agents.registry import world_of
from agents.wishes.answer import WishAnswer
from agents.wishes.held_out import held_out
from agents.wishes.wish import Clause, Collect, EndIn, Ground, Order, Wish
from analysis.just_ask.asking import Lone, exactly
from worlds import Episode

RARE = 0.05  # chance
TRIES = 16  # for a wish


@dataclass(frozen=True)
class Design(Lone):
    """What is asked."""

    episodes: int = 16


def asked_of(episode: Episode, design: Lone, seed: int) -> Iterator[tuple[Question, WishAnswer]]:
    """The wishes of an episode, with what is exact about each."""
    generator, name, due = np.random.default_rng([seed, int(episode.seed)]), episode.names[0], design.wishes
    for _ in range(due * TRIES):
        ground = world_of(episode).wishing(episode, 0, step := int(generator.integers(episode.steps - 2)))
        if due and (clauses := _clauses(ground, generator)):
            steps = int(generator.integers(2, ground.steps + 1))
            question = Question(name, step, say_wish(Wish(clauses, steps), int(generator.integers(1 << 62))))
            answer = exactly(episode, question)
            if answer is not None and 0 < answer.chance <= RARE:
                due -= 1
                yield question, answer


def _clauses(ground: Ground, generator: np.random.Generator) -> tuple[Clause, ...]:
    """Fruits, of one colour or of two in their order, and a place that training never says with them; none where there
    are too few fruits left, or there is no such place."""
    kinds = [kind for kind, count in ground.fruits.items() if count]
    if len(kinds) < 2:
        return ()
    first, then = generator.choice(kinds, 2, replace=False).tolist()
    fruits = Collect(1, kind=first) if generator.random() < 0.5 else Order(first, then)
    unsaid = [EndIn(place) for place in sorted(ground.places) if held_out((fruits, EndIn(place)))]
    return (fruits, unsaid[int(generator.integers(len(unsaid)))]) if unsaid else ()
