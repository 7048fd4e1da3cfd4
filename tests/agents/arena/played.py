"""Playing real environments with members of a bank: what tests of banks and scripts share."""

from collections.abc import Mapping

import numpy as np

from agents.arena.bank import Bank, BankConfig
from worlds import dice
from worlds.arena import ArenaConfig
from worlds.arena.environment import Environment

SCRIPTED = BankConfig(random_linear=0, random_mlp=0)


def scripted(environment: str, **arguments) -> Bank:
    """A bank of scripts only, for which nothing is measured."""
    return Bank.of(ArenaConfig(environment, arguments), SCRIPTED)


class Game:
    """One game of an environment, in which the agents that are named are played by members, others at random."""

    def __init__(self, bank: Bank, seed: int = 0):
        self.bank, self.seed, self.steps = bank, seed, 0
        self.environment = Environment.open(bank.config.environment, bank.config.keywords)
        self.environment.reset(seed)
        self.seen: list[list[np.ndarray]] = [[] for _ in bank.forms]
        self.legal: list[list[np.ndarray]] = [[] for _ in bank.forms]
        self.rewards = np.zeros(len(self.environment.seats))

    def seat(self, name: str) -> int:
        return self.environment.seats.index(name)

    def step(self, cast: Mapping[int, str], greedy: bool = False) -> dict[int, int]:
        """One step, with `cast` the members' names by seat; `greedy` members take their likeliest action."""
        turn, actions = np.array(self.environment.turn()), {}
        kinds = self.environment.seat_species[turn]
        for kind in np.unique(kinds):
            seats = turn[kinds == kind]
            observation, mask = self.environment.views(seats)
            self.seen[kind].append(observation)
            self.legal[kind].append(mask)
            for row, seat in enumerate(seats.tolist()):
                chances = mask[row] / mask[row].sum()
                if seat in cast:
                    chances = self.bank.act(
                        self.bank.index(cast[seat]), observation[row : row + 1], mask[row : row + 1]
                    )[0]
                actions[seat] = self._pick(chances, seat, greedy and seat in cast)
        self.environment.play(actions)
        self.rewards += self.environment.rewards
        self.steps += 1
        return actions

    def play(self, cast: Mapping[int, str], steps: int, greedy: bool = False) -> "Game":
        for _ in range(steps):
            if self.environment.over:
                break
            self.step(cast, greedy)
        return self

    def _pick(self, chances: np.ndarray, seat: int, greedy: bool) -> int:
        if greedy:
            return int(chances.argmax())
        at = dice.pick(np.uint64(self.seed), self.steps, seat, dice.ACTION, 1 << 31) / (1 << 31)
        return int(min(np.searchsorted(np.cumsum(chances), at, side="right"), np.flatnonzero(chances)[-1]))


def observations(bank: Bank, steps: int = 40, games: int = 3) -> list[tuple[np.ndarray, np.ndarray]]:
    """[species] what agents observe and may do while random members of the bank play."""
    seen: list[list[np.ndarray]] = [[] for _ in bank.forms]
    legal: list[list[np.ndarray]] = [[] for _ in bank.forms]
    for seed in range(games):
        game = Game(bank, seed)
        draw = np.random.default_rng(seed)
        cast = {}
        for seat, kind in enumerate(game.environment.seat_species):
            cast[seat] = bank.members[draw.integers(bank.rows[kind].start, bank.rows[kind].stop)].name
        for again in range(steps):
            game.play(cast, steps - game.steps)
            if game.steps >= steps:
                break
            game.environment.reset(seed + 1000 * (again + 1))
        for kind in range(len(bank.forms)):
            seen[kind] += game.seen[kind]
            legal[kind] += game.legal[kind]
    return [(np.concatenate(one), np.concatenate(other)) for one, other in zip(seen, legal, strict=True)]
