"""Where agents stood in a finished episode: logs do not hold that, so it is played again."""

import numpy as np

from worlds.arena.episode import ArenaEpisode
from worlds.arena.match import Match
from worlds.arena.own_process import apart
from worlds.arena.recorder import Recorder, View, play_match
from worlds.arena.replay import Logged, first_difference, logged_arrays
from worlds.errors import FunhouseError


def whereabouts(episode: ArenaEpisode) -> np.ndarray | None:
    """(t, n, 2) float64 before the moves of each step, in the environment's own unit, NaN for who is nowhere.

    None where nothing tells it: the environment has no positions, is not here, is not trusted, does not come out again
    as it is in the log, or has a crowd whose acts are not logged. It is played in a process of its own.
    """
    try:
        return apart(_stood, episode)
    except FunhouseError:
        return None


def _stood(episode: ArenaEpisode) -> np.ndarray | None:
    match = Match(episode.config, episode.seed)
    if match.cast.crowded or match.environment.positions() is None:
        match.close()
        return None
    stood = np.full((*episode.action.shape, 2), np.nan)
    logged = Logged(episode)

    def act(recorder: Recorder, views: list[View]) -> dict[int, int]:
        place = match.environment.positions()
        if place is not None and match.step < len(stood):
            stood[match.step] = place[match.cast.seats]
        return logged(recorder, views)

    again = play_match(match, act)
    return stood if first_difference(logged_arrays(episode), again) is None else None
