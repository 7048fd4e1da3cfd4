"""Proving a log of the orchard: every episode is played again from its seed, and its world again by the rules alone."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from agents.log_differences import compare_tables, differs
from agents.orchard.company import OrchardCompany
from agents.orchard.run import RunConfig
from agents.world import Progress
from worlds import Episode, replay
from worlds.log.formats import format_of
from worlds.log.reader import Log

TOLERANCE = 1e-2  # in a probability of a mind's, whose rounding depends on what it is worked out beside


def verify_orchard(log: Log, threads: int, progress: Progress | None, players: Any) -> dict[str, Any]:
    """{"verified"} of a log whose checksums hold; of one with minds "copies" (in each episode) and "checkpoint" too.

    Copies of a mind take their logged actions, and `players` work out how likely those were: within TOLERANCE of what
    the log says, while all else, what scripted agents did among it, is the same to the bit. Raises FunhouseError naming
    the file, and where it can the episode, step and agent, of the first difference.
    """
    run = RunConfig.from_dict(log.config)
    for field, value in run.meta.items():
        if log.meta.get(field) != value:
            raise differs(log, "manifest.json", field, log.meta.get(field), value)
    company = OrchardCompany(run, threads, players)
    for shard in range(log.shards):
        for count in _verified(log, company, shard):
            if progress:
                progress(log.span(shard).start + count, len(log))
    return {"verified": True, **(run.minds.to_dict() if run.minds else {})}


def _verified(log: Log, company: OrchardCompany, shard: int) -> Iterator[int]:
    """Checks the episodes of a shard; yields how many have been checked. Raises FunhouseError."""
    episodes: list = []
    logged = log.batch(log.span(shard)) if company.run.minds else None
    for batch in company.batches(log.span(shard), logged=logged):
        episodes += batch
        if len(episodes) < len(log.span(shard)):
            yield len(episodes)
    if logged:
        episodes = [_near(log, *pair) for pair in zip(logged, episodes, strict=True)]
    compare_tables(log, shard, format_of(log.meta).to_tables(episodes))
    _compare_worlds(log, episodes)
    yield len(episodes)


def _near(log: Log, logged: Episode, again: Episode) -> Episode:
    """The episode played again, with the logged probabilities of what minds did. Raises FunhouseError where those
    differ by more than TOLERANCE."""
    had, made = logged.probability, again.probability
    if had is None or made is None or had.shape != made.shape:
        raise differs(log, f"episode {again.index}", "the form of the probabilities", had, made)
    minds = np.array([bool(agent.mind) for agent in again.agents])
    far = minds & ~(np.abs(had - made) <= TOLERANCE)  # a NaN is far
    if far.any():
        step, agent = (int(k) for k in np.argwhere(far)[0])
        place = f"episode {again.index}, step {step}, agent {agent}"
        raise differs(log, place, "probability", float(had[step, agent]), float(made[step, agent]))
    return replace(again, probability=np.where(minds, had, made))


def _compare_worlds(log: Log, episodes: list) -> None:
    """Replays the logged actions by the rules alone and compares with what the population lived through."""
    space = RunConfig.from_dict(log.config).space
    for lived, logged in zip(episodes, log.batch([episode.index for episode in episodes]), strict=True):
        taste = [space.table.taste[space.index(agent.type)] for agent in logged.agents]
        worth = space.table.weight[taste].astype(np.float32)
        worth[[bool(agent.stranger) for agent in logged.agents]] = 0.0
        cell, board, reward = replay(log.orchard, logged.walls, logged.seed, logged.action, worth)
        pairs = {
            "position": (lived.cell, cell),
            "fruit": (lived.board, board),
            "reward": (logged.reward, reward),
        }
        for field, (had, made) in pairs.items():
            if not np.array_equal(had, made):
                step = int((had != made).reshape(len(had), -1).any(1).argmax())
                place = f"episode {lived.index}, step {step}"
                raise differs(log, place, field, had[step].tolist(), made[step].tolist())
