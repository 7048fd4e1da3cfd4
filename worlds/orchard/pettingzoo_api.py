"""The orchard as a PettingZoo environment, Parallel and AEC, registered as "funhouse/orchard-v0".

    import pettingzoo, worlds.orchard.pettingzoo_api
    env = pettingzoo.make("parallel", "funhouse/orchard-v0", agents=16, map="maze")

What an agent observes is its 7 x 7 view of `worlds.orchard.rules`: 0 unseen, 1 floor, 2 wall, 3 + k fruit of kind
k, and 16 more where somebody stands. All agents stay until the episode is truncated after `steps` steps.
With marks=CHANCE there is a sixth action, wash, and a code has 32 more where somebody marked stands: here
everybody feels its own mark, and its own cell tells it.
"""

import secrets
import sys
from dataclasses import fields, replace
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from pettingzoo import AECEnv, ParallelEnv, register
from pettingzoo.utils import parallel_to_aec, wrappers

from worlds.drawing.frame import Frame, glances
from worlds.drawing.render import ansi, image
from worlds.errors import FunhouseError
from worlds.orchard.config import OrchardConfig
from worlds.orchard.rules import AGENT, FRUIT, MARKED, VIEW_RADIUS, Orchard

ID = "funhouse/orchard-v0"
_SIDE = 2 * VIEW_RADIUS + 1


def tastes(agents: int, kinds: int) -> np.ndarray:
    """What a fruit of each kind is worth to each agent by default, (agents, kinds) float32.

    Agent i likes kind i mod kinds best (1) and the kind before that least (-1); those between are worth 0.25.
    """
    worth = np.full(kinds, 0.25, np.float32)
    worth[-1], worth[0] = -1, 1
    return np.stack([np.roll(worth, agent % kinds) for agent in range(agents)])


class OrchardEnv(ParallelEnv):
    """One world of the orchard behind PettingZoo's Parallel API.

    config holds the world's settings, keyword arguments replace single ones (agents=16) and max_cycles
    replaces `steps`. worth (agents, kinds) is the reward of each kind of fruit to each agent, `tastes` if not
    given. No array that was returned is written again. Raises FunhouseError for settings that make no world.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "orchard_v0",
        "render_modes": ["human", "ansi", "rgb_array"],
        "is_parallelizable": True,
        "render_fps": 4,
    }

    def __init__(
        self,
        config: OrchardConfig | None = None,
        *,
        split: str = "train",
        worth: np.ndarray | None = None,
        max_cycles: int | None = None,
        render_mode: str | None = None,
        **settings: Any,
    ):
        if max_cycles is not None:
            settings["steps"] = max_cycles
        if unknown := set(settings) - {field.name for field in fields(OrchardConfig)}:
            raise FunhouseError(f"an orchard has no setting '{sorted(unknown)[0]}'", remedy="see tom run --help")
        self.config = replace(config or OrchardConfig(), **settings)
        self.split, self.render_mode = split, render_mode
        if render_mode not in (None, *self.metadata["render_modes"]):
            modes = ", ".join(self.metadata["render_modes"])
            raise FunhouseError(f"there is no render mode '{render_mode}'", remedy=f"choose {modes} or None")
        self.possible_agents = [f"agent_{i}" for i in range(self.config.agents)]
        self.agents: list[str] = []
        self._make_spaces()
        self._make_worth(worth)
        self._seed, self._episode, self._step = secrets.randbits(62), -1, 0

    def _make_spaces(self) -> None:
        """One space object for each agent, the same on every call, so that seeding it lasts."""
        (height, width), most = self.config.shape, AGENT + FRUIT + self.config.kinds - 1
        most += MARKED * (self.config.marks > 0)
        self._choices = frozenset(range(len(self.config.action_names)))
        view = {agent: spaces.Box(0, most, (_SIDE, _SIDE), np.uint8) for agent in self.possible_agents}
        self._observation_space = view
        self._action_space = {agent: spaces.Discrete(len(self._choices)) for agent in self.possible_agents}
        self.state_space = spaces.Box(0, most, (height, width), np.uint8)
        self._place = [divmod(cell, width) for cell in range(height * width)]

    def _make_worth(self, worth: np.ndarray | None) -> None:
        shape = (self.config.agents, self.config.kinds)
        worth = tastes(*shape) if worth is None else np.asarray(worth, np.float32)
        if worth.shape != shape:
            what = f"worth has shape {worth.shape}, not (agents, kinds) = {shape}"
            raise FunhouseError(what, remedy="give each agent one reward for each kind of fruit")
        # One column more, of zeros, for the index -1 of who ate nothing.
        self._worth = np.concatenate([worth, np.zeros((len(worth), 1), np.float32)], axis=1)
        self._row = np.arange(len(worth))

    def observation_space(self, agent: str) -> spaces.Box:
        """The 7 x 7 uint8 codes of a view; the same object on every call."""
        return self._observation_space[agent]

    def action_space(self, agent: str) -> spaces.Discrete:
        """The five `worlds.ACTIONS`, with moves=8 the diagonal ones, where there are marks, wash; the same object on
        every call."""
        return self._action_space[agent]

    def reset(self, seed: int | None = None, options: dict | None = None):
        """Starts an episode: with a seed its first, the same bit for bit each time; without, the next one.

        Returns observations and infos by agent. Nothing in `options` is used.
        """
        self._episode += 1
        if seed is not None:
            self._seed, self._episode = seed, 0
        self._world = Orchard(self.config, self._seed, self.split, batch=1, first_episode=self._episode)
        self._action = np.zeros((1, self.config.agents), np.int8)
        self._step = 0
        self.agents = list(self.possible_agents)
        return self._observations(), self._infos()

    def step(self, actions: dict[str, int]):
        """Moves every agent at once: actions maps each to an index into `config.action_names`.

        Returns observations, rewards, terminations (never), truncations (all, after `steps` steps), infos by
        agent. Raises FunhouseError for an agent without an action, an unknown action, or an ended episode.
        """
        agents = self.agents
        try:
            self._action[0] = [actions[agent] for agent in agents]
        except (KeyError, TypeError, ValueError, OverflowError):
            raise self._complaint(actions) from None
        if not agents or not self._choices.issuperset(actions.values()):
            raise self._complaint(actions)
        self._world.step(self._action)
        self._step += 1
        ended = self._step == self.config.steps
        eaten = self._world.eaten[0]
        if self._world.fate:
            eaten = np.where(self._world.fate.hollow[0], -1, eaten)
        rewards = self._worth[self._row, eaten].tolist()
        returned = (
            self._observations(),
            dict(zip(agents, rewards, strict=True)),
            dict.fromkeys(agents, False),
            dict.fromkeys(agents, ended),
            self._infos(),
        )
        if ended:
            self.agents = []
        if self.render_mode == "human":
            self.render()
        return returned

    def _complaint(self, actions: dict[str, int]) -> FunhouseError:
        """What is wrong with these actions."""
        if not self.agents:
            return FunhouseError("no episode is under way", place="step", remedy="call reset first")
        for agent in self.agents:
            if agent not in actions:
                return FunhouseError(f"{agent} has no action", place="step", remedy="give every agent one")
        agent = next(agent for agent, action in actions.items() if action not in self._choices)
        names = self.config.action_names
        remedy = f"choose 0 to {len(names) - 1}: {', '.join(names)}"
        return FunhouseError(f"{agent} cannot do {actions[agent]!r}", place="step", remedy=remedy)

    def _observations(self) -> dict[str, np.ndarray]:
        return dict(zip(self.agents, self._world.view[0].copy(), strict=True))

    def _infos(self) -> dict[str, dict[str, Any]]:
        """Where each agent stands, (row, column): with the map known to all, one knows one's place on it."""
        place, cell = self._place, self._world.cell[0].tolist()
        return {agent: {"position": place[c]} for agent, c in zip(self.agents, cell, strict=True)}

    def _codes(self) -> np.ndarray:
        """What lies in every cell, (h, w) uint8."""
        height, width = self.config.shape
        grid = self._world.grid[0].reshape(height + 2 * VIEW_RADIUS, width + 2 * VIEW_RADIUS)
        return grid[VIEW_RADIUS:-VIEW_RADIUS, VIEW_RADIUS:-VIEW_RADIUS].copy()

    def state(self) -> np.ndarray:
        """The whole world, (h, w) uint8, in the codes of a view with nothing unseen."""
        return self._codes()

    def frame(self) -> Frame:
        """This moment as `worlds.drawing.render` draws it."""
        code = self._codes()
        kind = (code & (AGENT - 1)).astype(np.int8) - FRUIT
        position = np.array([self._place[c] for c in self._world.cell[0]])
        walls = self._world.walls[0]
        return Frame(
            walls, np.where(kind >= 0, kind, -1), position, self.possible_agents, glances(self._action[0], self.config),
            mark=self._world.mark[0].copy(),
        )  # fmt: skip

    def render(self) -> np.ndarray | str | None:
        """The frame: "rgb_array" pixels (H, W, 3) uint8, "ansi" text, "human" that text on stdout."""
        if self.render_mode == "rgb_array":
            return image(self.frame())
        if self.render_mode == "ansi":
            return ansi(self.frame())
        if self.render_mode == "human":
            home = "\x1b[H\x1b[2J" if sys.stdout.isatty() else ""
            print(home + ansi(self.frame(), colour=bool(home)), flush=True)
        return None


def parallel_env(**settings: Any) -> OrchardEnv:
    """The Parallel environment; see `OrchardEnv` for the settings."""
    return OrchardEnv(**settings)


def env(**settings: Any) -> AECEnv:
    """The AEC environment, derived from the Parallel one: agents act in turn, then the world steps."""
    return wrappers.OrderEnforcingWrapper(parallel_to_aec(OrchardEnv(**settings)))


register("parallel", ID, entry_point=parallel_env)
register("aec", ID, entry_point=env)
