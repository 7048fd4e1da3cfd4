"""The exact reasoner over matches in anybody's environment: a bank of policies in place of the types.

Because policies have no senses, an imagined mind differs only in what it has perceived: the part of the asker's
percepts that each agent named before it perceived too. So a chain comes down to its last element and the places
named before it, and a posterior to sums of log chances over the acts that all those places perceived.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from agents.language.description_bank import meant
from agents.partial import NOTHING, Without
from agents.population import believes_seen
from agents.query import Query, body_of, really
from worlds import FunhouseError
from worlds.arena import ArenaEpisode

if TYPE_CHECKING:
    from agents.arena.bank import Bank

MANY_ACTIONS = 64  # actions: with more, the chances of an episode's acts are not kept
REMEMBERED = 32  # episodes of which they are kept: they can take more room than the episode
UNNAMED_AGENT = -1  # the name of an agent known by its description only


class Belief(NamedTuple):
    """What decides an imagined act: whose type is asked, and the places that perceived what is known of it."""

    places: tuple[int, ...]  # ascending
    who: int
    prior: bool = False  # whether the prior stands for what they perceived


def last_of(chain: Sequence[int | str], asker: int, without: Without = NOTHING) -> Belief | str | None:
    """What a chain comes down to for an asker: a belief, a description, or None for the asker itself."""
    name, places = asker, {asker}
    last: Belief | str | None = None
    for at, who in enumerate(chain):
        if isinstance(who, str):  # imagined in the actor's place, so nothing more is hidden
            name, last = UNNAMED_AGENT, who
        elif who != name:
            name, last = who, Belief(tuple(sorted(places)), who, bool(without.posterior >> at & 1))
            if not without.knowledge_lens:
                places = {asker, who} if without.nested_lenses else places | {who}
    return last


def posterior_of(score: np.ndarray) -> np.ndarray:
    """Sums of log chances (..., k) as beliefs over the members, those alike before; -inf: not believed in."""
    score = np.exp(score - score.max(-1, keepdims=True))
    return score / score.sum(-1, keepdims=True)


class _Read:
    """An episode as the reasoner reads it: the chances of every act under every member, computed once."""

    def __init__(self, bank: Bank, episode: ArenaEpisode):
        self.own = np.array([bank.index(agent.type) for agent in episode.agents])
        self.members = [np.flatnonzero(bank.species == kind) for kind in range(len(episode.forms))]
        believed = bank.believed(believes_seen(episode.run))
        self.believed = [believed[members] for members in self.members]  # [species] (k,) 0: not in these
        steps, n = episode.action.shape
        self.row = np.zeros((steps, n), np.int64)  # where the chances of an act stand in those of its species
        # [species] (k of the species, acts, actions); where actions are many, they are worked out when they are asked
        self.chances: list[np.ndarray | None] = []
        self.score: list[np.ndarray] = [np.empty(0)] * n  # [n] (t, k of its species) log chance of native acts, or 0
        for kind in range(len(episode.forms)):
            self._species(bank, episode, kind, np.flatnonzero(episode.species == kind))

    def _species(self, bank: Bank, episode: ArenaEpisode, kind: int, agents: np.ndarray) -> None:
        """Writes down the chances of all acts of the agents of one species."""
        when = {i: np.flatnonzero(episode.acts[:, i]) for i in agents}
        ends = np.cumsum([0, *map(len, when.values())])
        form = episode.forms[kind]
        none, bare = np.empty((0, *form.shape), form.dtype), np.empty((0, form.actions), bool)
        shown = np.concatenate([none, *(episode.observation[i][when[i]] for i in agents)])
        legal = np.concatenate([bare, *(episode.mask[i][when[i]] for i in agents)])
        action = np.concatenate([np.empty(0, np.int64), *(episode.action[when[i], i] for i in agents)])
        if form.actions > MANY_ACTIONS:
            self.chances.append(None)
            parts = [bank.chances(kind, shown[r : r + 1], legal[r : r + 1])[:, 0, a] for r, a in enumerate(action)]
            told = np.array(parts).reshape(len(parts), len(bank.kin[kind]))  # acts k
        else:
            self.chances.append(chances := bank.chances(kind, shown, legal))
            told = chances[:, np.arange(len(action)), action].T
        for first, (i, steps) in zip(ends, when.items(), strict=False):
            self.row[steps, i] = first + np.arange(len(steps))
            native = np.array([not episode.role[step][i] for step in steps], bool)
            taken = told[self.row[steps, i]][native]
            self.score[i] = np.zeros((episode.steps, told.shape[1]))
            with np.errstate(divide="ignore"):  # a chance of exactly 0 rules a member out
                self.score[i][steps[native]] = np.log(taken)

    def belief(self, episode: ArenaEpisode, belief: Belief, past: int = 0) -> np.ndarray:
        """(t + 1, k of the species): what those places let one know of an agent before the acts of each step; past: by
        the acts of the last so many steps, 0: of all."""
        seen = np.logical_and.reduce(episode.perceived[:, list(belief.places), belief.who], axis=1)
        score = np.where(seen[:, None], self.score[belief.who], 0.0)
        if past:
            total = np.array([score[max(0, step - past) : step].sum(0) for step in range(len(score) + 1)])
        else:
            total = np.concatenate([np.zeros((1, score.shape[1])), np.cumsum(score, axis=0)])
        total[:, self.believed[episode.species[belief.who]] == 0] = -np.inf
        return posterior_of(total)


class BankReasoner:
    """The exact answers for the members of one bank; it remembers what it has read of the last living episodes."""

    def __init__(self, bank: Bank):
        self.space = bank
        self._episodes: WeakKeyDictionary[ArenaEpisode, _Read] = WeakKeyDictionary()

    def enact(self, episode: ArenaEpisode, queries: Sequence[Query], *, without: Without = NOTHING) -> np.ndarray:
        """What each asked agent, reasoning exactly, answers: (q, actions) float64, 0 for what is illegal there.

        Both stances; exactly but for what is left out. Raises FunhouseError where the body of a question does not act
        at its step or is of another species.
        """
        answers = np.zeros((len(queries), episode.actions))
        for q, weight in self._weights(episode, queries, without):
            chances = self._chances(episode, queries[q].step, body_of(queries[q]))
            answers[q, : chances.shape[1]] = weight @ chances
        return answers

    def ends(self, episode: ArenaEpisode, queries: Sequence[Query]) -> np.ndarray:
        """How likely each member is the one whose policy answers, where a chain ends: (q, k) float64."""
        ends = np.zeros((len(queries), len(self.space)))
        for q, weight in self._weights(episode, queries, NOTHING):
            ends[q, self._read(episode).members[episode.species[body_of(queries[q])]]] = weight
        return ends

    def _weights(
        self, episode: ArenaEpisode, queries: Sequence[Query], without: Without
    ) -> Iterator[tuple[int, np.ndarray]]:
        """Of each question, by number, how likely each member of the body's species acts, (k of the species,)."""
        groups: dict[Belief | str | None, list[int]] = {}
        for q, query in enumerate(queries):
            groups.setdefault(last_of(query.chain, query.agent, without), []).append(q)
        for last, asked in groups.items():
            known = None
            if isinstance(last, Belief) and not last.prior:
                known = self._read(episode).belief(episode, last, without.past)
            for q in asked:
                weight = self._weight(episode, queries[q], last)
                yield q, weight if known is None else known[queries[q].step]

    def truth(self, episode: ArenaEpisode, queries: Sequence[Query]) -> np.ndarray:
        """What is true, (q, actions) float64: for predict what the target really would do there, else as enact."""
        return self.enact(episode, [really(query) for query in queries])

    def posterior(self, episode: ArenaEpisode, agent: int, step: int, who: int) -> np.ndarray:
        """What an agent knows of the type of `who` at a step, (k,) float64; 0 for members of other species."""
        return self.posteriors(episode, agent, who)[step]

    def posteriors(self, episode: ArenaEpisode, agent: int, who: int) -> np.ndarray:
        """The same at each step, (t, k) float64."""
        belief = np.zeros((episode.steps, len(self.space)))
        read = self._read(episode)
        belief[:, read.members[episode.species[who]]] = read.belief(episode, Belief((agent,), who))[:-1]
        return belief

    def natives(self, episode: ArenaEpisode, agent: int, step: int, place: int | None = None) -> np.ndarray:
        """What each member would do, (k, actions) float64, on what an agent is shown of a place at a step.

        The place is that of an agent, by index, the asked one by default; members of other species than that agent's
        choose evenly among what is legal there. Raises FunhouseError where the asked agent does not perceive it.
        """
        place = agent if place is None else place
        if not episode.perceived[step, agent, place]:
            check_acts(episode, place, step)
            what = f"{episode.names[agent]} does not perceive {episode.names[place]} at step {step}"
            raise FunhouseError(what, place=f"episode {episode.index}", remedy="choose somebody whom it perceives")
        chances, legal = self._chances(episode, step, place), episode.mask_of(place, step)
        out = np.repeat(legal[None] / legal.sum(), len(self.space), axis=0)
        out[self._read(episode).members[episode.species[place]], : chances.shape[1]] = chances
        return out

    def _read(self, episode: ArenaEpisode) -> _Read:
        if episode not in self._episodes:
            self._episodes[episode] = _Read(self.space, episode)
            while len(self._episodes) > REMEMBERED:
                del self._episodes[next(iter(self._episodes))]
        return self._episodes[episode]

    def _chances(self, episode: ArenaEpisode, step: int, body: int) -> np.ndarray:
        """What each member of a body's species would do in it, (k of the species, its actions)."""
        check_acts(episode, body, step)
        read, kind = self._read(episode), int(episode.species[body])
        if (chances := read.chances[kind]) is not None:
            return chances[:, read.row[step, body]]
        shown, legal = (rows[body][step : step + 1] for rows in (episode.observation, episode.mask))
        return self.space.chances(kind, shown, legal)[:, 0]

    def _weight(self, episode: ArenaEpisode, query: Query, last: Belief | str | None) -> np.ndarray:
        """How likely each member of the body's species acts, (k of the species,), before anything is observed.

        Raises FunhouseError where that is none of them.
        """
        read, body = self._read(episode), body_of(query)
        members = read.members[episode.species[body]]
        if last is None:
            return (members == read.own[query.agent]).astype(np.float64)
        if isinstance(last, Belief):
            fits = np.full(len(members), episode.species[last.who] == episode.species[body])
        else:
            fits = self.space.consistent(last)[members]
        if not fits.any():
            raise _alien(episode, body, last.who if isinstance(last, Belief) else last)
        return meant(fits[None], read.believed[episode.species[body]])[0]


def check_acts(episode: ArenaEpisode, agent: int, step: int) -> None:
    """Raises FunhouseError, naming the nearest steps at which it does, unless the agent acts at the step."""
    if episode.acts[step, agent]:
        return
    when = np.flatnonzero(episode.acts[:, agent])
    near = _either(sorted(when[np.argsort(np.abs(when - step), kind="stable")][:3].tolist()))
    raise FunhouseError(
        f"{episode.names[agent]} does not act at step {step}",
        place=f"episode {episode.index}",
        remedy=f"ask about step {near}" if len(when) else "choose another agent: this one never acts",
    )


def check_kin(episode: ArenaEpisode, bank: Bank, query: Query) -> None:
    """Raises FunhouseError unless whose action is asked could act as everybody that the chain names."""
    body = body_of(query)
    kind = episode.species[body]
    for who in query.chain:
        kinds = bank.species[bank.consistent(who)] if isinstance(who, str) else episode.species[who]
        if not np.any(kinds == kind):
            raise _alien(episode, body, who)


def _either(numbers: Iterable[int]) -> str:
    return " or ".join(map(str, numbers))


def _alien(episode: ArenaEpisode, body: int, other: int | str) -> FunhouseError:
    who = f"'{other}'" if isinstance(other, str) else episode.names[other]
    return FunhouseError(
        f"{episode.names[body]} cannot act as {who}: their observations and actions are not of one kind",
        place=f"episode {episode.index}",
        remedy="name an agent of the same species, or predict the other one",
    )
