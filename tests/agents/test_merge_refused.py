"""What is no part of a log, or not of the same one, is refused by name before anything is written."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agents.arena import bank as banks
from agents.merging import merge
from agents.recording import record, verify
from tests import forging
from tests.agents.in_parts import RUN, WORLD, contents, parts_of, stop, unsteady
from worlds import FunhouseError, open_log
from worlds.atomic_files import Lock
from worlds.log.manifest import MANIFEST, UNFINISHED
from worlds.log.parts import Part


def other_bytes(place: Path, name: str = "steps-00000.parquet") -> None:
    """Writes a file of a log anew with another value, and every checksum right."""
    forging.table(place, name, forging.column("reward", lambda rows: [rows[0] + 1, *rows[1:]]))


@pytest.mark.parametrize("more", [0, 7])
def test_another_log_is_refused_and_stays(made_parts, tmp_path, more):
    """The same settings and other bytes, as other code would make them; whether it is to be extended or not."""
    merge(made_parts, tmp_path / "log")
    other_bytes(tmp_path / "log")
    before = contents(tmp_path / "log")
    places = parts_of(RUN, tmp_path, 18 + more)
    with pytest.raises(FunhouseError, match=r"steps-00000\.parquet of this log is another one"):
        merge(places, tmp_path / "log")
    assert contents(tmp_path / "log") == before


@pytest.mark.parametrize(
    ("run", "episodes", "match"),
    [(replace(RUN, seed=1), 18, "seed = 1, not 0"), (RUN, 19, "19 episodes already, more than 18")],
)
def test_a_log_of_another_run_is_refused_and_stays(made_parts, tmp_path, run, episodes, match):
    record(run, tmp_path / "log", episodes)
    before = contents(tmp_path / "log")
    with pytest.raises(FunhouseError, match=match):
        merge(made_parts, tmp_path / "log")
    assert contents(tmp_path / "log") == before


def test_a_log_cannot_be_merged_into_one_of_its_parts_or_while_somebody_writes_there(made_parts, tmp_path):
    before = contents(made_parts[0])
    with pytest.raises(FunhouseError, match="holds part 1 of 3 of a log, not a whole log"):
        merge(made_parts, made_parts[0])
    assert contents(made_parts[0]) == before
    for act in (
        lambda: merge(made_parts, tmp_path / "log"),
        lambda: record(RUN, tmp_path / "log", 18, part=Part(1, 3)),
    ):
        (tmp_path / "log").mkdir(exist_ok=True)
        lock = Lock(tmp_path / "log")
        with pytest.raises(FunhouseError, match="another process is writing here"):
            act()
        lock.release()


def test_a_part_is_no_log_and_says_what_to_do(made_parts):
    for act in (open_log, verify):
        with pytest.raises(FunhouseError, match="holds part 2 of 3 of a log, not a whole log") as caught:
            act(made_parts[1])
        assert "tom merge" in caught.value.remedy


def test_another_part_or_a_whole_log_is_not_written_where_a_part_lies(made_parts, tmp_path):
    record(RUN, tmp_path / "one", 18)
    for place, part, match in (
        (made_parts[0], Part(2, 3), "part 1 of 3 of a log, not part 2 of 3"),
        (made_parts[0], Part(1, 2), "part 1 of 3 of a log, not part 1 of 2"),
        (made_parts[0], None, "part 1 of 3 of a log, not a whole log"),
        (tmp_path / "one", Part(1, 3), "a whole log, not part 1 of 3"),
    ):
        before = contents(place)
        with pytest.raises(FunhouseError, match=match):
            record(RUN, place, 18, part=part)
        assert contents(place) == before
    with pytest.raises(FunhouseError, match="seed = 0, not 1"):
        record(replace(RUN, seed=1), made_parts[0], 18, part=Part(1, 3))


def test_more_parts_than_shards_are_refused_by_every_part(small_shards, tmp_path):
    for number in (1, 5, 6):
        with pytest.raises(FunhouseError, match="18 episodes are 5 shards of 4, too few for 6 parts") as caught:
            record(RUN, tmp_path / "part", 18, part=Part(number, 6))
        assert "5 parts at most" in caught.value.remedy
    assert not (tmp_path / "part").exists()


def damaged(home: Path) -> None:
    data = bytearray((home / "steps-00001.parquet").read_bytes())
    data[len(data) // 2] ^= 4
    (home / "steps-00001.parquet").write_bytes(data)


def of_versions(home: Path) -> None:
    forging.manifest(home, "meta.versions.numpy", "1.0")


def begun(home: Path) -> None:
    shutil.rmtree(home)
    with pytest.raises(KeyboardInterrupt):
        record(RUN, home, 18, progress=stop, part=Part(2, 3))


def of_two(home: Path) -> None:
    shutil.rmtree(home)
    record(RUN, home, 18, part=Part(2, 2))


def of_another_seed(home: Path) -> None:
    shutil.rmtree(home)
    record(replace(RUN, seed=7), home, 18, part=Part(2, 3))


def of_another_world(home: Path) -> None:
    shutil.rmtree(home)
    record(replace(RUN, orchard=replace(WORLD, fruits=3)), home, 18, part=Part(2, 3))


def a_whole_log(home: Path) -> None:
    shutil.rmtree(home)
    record(RUN, home, 18)


def with_a_strange_file(home: Path) -> None:
    (home / "thesis.tex").write_text("mine")


WRONG: dict[Callable, tuple[str, str]] = {
    damaged: (r"steps-00001\.parquet is not what was written", "tom run … --part 2/3 --out"),
    begun: ("this part 2 of 3 is not finished", "run the same tom run --part 2/3 command again"),
    shutil.rmtree: ("part-2 does not exist", "tom run … --part K/N --out"),
    of_two: ("part-2 holds part 2 of 2, and .*part-1 part 1 of 3", "the parts of one log"),
    of_another_seed: ("part 2 of 3 has seed = 7, and part 1 of 3 has 0", "the same settings.*--part 2/3"),
    of_another_world: (r"part 2 of 3 has orchard\.fruits = 3, and part 1 of 3 has 2", "the same settings"),
    of_versions: (r"part 2 of 3 has versions\.numpy = '1\.0'", "numpy of the same version"),
    a_whole_log: ("part-2 holds a whole log", "leave it out"),
    with_a_strange_file: (r"thesis\.tex is not a part of this log", "elsewhere"),
}


@pytest.mark.parametrize("spoil", WRONG, ids=lambda spoil: spoil.__name__)
def test_what_is_no_part_of_the_log_is_refused_by_name_before_anything_is_written(made_parts, tmp_path, spoil):
    match, remedy = WRONG[spoil]
    spoil(made_parts[1])
    with pytest.raises(FunhouseError, match=match) as caught:
        merge(made_parts, tmp_path / "log")
    assert re.search(remedy, caught.value.remedy)
    assert str(made_parts[1]) in f"{caught.value.what} {caught.value.place}"
    assert not (tmp_path / "log").exists()


def test_parts_that_are_missing_are_told_with_the_command_that_makes_them(made_parts, tmp_path):
    with pytest.raises(FunhouseError, match="part 2 of 3 is missing") as caught:
        merge([made_parts[0], made_parts[2], made_parts[0]], tmp_path / "log")
    assert "tom run … --part 2/3 --out DIR" in caught.value.remedy
    with pytest.raises(FunhouseError, match="parts 1, 3 of 3 are missing"):
        merge([made_parts[1]], tmp_path / "log")
    with pytest.raises(FunhouseError, match="nothing to merge"):
        merge([], tmp_path / "log")


def test_a_part_done_twice_and_not_alike_is_refused(made_parts, tmp_path):
    shutil.copytree(made_parts[1], tmp_path / "twin")
    assert merge([*made_parts, tmp_path / "twin"], tmp_path / "log")["parts"] == 3
    other_bytes(tmp_path / "twin", "steps-00004.parquet")
    for places in ([*made_parts, tmp_path / "twin"], [tmp_path / "twin", *made_parts]):
        with pytest.raises(FunhouseError, match=r"part 2 of 3 was done twice, and steps-00004\.parquet is not"):
            merge(places, tmp_path / "log2")
    assert not (tmp_path / "log2").exists()


def test_a_damaged_twin_is_refused_too(made_parts, tmp_path):
    shutil.copytree(made_parts[1], tmp_path / "twin")
    damaged(tmp_path / "twin")
    with pytest.raises(FunhouseError, match=r"steps-00001\.parquet is not what was written"):
        merge([*made_parts, tmp_path / "twin"], tmp_path / "log")


def test_machines_that_measure_an_environment_otherwise_are_told_to_share_a_bank(small_shards, tmp_path):
    places = [tmp_path / "1", tmp_path / "2"]
    for number, place in enumerate(places, 1):
        banks._of.cache_clear()
        record(unsteady(), place, 8, part=Part(number, 2))
    with pytest.raises(FunhouseError, match=r"bank\.statistics") as caught:
        merge(places, tmp_path / "log")
    assert "--bank LOG" in caught.value.remedy


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("meta.part", {"number": 4, "of": 3}),
        ("meta.part", {"number": 0, "of": 3}),
        ("meta.part", {"number": 2, "of": 3, "more": 1}),
        ("meta.part", {"number": 2}),
        ("meta.part", {"number": 2.0, "of": 3}),
        ("meta.part", "2/3"),
        ("meta.part", None),
        ("meta.part", {"number": 1, "of": 3}),
        ("meta.part", {"number": 2, "of": 1 << 33}),
        ("meta.part", forging.ABSENT),
    ],
)
def test_a_forged_part_is_refused(made_parts, tmp_path, field, value):
    forging.manifest(made_parts[1], field, value)
    for act in (open_log, lambda place: merge(made_parts, tmp_path / "log")):
        with pytest.raises(FunhouseError):
            act(made_parts[1])
    assert not (tmp_path / "log").exists()


def test_a_journal_says_which_part_it_is_of(small_shards, tmp_path):
    with pytest.raises(KeyboardInterrupt) as stopped:
        record(RUN, tmp_path, 18, progress=stop, part=Part(2, 3))
    assert stopped.value.__notes__ == [f"4 of 6 episodes are kept in {tmp_path}"]
    assert UNFINISHED in contents(tmp_path)
    assert MANIFEST not in contents(tmp_path)
    with pytest.raises(FunhouseError, match="part 2 of 3 of a log, not part 3 of 3"):
        record(RUN, tmp_path, 18, part=Part(3, 3))
    with pytest.raises(FunhouseError, match="this part 2 of 3 is not finished"):
        open_log(tmp_path)
