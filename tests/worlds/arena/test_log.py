"""An arena's log: what was written comes back whole, damage is named, other tools read it."""

from dataclasses import fields, replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worlds.arena.conftest import FIELD, ROUNDS
from worlds import FunhouseError, check_disjoint, open_log
from worlds.arena import ArenaConfig, ArenaEpisode
from worlds.arena.shard import TABLES, pack, unpack
from worlds.log.manifest import entry, write_manifest
from worlds.log.tables import decode, encode

CONFIG = ArenaConfig(FIELD, {"masked": True, "ends": 2}, 8, "partial")
OTHERS = [
    ArenaConfig(ROUNDS, {}, 4, "partial"),
    ArenaConfig(FIELD, {"agents": 80, "small": 40}, 2),
    ArenaConfig("pettingzoo.classic.connect_four_v3", {}, 8),
    ArenaConfig("mpe2.simple_world_comm_v3", {}, 4, "radius:1"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory, write):
    """Five episodes in three shards."""
    place = tmp_path_factory.mktemp("arena")
    write(place, CONFIG, 5)
    return place


@pytest.fixture
def log(home):
    return open_log(home)


def assert_same(one: ArenaEpisode, other: ArenaEpisode) -> None:
    assert isinstance(one, ArenaEpisode)
    for field in fields(ArenaEpisode):
        had, has = getattr(one, field.name), getattr(other, field.name)
        if field.name in ("observation", "mask"):
            pairs = list(zip(had, has, strict=True))
        elif isinstance(had, np.ndarray):
            pairs = [(had, has)]
        else:
            assert had == has, field.name
            continue
        for this, that in pairs:
            np.testing.assert_array_equal(this, that, err_msg=field.name)
            assert this.dtype == that.dtype, field.name


def test_every_episode_comes_back(log, episode):
    assert (len(log), log.world, log.settings) == (5, CONFIG.world, CONFIG)
    for index, read in enumerate(log):
        assert_same(read, episode(CONFIG, index))


@pytest.mark.parametrize("config", OTHERS, ids=lambda config: config.environment.split(".")[-1])
def test_episodes_of_other_environments_come_back(tmp_path, write, episode, config):
    write(tmp_path, config, 3)
    for index, read in enumerate(open_log(tmp_path)):
        assert_same(read, episode(config, index))


def test_both_kinds_of_episodes_are_read_alike(log, episode):
    one = log[0]
    assert (one.names, one.steps, one.actions) == (["N0", "N1", "N2", "N3"], len(one.action), 3)
    assert one.action_names == ("0", "1", "2")
    assert one.find("N2") == 2
    step, agent = map(int, np.argwhere(~one.acts)[0])
    assert not one.mask_of(agent, step).any()
    np.testing.assert_array_equal(one.mask_of(1, step), one.mask[1][step])
    with pytest.raises(FunhouseError, match="nobody is called 'N7'"):
        one.find("N7")
    with pytest.raises(FunhouseError, match="no step"):
        one.check_step(one.steps)
    comm = episode(OTHERS[3], 0)
    assert comm.actions == 20
    assert comm.mask_of(0, 0).sum() == 20
    assert np.flatnonzero(comm.mask_of(1, 0)).tolist() == [0, 1, 2, 3, 4]


def test_what_was_dropped_is_in_the_log(tmp_path, write):
    write(tmp_path, ArenaConfig(FIELD, {"fault": "nan"}, 4), 8)
    log = open_log(tmp_path)
    dropped = [one.dropped for one in log]
    assert len(log) == 8
    assert sum(map(len, dropped)) > 0
    assert [row["dropped"] for row in log.table("episodes").to_pylist()] == [list(seeds) for seeds in dropped]


def test_the_tables_are_plain_columns_that_any_tool_reads(home, log):
    assert set(log.tables()) == set(TABLES) == {"episodes", "agents", "steps", "observations"}
    for table in TABLES:
        for path in home.glob(f"{table}-*.parquet"):
            metadata = pq.read_metadata(path)
            assert metadata.metadata is None
            assert metadata.row_group(0).column(0).compression == "ZSTD"
    one, rows = log[3], log.table("observations").to_pylist()
    rows = [row for row in rows if row["episode"] == 3]
    assert [(row["step"], row["agent"]) for row in rows] == list(map(tuple, np.argwhere(one.acts).tolist()))
    row = rows[9]
    observed = np.frombuffer(row["observation"], np.float32)
    np.testing.assert_array_equal(observed, one.observation[row["agent"]][row["step"]])
    told = log.table("steps").to_pylist()[-1]
    np.testing.assert_array_equal(unpack(np.array([told["perceives"]], np.uint64), 4)[0], log[4].perceived[-1, -1])
    assert log.table("agents").column_names == ["episode", "agent", "name", "policy", "description", "species"]


@given(st.integers(1, 63), st.integers(0, 2**32 - 1))
def test_who_perceives_whom_is_packed_into_a_number(n, seed):
    perceived = np.random.default_rng(seed).random((3, n, n)) < 0.5
    np.testing.assert_array_equal(unpack(pack(perceived), n), perceived)


@given(st.integers(0, 12), st.floats(0, 1, exclude_max=True), st.integers(0, 7))
def test_one_flipped_bit_in_any_file_is_named(home, which, where, bit):
    path = sorted(home.iterdir())[which]
    whole = path.read_bytes()
    damaged = bytearray(whole)
    damaged[int(where * len(whole))] ^= 1 << bit
    path.write_bytes(damaged)
    try:
        with pytest.raises(FunhouseError, match=path.name) as caught:
            list(open_log(home))
        assert caught.value.remedy
    finally:
        path.write_bytes(whole)


def test_page_checksums_of_the_observations_are_verified(log):
    """With the manifest out of the way: no flipped bit in the pages is read as something else."""
    table = log.shard_table("observations", 0)
    data = encode(table)
    column = pq.read_metadata(pa.BufferReader(data)).row_group(0).column(3)
    start, refused = column.dictionary_page_offset or column.data_page_offset, 0
    for place in range(start * 8, (start + column.total_compressed_size) * 8, 5):
        damaged = bytearray(data)
        damaged[place // 8] ^= 1 << place % 8
        try:
            assert decode(bytes(damaged)).equals(table)
        except (OSError, pa.ArrowException):
            refused += 1
    assert refused > column.total_compressed_size * 8 / 5 / 2


def spoil(home, name: str, change) -> None:
    """Replaces a file by what `change` makes of its table, rightly listed, so that no checksum tells."""
    manifest = open_log(home).manifest
    data = encode(change(decode(manifest.read(name))))
    (home / name).write_bytes(data)
    write_manifest(home, "log", manifest.meta, {**manifest.files, name: entry(data)})


def shorter(table: pa.Table) -> pa.Table:
    cut = pa.array([value[:-1] for value in table["observation"].to_pylist()], pa.binary())
    return table.set_column(3, table.schema.field("observation"), cut)


def another_step(table: pa.Table) -> pa.Table:
    return table.set_column(1, table.schema.field("step"), pa.array(table["step"].to_numpy() + 1, pa.int32()))


@pytest.mark.parametrize("change", [lambda table: table[1:], lambda table: table[:-3], shorter, another_step])
def test_observations_that_fit_no_steps_are_named(tmp_path, write, change):
    write(tmp_path, CONFIG, 2)
    spoil(tmp_path, "observations-00000.parquet", change)
    with pytest.raises(FunhouseError, match="make no episodes: the steps and the observations"):
        list(open_log(tmp_path))


@pytest.mark.parametrize("name", ["observations-00001.parquet", "episodes-00000.parquet"])
def test_a_file_that_is_gone_or_short_is_named(tmp_path, write, name):
    write(tmp_path, CONFIG, 5)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[:-1])
    with pytest.raises(FunhouseError, match=name):
        open_log(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(FunhouseError, match=f"{name} is missing"):
        open_log(tmp_path)
    write(tmp_path, CONFIG, 5)  # mends it
    assert (tmp_path / name).read_bytes() == whole


def test_the_same_run_gives_the_same_bytes_and_is_extended(tmp_path, write):
    write(tmp_path / "once", CONFIG, 5)
    write(tmp_path / "twice", CONFIG, 3)
    write(tmp_path / "twice", CONFIG, 5)
    once, twice = ({path.name: path.read_bytes() for path in (tmp_path / d).iterdir()} for d in ("once", "twice"))
    assert once == twice


def test_other_settings_are_refused(tmp_path, write):
    write(tmp_path, CONFIG, 2)
    with pytest.raises(FunhouseError, match=r"arena.visibility = 'partial', not 'all'"):
        write(tmp_path, replace(CONFIG, visibility="all"), 2)


def test_what_is_held_out_is_held_out(tmp_path, write, episode):
    def with_held_out(config, index, seed):
        one = episode(config, index, seed)
        return replace(one, agents=[replace(agent, type={"policy": "member-9"}) for agent in one.agents])

    write(tmp_path / "a", CONFIG, 2)
    write(tmp_path / "b", CONFIG, 2, 1)
    check_disjoint([open_log(tmp_path / "a"), open_log(tmp_path / "b")])
    write(tmp_path / "c", CONFIG, 2)
    with pytest.raises(FunhouseError, match="share a seed"):
        check_disjoint([open_log(tmp_path / "a"), open_log(tmp_path / "c")])
    write(tmp_path / "d", CONFIG, 2, 3, make=with_held_out)
    with pytest.raises(FunhouseError, match="held-out type: member-9"):
        check_disjoint([open_log(tmp_path / "a"), open_log(tmp_path / "d")])


def test_a_log_is_read_without_its_environment(log, monkeypatch, episode):
    made = episode(CONFIG, 1)
    monkeypatch.setattr("worlds.arena.environment.make", None)
    assert_same(open_log(log.path)[1], made)
