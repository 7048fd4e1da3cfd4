"""The answer to a wish of somebody in an episode: what acting by it looks like, and how likely it comes true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.language.prompt import Role, canonical
from agents.language.wish_saying import say_wish
from agents.language.wishes import parse_wish
from agents.registry import world_of
from agents.wishes.inexact import ROLLOUTS, Inexact
from agents.wishes.wish import Ground, Wish
from worlds.base_episode import BaseEpisode


@dataclass(frozen=True)
class WishAnswer:
    """What comes of a wish; docs/wishes.md says what the figures mean."""

    prompt: str
    wish: str  # in canonical words, its deadline said
    chain: tuple[str, ...]  # as whom, canonical
    stance: str  # "do"
    depth: int  # how many clauses there are
    steps: int  # in which it is to come true
    probabilities: dict[str, float] | None  # do, by the names of the world's actions; None where chance is 0
    chance: float
    asked: float | None  # None where the figures are estimated
    best: float | None
    shortcuts: dict[str, dict[str, float]]  # by shortcut, what it does
    estimated: bool = False  # whether do and chance are shares of roll-outs, and not exact
    rollouts: int | None = None  # how many
    standard_error: float | None = None  # of chance
    standard_errors: dict[str, float] | None = None  # of do


def exact_wish(episode: BaseEpisode, agent: str, step: int, prompt: str, rollouts: int = ROLLOUTS) -> WishAnswer:
    """The exact answer to a wish that an agent, by name, is asked at a step; where none is at hand (others take part,
    fruits regrow, agents remember) an estimate from so many roll-outs, which says that it is one.

    Raises FunhouseError as parse_wish does, for an agent or a step that the episode has not, and where there is no
    estimate either: elsewhere than in an orchard, and among strangers. With no roll-outs (0), wherever none is exact.
    """
    who, world = episode.find(agent), world_of(episode)
    episode.check_step(step)
    try:
        wish, depth = _read(episode, agent, step, prompt, world.wishing(episode, who, step))
        reply, shortcuts = world.wished(episode, who, step, wish)
    except Inexact:
        if rollouts == 0:
            raise
        return _estimated(episode, agent, step, prompt, rollouts)
    chance, asked, best = map(float, (reply.chance, reply.asked, reply.best))
    do = _named(episode, reply.do) if chance > 0 else None
    told = {name: _named(episode, row) for name, row in shortcuts.items() if row.sum() > 0}
    return WishAnswer(
        prompt, say_wish(wish), wish.chain, "do", depth, wish.steps or 0, do, chance, asked, best, told
    )  # fmt: skip


def _estimated(episode: BaseEpisode, agent: str, step: int, prompt: str, rollouts: int) -> WishAnswer:
    who, world = episode.find(agent), world_of(episode)
    wish, depth = _read(episode, agent, step, prompt, world.ground(episode, who, step))
    found = world.estimated(episode, who, step, wish, rollouts)
    do, errors = ((_named(episode, row) if found.chance > 0 else None) for row in (found.do, found.errors))
    told = {"no wish": _named(episode, found.first / rollouts)}
    return WishAnswer(
        prompt, say_wish(wish), wish.chain, "do", depth, wish.steps or 0, do, found.chance, None, None, told,
        estimated=True, rollouts=rollouts, standard_error=found.error, standard_errors=errors,
    )  # fmt: skip


def _read(episode: BaseEpisode, agent: str, step: int, prompt: str, ground: Ground) -> tuple[Wish, int]:
    """The wish that a prompt says, with its deadline, and how many clauses it has, 1 at least."""
    said = parse_wish(prompt, episode.names, ground)
    chain = canonical(Role("behave", said.chain), agent).chain if said.chain else ()
    wish = said._replace(steps=said.steps or episode.steps - step, chain=chain)
    return wish, max(1, len(said.clauses))


def _named(episode: BaseEpisode, row: np.ndarray) -> dict[str, float]:
    return {action: float(p) for action, p in zip(episode.action_names, row, strict=True)}
