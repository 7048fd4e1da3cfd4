"""docs/arena.md, from the environment to the graph: its commands are run in order, on an environment of a user."""

import doctest
import json
import subprocess
import sys
from pathlib import Path

from tests.test_readme import Block, blocks, steps
from tom.cli import main

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "arena.md"
LITTLE = {"--episodes": ["--episodes", "3", "--steps", "12"], "--minutes": ["--train-steps", "2"]}
MINE = """
import numpy as np
from gymnasium.spaces import Box, Discrete
from pettingzoo import ParallelEnv


class parallel_env(ParallelEnv):
    metadata = {"name": "mine"}

    def __init__(self):
        self.possible_agents = ["a", "b", "c"]

    def observation_space(self, agent):
        return Box(-1, 1, (4,))

    def action_space(self, agent):
        return Discrete(3)

    def reset(self, seed=None, options=None):
        self.dice, self.agents, self.left = np.random.default_rng(seed), list(self.possible_agents), 20
        return self.look(), {agent: {} for agent in self.agents}

    def look(self):
        return {agent: self.dice.uniform(-1, 1, 4).astype("float32") for agent in self.agents}

    def step(self, actions):
        self.left -= 1
        told = {agent: float(action == 0) for agent, action in actions.items()}
        over, late, infos = ({agent: value for agent in actions} for value in (False, self.left == 0, {}))
        seen = self.look()
        self.agents = self.agents if self.left else []
        return seen, told, over, late, infos
"""


def commands() -> list[str]:
    """The `tom` commands of the page's first console block, which come one after the other."""
    first = next(block for block in blocks(PAGE) if isinstance(block, Block) and block.language == "console")
    return [command for command, _ in steps(first.text) if command.startswith("tom ")]


def cut_down(command: str) -> list[str]:
    words = command.split()[1:]
    for flag, little in LITTLE.items():
        if flag in words:
            at = words.index(flag)
            words[at : at + 2] = little
    return words


def test_from_ones_own_environment_to_its_graph_in_under_twenty_lines(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_env.py").write_text(MINE)
    assert 0 < len(commands()) < 20
    for command in commands():
        assert main(cut_down(command)) == 0, command
    drawn = {path.name for path in (tmp_path / "runs" / "mine" / "graphs").iterdir()}
    assert {"imitation.png", "imitation.graphml", "chains.svg", "episode.png"} <= drawn
    capsys.readouterr()
    assert main(["score", "runs/mine", "--log", "logs/mine-test", "--json", "--trust", "my_env"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert any(row["contender"] == "mind" and row["questions"] for row in rows)


def test_the_orchard_is_made_as_the_page_says_in_a_process_that_has_imported_nothing():
    session = "".join(block.text for block in blocks(PAGE) if block.language == "pycon")
    source = "".join(example.source for example in doctest.DocTestParser().get_examples(session))
    done = subprocess.run(
        [sys.executable, "-c", f"{source}print(env.agents)"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.strip() in session, done.stderr
    assert "agent_2" in done.stdout
