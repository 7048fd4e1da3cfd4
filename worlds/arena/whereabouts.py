"""Where agents stood in a finished episode, and how it looked: logs do not hold that, so it is played again.

In a process of its own, and None comes of it where nothing tells what is asked: the environment has no positions, or
draws nothing, is not here, is not trusted, or does not come out again as it is in the log.
"""

import base64
import io
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from worlds.arena.episode import ArenaEpisode
from worlds.arena.match import Match
from worlds.arena.own_process import apart
from worlds.arena.recorder import Recorder, View, play_match
from worlds.arena.replay import Logged, first_difference, logged_arrays
from worlds.errors import FunhouseError

SIDE, COLOURS = 320, 64  # of a frame: pixels at most, of its longer side


def whereabouts(episode: ArenaEpisode) -> np.ndarray | None:
    """(t, n, 2) float64 before the moves of each step, in the environment's own unit, NaN for who is nowhere.

    None also where there is a crowd whose acts are not logged.
    """
    return _found(_stood, episode)


def frames(episode: ArenaEpisode) -> list[str] | None:
    """How the environment draws itself before the moves of each step: PNG, as data URLs."""
    return _found(_drawn, episode)


def _found(look: Callable[[ArenaEpisode], Any], episode: ArenaEpisode) -> Any:
    try:
        return apart(look, episode)
    except FunhouseError:
        return None


def _stood(episode: ArenaEpisode) -> np.ndarray | None:
    match = Match(episode.config, episode.seed)
    if match.cast.crowded or match.environment.positions() is None:
        match.close()
        return None
    stood = np.full((*episode.action.shape, 2), np.nan)

    def look(step: int) -> None:
        place = match.environment.positions()
        if place is not None:
            stood[step] = place[match.cast.seats]

    return stood if _again(match, episode, look) else None


def _drawn(episode: ArenaEpisode) -> list[str] | None:
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")  # pygame looks for a screen otherwise
    config, shown = episode.config, [""] * episode.steps
    match = Match(replace(config, arguments={**config.keywords, "render_mode": "rgb_array"}), episode.seed)
    if match.cast.crowded:
        match.close()
        return None

    def look(step: int) -> None:
        shown[step] = _picture(match.environment.guard(match.environment.env.render))

    return shown if _again(match, episode, look) and all(shown) else None


def _again(match: Match, episode: ArenaEpisode, look: Callable[[int], None]) -> bool:
    """Plays it again; whether it comes out as it is in the log. `look` is called before the moves of each step."""
    logged = Logged(episode)

    def act(recorder: Recorder, views: list[View]) -> dict[int, int]:
        if match.step < episode.steps:
            look(match.step)
        return logged(recorder, views)

    return first_difference(logged_arrays(episode), play_match(match, act)) is None


def _picture(frame: Any) -> str:
    """A frame (rows, columns, 3) of bytes as a small picture, "" where it is none."""
    from PIL import Image

    if not (isinstance(frame, np.ndarray) and frame.dtype == np.uint8 and frame.ndim == 3 and frame.shape[2] == 3):
        return ""
    image, made = Image.fromarray(frame), io.BytesIO()
    image.thumbnail((SIDE, SIDE), Image.Resampling.BOX)  # with edges that stay sharp, and so few bytes
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(made.getvalue()).decode()
