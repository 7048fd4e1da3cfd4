"""The two interfaces of PettingZoo behind the one of Environment."""

from collections.abc import Mapping, Sequence
from typing import Any

from worlds.arena.environment import FAILS, Environment
from worlds.errors import FunhouseError

LONGEST_WAIT = 1000  # steps in which nobody may act
PLACEHOLDER = 0  # the action that stands for those who may not act


class Together(Environment):
    """A Parallel environment: everybody alive acts at each step, but for those whose mask is all zeros."""

    in_turn = False
    _acting: list[int]
    _waiting: list[int]

    def turn(self) -> list[int]:
        return self._acting

    def waiting(self) -> list[int]:
        return []

    def alive(self) -> list:
        return [self.seats[seat] for seat in (*self._acting, *self._waiting)]

    def _reset(self, seed: int) -> None:
        begun = self.begin(seed)
        if not isinstance(begun, tuple) or len(begun) != 2:
            raise self._no_values("reset", begun, "observations, infos")
        self._take(*begun)
        self._find_acting({}, {})
        self._wait()

    def play(self, actions: Mapping[int, int]) -> None:
        given = {self.seats[seat]: self.decode[seat](action) for seat, action in actions.items()}
        self.guard(self._step, given)
        if self._waiting and not self._acting:
            self.guard(self._wait)

    def _step(self, given: dict) -> None:
        before, waited = self._acting, self._waiting
        for seat in waited:
            given[self.seats[seat]] = self.decode[seat](PLACEHOLDER)
        self.step += 1
        told = self.env.step(given)
        if not isinstance(told, tuple) or len(told) != 5:
            raise self._no_values("step", told, "observations, rewards, terminations, truncations, infos")
        observed, rewards, terminated, truncated, infos = told
        self._collect(rewards)
        self._take(observed, infos)
        self._find_acting(self.mapping(terminated, "terminations"), self.mapping(truncated, "truncations"))
        if self._acting == before and self._waiting == waited:
            return
        still = {*self._acting, *self._waiting}
        for seat in (*before, *waited):
            agent = self.seats[seat]
            if seat not in still and not (terminated.get(agent) or truncated.get(agent)):
                raise self.failure(f"{agent} disappeared without an end")

    def _wait(self) -> None:
        """Goes on while agents are there and none of them may act; what they are given meanwhile is added up."""
        for _ in range(LONGEST_WAIT):
            if self._acting or not self._waiting:
                return
            rewards = self.rewards
            self._step({})
            self.rewards = self.rewards + rewards
        raise self.failure(f"never ends: nobody may act in {LONGEST_WAIT} steps")

    def _take(self, observed: Any, infos: Any) -> None:
        self._observed = self.mapping(observed, "observations")
        self._infos = self.mapping(infos, "infos") if infos is not None else {}

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
        seats.sort()
        if not self._masked:
            self._acting, self._waiting = seats, []
            return
        able = [self._may_act(seat) for seat in seats]
        self._acting = [seat for seat, may in zip(seats, able, strict=True) if may]
        self._waiting = [seat for seat, may in zip(seats, able, strict=True) if not may]

    def _no_values(self, name: str, told: Any, wanted: str) -> FunhouseError:
        what = f"{len(told)} values" if isinstance(told, tuple) else f"a {type(told).__name__}"
        return self.refusal(f"its {name} returns {what}", f"let it return {wanted}")

    def _shown(self, agents: Sequence) -> Sequence:
        return [self._observed[agent] for agent in agents]

    def infos(self) -> Any:
        return self._infos

    def _info(self, agent: Any) -> Any:
        return self._infos.get(agent)


class InTurn(Environment):
    """An AEC environment: one agent acts at each step; those that have ended, or may not act, are stepped over here."""

    in_turn = True
    _mover: int | None

    def turn(self) -> list[int]:
        return [] if self._mover is None else [self._mover]

    def waiting(self) -> list[int]:
        here = {self._seat_of[agent] for agent in self.guard(self._alive)} - {self._mover}
        barred = {seat for seat, (_, legal) in self._read.items() if not legal.any()}
        return sorted(here - barred)

    def alive(self) -> list:
        return list(self.guard(self._alive))

    def _reset(self, seed: int) -> None:
        self.begin(seed)
        self._advance()

    def play(self, actions: Mapping[int, int]) -> None:
        ((seat, action),) = actions.items()
        self.guard(self._step, self.decode[seat](action))

    def _step(self, action: Any) -> None:
        self._move(action)
        self._advance()

    def _move(self, action: Any) -> None:
        """One step of the environment."""
        before = self._alive()
        self.step += 1
        self.env.step(action)
        self._collect(self.env.rewards)
        for agent in before - set(self.env.agents):
            if not self._ended(agent):
                raise self.failure(f"{agent} disappeared without an end")

    def _alive(self) -> set:
        return {agent for agent in self.env.agents if not self._ended(agent)}

    def _ended(self, agent: Any) -> bool:
        return bool(self.env.terminations.get(agent) or self.env.truncations.get(agent))

    def _advance(self) -> None:
        """Steps over those who have ended or may not act, to the next that acts; what is given meanwhile is added."""
        self._mover = None
        ended = waited = 0
        while self._alive():
            agent = self.env.agent_selection
            if agent not in self._seat_of:
                raise self.failure(f"it is the turn of {agent}, which is none of possible_agents")
            if self._ended(agent):
                self.env.step(None)
                ended += 1
            elif not self._masked or self._may_act(self._seat_of[agent]):
                self._mover = self._seat_of[agent]
                return
            else:
                rewards = self.rewards
                self._move(self.decode[self._seat_of[agent]](PLACEHOLDER))
                self.rewards = self.rewards + rewards
                ended, waited = 0, waited + 1
            if ended > 2 * len(self.seats):
                raise self.failure("the game never ends: agents that have ended take turns for ever")
            if waited > LONGEST_WAIT:
                raise self.failure(f"never ends: nobody may act in {LONGEST_WAIT} steps")

    def _shown(self, agents: Sequence) -> Sequence:
        return [self._observe(agent) for agent in agents]

    def _observe(self, agent: Any) -> Any:
        try:
            return self._call(self.env.observe, agent)
        except FunhouseError:
            raise
        except FAILS as error:
            raise self._blind(agent, error) from error

    def infos(self) -> Any:
        return getattr(self.env, "infos", None)

    def _info(self, agent: Any) -> Any:
        infos = self.infos()
        return infos.get(agent) if isinstance(infos, Mapping) else None
