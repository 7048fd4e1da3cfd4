"""The record of one episode in a world of one's own, as plain arrays that anyone can check without its code."""

from dataclasses import dataclass

import numpy as np

from worlds.base_episode import Agent, BaseEpisode


@dataclass(frozen=True, eq=False)
class PlainEpisode(BaseEpisode):
    """Step t's arrays hold what was there before the moves of step t; m places, in each of them one agent or many."""

    index: int
    seed: int  # the key that it was played from, uint64
    split: str
    run: dict  # the settings of the run, as in the log's manifest
    place: np.ndarray  # t n   int32  where each agent is
    content: np.ndarray  # t m   int32  what each place holds
    action: np.ndarray  # t n   int16
    reward: np.ndarray  # t n   float32
    role: list[list[tuple[str, ...]]]  # [t][n]  names or descriptions, () = as itself
    prompt: list[list[str]]  # [t][n]  the words in which the role was given
    agents: list[Agent]  # [n]

    @property
    def action_names(self) -> tuple[str, ...]:
        """As the world calls them."""
        return tuple(self.run["plain"]["actions"])
