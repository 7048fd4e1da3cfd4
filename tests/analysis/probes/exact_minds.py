"""Minds made of exact reasoning, for probes that ask for answers and for descriptions."""

import numpy as np

from agents.answer import resolve
from agents.partial import NOTHING, PRIOR_ALONE
from agents.registry import reasoner_of, type_space
from analysis.scores.traits import trait_values


class ExactMind:
    """The exact reasoner under a mind's name; or, with the prior for a belief, one that has seen nothing.

    It describes by the posterior, raised to a power (1 is honest), and itself, as itself, by the words it was told.
    """

    def __init__(self, name="mind", belief="posterior", power=1.0):
        self.name, self.belief, self.power = name, belief, power

    def answer(self, episode, questions):
        queries = [resolve(episode, question) for question in questions]
        return reasoner_of(type_space(episode)).enact(
            episode, queries, without=PRIOR_ALONE if self.belief == "prior" else NOTHING
        )

    def traits(self, episode, agent, steps, who):
        space, reasoner = type_space(episode), reasoner_of(type_space(episode))
        belief = np.array([reasoner.posteriors(episode, agent, w)[t] for t, w in zip(steps, who, strict=True)])
        belief = np.ones_like(belief) if self.belief == "prior" else belief**self.power
        return split(space, belief / belief.sum(1, keepdims=True))

    def own_traits(self, episode, agent, steps):
        space, words = type_space(episode), episode.agents[agent].description
        fits = space.consistent({} if words == "an agent" else words)
        return split(space, np.repeat(fits[None] / fits.sum(), len(steps), 0))


def split(space, belief):
    """By trait, the probabilities of its values, from beliefs (q, k)."""
    ends = np.cumsum([len(values) for values in space.traits.values()])[:-1]
    return dict(zip(space.traits, np.split(belief @ trait_values(space).T, ends, axis=1), strict=True))


def control_of(document, name):
    """The control of that name."""
    return next(one for one in document["controls"] if one["name"] == name)


def figure_of(document, name, **wanted):
    """The first figure of that name."""
    found = (one for one in document["figures"] if one["name"] == name)
    return next(one for one in found if all(one[key] == value for key, value in wanted.items()))
