"""A match while it is played: it fills the arrays of an ArenaEpisode step by step, and shows them on the way."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from worlds.arena.match import LONGEST, Match
from worlds.arena.spaces import Species


class View(NamedTuple):
    """What the seats of one species that act now observe."""

    species: int
    seats: np.ndarray  # m   int64
    agents: np.ndarray  # m   int64  their indices in the cast, -1 for those that are recorded nowhere
    observation: np.ndarray  # m *shape
    mask: np.ndarray  # m actions   bool


class _Group(NamedTuple):
    """The seats of one species that act in a turn."""

    species: int
    seats: np.ndarray  # m   int64
    agents: np.ndarray  # m   int64
    order: list[int]  # the seats once more
    rows: Any  # which of them are recorded
    places: Any  # and where in the species' block


class Recorder:
    """The match and its record so far: rows before `match.step` are what happened. Axes as in ArenaEpisode."""

    def __init__(self, match: Match):
        self.match, environment = match, match.environment
        self.forms: list[Species] = environment.species
        self.species = environment.seat_species[match.cast.seats]
        n = len(self.species)
        rows = LONGEST * match.config.steps * (len(environment.seats) if environment.in_turn else 1)
        # The agents of a species share a block, written at once: each agent's own arrays are views into it.
        kin = [int((self.species == form.index).sum()) for form in self.forms]
        self._place = [int((self.species[:agent] == kind).sum()) for agent, kind in enumerate(self.species)]
        self._shown = [np.zeros((rows, m, *form.shape), form.dtype) for form, m in zip(self.forms, kin, strict=True)]
        self._legal = [np.zeros((rows, m, form.actions), bool) for form, m in zip(self.forms, kin, strict=True)]
        self.observation, self.mask = (
            [block[kind][:, place] for kind, place in zip(self.species, self._place, strict=True)]
            for block in (self._shown, self._legal)
        )
        self.action = np.full((rows, n), -1, np.int16)
        self.reward = np.zeros((rows, n), np.float32)
        self.perceived = np.zeros((rows, n, n), bool)
        self.game = np.zeros(rows, np.int16)
        self._agent_of = np.full(len(environment.seats), -1, np.int64)
        self._agent_of[match.cast.seats] = np.arange(n)
        self._seats = match.cast.seats.tolist()
        self._cast = match.cast.seats if match.cast.crowded else slice(None)
        self._known: dict[tuple[int, ...], list[_Group]] = {}

    def look(self) -> list[View]:
        """The scene of this step, one view for each species that acts; it is recorded, its actions are not yet.

        Raises ArenaFailure where an observation or a mask is none.
        """
        step = self.match.step
        self.game[step], self.perceived[step] = self.match.game, self.match.perceived()
        return [self._view(step, *group) for group in self._groups(tuple(self.match.turn()))]

    def _view(
        self, step: int, species: int, seats: np.ndarray, agents: np.ndarray, order: list[int], rows: Any, places: Any
    ) -> View:
        observation, mask = self.match.views(order)
        self._shown[species][step, places] = observation[rows]
        self._legal[species][step, places] = mask[rows]
        return View(species, seats, agents, observation, mask)

    def _groups(self, turn: tuple[int, ...]) -> list[_Group]:
        """The species that act, in order. The same turn comes again and again."""
        if turn not in self._known:
            seats = np.array(turn, np.int64)
            kinds = self.match.environment.seat_species[seats]
            self._known[turn] = [self._group(kind, seats[kinds == kind]) for kind in np.unique(kinds).tolist()]
        return self._known[turn]

    def _group(self, species: int, seats: np.ndarray) -> _Group:
        agents = self._agent_of[seats]
        rows = np.flatnonzero(agents >= 0)
        places = np.array([self._place[agent] for agent in agents[rows]], np.int64)
        if len(rows) == len(seats) == self._shown[species].shape[1]:
            return _Group(species, seats, agents, seats.tolist(), ..., ...)  # all of them, in order: the fast way
        return _Group(species, seats, agents, seats.tolist(), rows, places)

    def play(self, actions: Mapping[int, int]) -> None:
        """Everybody's actions whose turn it is, by seat. Raises ArenaFailure."""
        step = self.match.step
        self.action[step] = [actions.get(seat, -1) for seat in self._seats]
        self.reward[step] = self.match.play(actions)[self._cast]

    def arrays(self) -> dict[str, Any]:
        """The fields of an ArenaEpisode that the match decides, by name, as long as what was played."""
        t = self.match.step
        return {
            "species": self.species,
            "forms": list(self.forms),
            "observation": [rows[:t].copy() for rows in self.observation],
            "mask": [rows[:t].copy() for rows in self.mask],
            **{name: getattr(self, name)[:t].copy() for name in ("action", "reward", "perceived", "game")},
        }


def play_match(match: Match, act: Callable[[Recorder, list[View]], Mapping[int, int]]) -> dict[str, Any]:
    """Plays a match to its end, `act` choosing everybody's actions by seat. Returns Recorder.arrays."""
    recorder = Recorder(match)
    try:
        while not match.over:
            recorder.play(act(recorder, recorder.look()))
        return recorder.arrays()
    finally:
        match.close()
