"""What answers well without nesting anything: the shortcuts that every score is measured against.

Each is computed exactly from what the asked agent has perceived, and none is the answer:

- base rate: how often each action is right in training, whatever is asked
- last action: the target's last perceived action, smoothed by the base rate
- ignorant: the prior in place of every posterior; at depth 0 the prior over one's own type
- myself (depth 1 and deeper): what an agent of my type does here; for predict, in the target's place as I see
  it
- sub-chain 1, sub-chain 1+3, ... (depth 2 and deeper): the chain with only the numbered elements kept
- mixture: the maximum-likelihood convex mixture of all of these, for each stance and depth
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations, groupby

import numpy as np

from agents.language.description_bank import meant
from agents.partial import PRIOR_ALONE
from agents.population import believes_seen
from agents.query import Query, once_each
from agents.reasoning import ExactReasoner
from analysis.questions.perception import Perception, place_of, target_of
from analysis.scores.traits import prior_of
from worlds.base_episode import BaseEpisode

BASE, LAST_ACTION, IGNORANT, MYSELF, MIXTURE = "base rate", "last action", "ignorant", "myself", "mixture"
FULL_INFORMATION = "full information"


@lru_cache
def places_of(stance: str, depth: int) -> list[tuple[int, ...]]:
    """The places that the proper sub-chains of a chain of this depth keep, shortest first.

    A sub-chain of predict that leaves the target out is acted in the target's place by one whom the asked
    agent has in mind directly, so it keeps one element.
    """
    every = [kept for length in range(1, depth) for kept in combinations(range(depth), length)]
    return [kept for kept in every if stance == "behave" or 0 in kept or len(kept) == 1]


def sub_chain_name(kept: tuple[int, ...]) -> str:
    """How a sub-chain is called: by the places it keeps, counted from 1."""
    return "sub-chain " + "+".join(str(place + 1) for place in kept)


class Shortcuts:
    """The shortcuts of one episode that need no fitting: arrays (q, actions), NaN where one has no part."""

    def __init__(self, reasoner: ExactReasoner, episode: BaseEpisode, perception: Perception):
        self.reasoner, self.episode, self.perception = reasoner, episode, perception
        self.space = reasoner.space
        self.own = np.array([self.space.index(agent.type) for agent in episode.agents])
        self.sure = np.eye(len(self.space))
        seen_alone = believes_seen(episode.run)
        self.priors = [prior_of(self.space, kind, seen_alone) for kind in perception.species.tolist()]  # [n] (k,)
        self.posteriors = lru_cache(maxsize=None)(lambda agent, who: reasoner.posteriors(episode, agent, who))

    def answers(self, queries: Sequence[Query]) -> dict[str, np.ndarray]:
        """Every shortcut that is exact reasoning with something left out, and the oracle."""
        places = [(self.episode, query.agent, query.step, place_of(query)) for query in queries]
        natives = once_each(self.reasoner.natives, places)  # q k a
        found = {
            IGNORANT: self._ignorant(queries, natives),
            MYSELF: self._myself(queries, natives),
            FULL_INFORMATION: self._full_information(queries, natives),
        }
        deepest = {stance: max((q.depth for q in queries if q.stance == stance), default=0) for stance in _STANCES}
        names = {kept for stance in _STANCES for kept in places_of(stance, deepest[stance])}
        found |= {sub_chain_name(kept): self._sub_chain(kept, queries, natives) for kept in sorted(names, key=_order)}
        return found

    def last_actions(self, queries: Sequence[Query]) -> np.ndarray:
        """The target's last action that the asked agent saw, (q,) int; -1 for none, or for a description."""
        seen = self.perception.last_action
        pairs = zip(queries, map(target_of, queries), strict=True)
        return np.array([-1 if who is None else seen[q.step, q.agent, who] for q, who in pairs], np.int64)

    def _ignorant(self, queries: Sequence[Query], natives: np.ndarray) -> np.ndarray:
        answer = self.reasoner.enact(self.episode, queries, without=PRIOR_ALONE)
        for q in np.flatnonzero(_depth(queries) == 0).tolist():
            answer[q] = self.priors[queries[q].agent] @ natives[q]
        return answer

    def _myself(self, queries: Sequence[Query], natives: np.ndarray) -> np.ndarray:
        own = self.own[[query.agent for query in queries]]
        return np.where(_depth(queries)[:, None] > 0, natives[np.arange(len(own)), own], np.nan)

    def _full_information(self, queries: Sequence[Query], natives: np.ndarray) -> np.ndarray:
        """What the true type does of the one whose policy the chain ends in; a stranger has none."""
        answer = np.einsum("qk,qka->qa", [self._last(query) for query in queries], natives)
        ends = [query.chain[-1] if query.chain else query.agent for query in queries]
        answer[[not isinstance(who, str) and self.perception.strangers[who] for who in ends]] = np.nan
        return answer

    def _last(self, query: Query) -> np.ndarray:
        """(k,): the true type, or the described types, of the one whose policy the chain ends in."""
        return self._is(query.chain[-1] if query.chain else query.agent, place_of(query))

    def _is(self, who: int | str, root: int) -> np.ndarray:
        """(k,): the true type of somebody; of a description, the types it fits that can act in the place of `root`."""
        if isinstance(who, str):
            return meant(self.space.consistent(who)[None], self.priors[root])[0]
        return self.sure[self.own[who]]

    def _sub_chain(self, kept: tuple[int, ...], queries: Sequence[Query], natives: np.ndarray) -> np.ndarray:
        part = np.array([kept in places_of(query.stance, query.depth) for query in queries])
        elsewhere = part & np.array([query.stance == "predict" and 0 not in kept for query in queries])
        answer = np.full((len(queries), self.episode.actions), np.nan)
        for q in np.flatnonzero(elsewhere).tolist():
            answer[q] = self._believed(queries[q], queries[q].chain[kept[0]]) @ natives[q]
        rows = np.flatnonzero(part & ~elsewhere).tolist()
        answer[rows] = self.reasoner.enact(self.episode, [shortened(queries[q], kept) for q in rows])
        return answer

    def _believed(self, query: Query, who: int | str) -> np.ndarray:
        """(k,): what the asked agent believes of somebody, itself included."""
        if isinstance(who, str) or who == query.agent:
            return self._is(who, place_of(query))
        return self.posteriors(query.agent, who)[query.step]


_STANCES = ("behave", "predict")


def _order(kept: tuple[int, ...]) -> tuple:
    return len(kept), kept


def _depth(queries: Sequence[Query]) -> np.ndarray:
    return np.array([query.depth for query in queries])


def shortened(query: Query, kept: tuple[int, ...]) -> Query:
    """The question with only some places of its chain kept, in canonical form."""
    chain = _kept(query.chain, kept, query.agent if query.stance == "behave" else None)
    return Query(query.stance, query.agent, query.step, chain, len(chain))


@lru_cache(maxsize=1 << 14)
def _kept(chain: tuple[int | str, ...], kept: tuple[int, ...], first: int | None) -> tuple[int | str, ...]:
    """Some places of a chain, nobody twice in a row and not after oneself, who comes first."""
    said = tuple(who for who, _ in groupby(chain[place] for place in kept))
    return said[1:] if said[0] == first else said
