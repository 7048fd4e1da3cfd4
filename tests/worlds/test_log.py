"""Reading a log: what was written comes back, other tools read it, damage and overlap are refused by name."""

import pickle
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worlds import FunhouseError, OrchardConfig
from worlds.log.disjoint_splits import check_disjoint, drawn_by_hand
from worlds.log.manifest import entry, write_manifest
from worlds.log.reader import open_log
from worlds.log.tables import decode, encode
from worlds.orchard.shard import STEPS, TABLES, to_tables

ARRAYS = ("walls", "cell", "board", "action", "reward", "position", "fruit")
PLAIN = ("index", "seed", "split", "run", "role", "prompt", "agents", "config")


@pytest.fixture(scope="module")
def home(tmp_path_factory, write):
    """Ten episodes in three shards, the last of them half full."""
    place = tmp_path_factory.mktemp("log")
    write(place, 10)
    return place


@pytest.fixture
def log(home):
    return open_log(home)


def assert_same(one, other):
    for field in ARRAYS:
        np.testing.assert_array_equal(getattr(one, field), getattr(other, field), err_msg=field)
        assert getattr(one, field).dtype == getattr(other, field).dtype
    for field in PLAIN:
        assert getattr(one, field) == getattr(other, field), field


def test_every_episode_comes_back(log, episode):
    assert len(log) == 10
    for index, read in enumerate(log):
        assert_same(read, episode(index))


def test_indices_count_from_either_end_and_slices_are_lists(log):
    assert [e.index for e in log[2:9:3]] == [2, 5, 8]
    assert log[-1].index == 9
    assert [e.index for e in log.batch(np.array([7, 0, 7]))] == [7, 0, 7]


@pytest.mark.parametrize("index", [10, -11])
def test_an_index_out_of_range_is_explained(log, index):
    with pytest.raises(FunhouseError, match=f"there is no episode {index}") as caught:
        log[index]
    assert "from 0 to 9" in str(caught.value)


@pytest.mark.parametrize("index", ["x", 1.5, None, [0, 1]])
def test_what_is_no_index_is_refused_by_its_value(log, index):
    with pytest.raises(FunhouseError, match="is no whole number") as caught:
        log[index]
    assert repr(index) in caught.value.what
    assert "from 0 to 9" in str(caught.value)


def test_episodes_of_other_sizes_come_back(tmp_path, write, episode):
    world = OrchardConfig(agents=1, steps=1, kinds=2, fruits=1, height=5, width=13, map="open")
    write(tmp_path, 3, "test", 7, world)
    for index, read in enumerate(open_log(tmp_path)):
        assert_same(read, episode(index, "test", 7, world))


def test_an_episode_may_hold_no_roles(tmp_path, write, episode):
    def native(*where):
        one = episode(*where)
        return replace(one, role=[[()] * 3] * 10, prompt=[[""] * 3] * 10)

    write(tmp_path, 2, make=native)
    assert open_log(tmp_path)[1].role == [[()] * 3] * 10


def test_few_shards_are_held_at_a_time(home, log):
    small = open_log(home, cache_bytes=1)
    assert [e.seed for e in small.batch([0, 9, 0, 5])] == [log[i].seed for i in (0, 9, 0, 5)]
    assert list(small._shards) == [1]
    assert len(log._shards) == 3


def test_the_shard_that_was_used_longest_ago_goes_first(home, log):
    size = max(log._shard(i).bytes for i in range(3))
    two = open_log(home, cache_bytes=2 * size + size // 2)
    two.batch([0, 4, 0, 8])
    assert list(two._shards) == [0, 2]


def test_a_shard_is_read_once(home, log, monkeypatch):
    seeds = [e.seed for e in log]
    monkeypatch.setattr(type(log.manifest), "read", None)
    assert [e.seed for e in log] == seeds


def test_a_log_travels_to_another_process(log):
    assert_same(pickle.loads(pickle.dumps(log))[3], log[3])


def test_the_tables_are_plain_columns_that_any_tool_reads(home, log):
    for table in TABLES:
        for path in home.glob(f"{table}-*.parquet"):
            metadata = pq.read_metadata(path)
            assert metadata.metadata is None
            assert metadata.row_group(0).column(0).compression == "ZSTD"
            assert pq.read_schema(path).equals(log.table(table).schema)
    assert log.table("steps").schema.equals(STEPS)
    assert set(log.tables()) == set(TABLES)
    assert log.table("agents").column_names == ["episode", "agent", "name", "taste", "sight", "description"]
    assert log.table("steps").num_rows == 10 * 10 * 3


def test_rows_stand_in_the_order_of_episode_step_and_agent(log, episode):
    steps = log.table("steps").to_pylist()
    assert [(r["episode"], r["step"], r["agent"]) for r in steps] == list(np.ndindex(10, 10, 3))
    row, one = steps[(6 * 10 + 4) * 3 + 2], episode(6)
    assert tuple(row["role"]) == one.role[4][2]
    assert (row["action"], row["prompt"]) == (one.action[4, 2], one.prompt[4][2])


def test_the_bytes_are_a_function_of_the_episodes(episode):
    once, again = ([encode(t) for t in to_tables([episode(0), episode(1)]).values()] for _ in range(2))
    assert once == again


def test_steps_that_share_their_row_of_prompts_and_roles_are_written_as_those_that_do_not(episode):
    one = episode(0)
    phases = [0, 0, 0, 1, 1, 1, 0, 0, 2, 2]
    shared = replace(one, prompt=[one.prompt[p] for p in phases], role=[one.role[p] for p in phases])
    apart = replace(one, prompt=[[*one.prompt[p]] for p in phases], role=[[*one.role[p]] for p in phases])
    steps = to_tables([shared, episode(1)])["steps"]
    assert steps.equals(to_tables([apart, episode(1)])["steps"])
    assert steps["prompt"].to_pylist()[: 3 * len(phases)] == [said for p in phases for said in one.prompt[p]]


def test_page_checksums_are_written_and_verified(episode):
    """With the manifest out of the way: no flipped bit in the pages of a column is read as something else."""
    table = to_tables([episode(0), episode(1)])["steps"]
    data = encode(table)
    action = pq.read_metadata(pa.BufferReader(data)).row_group(0).column(5)
    start, refused = action.dictionary_page_offset, 0
    for place in range(start * 8, (start + action.total_compressed_size) * 8):
        damaged = bytearray(data)
        damaged[place // 8] ^= 1 << place % 8
        try:
            assert decode(damaged).equals(table)
        except (OSError, pa.ArrowException):
            refused += 1
    assert refused > action.total_compressed_size * 4


@given(st.integers(0, 9), st.floats(0, 1, exclude_max=True), st.integers(0, 7))
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


@pytest.mark.parametrize("rows", [slice(1, None), slice(0, -30), slice(-30, None)])
def test_whole_files_that_make_no_episodes_are_named(tmp_path, write, rows):
    """Rightly listed, so that no checksum tells: made by hand, or by another program."""
    write(tmp_path, 4)
    manifest, name = open_log(tmp_path).manifest, "steps-00000.parquet"
    data = encode(decode(manifest.read(name))[rows])
    (tmp_path / name).write_bytes(data)
    write_manifest(tmp_path, "log", manifest.meta, {**manifest.files, name: entry(data)})
    with pytest.raises(FunhouseError, match=f"{name} and its shard make no episodes"):
        list(open_log(tmp_path))


def test_logs_of_different_splits_pass(tmp_path, write):
    logs = []
    for seed, split in enumerate(("train", "validation", "test")):
        write(tmp_path / split, 6, split, seed)
        logs.append(open_log(tmp_path / split))
    check_disjoint(logs)


def test_shared_seeds_are_refused(log, tmp_path, write):
    write(tmp_path, 3)
    with pytest.raises(FunhouseError, match="share a seed") as caught:
        check_disjoint([log, open_log(tmp_path)])
    assert f"{log.path} episode 0, {tmp_path} episode 0" in str(caught.value)


def test_shared_maps_are_refused_between_splits(log, tmp_path, write, episode):
    def same_map(index, *rest):
        return replace(episode(index, *rest), walls=episode(index + 4).walls)

    write(tmp_path / "test", 2, "test", make=same_map)
    with pytest.raises(FunhouseError, match="share a map") as caught:
        check_disjoint([log, open_log(tmp_path / "test")])
    assert "episode 4" in str(caught.value)
    write(tmp_path / "train", 2, "train", 1, make=same_map)
    check_disjoint([log, open_log(tmp_path / "train")])


def test_a_map_that_the_user_drew_may_be_shared(tmp_path, write):
    (tmp_path / "map.txt").write_text("#.....\n" * 5)
    world = OrchardConfig(map=str(tmp_path / "map.txt"), fruits=1, agents=2, steps=3)
    write(tmp_path / "train", 2, "train", 0, world)
    write(tmp_path / "test", 2, "test", 0, world)
    logs = [open_log(tmp_path / "train"), open_log(tmp_path / "test")]
    check_disjoint(logs)
    assert drawn_by_hand(logs) == logs
    assert drawn_by_hand(logs[:1]) == []


def test_held_out_types_are_refused_in_training_only(log, tmp_path, write, episode, meta):
    def with_held_out(index, *rest):
        one = episode(index, *rest)
        agents = [*one.agents[:2], replace(one.agents[2], type=meta()["held_out"][0])]
        return replace(one, agents=agents if index == 1 else one.agents)

    write(tmp_path / "test", 3, "test", make=with_held_out)
    check_disjoint([log, open_log(tmp_path / "test")])
    write(tmp_path / "train", 3, "train", 5, make=with_held_out)
    tested, trained = open_log(tmp_path / "test"), open_log(tmp_path / "train")
    trained.meta["held_out"] = []  # what any of the logs holds out counts
    with pytest.raises(FunhouseError, match="held-out type: blue>red, far") as caught:
        check_disjoint([tested, trained])
    assert f"{tmp_path / 'train'} episode 1" in str(caught.value)
