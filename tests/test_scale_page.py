"""docs/scale.md: its scripts are run by a shell as they stand, in little; their logs are those of one machine."""

import glob
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tom.cli import main

PAGE = (Path(__file__).parents[1] / "docs" / "scale.md").read_text(encoding="utf-8")
LOOP, ARRAY, MERGING = re.findall(r"^```bash\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SAY = 'tom() { printf "%s\\n" "$(printf "%q " "$@")"; }\nsbatch() { echo "${@: -1}"; }\n'
FIELD = ("--steps", "4", "--random-linear", "4", "--random-mlp", "2")


def spelt(script: str, task: int = 0) -> list[list[str]]:
    """The arguments of the commands of `tom` in a script, as a shell spells them."""
    environment = {**os.environ, "SLURM_ARRAY_TASK_ID": str(task)}
    said = subprocess.run(["bash", "-euc", SAY + script], capture_output=True, text=True, check=True, env=environment)
    return sorted(shlex.split(line) for line in said.stdout.splitlines())


def contents(home: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(home).iterdir()}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_array_and_its_merge_make_the_log_of_one_machine():
    little = ("--episodes", "130", "--steps", "4", "--threads", "1")
    script = ARRAY.replace("/16", "/3")
    for task in (1, 2, 3):
        [run] = spelt(script, task)
        assert run[-2:] == ["--part", f"{task}/3"]
        assert main([*run, *little]) == 0
    [merge] = [line for line in spelt(MERGING.replace("$(sbatch --parsable big.sh)", "1")) if line[0] == "tom"]
    assert main([place for word in merge[1:] for place in (sorted(glob.glob(word)) or [word])]) == 0
    assert main(["run", "--seed", "7", "--out", "one", *little]) == 0
    assert contents("logs/big") == contents("one")


def test_the_loop_plays_an_environment_on_four_cores(monkeypatch):
    monkeypatch.setattr("agents.arena.world.shard_size", lambda _: 2)
    monkeypatch.setattr("agents.arena.rollout.shard_size", lambda _: 2)
    world = "pettingzoo:tests.worlds.arena.toys:field"
    merge, *runs = spelt(LOOP.replace("pettingzoo:mpe2.simple_tag_v3", world).replace("512", "8"))
    assert [run[-3:] for run in runs] == [[f"{k}/4", "--out", f"logs/tag-{k}"] for k in (1, 2, 3, 4)]
    for run in runs:
        assert main([*run, *FIELD]) == 0
    assert main(merge) == 0
    assert main(["run", "--world", world, "--episodes", "8", "--out", "one", *FIELD]) == 0
    assert contents("logs/tag") == contents("one")
