"""How much of what roles make agents do, the labels that a mind learns from, rests on held-out types.

An agent that acts as somebody else draws its action from a mixture: of the policies of the types in which its chain may
end. Where the agents of a training log believe in seen types alone, as its settings may claim (`population.believed`),
no held-out type has any weight in such a mixture. Here that weight is worked out, from the log.
"""

from collections.abc import Iterator

import numpy as np

from agents.population import believes_seen
from agents.query import role_asked
from agents.registry import reasoner_of, type_space
from worlds import FunhouseError
from worlds.base_episode import BaseEpisode
from worlds.log.reader import Log

EPISODES = 32  # the first so many of a log are looked at
MOST = 0.01  # weight on held-out types, where settings claim that there is none


def held_out_weight(log: Log) -> float | None:
    """The share of the weight behind the actions of roles of depth 1 and more that lies on held-out types, in the first
    episodes of a training log; None where it is none, or has no such roles.

    Raises FunhouseError, naming the episode with the most, for more than MOST where the log's settings claim none.
    """
    if log.config["split"] != "train":
        return None
    weights = {episode.index: weights_of(episode) for episode in _first(log)}
    every = np.concatenate([np.empty(0), *weights.values()])
    if not len(every):
        return None
    share = float(every.mean())
    if share > MOST and believes_seen(log.config):
        each = {index: float(weight.mean()) for index, weight in weights.items() if len(weight)}
        worst = max(each, key=each.__getitem__)
        raise FunhouseError(
            f"{share:.1%} of the weight behind what agents do in roles lies on held-out types, {each[worst]:.1%} of it "
            "in this episode, and the settings say that agents believe in seen types alone",
            place=f"{log.path}, episode {worst}",
            remedy="run it anew; or, in a world of your own, let its policies and its definition heed what is believed",
        )
    return share


def weights_of(episode: BaseEpisode) -> np.ndarray:
    """Of each act in a role of depth 1 or more, the weight behind it that lies on held-out types: (acts,) float64."""
    space = type_space(episode)
    acted = [role_asked(episode, step, agent) for step, agent in np.argwhere(episode.acts).tolist()]
    names = {i for i, agent in enumerate(episode.agents) if agent.stranger}  # to be one of these rests on no type
    roles = [query for query in acted if query.depth and query.chain[0] not in names]
    return reasoner_of(space).ends(episode, roles)[:, space.held_out].sum(1)


def _first(log: Log) -> Iterator[BaseEpisode]:
    """The episodes that are looked at, shard by shard."""
    yield from log.batch(range(min(EPISODES, len(log))))
