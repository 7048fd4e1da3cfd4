"""The exact answer to a wish of somebody in an episode: what acting by it looks like, and how likely it comes true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.language.prompt import Role, canonical
from agents.language.wish_saying import say_wish
from agents.language.wishes import parse_wish
from agents.registry import world_of
from agents.wishes.wish import Wish
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
    asked: float
    best: float
    shortcuts: dict[str, dict[str, float]]  # by shortcut, what it does


def exact_wish(episode: BaseEpisode, agent: str, step: int, prompt: str) -> WishAnswer:
    """The exact answer to a wish that an agent, by name, is asked at a step.

    Raises FunhouseError as parse_wish does, for an agent or a step that the episode has not, and where no exact answer
    is at hand: elsewhere than in an orchard of one agent in which nothing regrows, for one.
    """
    who, world = episode.find(agent), world_of(episode)
    episode.check_step(step)
    said = parse_wish(prompt, episode.names, world.wishing(episode, who, step))
    chain = canonical(Role("behave", said.chain), agent).chain if said.chain else ()
    wish = Wish(said.clauses, said.steps or episode.steps - step, chain)
    reply, shortcuts = world.wished(episode, who, step, wish)

    def named(row: np.ndarray) -> dict[str, float]:
        return {action: float(p) for action, p in zip(episode.action_names, row, strict=True)}

    return WishAnswer(
        prompt, say_wish(wish), chain, "do", max(1, len(said.clauses)), wish.steps or 0,
        named(reply.do) if reply.chance > 0 else None, float(reply.chance), float(reply.asked), float(reply.best),
        {name: named(row) for name, row in shortcuts.items() if row.sum() > 0},
    )  # fmt: skip
