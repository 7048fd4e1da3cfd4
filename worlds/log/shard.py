"""What shards of every world hold, read and checked: who took part, what they were told and did."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from worlds.base_episode import Agent
from worlds.log.coded import Coded, array_of, coded_lists, coded_text
from worlds.log.columns import check_agents, check_episodes, check_roles, check_steps, starts_of
from worlds.log.tables import CODED, people_of

Read = Callable[..., pa.Table]  # a table of a shard, from (name, data, span, run, coded)


@dataclass(frozen=True, kw_only=True)
class BaseShard:
    """A decoded shard, e episodes long: small arrays, from which an episode is made on demand."""

    first: int  # index of its first episode
    seed: list[int]
    split: list[str]
    agents: list[list[Agent]]
    start: np.ndarray  # (e + 1,) int64: the rows of episode i are start[i] to start[i + 1]
    action: np.ndarray  # (rows,) int8 or int16
    reward: np.ndarray  # (rows,) float32
    prompt: Coded  # rows of str
    role: Coded  # rows of tuples of str

    @property
    def bytes(self) -> int:
        """About how much memory it holds: its arrays, and the texts and agents as measured."""
        arrays = (self.action, self.reward, self.prompt.code, self.role.code)
        texts = len(self.prompt.value) + len(self.role.value)
        return sum(array.nbytes for array in arrays) + 100 * texts + 500 * sum(map(len, self.agents))

    def rows(self, i: int, values: np.ndarray) -> np.ndarray:
        """The rows of the i-th episode, (t, n)."""
        return values[self.start[i] : self.start[i + 1]].reshape(-1, len(self.agents[i]))

    def common(self, i: int, run: dict) -> dict[str, Any]:
        """What the i-th episode has in every world, by the names of worlds.base_episode.BaseEpisode."""
        rows, shape = slice(self.start[i], self.start[i + 1]), (-1, len(self.agents[i]))
        return {
            "index": self.first + i, "seed": self.seed[i], "split": self.split[i], "run": run,
            "agents": self.agents[i], "action": self.rows(i, self.action), "reward": self.rows(i, self.reward),
            "role": self.role.rows(rows, shape), "prompt": self.prompt.rows(rows, shape),
        }  # fmt: skip


def decoded(
    files: Mapping[str, bytes], read: Read, names: Sequence[str], span: range, run: dict, most: int, *beside: str
) -> tuple[dict[str, pa.Table], dict[str, Any]]:
    """A shard's tables from the bytes of its files, and the fields of BaseShard.

    span: the indices of its episodes; most: agents of an episode; beside: columns of "agents" that are no traits.
    Raises FunhouseError where the tables are no episodes of these settings, and as `read_table` does.
    """
    tables = {name: read(name, files[name], span, run, CODED if name == "steps" else ()) for name in names}
    episodes, agents, steps = (tables[name] for name in ("episodes", "agents", "steps"))
    check_episodes(episodes, span, run["split"])
    first = starts_of(agents, span, "agents")
    check_agents(agents, first, most)
    start, people = starts_of(steps, span, "steps"), people_of(agents.drop_columns([*beside]), first)
    check_steps(steps, start, np.diff(first))
    role = coded_lists(array_of(steps["role"]))
    check_roles(role.value, role.code, start, people)
    return tables, {
        "first": span.start, "seed": episodes["seed"].to_pylist(), "split": episodes["split"].to_pylist(),
        "agents": people, "start": start, "action": steps["action"].to_numpy(), "reward": steps["reward"].to_numpy(),
        "prompt": coded_text(array_of(steps["prompt"])), "role": role,
    }  # fmt: skip
