"""`--ray`: logs that a real cluster of two raylets plays are those of one process, whatever happens meanwhile."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from agents.plain import run_of as run_of_plain
from agents.recording import record
from tests.agents.in_parts import EPISODES, RUN, RUNS, contents
from tests.tom import clusters
from tests.tom.test_generations import PLAN
from tests.tom.test_parts import LITTLE, said
from tests.tom.test_player import run_of, the_mind
from tests.tom.test_stopping import SIGNALS, at_call, send
from tests.tom.test_workers import ended
from tom import cluster as driver
from tom import joining
from tom.cluster import Cluster
from tom.generations import generations
from tom.joining import cluster
from tom.player import Player
from worlds import FunhouseError
from worlds.atomic_files import Lock
from worlds.log.manifest import UNFINISHED
from worlds.log.writer import LogWriter

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where two raylets of one core each are."""
    with clusters.raylets(2) as (held, _):
        yield held.address


@pytest.fixture
def crew(address) -> Iterator[Cluster]:
    """The cluster, joined."""
    with cluster(address) as joined:
        assert joined is not None
        yield joined


@pytest.fixture(autouse=True)
def little_shards(monkeypatch):
    """Logs have many."""
    monkeypatch.setattr("agents.world.SHARD_SIZE", 2)
    monkeypatch.setattr("agents.arena.world.shard_size", lambda _: 2)


@pytest.mark.parametrize("world", RUNS)
def test_the_log_is_that_of_one_process_in_every_world(crew, world, tmp_path):
    told, alone, counts = [], [], []
    run = RUNS[world]()
    mine = record(run, tmp_path / "one", EPISODES, threads=1, report=lambda *one: alone.append(one))
    theirs = record(
        run, tmp_path / "ray", EPISODES, report=lambda *one: told.append(one), crew=crew,
        progress=lambda *count: counts.append(count),
    )  # fmt: skip
    assert contents(tmp_path / "ray") == contents(tmp_path / "one")
    assert {**theirs, "log": mine["log"]} == mine
    assert counts == [(done, EPISODES) for done in range(2, EPISODES + 1, 2)]
    assert sorted(told, key=lambda one: one[0]) == alone
    assert bool(alone) == (world == "arena")


def test_copies_of_a_mind_do_what_they_do_in_one_process(crew, tmp_path):
    run, player = run_of(), Player(the_mind())
    record(run, tmp_path / "one", 5, players=Player(the_mind()))
    record(run, tmp_path / "ray", 5, players=player, crew=crew)
    assert contents(tmp_path / "ray") == contents(tmp_path / "one")
    assert player.tally.steps == 5 * 40 * run.copies
    assert player.tally.events > 0 < player.tally.seconds


def test_a_node_that_is_killed_has_its_shards_done_again(tmp_path, capsys):
    run = run_of_plain("tests.tom.clusters:Slow", {"agents": 3, "steps": 6, "length": 5})
    record(run, tmp_path / "one", EPISODES)
    killed: list = []
    with clusters.raylets(2) as (held, nodes), cluster(held.address) as crew:

        def kill(done: int, _: int) -> None:
            if len(killed) == 0 and done >= 4 and (there := [node for node in nodes if clusters.busy(node)]):
                clusters.kill(there[0])
                killed.append(there[0])

        record(run, tmp_path / "ray", EPISODES, crew=crew, progress=kill)
    assert contents(tmp_path / "ray") == contents(tmp_path / "one")
    said = capsys.readouterr()
    assert "a worker was lost, and what it was at is done again" in said.err
    assert not said.out


@pytest.mark.slow
def test_what_is_lost_time_and_again_is_given_up(crew, capsys):
    with pytest.raises(FunhouseError, match=f"the same piece of work was lost {driver.LOSSES} times"):
        list(crew.each(clusters.loses, None, [1]))
    told = capsys.readouterr().err
    assert told.count("a worker was lost, and what it was at is done again") == driver.LOSSES - 1


def test_what_fails_says_what_it_says_here_and_what_was_finished_is_kept(crew, tmp_path):
    broken = run_of_plain("tests.tom.clusters:Faulty", {"agents": 3, "steps": 6, "length": 5})
    with pytest.raises(FunhouseError) as here:
        record(broken, tmp_path / "one", EPISODES)
    with pytest.raises(FunhouseError) as there:
        record(broken, tmp_path / "ray", EPISODES, crew=crew)
    assert str(there.value) == str(here.value)
    assert "there is a hole in it" in str(there.value)
    assert len(list((tmp_path / "ray").glob("steps-*"))) >= 2


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_a_signal_ends_the_driver_and_the_same_command_goes_on(address, tmp_path, monkeypatch, capsys, number):
    command = ("run", "--episodes", 18, *LITTLE, "--out", tmp_path / "ray")
    status, _ = SIGNALS[number]
    with monkeypatch.context() as patch:
        at_call(patch, LogWriter, "write_files", 3, lambda: send(number))
        assert said(capsys, *command, "--ray", address)[0] == status
    assert UNFINISHED in contents(tmp_path / "ray")
    assert len(list((tmp_path / "ray").glob("steps-*"))) == 3
    assert said(capsys, *command, "--ray", address)[0] == 0
    assert said(capsys, *command[:-1], tmp_path / "one")[0] == 0
    assert contents(tmp_path / "ray") == contents(tmp_path / "one")


def test_what_is_in_flight_ends_with_the_driver(address):
    with cluster(address) as crew:
        pids = [pid for _, pid in crew.each(clusters.lasts, None, [0, 0])]
        next(crew.each(clusters.lasts, None, [0, 1, 1, 1]))
    assert all(ended(pid) for pid in pids)


def test_two_drivers_do_not_write_one_log(crew, tmp_path):
    lock = Lock(tmp_path)
    with pytest.raises(FunhouseError, match="another process is writing here"):
        record(RUN, tmp_path, EPISODES, crew=crew)
    lock.release()


@pytest.mark.slow
def test_a_cluster_without_cores_is_told_of_and_waited_for(capsys, tmp_path):
    with clusters.raylets(0) as (held, _), cluster(held.address) as crew:
        real = crew._come

        def come(references):
            if crew.cores == 0 and len(held.list_all_nodes()) == 1:
                held.add_node(num_cpus=1, object_store_memory=clusters.MEMORY)
            return real(references)

        crew._come = come
        assert list(crew.each(clusters.trusts, None, ["nobody"])) == [("nobody", False)]
    assert capsys.readouterr().err.count("the cluster has no cores now") == 1


def test_no_more_is_handed_out_than_some_pieces_for_each_core(crew, monkeypatch):
    handed, taken, most = [], 0, 0
    real = crew._task.remote
    monkeypatch.setattr(crew._task, "remote", lambda *given: handed.append(given) or real(*given))
    for _ in crew.each(clusters.trusts, None, [f"name_{k}" for k in range(12)]):
        most, taken = max(most, len(handed) - taken), taken + 1
    assert (taken, most) == (12, 2 * driver.AHEAD)


def test_a_worker_trusts_what_the_driver_was_told_to_and_no_more(crew, monkeypatch):
    """The raylets were started with all modules of the tests in their environment."""
    monkeypatch.setenv("FUNHOUSE_TRUST", "only_this")
    told = dict(crew.each(clusters.trusts, None, ["only_this", "tests.worlds.arena.toys"]))
    assert told == {"only_this": True, "tests.worlds.arena.toys": False}


@pytest.mark.slow
@pytest.mark.parametrize("command", [("probe", "lens"), ("just-ask", "goals")], ids=lambda command: command[0])
def test_probes_and_experiments_come_to_what_they_come_to_in_one_process(address, capsys, tmp_path, command):
    little = (*command, "--seeds", 1, "--episodes", 2, "--json", "--out")
    _, mine, _ = said(capsys, *little, tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / "one")
    _, theirs, _ = said(capsys, *little, tmp_path / "out", "--ray", address)
    assert json.loads(theirs) == json.loads(mine)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {path.name for path in (tmp_path / "one").iterdir()}


@pytest.mark.slow
def test_generations_are_those_of_one_process(crew, trained, tmp_path):
    for name, players in (("one", None), ("ray", crew)):
        generations(tmp_path / name, 1, PLAN, trained, crew=players)
    files = [path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.parquet")]
    assert len(files) > 20
    for name in [*files, Path("generation-1/scores.json")]:
        assert (tmp_path / "ray" / name).read_bytes() == (tmp_path / "one" / name).read_bytes()


def test_another_version_is_refused_by_its_name(crew, monkeypatch, tmp_path):
    real = driver._made_with
    monkeypatch.setattr(driver, "_made_with", lambda packages: {**real(packages), "numpy": "0.1"})
    with pytest.raises(FunhouseError, match=r"a worker has numpy \S+, and the machine that asks has 0.1"):
        record(RUN, tmp_path, EPISODES, crew=crew)


def test_a_fault_of_ours_is_no_message(crew):
    with pytest.raises(Exception, match="ZeroDivisionError: what went wrong"):
        list(crew.each(clusters.fails, "what went wrong", [1]))


def test_a_worker_that_has_not_our_code_says_so(crew, monkeypatch, tmp_path):
    (tmp_path / "only_here.py").write_text("def work(*given):\n    return given\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(FunhouseError, match=r"a worker cannot import what it is to do: .*only_here") as caught:
        list(crew.each(import_module("only_here").work, None, [1]))
    crew._task = import_module("ray").remote(import_module("only_here").work)
    with pytest.raises(FunhouseError, match=r"a worker cannot import what it is to do: .*only_here"):
        list(crew.each(clusters.trusts, None, [1]))
    assert "install funhouse, and your own modules, on all machines" in caught.value.remedy


def test_without_ray_the_extra_is_named(capsys, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "ray", None)
    status, _, err = said(capsys, "run", *LITTLE, "--out", tmp_path / "log", "--ray", "local")
    assert status == 1
    assert "pip install 'funhouse-tom[cluster]'" in err
    assert not (tmp_path / "log").exists()


@pytest.mark.parametrize("given", ["127.0.0.1:{}", "auto", "ray://127.0.0.1:{}", "nowhere", "127.0.0.1:99999"])
def test_where_nobody_listens_it_says_so(capsys, monkeypatch, tmp_path, given):
    pytest.importorskip("ray")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    monkeypatch.setenv("RAY_ADDRESS", f"127.0.0.1:{port}")
    status, _, err = said(capsys, "run", *LITTLE, "--out", tmp_path / "log", "--ray", given.format(port))
    assert status == 1
    assert "no Ray cluster is found" in err or "is no address" in err
    assert "remedy" in err


def test_who_listens_and_is_no_cluster_is_found_out(capsys, monkeypatch, tmp_path):
    pytest.importorskip("ray")
    monkeypatch.setattr(joining, "ASK", 2.0)
    with socket.create_server(("0.0.0.0", 0)) as server:
        given = f"127.0.0.1:{server.getsockname()[1]}"
        status, _, err = said(capsys, "run", *LITTLE, "--out", tmp_path / "log", "--ray", given)
    assert status == 1
    assert "it is no Ray cluster" in err


@pytest.mark.slow
def test_a_cluster_of_its_own_says_nothing_and_leaves_nothing(tmp_path):
    pytest.importorskip("ray")
    command = [sys.executable, "-m", "tom", "run", "--episodes", "130", *LITTLE[:-1], "2", "--json"]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "ray"), "--ray", "local"], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "MARK": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["episodes"] == 130
    assert "ray" not in done.stderr.replace(str(tmp_path), "").lower()
    assert not clusters.marked(f"MARK={tmp_path}")
