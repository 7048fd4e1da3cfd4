"""The exact reasoner over finished episodes: batches of questions about one episode in one compiled call."""

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np
from numba import njit

from agents.language.description_bank import meant
from agents.orchard.drawing_strangers import strangers_of
from agents.orchard.families import Stranger
from agents.orchard.judging import behold, chances
from agents.orchard.kernel import advance, answer, begin, end, stand
from agents.orchard.kernel_inputs import Part, Stage, make_work, node_count, powers_of
from agents.orchard.lens import Events, ground_of, tells_mark
from agents.orchard.run import RunConfig
from agents.orchard.strange_kernel import Codes, act_as_strangers, coded
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


def strangers_in(episode: Episode) -> dict[int, Stranger]:
    """The strangers of a run's episode, by index."""
    if not episode.run.get("strangers"):
        return {}
    drawn = strangers_of(RunConfig.from_dict(episode.run), episode.seed)
    return {i: drawn[i] for i, agent in enumerate(episode.agents) if agent.stranger and i in drawn}


class Reasoner:
    """The exact answers for the types of one space; it remembers what it has read of living episodes."""

    def __init__(self, space: TypeSpace):
        self.space, self.actions = space, len(space.orchard.action_names)
        self._read: WeakKeyDictionary[Episode, tuple] = WeakKeyDictionary()

    def enact(self, episode: Episode, queries: Sequence[Query], *, without: Without = NOTHING) -> np.ndarray:
        """What each asked agent, reasoning exactly but for what is left out, answers: (q, actions) float64."""
        stage, own, _ = self._episode(episode)
        answers = self._asked(_leaving_out(stage, without), own, queries, np.empty((len(queries), self.actions)))
        return self._as_strangers(episode, queries, answers, 0)

    def ends(self, episode: Episode, queries: Sequence[Query]) -> np.ndarray:
        """How likely each type is the one whose policy answers, where a chain ends: (q, k) float64."""
        stage, own, _ = self._episode(episode)
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
        """What is true, (q, actions) float64: for predict what the target really would do there, else as enact; but as
        a stranger, what its policy does in the asked body."""
        real = [really(query) for query in queries]
        return self._as_strangers(episode, real, self.enact(episode, real), 1)

    def _as_strangers(
        self, episode: Episode, queries: Sequence[Query], answers: np.ndarray, deepest: int
    ) -> np.ndarray:
        """The answers; where a stranger is asked to be itself, and with `deepest` 1 where anybody is asked to be it,
        what it does instead."""
        stage, own, codes = self._episode(episode)
        strangers = set(np.flatnonzero(codes.way[:, 0] >= 0).tolist())
        asked = [q for q, one in enumerate(queries) if one.stance == "behave" and one.depth <= deepest]
        named = [(q, *(queries[q].chain or (queries[q].agent,))) for q in asked]
        rows = np.array([(q, who) for q, who in named if who in strangers], np.int64).reshape(-1, 2)
        if len(rows):
            body, step = (np.array([getattr(queries[q], part) for q in rows[:, 0]]) for part in ("agent", "step"))
            given = np.empty((len(rows), self.actions))
            act_as_strangers(stage, codes, rows[:, 1].copy(), body, own, step, given)
            answers[rows[:, 0]] = given
        return answers

    def posterior(self, episode: Episode, agent: int, step: int, who: int) -> np.ndarray:
        """What an agent knows of the type of `who` at a step, (k,) float64."""
        return self.posteriors(episode, agent, who)[step]

    def posteriors(self, episode: Episode, agent: int, who: int) -> np.ndarray:
        """The same at each step, (t, k) float64."""
        stage, own, _ = self._episode(episode)
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
        stage, own, _ = self._episode(episode)
        out = np.empty((self.actions, len(self.space)))
        fill_natives(stage, agent, own[agent], place, step, out)
        return out.T

    def _episode(self, episode: Episode) -> tuple[Stage, np.ndarray, Codes]:
        """What the kernel reads of an episode, the index of each agent's type (n,), and the strangers among them."""
        if episode not in self._read:
            own = np.array([self.space.index(agent.type) for agent in episode.agents])
            powers = powers_of(self.space, believes_seen(episode.run))
            stage = Stage(events_of(episode), ground_of(episode.geometry), powers)
            self._read[episode] = stage, own, coded(strangers_in(episode), len(own))
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
