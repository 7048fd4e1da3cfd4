"""The exact reasoner over finished episodes: batches of questions about one episode in one compiled call."""

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np
from numba import njit

from agents.language.description_bank import meant
from agents.orchard.judging import behold, chances
from agents.orchard.kernel import advance, answer, begin, end, stand
from agents.orchard.kernel_inputs import Part, Stage, make_work, node_count, powers_of
from agents.orchard.lens import Events, ground_of, tells_mark
from agents.orchard.types import TypeSpace
from agents.partial import EVERYBODY, NOTHING, Without
from agents.population import PopulationConfig, believes_seen, native_share
from agents.query import Query, really
from agents.registry import perceives
from worlds import Episode, FunhouseError


def events_of(episode: Episode) -> Events:
    """An episode as the kernel reads it."""
    if episode.config.roles == "announced":
        native = np.array([[float(not chain) for chain in row] for row in episode.role])
    else:
        share = native_share(episode.config, PopulationConfig.from_dict(episode.run["population"]))
        native = np.repeat(share[: episode.steps, None], len(episode.agents), axis=1)
    return Events(episode.cell, episode.board, episode.action, native, episode.mark)


@njit(cache=True, nogil=True)
def _enact(stage, mixture, asker, own, body, chain, depth, group, step, ends, out):
    """Answers q questions, sorted by group and step: a group (g,) is one asker, body and chain; out (q, actions), or
    of how they end (q, minds)."""
    deepest = max(1, depth.max())
    work = make_work(stage, deepest)
    belief = np.empty((node_count(stage.powers.senses, deepest), len(stage.powers.taste)))
    learned, past = 0, stage.powers.without.past
    learning = stage.powers.without.posterior != EVERYBODY
    for q in range(len(step)):
        g = group[q]
        part = Part(asker[g], own[g], body[g], chain[g, : depth[g]])
        if q == 0 or g != group[q - 1] or (past and step[q] > learned):
            begin(part.chain, stage.powers, mixture, belief)
            learned = 0
        for s in range(max(learned, step[q] - past) if past else learned, step[q] if learning else 0):
            advance(stage, part, s, work, belief)
        learned = step[q]
        if ends:
            end(stage, part, work, belief, out[q])
        else:
            answer(stage, part, step[q], work, belief, out[q])


def _leaving_out(stage: Stage, without: Without) -> Stage:
    """An episode as it is read by one who leaves something out."""
    powers = stage.powers
    if without.manner:
        played, mind_of = (np.tile(one[-1], (len(one), 1)) for one in (powers.played, powers.mind_of))
        powers = powers._replace(played=played, mind_of=mind_of)
    return stage._replace(powers=powers._replace(without=without))


@njit(cache=True, nogil=True)
def _posterior(stage, asker, own, who, belief):
    """Writes what an asker of type `own` knows of `who` before the acts of each step: belief (t, k)."""
    part = Part(asker, own, asker, np.full(1, who))
    work = make_work(stage, 1)
    now = stage.powers.believed.copy().reshape(1, -1) / stage.powers.among
    for s in range(len(belief)):
        for k in range(belief.shape[1]):
            belief[s, k] = now[0, k]
        advance(stage, part, s, work, now)


@njit(cache=True, nogil=True)
def fill_natives(stage, asker, own, place, step, out):
    """Writes what each type would do in a place, on what an asker of type `own` perceives: out (actions, k)."""
    powers, work = stage.powers, make_work(stage, 1)
    stand(powers.every, work.lens, 0, asker, powers.sense[own])
    marked = tells_mark(stage.events, work.lens, 1, place, step)
    kinds = behold(stage, 1, place, step, work, False)
    for a in range(len(out)):
        chances(powers, work, kinds, a, marked, out[a])


class Reasoner:
    """The exact answers for the types of one space; it remembers what it has read of living episodes."""

    def __init__(self, space: TypeSpace):
        self.space, self.actions = space, len(space.orchard.action_names)
        self._read: WeakKeyDictionary[Episode, tuple] = WeakKeyDictionary()

    def enact(self, episode: Episode, queries: Sequence[Query], *, without: Without = NOTHING) -> np.ndarray:
        """What each asked agent, reasoning exactly but for what is left out, answers: (q, actions) float64."""
        stage, own = self._episode(episode)
        return self._asked(_leaving_out(stage, without), own, queries, np.empty((len(queries), self.actions)))

    def ends(self, episode: Episode, queries: Sequence[Query]) -> np.ndarray:
        """How likely each type is the one whose policy answers, where a chain ends: (q, k) float64."""
        stage, own = self._episode(episode)
        each, powers = np.arange(len(self.space)), stage.powers
        stage = stage._replace(powers=powers._replace(mind=each, example=each, alike_of=each, mind_of=powers.played))
        return self._asked(stage, own, queries, np.empty((len(queries), len(self.space))), ends=True)

    def _asked(
        self, stage: Stage, own: np.ndarray, queries: Sequence[Query], answers: np.ndarray, ends: bool = False
    ) -> np.ndarray:
        """Fills the answers, by query."""
        if not queries:
            return answers
        keys = [(query.stance, query.agent, query.chain) for query in queries]
        groups = {key: g for g, key in enumerate(dict.fromkeys(keys))}
        group, step = np.array([groups[key] for key in keys]), np.array([query.step for query in queries])
        order = np.lexsort((step, group))
        asker = np.array([agent for _, agent, _ in groups])
        body = np.array([chain[0] if stance == "predict" else agent for stance, agent, chain in groups])
        coded, depth, mixture = self._encode([chain for *_, chain in groups], stage.powers.believed)
        parts = asker, own[asker], body, coded, depth
        in_order = np.empty_like(answers)
        _enact(stage, mixture, *parts, group[order], step[order], ends, in_order)
        answers[order] = in_order
        return answers

    def truth(self, episode: Episode, queries: Sequence[Query]) -> np.ndarray:
        """What is true, (q, actions) float64: for predict what the target really would do there, else as enact."""
        return self.enact(episode, [really(query) for query in queries])

    def posterior(self, episode: Episode, agent: int, step: int, who: int) -> np.ndarray:
        """What an agent knows of the type of `who` at a step, (k,) float64."""
        return self.posteriors(episode, agent, who)[step]

    def posteriors(self, episode: Episode, agent: int, who: int) -> np.ndarray:
        """The same at each step, (t, k) float64."""
        stage, own = self._episode(episode)
        belief = np.empty((episode.steps, len(self.space)))
        _posterior(stage, agent, own[agent], who, belief)
        return belief

    def natives(self, episode: Episode, agent: int, step: int, place: int | None = None) -> np.ndarray:
        """What each type would do, (k, actions) float64, on what an agent perceives at a step from a place.

        The place is that of an agent, by index, the asked one by default. Raises FunhouseError where the
        asked agent does not perceive it.
        """
        place = agent if place is None else place
        if not perceives(episode, agent, place, step):
            what = f"{episode.names[agent]} does not perceive {episode.names[place]} at step {step}"
            raise FunhouseError(what, place=f"episode {episode.index}", remedy="choose somebody in sight")
        stage, own = self._episode(episode)
        out = np.empty((self.actions, len(self.space)))
        fill_natives(stage, agent, own[agent], place, step, out)
        return out.T

    def _episode(self, episode: Episode) -> tuple[Stage, np.ndarray]:
        """What the kernel reads of an episode, and the index of each agent's type (n,)."""
        if episode not in self._read:
            own = np.array([self.space.index(agent.type) for agent in episode.agents])
            powers = powers_of(self.space, believes_seen(episode.run))
            self._read[episode] = Stage(events_of(episode), ground_of(episode.geometry), powers), own
        return self._read[episode]

    def _encode(self, chains: Sequence[tuple], believed: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Chains for the kernel: codes (g, depth) and depth (g,) int64, mixture (descriptions, k) float64."""
        depth = np.array([len(chain) for chain in chains])
        texts = list(dict.fromkeys(one for chain in chains for one in chain if isinstance(one, str)))
        fits = np.array([self.space.consistent(text) for text in texts], bool).reshape(-1, len(self.space))
        coded = np.full((len(chains), max(1, depth.max())), -1)
        for g, chain in enumerate(chains):
            coded[g, : len(chain)] = [-2 - texts.index(who) if isinstance(who, str) else who for who in chain]
        return coded, depth, meant(fits, believed)
