"""Parts of a log, done anywhere and put together: to the byte what one machine writes."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from agents.arena import bank as banks
from agents.merging import merge
from agents.recording import record, verify
from tests.agents.in_parts import CORRIDOR, EPISODES, PARTS, RUN, RUNS, contents, parts_of, stop, unsteady
from worlds import FunhouseError, open_log
from worlds.log.parts import Part, episodes_of, shards_of
from worlds.trust import trusting

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("world", RUNS)
def test_parts_are_put_together_to_what_one_machine_writes(small_shards, tmp_path, world):
    with trusting(CORRIDOR):
        run = RUNS[world]()
        summary = record(run, tmp_path / "one", EPISODES)
        with pytest.raises(KeyboardInterrupt):
            record(run, tmp_path / "part-1", EPISODES, progress=stop, part=Part(1, PARTS))
        places = parts_of(run, tmp_path)
        again = record(run, tmp_path / "twice", EPISODES, part=Part(2, PARTS))
    found = {"dropped": summary["dropped"]} if world == "arena" else {}
    assert world != "arena" or summary["dropped"]
    told = merge([places[2], tmp_path / "twice", *places[:2]], tmp_path / "log")
    assert told == {"log": str(tmp_path / "log"), "episodes": 18, "written": 18, "parts": 3, **found}
    assert contents(tmp_path / "log") == contents(tmp_path / "one")
    assert (again["episodes"], again["part"]) == (6, "2/3")
    assert sum(int(record_steps(place)) for place in places) == summary["agent_steps"]


def record_steps(place: Path) -> int:
    """The agent-steps of a part."""
    import pyarrow.parquet as parquet

    rows = [parquet.read_table(file)["action"].to_pylist() for file in place.glob("steps-*.parquet")]
    return sum(action >= 0 for actions in rows for action in actions)


def test_four_machines_one_of_them_killed_make_the_log_of_one(tmp_path):
    """Shards as they are; another process, which kill -9 ends after its first of two."""
    record(RUN, tmp_path / "one", 300)
    places = [tmp_path / f"part-{number}" for number in range(1, 5)]
    program = (
        "import os, sys; sys.path.insert(0, sys.argv[1]);"
        "from agents.recording import record; from worlds.log.parts import Part; from tests.agents.in_parts import RUN;"
        "record(RUN, sys.argv[2], 300, part=Part(1, 4), progress=lambda done, of: os.kill(os.getpid(), 9))"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(ROOT), str(places[0])])
    assert ended.returncode == -signal.SIGKILL
    for number in (2, 3, 4):
        record(RUN, places[number - 1], 300, part=Part(number, 4))
    with pytest.raises(FunhouseError, match="this part 1 of 4 is not finished: 3 files of it are") as caught:
        merge(places, tmp_path / "log")
    assert (caught.value.place, caught.value.remedy) == (
        str(places[0]),
        "run the same tom run --part 1/4 command again",
    )
    assert not (tmp_path / "log").exists()
    assert record(RUN, places[0], 300, part=Part(1, 4))["written"] == 300 - 4 * 64
    merge([places[3], *places], tmp_path / "log")
    assert contents(tmp_path / "log") == contents(tmp_path / "one")
    assert verify(tmp_path / "log")["verified"]


def test_the_summary_and_the_progress_of_a_part_count_its_own_episodes(small_shards, tmp_path):
    told = []
    summary = record(RUN, tmp_path, 18, progress=lambda *counts: told.append(counts), part=Part(2, 3))
    assert told == [(4, 6), (6, 6)]
    assert summary == {"log": str(tmp_path), "episodes": 6, "written": 6, "agent_steps": 6 * 18, "part": "2/3"}
    before = contents(tmp_path)
    assert record(RUN, tmp_path, 18, part=Part(2, 3))["written"] == 0
    assert contents(tmp_path) == before


def test_shards_are_dealt_in_turn_and_each_has_one_part():
    for episodes, size, of in ((18, 4, 3), (1, 64, 1), (300, 64, 4), (320, 64, 5), (1000, 7, 8)):
        dealt = [shard for number in range(1, of + 1) for shard in shards_of(Part(number, of), episodes, size)]
        assert sorted(dealt) == [*shards_of(None, episodes, size)]
        assert sum(episodes_of(Part(number, of), episodes, size) for number in range(1, of + 1)) == episodes
    assert [*shards_of(Part(2, 3), 18, 4)] == [1, 4]


def test_more_episodes_extend_the_parts_and_the_log_that_they_make(small_shards, tmp_path):
    """18 are four shards and a half: part 2 writes the half one again, the others go on."""
    merge(parts_of(RUN, tmp_path, 18), tmp_path / "log")
    record(RUN, tmp_path / "one", 25)
    kept = (tmp_path / "part-2" / "steps-00001.parquet").stat().st_mtime_ns
    assert [record(RUN, tmp_path / f"part-{k}", 25, part=Part(k, 3))["written"] for k in (1, 2, 3)] == [1, 2, 4]
    assert (tmp_path / "part-2" / "steps-00001.parquet").stat().st_mtime_ns == kept
    assert merge(sorted(tmp_path.glob("part-*")), tmp_path / "log")["written"] == 7
    assert contents(tmp_path / "log") == contents(tmp_path / "one")


def test_parts_of_a_shorter_log_are_not_mixed_with_those_of_a_longer_one(made_parts, tmp_path):
    record(RUN, made_parts[0], 25, part=Part(1, 3))
    for places in (made_parts, made_parts[::-1]):
        with pytest.raises(FunhouseError, match=r"has episodes = (18|25), and part \d of 3 has (18|25)") as caught:
            merge(places, tmp_path / "log")
        assert "--episodes 25 --part" in caught.value.remedy
        assert "--part 1/3" not in caught.value.remedy


def test_a_log_begun_by_a_run_is_finished_by_a_merge_and_the_other_way_round(made_parts, tmp_path):
    record(RUN, tmp_path / "one", 18)
    with pytest.raises(KeyboardInterrupt):
        record(RUN, tmp_path / "log", 18, progress=stop)
    assert merge(made_parts, tmp_path / "log")["written"] == 14
    assert contents(tmp_path / "log") == contents(tmp_path / "one")
    with pytest.raises(KeyboardInterrupt):
        merge(made_parts, tmp_path / "other", stop)
    assert len(contents(tmp_path / "other")) == 1 + 3
    with pytest.raises(FunhouseError, match="this log is not finished"):
        open_log(tmp_path / "other")
    assert record(RUN, tmp_path / "other", 18)["written"] == 14
    assert contents(tmp_path / "other") == contents(tmp_path / "one")


def test_a_finished_log_that_is_equal_is_left_alone_and_a_damaged_one_mended(made_parts, tmp_path):
    merge(made_parts, tmp_path / "log")
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "log").iterdir()}
    before = contents(tmp_path / "log")
    assert merge(made_parts, tmp_path / "log")["written"] == 0
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "log").iterdir()} == times
    (tmp_path / "log" / "agents-00002.parquet").write_bytes(b"")
    assert merge(made_parts, tmp_path / "log")["written"] == 4
    assert contents(tmp_path / "log") == before


def test_what_damage_takes_from_a_part_is_written_again(made_parts, tmp_path):
    before = contents(made_parts[1])
    (made_parts[1] / "steps-00004.parquet").unlink()
    with pytest.raises(FunhouseError, match=r"steps-00004\.parquet is missing"):
        merge(made_parts, tmp_path / "log")
    assert record(RUN, made_parts[1], 18, part=Part(2, 3))["written"] == 2
    assert contents(made_parts[1]) == before


def test_a_part_of_an_environment_with_chance_of_its_own_goes_on_with_its_own_calibration(small_shards, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        record(unsteady(), tmp_path, 18, progress=stop, part=Part(1, 2))
    banks._of.cache_clear()
    assert record(unsteady(), tmp_path, 18, part=Part(1, 2))["written"] == 6
