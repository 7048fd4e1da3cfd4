"""Wishes of the agent of an episode that is alone in an orchard in which nothing regrows."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

import numpy as np

from agents.orchard.continuing import Continuation, estimated
from agents.orchard.types import TypeSpace
from agents.orchard.wishing import Reply, SoloOrchard
from agents.population import PopulationConfig, believes_seen, native_share
from agents.wishes.inexact import Estimate, Inexact
from agents.wishes.wish import Wish
from worlds import Episode, FunhouseError

_told: WeakKeyDictionary[Episode, tuple[np.ndarray, list[np.ndarray]]] = WeakKeyDictionary()  # beliefs under a prior


def check_alone(episode: Episode) -> None:
    """Raises Inexact where others take part, fruits regrow or moves are not sure: no answer is exact then; and
    FunhouseError as check_typed does."""
    check_typed(episode)
    others, remedy = len(episode.agents) - 1, "ask in a log of tom run --agents 1 --no-regrow"
    if others:
        what = f"{others} others take part, and no exact answer to a wish is at hand among others"
        raise Inexact(what, place=f"episode {episode.index}", remedy=remedy)
    if episode.config.regrow:
        what = "fruits regrow here, and no exact answer to a wish is at hand where they do"
        raise Inexact(what, place=f"episode {episode.index}", remedy=remedy)
    if episode.config.slip or episode.config.compass:
        what = "moves are not sure here (slip, compass), and no exact answer to a wish is at hand where they are not"
        raise Inexact(what, place=f"episode {episode.index}", remedy=remedy)


def check_typed(episode: Episode) -> None:
    """Raises FunhouseError where somebody is a stranger, whom no type explains."""
    for agent in episode.agents:
        if agent.stranger:
            what = f"{agent.name} is a stranger, {agent.stranger}, and no type explains what it does"
            raise FunhouseError(what, place=f"episode {episode.index}", remedy="ask in a log without --strangers")


def estimate(episode: Episode, space: TypeSpace, agent: int, step: int, wish: Wish, rollouts: int) -> Estimate:
    """What comes of a wish of an agent, by index, at a step, in so many roll-outs. Raises FunhouseError as wished
    does, and where the episode cannot be gone on with."""
    played, prior = Continuation(episode, step), space.believed(believes_seen(episode.run)) * 1.0
    belief = played.told(episode, space, prior)
    if wish.chain in {(name,) for name in episode.names}:
        belief[agent] = belief[episode.find(wish.chain[0])]
    elif wish.chain:
        belief[agent] = _meant(episode, space, prior, wish)
    return estimated(played, belief, agent, wish._replace(steps=wish.steps or episode.steps - step), rollouts)


def wished(episode: Episode, space: TypeSpace, step: int, wish: Wish) -> tuple[Reply, dict[str, np.ndarray]]:
    """The exact answer to a wish at a step, and what shortcuts do: {shortcut: (actions,)}. Raises FunhouseError."""
    prior = space.believed(believes_seen(episode.run)) * 1.0
    fruit = episode.fruit[step].ravel()
    solo = SoloOrchard(space, episode.geometry, episode.walls.shape, fruit, prior)
    cell, left, steps = int(episode.cell[step, 0]), frozenset(solo.cells.tolist()), wish.steps or episode.steps - step
    prior = _meant(episode, space, prior, wish)
    belief = prior if wish.chain else posterior(episode, space, prior, step)
    acts = np.array([solo.acts(k, cell, left) for k in range(len(space))])  # (k, actions)
    reply = solo.reply(belief, cell, wish.clauses, steps)
    several = wish.clauses if len(wish.clauses) > 1 else ()
    alone = {f"clause {k} alone": solo.reply(belief, cell, (one,), steps).do for k, one in enumerate(several, start=1)}
    shortcuts = {"no wish": belief @ acts}
    if not wish.chain:
        shortcuts["prior for the posterior"] = solo.reply(prior, cell, wish.clauses, steps).do
    if alone:
        product = np.prod(list(alone.values()), axis=0) * (belief @ acts) ** (1.0 - len(alone))
        shortcuts |= alone | {"product of the clauses": product / product.sum() if product.sum() > 0 else product}
    return reply, shortcuts


def posterior(episode: Episode, space: TypeSpace, prior: np.ndarray, step: int) -> np.ndarray:
    """(k,): what the acts before a step tell of the type of the only agent, to whom sees the whole map.

    Acts in a role are no evidence; where nobody says which those are, an act is native with the share that is stated.
    """
    if episode not in _told or not np.array_equal(_told[episode][0], prior):
        _told[episode] = prior, list(_posteriors(episode, space, prior))
    return _told[episode][1][step]


def _posteriors(episode: Episode, space: TypeSpace, prior: np.ndarray) -> Iterator[np.ndarray]:
    """The same at each step, from the first on."""
    belief = prior / prior.sum()
    yield belief
    share = np.array([float(not roles[0]) for roles in episode.role])
    if episode.config.roles == "hidden":
        share = native_share(episode.config, PopulationConfig.from_dict(episode.run["population"]))
    for s in range(episode.steps - 1):
        if share[s] > 0:
            fruit = episode.fruit[s].ravel()
            solo = SoloOrchard(space, episode.geometry, episode.walls.shape, fruit, prior)
            cell, left, action = int(episode.cell[s, 0]), frozenset(solo.cells.tolist()), episode.action[s, 0]
            pi = np.array([solo.acts(k, cell, left)[action] for k in range(len(space))])
            mean = prior @ pi / prior.sum()
            belief = belief * (share[s] * pi + (1 - share[s]) * mean)
            belief = belief / belief.sum()
        yield belief


def _meant(episode: Episode, space: TypeSpace, prior: np.ndarray, wish: Wish) -> np.ndarray:
    """(k,): the types that the wish's role allows, each by the prior, or alike where nobody believes in them."""
    if len(wish.chain) > 1 or (wish.chain and " " not in wish.chain[0]):
        what = f"{' pretending to be '.join(wish.chain)} is more than one agent alone can be asked to be"
        remedy = 'leave it out, or say one description: "behave as an agent that likes red and …"'
        raise FunhouseError(what, place=f"episode {episode.index}", remedy=remedy)
    fits = space.consistent(wish.chain[0]) * 1.0 if wish.chain else np.ones(len(space))
    meant = fits * prior if (fits * prior).any() else fits
    return meant / meant.sum()
