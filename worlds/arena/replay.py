"""Playing an episode again from its seed and its actions; and which environments allow that."""

import numpy as np

from worlds.arena.config import ArenaConfig
from worlds.arena.episode import ArenaEpisode
from worlds.arena.failure import ArenaFailure
from worlds.arena.match import Match
from worlds.arena.own_process import apart
from worlds.arena.recorder import Recorder, View, play_match
from worlds.errors import FunhouseError

_PLAIN = ("game", "action", "perceived", "reward")


def first_difference(one: dict, other: dict) -> str | None:
    """Where two records (Recorder.arrays) differ first in time, such as "observation of agent 2 at step 5", or None.

    Within a step what agents were shown comes before what they did, and that before what it brought.
    """
    found = []
    for rank, name in enumerate(("game", "perceived", "observation", "mask", "action", "reward")):
        pairs = [(one[name], other[name])] if name in _PLAIN else zip(one[name], other[name], strict=False)
        for agent, (rows, others) in enumerate(pairs):
            if (at := _differs(rows, others)) is not None:
                found.append((at, rank, agent, name if name in _PLAIN else f"{name} of agent {agent}"))
    if found:
        at, _, _, what = min(found)
        return f"{what} at step {at}"
    if len(one["action"]) != len(other["action"]):
        return f"{len(one['action'])} steps against {len(other['action'])}"
    return None


def _differs(one: np.ndarray, other: np.ndarray) -> int | None:
    """The first step that both have in which they differ; what is no number is alike."""
    steps = min(len(one), len(other))
    if one.shape[1:] != other.shape[1:]:
        return 0
    one, other = one[:steps], other[:steps]
    unequal = ((one != other) & ~((one != one) & (other != other))).reshape(steps, -1).any(1)
    return int(unequal.argmax()) if unequal.any() else None


def difference(logged: ArenaEpisode, again: ArenaEpisode) -> str | None:
    """In what an episode that was played again differs first, in words; None where it does not."""
    if (logged.seed, logged.dropped) != (again.seed, again.dropped):
        return f"seed {logged.seed} after {len(logged.dropped)} that failed, now {len(again.dropped)} fail"
    if len(logged.agents) != len(again.agents) or logged.species.tolist() != again.species.tolist():
        return "the agents"
    return first_difference(*({name: getattr(one, name) for name in _ALL} for one in (logged, again)))


_ALL = (*_PLAIN, "observation", "mask")


def replay(episode: ArenaEpisode) -> None:
    """Plays the logged actions again, from the seed, and compares all that came of them.

    Raises FunhouseError naming the first difference: damage, or an environment that is not a function of its
    seed. An episode out of a crowd is compared up to its first step only, for the others' actions are not logged.
    """
    try:
        where = first_difference(*played_again(episode))
    except ArenaFailure as failure:
        raise _unlike(episode, str(failure.what)) from failure
    if where is not None:
        raise _unlike(episode, where)


def played_again(episode: ArenaEpisode) -> tuple[dict, dict]:
    """An episode's record (Recorder.arrays), and what comes of its actions now. Raises ArenaFailure."""
    match = Match(episode.config, episode.seed)
    crowd = match.cast.crowded
    again = _start(match) if crowd else play_match(match, Logged(episode))
    steps = 1 if crowd else None
    there = logged_arrays(episode, steps)
    if crowd:
        again |= {name: there[name] for name in ("action", "reward")}
    return there, again


def logged_arrays(episode: ArenaEpisode, steps: int | None = None) -> dict:
    """An episode's record as Recorder.arrays has it, of its first steps or all of them."""
    plain = {name: getattr(episode, name)[:steps] for name in _PLAIN}
    return plain | {name: [rows[:steps] for rows in getattr(episode, name)] for name in ("observation", "mask")}


def _start(match: Match) -> dict:
    """The record of a match's first scene."""
    recorder = Recorder(match)
    recorder.look()
    names = ("game", "perceived")
    both = {name: [rows[:1] for rows in getattr(recorder, name)] for name in ("observation", "mask")}
    match.close()
    return {**both, **{name: getattr(recorder, name)[:1] for name in names}}


class Logged:
    """Plays what an episode holds."""

    def __init__(self, episode: ArenaEpisode):
        self.action = episode.action

    def __call__(self, recorder: Recorder, views: list[View]) -> dict[int, int]:
        step = recorder.match.step
        row = self.action[step] if step < len(self.action) else np.full(self.action.shape[1], -1)
        chosen = {seat: int(row[agent]) for view in views for seat, agent in _pairs(view)}
        if min(chosen.values()) < 0 or (row >= 0).sum() != len(chosen):
            raise recorder.match.environment.failure(f"other agents act at step {step}")
        return chosen


def _pairs(view: View) -> list[tuple[int, int]]:
    return list(zip(view.seats.tolist(), view.agents.tolist(), strict=True))


def _unlike(episode: ArenaEpisode, where: str) -> FunhouseError:
    return FunhouseError(
        f"played again from its seed, it differs: {where}",
        place=f"episode {episode.index}, seed {episode.seed}",
        remedy="restore the log, or the versions in its manifest; an environment may also hold chance of its own",
    )


def determinism(config: ArenaConfig, key: int) -> str | None:
    """None where a match is a function of its key, as far as two tries of random legal play tell; else the difference.

    Raises FunhouseError where the environment cannot be opened.
    """
    try:
        return first_difference(apart(_at_random, config, key), apart(_at_random, config, key))
    except ArenaFailure as failure:
        return str(failure.what)


def _at_random(config: ArenaConfig, key: int) -> dict:
    generator = np.random.default_rng(key)
    return play_match(Match(config, key), lambda _, views: random_actions(generator, views))


def random_actions(generator: np.random.Generator, views: list[View]) -> dict[int, int]:
    """A legal action for each seat, all of them equally likely."""
    chosen: dict[int, int] = {}
    for view in views:
        action = (generator.random(view.mask.shape) * view.mask).argmax(1)
        chosen.update(zip(view.seats.tolist(), action.tolist(), strict=True))
    return chosen
