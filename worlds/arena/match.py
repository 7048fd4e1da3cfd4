"""A match: consecutive games between the same agents, until each of them has made its moves."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from worlds import dice
from worlds.arena.config import ArenaConfig
from worlds.arena.environment import Environment
from worlds.arena.participants import Cast, cast_of
from worlds.arena.steady import check_spaces
from worlds.arena.visibility import Context, parse_rule, see, steady_rounds

LONGEST = 2  # times the moves that are asked: agents that end early keep nobody waiting longer
_EMPTY_GAMES = 16  # in a row, in which nobody acts: then the environment plays nothing


class Match:
    """One match in a fresh environment, for some environments remember earlier games; a function of its key.

    While not `over`: the seats of `turn()` act, `views` shows what they observe, `perceived()` who perceives
    whom, `play` goes on. Raises ArenaFailure where the environment fails.
    """

    def __init__(self, config: ArenaConfig, key: int):
        self.config, self.key = config, key
        self.environment = Environment.open(config.environment, config.keywords, key)
        self.game, self.step = -1, 0
        self._rule = parse_rule(config.visibility)
        self._next_game()
        self.cast: Cast = cast_of(self.environment, key)
        self.moves = [0] * len(self.environment.seats)  # of each seat, so far
        self.over = False  # whether each of the cast has made its moves, or twice the rounds for that are played
        self._agents = [self.environment.seats[seat] for seat in self.cast.seats]
        self._species = self.environment.seat_species[self.cast.seats]
        self._steady = None if self.cast.crowded else steady_rounds(config.visibility)
        self._seen: tuple[tuple | None, np.ndarray] = None, np.zeros((0, 0), bool)

    def turn(self) -> list[int]:
        """The seats that act now."""
        return self.environment.turn()

    def views(self, seats: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """As Environment.views."""
        return self.environment.views(seats)

    def perceived(self) -> np.ndarray:
        """(n, n) bool over the cast: the first perceives what the second does at this step."""
        if self._steady is None:
            return self._see(self._place)
        now = self._round // self._steady, tuple(self.environment.turn())
        if self._seen[0] != now:
            self._seen = now, self._see(None)
        return self._seen[1]

    def _place(self) -> np.ndarray | None:
        place = self.environment.positions()
        return None if place is None else place[self.cast.seats]

    def _see(self, place: Callable[[], np.ndarray | None] | None) -> np.ndarray:
        acts = np.zeros(len(self.environment.seats), bool)
        acts[self.turn()] = True
        context = Context(
            self.key, self.step, self._round, self.game, self._agents, self._species,
            acts[self.cast.seats], place, self.environment.why_no_positions,
        )  # fmt: skip
        return see(self._rule, context, self.cast.focal, self.cast.crowded)

    def play(self, actions: Mapping[int, int]) -> np.ndarray:
        """Everybody's actions whose turn it is, by seat; returns the rewards (seats,) float32."""
        self.environment.play(actions)
        reward = self.environment.rewards
        for seat in actions:
            self.moves[seat] += 1
        self.step += 1
        self.over = self._is_over()
        if not self.over and self.environment.over:
            self._next_game()
        return reward

    def _is_over(self) -> bool:
        """Raises ArenaFailure where the environment never gets on: somebody in a game for long has had no turn in it.

        Of a pool some take part in no game, and others may not act as long as they are there: nobody waits for them.
        """
        if self.step < self.config.steps:
            return False
        if min(self.moves[seat] for seat in self.cast.seats.tolist()) >= self.config.steps:
            return True
        if self._round < LONGEST * self.config.steps:
            return False
        if self.environment.in_turn and self.step - self._began >= self.config.steps * len(self.environment.seats):
            idle = [seat for seat in self.environment.waiting() if not self.moves[seat]]
            if idle:
                who = self.environment.seats[idle[0]]
                raise self.environment.failure(f"never ends: {who} had no turn in {self.step} steps")
        return True

    def close(self) -> None:
        """Lets go of the environment. Raises FunhouseError where its spaces have become others than at first."""
        try:
            if not self.environment.late:
                check_spaces(self.environment)
        finally:
            self.environment.close()

    @property
    def _round(self) -> int:
        return self.step // len(self.environment.seats) if self.environment.in_turn else self.step

    def _next_game(self) -> None:
        for _ in range(_EMPTY_GAMES):
            self.game, self._began = self.game + 1, self.step
            self.environment.reset(dice.pick(np.uint64(self.key), self.game, 0, dice.GAME, (1 << 31) - 1))
            if not self.environment.over:
                return
        raise self.environment.failure(f"{_EMPTY_GAMES} games in a row end before anybody acts")
