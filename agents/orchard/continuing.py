"""An episode gone on with from one of its steps, again and again, by agents who act as their types do: roll-outs.

Who they are is drawn anew each time, from what their native acts before the step tell to somebody who sees the whole
map, and so is all else that chance decides. Nobody has a role. The rules are those of a run, played by the same code.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numba import njit

from agents.orchard.happenings import Land
from agents.orchard.hindsight import favourites
from agents.orchard.kernel import answer
from agents.orchard.kernel_inputs import Part, make_work
from agents.orchard.live_episode import Match, _play
from agents.orchard.run import RunConfig
from agents.orchard.types import TypeSpace
from agents.population import NO_ELEMENT, Population, PopulationConfig, native_share
from agents.wishes.event import Event
from agents.wishes.inexact import Estimate
from agents.wishes.progress import came_true
from agents.wishes.wish import Wish
from worlds import Episode, FunhouseError, dice
from worlds.orchard.rules import _eater


@njit(cache=True, nogil=True)
def _likely(stage, agent, stop, actions, types):
    """(stop, types) float64: how likely each type was to act as an agent did, had it acted natively, at each step."""
    work, chance, nobody = make_work(stage, 0), np.empty(actions), np.empty(0, np.int64)
    out, beliefs = np.empty((stop, types)), np.empty((0, types))
    for step in range(stop):
        for k in range(types):
            answer(stage, Part(agent, k, agent, nobody), step, work, beliefs, chance)
            out[step, k] = chance[stage.events.action[step, agent]]
    return out


class Continuation(Match):
    """An episode of a log, played as it went up to a step, by agents without roles."""

    def __init__(self, episode: Episode, step: int):
        super().__init__(RunConfig.from_dict(episode.run), episode.index, deal=_without_roles)
        self.given[:step] = episode.action[:step]
        self.play(step)
        if not (np.array_equal(self.events.cell[step], episode.cell[step]) and self.key == episode.seed):
            what = "this episode is not as its run plays it, so that it cannot be gone on with"
            raise FunhouseError(what, place=f"episode {episode.index}", remedy="ask in a log of tom run")
        self.given[step:] = -1
        self._stood = self._state.cell.copy(), self._state.board.copy(), self._state.grid.copy()

    def told(self, episode: Episode, space: TypeSpace, prior: np.ndarray) -> np.ndarray:
        """(n, k): what native acts before the step tell of each agent's type, by a prior (k,)."""
        share = np.array([[float(not role) for role in roles] for roles in episode.role])
        if episode.config.roles == "hidden":
            stated = native_share(episode.config, PopulationConfig.from_dict(episode.run["population"]))
            share = np.repeat(stated[:, None], len(episode.agents), axis=1)
        belief = np.tile(prior / prior.sum(), (len(episode.agents), 1))
        for i, mine in enumerate(belief):
            for s, pi in enumerate(_likely(self.stage, i, self.step, self.chance.shape[2], len(space))):
                mine *= share[s, i] * pi + (1 - share[s, i]) * (prior @ pi) / prior.sum()
                mine /= mine.sum()
        return belief

    def go_on(self, types: np.ndarray, key: np.uint64, steps: int) -> None:
        """Plays so many steps on from the step, with agents of these types (n,), by another key."""
        state, parts = self._state, self._parts
        state.cell[:], state.board[:], state.grid[:] = self._stood
        parts.own[:] = types
        _play(key, self.walls.shape[1], self.stage, parts, self.given, self.step, self.step + steps, state)

    def events_of(self, land: Land, agent: int, best: np.ndarray, key: np.uint64, steps: int) -> list[Event]:
        """[steps] what each of the steps that were played on brought an agent; best (n,): the kinds liked best."""
        span, cells = slice(self.step, self.step + steps), np.arange(self.walls.size)
        cell, board = self.events.cell[span].astype(np.int64), self.events.board[span]
        after = np.concatenate([cell[1:], self._state.cell[None].astype(np.int64)])
        held = (board[:, :, cells >> 6] >> (cells & 63).astype(np.uint64)) & np.uint64(1)
        fruit = np.where(held.any(1), held.argmax(1), -1)
        mine = after[:, agent]
        ate = fruit[np.arange(steps), mine]
        for t in np.flatnonzero((ate >= 0) & ((after == mine[:, None]).sum(1) > 1)):
            if _eater(after[t], np.argmax(after[t] == mine[t]), key, self.step + t) != agent:
                ate[t] = -1
        return land.happened(agent, cell, after, fruit, ate, best)


def _without_roles(drawn: Population) -> Population:
    return replace(drawn, chain=np.full((*drawn.chain.shape[:2], 1), NO_ELEMENT, np.int32))


def estimated(played: Continuation, belief: np.ndarray, agent: int, wish: Wish, rollouts: int) -> Estimate:
    """What comes of a wish of an agent, by index, in so many roll-outs; belief (n, k) of who everybody is."""
    space, steps = played.run.space, wish.steps or 0
    land, generator = Land(played.geometry, played.walls.shape), np.random.default_rng([played.step, agent])
    likes = favourites([space[k]["taste"] for k in range(len(space))])
    drawn = np.array([generator.choice(len(space), rollouts, p=one) for one in belief]).T
    first = np.zeros(played.chance.shape[2], np.int64)
    kept = np.zeros_like(first)
    for r, types in enumerate(drawn):
        key = np.uint64(dice.key(np.uint64(played.key), played.step, r))
        played.go_on(types, key, steps)
        act = played.events.action[played.step, agent]
        first[act] += 1
        kept[act] += came_true(wish, played.events_of(land, agent, likes[types], key, steps))
    return Estimate(first, kept)
