"""The two interfaces of PettingZoo behind the one of Environment."""

from collections.abc import Mapping, Sequence
from typing import Any

from worlds.arena.environment import Environment
from worlds.arena.failure import ArenaFailure


class Together(Environment):
    """A Parallel environment: everybody alive acts at each step."""

    in_turn = False
    _acting: list[int]

    def turn(self) -> list[int]:
        return self._acting

    def _reset(self, seed: int) -> None:
        self._observed, self._infos = self.env.reset(seed=seed)
        self._find_acting({}, {})

    def play(self, actions: Mapping[int, int]) -> None:
        self._guard(self._step, {self.seats[seat]: self.decode[seat](action) for seat, action in actions.items()})

    def _step(self, given: Mapping) -> None:
        before = self._acting
        self._observed, rewards, terminated, truncated, self._infos = self.env.step(given)
        self._collect(rewards)
        self._find_acting(terminated, truncated)
        if self._acting == before:
            return
        still = set(self._acting)
        for seat in before:
            agent = self.seats[seat]
            if seat not in still and not (terminated.get(agent) or truncated.get(agent)):
                raise self.failure(f"{agent} disappeared without an end")

    def _find_acting(self, terminated: Mapping, truncated: Mapping) -> None:
        seats = []
        for agent in self.env.agents:
            if agent not in self._seat_of:
                raise self.failure(f"{agent} appeared, and is none of possible_agents")
            if terminated.get(agent) or truncated.get(agent):
                continue  # some environments keep those that ended in their list
            if agent not in self._observed:
                raise self.failure(f"{agent} is there and observes nothing")
            seats.append(self._seat_of[agent])
        self._acting = sorted(seats)

    def _shown(self, agents: Sequence) -> Sequence:
        return [self._observed[agent] for agent in agents]

    def _info(self, agent: Any) -> Any:
        return self._infos.get(agent) if self._infos else None


class InTurn(Environment):
    """An AEC environment: one agent acts at each step; those that have ended are stepped over here."""

    in_turn = True
    _mover: int | None

    def turn(self) -> list[int]:
        return [] if self._mover is None else [self._mover]

    def _reset(self, seed: int) -> None:
        self.env.reset(seed=seed)
        self._advance()

    def play(self, actions: Mapping[int, int]) -> None:
        ((seat, action),) = actions.items()
        self._guard(self._step, self.decode[seat](action))

    def _step(self, action: Any) -> None:
        before = self._alive()
        self.env.step(action)
        self._collect(self.env.rewards)
        for agent in before - set(self.env.agents):
            if not self._ended(agent):
                raise self.failure(f"{agent} disappeared without an end")
        self._advance()

    def _alive(self) -> set:
        return {agent for agent in self.env.agents if not self._ended(agent)}

    def _ended(self, agent: Any) -> bool:
        return bool(self.env.terminations.get(agent) or self.env.truncations.get(agent))

    def _advance(self) -> None:
        """Steps over the agents that have ended, to the next that acts."""
        self._mover = None
        for _ in range(2 * len(self.seats) + 1):
            if not self._alive():
                return
            agent = self.env.agent_selection
            if agent not in self._seat_of:
                raise self.failure(f"it is the turn of {agent}, which is none of possible_agents")
            if not self._ended(agent):
                self._mover = self._seat_of[agent]
                return
            self.env.step(None)
        raise self.failure("the game never ends: agents that have ended take turns for ever")

    def _shown(self, agents: Sequence) -> Sequence:
        return [self._observe(agent) for agent in agents]

    def _observe(self, agent: Any) -> Any:
        try:
            return self._call(self.env.observe, agent)
        except ArenaFailure:
            raise
        except Exception as error:
            raise self._blind(agent, error) from error

    def _info(self, agent: Any) -> Any:
        return self.env.infos.get(agent)
