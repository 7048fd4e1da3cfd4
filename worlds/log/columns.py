"""That the columns of a log's tables say what a run can have written: who, when, and values in their ranges.

A table that passes has the rows of its episodes in order, each step of an episode with a row for each agent, so that
whoever reads it may index by what it says. Axes: e episodes, r rows.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from worlds.base_episode import Agent
from worlds.dice import SPLITS
from worlds.errors import FunhouseError

MOST_TRAITS = 16
SLACK = 1e-3  # by which rounding may carry a probability above 1


def text(name: str) -> pa.Field:
    """A column of text without nulls."""
    return pa.field(name, pa.string(), nullable=False)


def agents_schema(found: pa.Schema, *more: pa.Field) -> pa.Schema:
    """The columns of "agents": its traits are whatever text lies between the name and the description, and `mind`
    stands there or not. Raises FunhouseError where there is no description, or too many traits."""
    names = found.names
    traits = names[3 : names.index("description")] if "description" in names else []
    if not 0 < len(traits) <= MOST_TRAITS or len({*names}) < len(names):
        raise FunhouseError(f"its columns {', '.join(names[:50])} name no traits of agents")
    mind = ["mind"] if "mind" in names else []
    index = [pa.field("episode", pa.int64(), nullable=False), pa.field("agent", pa.int32(), nullable=False)]
    return pa.schema([*index, *map(text, ("name", *traits, "description", *mind)), *more])


def check_episodes(table: pa.Table, span: range, split: str) -> None:
    """Raises FunhouseError unless there is a row for each episode of the span, of that split."""
    _expect(np.array_equal(table["episode"].to_numpy(), np.arange(span.start, span.stop)), "episode", "its shard's")
    _expect(split in SPLITS and table["split"].unique().to_pylist() == [split], "split", f"that of the log, {split}")


def starts_of(table: pa.Table, span: range, name: str) -> np.ndarray:
    """(e + 1,) int64: episode span[i] has the rows [i] to [i + 1]. Raises FunhouseError unless episodes are in order
    and each has a row."""
    episode = table["episode"].to_numpy()
    start = np.searchsorted(episode, np.arange(span.start, span.stop + 1))
    whole = start[0] == 0 and start[-1] == len(episode) and (np.diff(episode) >= 0).all() and (np.diff(start) > 0).all()
    _expect(bool(whole), f"episode of {name}", "its shard's, in order")
    return start


def check_agents(table: pa.Table, start: np.ndarray, most: int) -> None:
    """Raises FunhouseError unless agents are numbered from 0 in each episode, and have names of their own."""
    count = np.diff(start)
    _expect(count.max() <= most, "agent", f"of at most {most} agents")
    _expect(np.array_equal(table["agent"].to_numpy(), _within(start)), "agent", "each once, in order")
    names = table["name"].to_pylist()
    for first, stop in zip(start[:-1].tolist(), start[1:].tolist(), strict=True):
        own = set(names[first:stop])
        _expect(len(own) == stop - first and "" not in own and not any(map(_spaced, own)), "name", "a name for each")


def _spaced(name: str) -> bool:
    return " " in name  # as descriptions have, which stand beside names in roles


def check_steps(table: pa.Table, start: np.ndarray, agents: np.ndarray) -> None:
    """Raises FunhouseError unless each step of each episode has a row for each of its agents (e,), in order, with a
    reward that is a number."""
    rows, many = np.diff(start), np.repeat(agents, np.diff(start))
    _expect(not (rows % agents).any(), "agent", "all of them at each step")
    within = _within(start)
    _expect(np.array_equal(table["step"].to_numpy(), within // many), "step", "0, 1, … in each episode")
    _expect(np.array_equal(table["agent"].to_numpy(), within % many), "agent", "all of them at each step")
    _expect(bool(np.isfinite(table["reward"].to_numpy()).all()), "reward", "a finite number")
    if "probability" in table.column_names:
        chance = table["probability"].to_numpy()
        _expect(bool(((chance >= 0) & (chance <= 1 + SLACK)).all()), "probability", "between 0 and 1")


def check_within(values: np.ndarray, least: int, below: np.ndarray | int, name: str) -> None:
    """Raises FunhouseError unless least <= values < below."""
    _expect(bool(((values >= least) & (values < below)).all()), name, "in its range")


def check_roles(roles: np.ndarray, code: np.ndarray, start: np.ndarray, people: Sequence[Sequence[Agent]]) -> None:
    """Raises FunhouseError where a role, roles[code] of each row, names somebody who is not in its episode."""
    elements = [frozenset(who for who in role if " " not in who) for role in roles.tolist()]
    for first, stop, agents in zip(start[:-1].tolist(), start[1:].tolist(), people, strict=True):
        named = frozenset().union(*(elements[k] for k in np.unique(code[first:stop]).tolist()))
        _expect(named <= {agent.name for agent in agents}, "role", "made of agents of its episode, and descriptions")


def _within(start: np.ndarray) -> np.ndarray:
    """(r,) int64: the place of each row among those of its episode."""
    return np.arange(start[-1]) - np.repeat(start[:-1], np.diff(start))


def _expect(good: bool, column: str, need: str) -> None:
    if not good:
        raise FunhouseError(f"its column {column} is not {need}")
