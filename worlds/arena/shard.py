"""One shard of an arena's log: the orchard's tables, and what everybody observed, for that cannot be replayed.

Rows of "observations" are the agent-steps that somebody perceived, an agent its own; docs/log_format.md lists the
columns. The species of the environment, without which bytes are no arrays, stand in the manifest's config.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from worlds.arena.episode import ArenaEpisode
from worlds.arena.shard_checks import check_acts, check_observed
from worlds.arena.spaces import Species, forms_of, mask_bytes
from worlds.log.coded import Bytes, array_of
from worlds.log.columns import agents_schema, check_within, starts_of
from worlds.log.parquet import MOST_ROWS, TEXT, read_table
from worlds.log.shard import BaseShard, decoded
from worlds.log.tables import agents_table, columns_of, schema_of, steps_schema, steps_table, table_of, with_columns
from worlds.orchard.config import MOST_AGENTS

TABLES = ("episodes", "agents", "steps", "observations")
_SEEDS = pa.list_(pa.field("element", pa.uint64(), nullable=False))
EPISODES = schema_of(episode=pa.int64(), seed=pa.uint64(), split=pa.string(), dropped=_SEEDS)
STEPS = steps_schema(pa.int16(), perceives=pa.uint64(), game=pa.int16())
SPECIES = pa.field("species", pa.int32(), nullable=False)
OBSERVATIONS = schema_of(
    episode=pa.int64(), step=pa.int32(), agent=pa.int32(), observation=pa.binary(), mask=pa.binary()
)


def to_tables(episodes: Sequence[ArenaEpisode]) -> dict[str, pa.Table]:
    """Episodes as four tables, in the order of episode, step, agent."""
    species = np.concatenate([e.species for e in episodes]).astype(np.int32)
    steps = steps_table(
        episodes,
        pa.int16(),
        perceives=np.concatenate([pack(e.perceived).ravel() for e in episodes]),
        game=np.concatenate([np.repeat(e.game, len(e.agents)) for e in episodes]).astype(np.int16),
    )
    rows = [(e.index, e.seed, e.split, list(e.dropped)) for e in episodes]
    return {
        "episodes": table_of(zip(*rows, strict=True), EPISODES),
        "agents": with_columns(agents_table(episodes), species=species),
        "steps": steps,
        "observations": _observations(episodes),
    }


def pack(perceived: np.ndarray) -> np.ndarray:
    """(…, n, n) bool as (…, n) uint64: bit j of row i says that i perceives j."""
    return (perceived.astype(np.uint64) << np.arange(perceived.shape[-1], dtype=np.uint64)).sum(-1, dtype=np.uint64)


def unpack(bits: np.ndarray, n: int) -> np.ndarray:
    """(…, n) uint64 as (…, n, n) bool."""
    return (bits[..., None] >> np.arange(n, dtype=np.uint64) & np.uint64(1)).astype(bool)


def _observations(episodes: Sequence[ArenaEpisode]) -> pa.Table:
    """A row for each act. Made as columns: rows would be many tuples, through which Python's collector then goes."""
    acts = [np.nonzero(episode.acts) for episode in episodes]
    columns = [
        np.repeat([episode.index for episode in episodes], [len(step) for step, _ in acts]),
        *np.concatenate(acts, axis=1),
        [row for episode, act in zip(episodes, acts, strict=True) for row in _bytes(episode.observation, *act)],
        [row for episode, act in zip(episodes, acts, strict=True) for row in _bytes(_packed(episode), *act)],
    ]
    return table_of(columns, OBSERVATIONS)


def _bytes(shown: Sequence[np.ndarray], steps: np.ndarray, agents: np.ndarray) -> list[bytes]:
    """Of each act a row of the agent's own array, [n] (t, ...)."""
    return [shown[agent][step].tobytes() for step, agent in zip(steps.tolist(), agents.tolist(), strict=True)]


def _packed(episode: ArenaEpisode) -> list[np.ndarray]:
    """[n] (t, bytes) uint8: the masks as bits. Where every action is legal at all times, no mask is written."""
    packed = [np.packbits(mask, axis=1, bitorder="little") for mask in episode.mask]
    return [bits[:, : mask_bytes(episode.form(agent))] for agent, bits in enumerate(packed)]


@dataclass(frozen=True, kw_only=True)
class ArenaShard(BaseShard):
    """A decoded shard of an arena."""

    forms: list[Species]
    dropped: list[tuple[int, ...]]
    species: list[np.ndarray]  # [e] (n,) int32
    perceives: np.ndarray  # (rows,) uint64
    game: np.ndarray  # (rows,) int16
    seen: np.ndarray  # (e + 1,) int64: the observations of episode i are rows seen[i] to seen[i + 1]
    observation: Bytes
    mask: Bytes

    @property
    def bytes(self) -> int:
        arrays = (self.perceives, self.game, self.observation.data, self.mask.data, self.observation.offset)
        return super().bytes + sum(array.nbytes for array in arrays)

    def episode(self, i: int, run: dict, _=None) -> ArenaEpisode:
        """The shard's i-th episode."""
        common = self.common(i, run)
        observation, mask = self._seen(i, common["action"] >= 0)
        return ArenaEpisode(
            **common, species=self.species[i], forms=self.forms, observation=observation, mask=mask,
            perceived=unpack(self.rows(i, self.perceives), len(self.agents[i])), game=self.rows(i, self.game)[:, 0],
            dropped=self.dropped[i],
        )  # fmt: skip

    def _seen(self, i: int, acts: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Each agent's observations (t, *shape) and masks (t, actions), zeros where it does not act."""
        row = np.zeros(acts.shape, np.int64)
        row[acts] = np.arange(self.seen[i], self.seen[i + 1])
        observations, masks = [], []
        for agent, species in enumerate(self.species[i].tolist()):
            form, steps = self.forms[species], np.flatnonzero(acts[:, agent])
            mine = row[steps, agent]
            observation = np.zeros((len(acts), *form.shape), form.dtype)
            mask = np.zeros((len(acts), form.actions), bool)
            if len(mine):
                told = self.observation.rows(mine, form.bytes).view(np.dtype(form.dtype).newbyteorder("<"))
                observation[steps] = told.reshape(len(mine), *form.shape)
                bits = np.unpackbits(self.mask.rows(mine, mask_bytes(form)), axis=1, bitorder="little")
                mask[steps] = bits[:, : form.actions] if form.masked else True
            observations.append(observation)
            masks.append(mask)
        return observations, masks


def read(name: str, data: bytes, span: range, run: dict, coded: Sequence[str] = ()) -> pa.Table:
    """One table of a shard, as worlds.orchard.shard.read has it."""
    forms = forms_of(run)
    schema = {"episodes": EPISODES, "steps": STEPS, "observations": OBSERVATIONS}.get(name)
    schema = schema or agents_schema(columns_of(data), SPECIES)
    # How many moves a match takes is the environment's to say.
    rows = len(span) * {"episodes": 1, "agents": MOST_AGENTS}.get(name, MOST_ROWS)
    longest = max(TEXT, *(form.bytes for form in forms)) if name == "observations" else TEXT
    return read_table(data, schema, rows, coded, longest, exact=name == "episodes")


def from_files(files: Mapping[str, bytes], span: range, run: dict) -> ArenaShard:
    """A shard from the bytes of its four files, by table; `span` has the indices of its episodes.

    Raises FunhouseError where the tables are no episodes of these settings, and as `read_table` does.
    """
    forms = forms_of(run)
    tables, common = decoded(files, read, TABLES, span, run, MOST_AGENTS, "species")
    episodes, agents, steps, seen = (tables[name] for name in TABLES)
    check_within(species := agents["species"].to_numpy(), 0, len(forms), "species")
    shard = ArenaShard(
        **common,
        forms=forms,
        dropped=[tuple(seeds) for seeds in episodes["dropped"].to_pylist()],
        species=np.split(species, np.cumsum([len(people) for people in common["agents"]])[:-1]),
        perceives=steps["perceives"].to_numpy(),
        game=steps["game"].to_numpy(),
        seen=starts_of(seen, span, "observations"),
        observation=Bytes.of(array_of(seen["observation"])),
        mask=Bytes.of(array_of(seen["mask"])),
    )
    check_acts(shard)
    check_observed(shard, steps, seen)
    return shard
