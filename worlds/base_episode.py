"""What the record of an episode is in any world, so that whoever reads episodes has one code path."""

import difflib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from worlds.errors import FunhouseError
from worlds.schema import shown
from worlds.whole import whole


@dataclass(frozen=True)
class Agent:
    """Who took part: a name that says nothing of the type, the type's traits, and the type in words.

    `mind` is "" for a scripted agent, else the SHA-256 of the weights of the mind that acted. `stranger` is "" for who
    follows the policy of its type, else the family of the policy that it follows; it then has the type's senses alone.
    """

    name: str
    type: dict[str, str]
    description: str
    mind: str = ""
    stranger: str = ""


class BaseEpisode:
    """The part that the orchard's episodes and those of anybody's environment share; arrays have the axes t and n."""

    index: int
    seed: int
    split: str
    run: dict
    action: np.ndarray  # t n   -1 where the agent did not act
    reward: np.ndarray  # t n
    role: list[list[tuple[str, ...]]]  # [t][n]
    prompt: list[list[str]]  # [t][n]
    agents: list[Agent]  # [n]
    images: tuple[int, ...] = ()  # the agents that are images in a mirror, and no bodies

    @property
    def steps(self) -> int:
        """How many steps it lasted."""
        return len(self.action)

    @cached_property
    def names(self) -> list[str]:
        """The agents' names, in the order of the axis n."""
        return [agent.name for agent in self.agents]

    @property
    def actions(self) -> int:
        """How many actions there are: the most that any of the environment's species has."""
        return len(self.action_names)

    @property
    def action_names(self) -> tuple[str, ...]:
        """A word for each action."""
        raise NotImplementedError

    @cached_property
    def acts(self) -> np.ndarray:
        """(t, n) bool: whether an agent acts at a step."""
        return self.action >= 0

    def mask_of(self, agent: int, step: int) -> np.ndarray:
        """(actions,) bool: what the agent may do at that step; all of it False where it does not act."""
        return np.full(self.actions, bool(self.acts[step, agent]))

    def find(self, name: str) -> int:
        """The index of the agent of that name. Raises FunhouseError with the nearest names."""
        if not isinstance(name, str):
            what, remedy = f"agent = {shown(name)} is no name", f"give a name as text, such as {self.names[0]!r}"
            raise FunhouseError(what, place=f"episode {self.index}", remedy=remedy)
        if name in self.names:
            return self.names.index(name)
        near = difflib.get_close_matches(name, self.names, n=8, cutoff=0.0)  # the nearest first
        raise FunhouseError(
            f"nobody is called '{name}'", place=f"episode {self.index}", remedy=f"say {' or '.join(near)}"
        )

    def check_step(self, step: int) -> None:
        """Raises FunhouseError unless 0 <= step < steps."""
        place, remedy = f"episode {self.index}", f"choose a step from 0 to {self.steps - 1}"
        if not 0 <= whole(step, "step", remedy, place) < self.steps:
            raise FunhouseError(f"there is no step {step}", place=place, remedy=remedy)
