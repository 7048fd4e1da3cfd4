"""Environments as people bring them, named as "tests.worlds.arena.oddities:masked": walkers, each odd in one way."""

from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from pettingzoo import AECEnv, ParallelEnv


class Walkers(ParallelEnv):
    """Sound: `agents` walk on a line from 0 to 9, and raise where they do what their mask forbids."""

    metadata: ClassVar[dict[str, Any]] = {"name": "walkers"}
    space: ClassVar[spaces.Space] = spaces.Box(-100, 100, (2,), np.float32)

    def __init__(self, agents=3, length=12):
        self.possible_agents = [f"walker_{i}" for i in range(agents)]
        self.length = length

    def observation_space(self, agent):
        return self.space

    def action_space(self, agent):
        return spaces.Discrete(3)

    def reset(self, seed=None, options=None):
        self.generator, self.time = np.random.default_rng(seed), 0
        self.agents = self.takes_part()
        self.place = {agent: int(self.generator.integers(10)) for agent in self.possible_agents}
        return self.observe(), self.infos()

    def takes_part(self) -> list:
        return list(self.possible_agents)

    def mask(self, agent) -> Any:
        return np.array([self.place[agent] > 0, 1, self.place[agent] < 9], np.int8)

    def row(self, agent) -> Any:
        return np.array([self.place[agent], self.time], np.float32)

    def shown(self, agent) -> Any:
        return self.row(agent)

    def observe(self):
        return {agent: self.shown(agent) for agent in self.agents}

    def infos(self):
        return {agent: {} for agent in self.agents}

    def move(self, agent, action):
        if not self.mask(agent)[action]:
            raise ValueError(f"{agent} may not do {action} at {self.place[agent]}")
        self.place[agent] += int(action) - 1

    def step(self, actions):
        for agent, action in actions.items():
            self.move(agent, action)
        self.time += 1
        there, over = self.agents, self.time >= self.length
        seen, infos = self.observe(), self.infos()
        rewards = {agent: float(self.place[agent]) for agent in there}
        self.agents = [] if over else there
        return seen, rewards, dict.fromkeys(there, False), dict.fromkeys(there, over), infos


class Masked(Walkers):
    """A mask beside entries of any names, declared or not, as a list or an array, of some or later (`since`)."""

    def __init__(
        self, entries=("observation",), declared=True, lists=False, some=False, since=0, key="action_mask", **kw
    ):
        super().__init__(**kw)
        self.entries, self.declared, self.lists, self.some, self.since, self.key = (
            entries,
            declared,
            lists,
            some,
            since,
            key,
        )

    def observation_space(self, agent):
        if not self.declared:
            return self.space
        return spaces.Dict({**dict.fromkeys(self.entries, self.space), self.key: spaces.MultiBinary(3)})

    def mask(self, agent):
        says = self.time >= self.since and not (self.some and agent == "walker_0")
        return super().mask(agent) if says else np.ones(3, np.int8)

    def shown(self, agent):
        if not self.declared and self.time < self.since:
            return self.row(agent)
        mask = self.mask(agent)
        return {**{name: self.row(agent) for name in self.entries}, self.key: mask.tolist() if self.lists else mask}

    def move(self, agent, action):
        super().move(agent, action)


class InInfos(Masked):
    """Masks in infos: of all, of all but the first, since a step, under a name."""

    def observation_space(self, agent):
        return self.space

    def shown(self, agent):
        return self.row(agent)

    def infos(self):
        silent = {"walker_0"} if self.some else set()
        if self.time < self.since:
            silent = set(self.agents)
        return {agent: {} if agent in silent else {self.key: self.mask(agent)} for agent in self.agents}


class Twice(Masked):
    """A mask beside the observation and one in the info, which since a step differs from it; `extra` entries more."""

    def __init__(self, differs=99, extra=False, **kw):
        super().__init__(**kw)
        self.differs, self.extra = differs, extra

    def shown(self, agent):
        return {**super().shown(agent), **({"more": 1} if self.extra else {})}

    def infos(self):
        other = np.array([1, 0, 0]) if self.time >= self.differs else None
        return {agent: {"action_mask": self.mask(agent) if other is None else other} for agent in self.agents}


class Elsewhere(Walkers):
    """A mask where nobody reads it: in a method, in all infos, in a part of a Tuple, deep; or flags that are none."""

    def __init__(self, where, **kw):
        super().__init__(**kw)
        self.where = where
        if where in ("action_mask", "legalMoves"):
            setattr(self, where, self.mask)
        if where == "get_action_masks":
            setattr(self, where, lambda: {agent: self.mask(agent) for agent in self.agents})

    def mask(self, agent):
        return np.ones(3, np.int8) if self.where == "flags" else super().mask(agent)

    def observation_space(self, agent):
        parts = self.space, spaces.MultiBinary(3)
        if self.where == "tuple":
            return spaces.Tuple(parts)
        return spaces.Dict({"seen": parts[0], "flags": parts[1]}) if self.where == "flags" else self.space

    def shown(self, agent):
        parts = self.row(agent), self.mask(agent)
        if self.where == "tuple":
            return parts
        return {"seen": parts[0], "flags": parts[1]} if self.where == "flags" else parts[0]

    def infos(self):
        told: dict[str, dict] = {agent: {} for agent in self.agents}
        if self.where == "beside":
            told["action_masks"] = {agent: self.mask(agent) for agent in self.agents}
        if self.where == "common":
            told["__common__"] = {"action_mask": {agent: self.mask(agent) for agent in self.agents}}
        if self.where == "legal_moves":
            told = {agent: {self.where: ["left", "right"]} for agent in self.agents}
        if self.where == "deep":
            told = {agent: {"state": {"action_mask": self.mask(agent)}} for agent in self.agents}
        if self.where == "Action-Mask":
            told = {agent: {self.where: self.mask(agent).astype(float)} for agent in self.agents}
        return told


class ByTurns(Walkers):
    """Who may not act now has a mask of zeros, and must be given 0; at every `pause`th step that is everybody."""

    def __init__(self, pause=0, **kw):
        super().__init__(**kw)
        self.pause = pause

    def mask(self, agent):
        idle = self.pause and self.time % self.pause == 0
        turn = not idle and self.possible_agents[self.time % len(self.possible_agents)] == agent
        return super().mask(agent) * np.int8(turn)

    def observation_space(self, agent):
        return spaces.Dict({"observation": self.space, "action_mask": spaces.MultiBinary(3)})

    def shown(self, agent):
        return {"observation": self.row(agent), "action_mask": self.mask(agent)}

    def step(self, actions):
        assert set(actions) == set(self.agents)
        acting = {agent: action for agent, action in actions.items() if self.mask(agent).any()}
        assert all(actions[agent] == 0 for agent in self.agents if agent not in acting)
        return super().step(acting)


class Pool(Walkers):
    """Of six, two or three take part in each game."""

    def __init__(self, length=200):
        super().__init__(6, length)

    def takes_part(self):
        many = int(self.generator.integers(2, 4))
        return sorted(self.generator.choice(self.possible_agents, many, replace=False).tolist())

    def mask(self, agent):
        return np.ones(3, np.int8)


class Seen(Walkers):
    """Observations that their space does not allow: `box` is (low, high, shape, type), `value` what is shown."""

    def __init__(self, box, value, kind=None, since=0, **kw):
        super().__init__(**kw)
        low, high, shape, dtype = box
        self.space = spaces.Box(low, high, tuple(shape), np.dtype(dtype).type)  # type: ignore[misc]
        self.value, self.kind, self.since = value, kind or dtype, since

    def mask(self, agent):
        return np.ones(3, np.int8)

    def shown(self, agent):
        if self.time < self.since:
            return np.zeros(self.space.shape, self.space.dtype)
        return np.array(self.value).astype(self.kind)


class Acts(Walkers):
    """An action space of any kind, which is checked to hold what it is given."""

    def __init__(self, kind, **kw):
        super().__init__(**kw)
        self.space_of_acts: spaces.Space = {
            "tuple": lambda: spaces.Tuple([spaces.Discrete(3), spaces.MultiBinary(2)]),
            "dict": lambda: spaces.Dict({"move": spaces.Discrete(3, start=-1), "talk": spaces.Discrete(2)}),
            "grid": lambda: spaces.MultiDiscrete([9, 9]),
            "one": lambda: spaces.Discrete(1),
            "start": lambda: spaces.Discrete(3, start=-1),
            "many": lambda: spaces.Discrete(600),
            "most": lambda: spaces.Discrete(5000),
        }[kind]()
        self.taken: list = []

    def action_space(self, agent):
        return self.space_of_acts

    def move(self, agent, action):
        assert self.space_of_acts.contains(action), f"{action!r} is not in {self.space_of_acts}"


class Board(Walkers):
    """`many` actions, of which a few are legal: those near ten times the place."""

    def __init__(self, many=200, **kw):
        super().__init__(**kw)
        self.many = many

    def action_space(self, agent):
        return spaces.Discrete(self.many)

    def mask(self, agent):
        legal = np.zeros(self.many, np.int8)
        legal[10 * self.place[agent] + np.arange(3 + self.place[agent] % 3)] = 1
        return legal

    def infos(self):
        return {agent: {"action_mask": self.mask(agent)} for agent in self.agents}

    def move(self, agent, action):
        assert self.mask(agent)[action]
        self.place[agent] = (self.place[agent] + int(action) % 3) % 10


class Flawed(Walkers):
    """What a first try lacks, or does besides: `flaw` names it."""

    def __init__(self, flaw, since=3, **kw):
        super().__init__(**kw)
        self.flaw, self.since = flaw, since
        if flaw in ("late_names", "no_names"):
            del self.possible_agents
        if flaw == "twice":
            self.possible_agents *= 2

    @property
    def num_agents(self):
        raise RuntimeError("nobody counts")

    def observation_space(self, agent):
        if self.flaw == "space_raises":
            raise NotImplementedError("later")
        return {"shape": (2,)} if self.flaw == "no_space" else super().observation_space(agent)

    def reset(self, seed=None, options=None):
        if self.flaw in ("late_names", "no_names"):
            names = ["walker_0", "walker_1"]
            if self.flaw == "late_names":
                self.possible_agents = names
            else:
                return {}, {}
        observations, infos = super().reset(seed)
        return observations if self.flaw == "no_infos" else (observations, None if self.flaw == "infos_none" else infos)

    def mask(self, agent):
        return np.ones(3, np.int8)

    def step(self, actions):
        if self.flaw == "exit" and self.time >= self.since:
            raise SystemExit(0)
        seen, rewards, ended, cut, infos = super().step(actions)
        told = {
            "array_reward": lambda reward: np.array([reward]),
            "wide_reward": lambda reward: np.array([reward, reward]),
            "endless_reward": lambda _: np.inf,
            "great_reward": lambda _: 1e300,
            "no_reward": lambda _: None,
        }.get(self.flaw, lambda reward: reward)
        rewards = {agent: told(reward) for agent, reward in rewards.items()}
        if self.flaw == "strange_reward":
            rewards["ghost"] = 1.0
        if self.flaw == "four_values":
            return seen, rewards, ended, infos
        return seen, list(rewards.values()) if self.flaw == "listed_rewards" else rewards, ended, cut, infos

    def close(self):
        if self.flaw == "close_raises":
            self.window.quit()
        if self.flaw == "close_exits":
            raise SystemExit("goodbye")


class SeedlessReset(Walkers):
    def reset(self):  # type: ignore[override]
        return super().reset(0)


class Passing(AECEnv):
    """Three in turn, of whom the second may never act, and the third only in every other round."""

    metadata: ClassVar[dict[str, Any]] = {"name": "passing", "is_parallelizable": False}

    def __init__(self, length=9):
        self.possible_agents, self.length = ["a", "b", "c"], length

    def observation_space(self, agent):
        return spaces.Dict({"sight": spaces.Discrete(1000), "action_mask": spaces.MultiBinary(2)})

    def action_space(self, agent):
        return spaces.Discrete(2)

    def reset(self, seed=None, options=None):
        self.agents, self.time = list(self.possible_agents), 0
        self.rewards = dict.fromkeys(self.agents, 0.0)
        self.terminations, self.truncations = dict.fromkeys(self.agents, False), dict.fromkeys(self.agents, False)
        self.infos = {agent: {} for agent in self.agents}
        self.agent_selection = "a"

    def able(self) -> bool:
        return self.agent_selection == "a" or (self.agent_selection == "c" and self.time // 3 % 2 == 1)

    def observe(self, agent):
        return {"sight": self.time, "action_mask": np.full(2, agent == self.agent_selection and self.able(), np.int8)}

    def step(self, action):
        if self.terminations[self.agent_selection] or self.truncations[self.agent_selection]:
            self.agents.remove(self.agent_selection)
            self.agent_selection = self.agents[0] if self.agents else ""
            return
        assert self.able() or action == 0
        self.rewards = dict.fromkeys(self.agents, 1.0)
        self.time += 1
        self.agent_selection = self.possible_agents[self.time % 3]
        self.truncations = dict.fromkeys(self.agents, self.time >= self.length)


masked, in_infos, twice, elsewhere, by_turns, pool, seen, acts, board, flawed, seedless, passing = (
    Masked, InInfos, Twice, Elsewhere, ByTurns, Pool, Seen, Acts, Board, Flawed, SeedlessReset, Passing,
)  # fmt: skip
