"""Score answers that were given elsewhere: write the questions to a file, answer them there, read the answers.

    python examples/score_a_file.py

What stands between the two files may be any program, a language model for one; here it answers evenly.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
from rich.console import Console

import agents
import worlds
from agents.recording import record
from analysis import Draw, Sampling, score, summary_table


class Answered:
    """The answers of a file: a line of JSON each, with the episode, the agent, the step, the prompt and the chances."""

    name = "from a file"

    def __init__(self, path):
        rows = map(json.loads, Path(path).read_text().splitlines())
        self.found = {(r["episode"], r["agent"], r["step"], r["prompt"]): r["probabilities"] for r in rows}

    def answer(self, episode, questions):
        """The distributions, (q, actions) float64."""
        rows = [self.found[episode.index, one.agent, one.step, one.prompt] for one in questions]
        return np.array([[row[action] for action in episode.action_names] for row in rows])


with tempfile.TemporaryDirectory() as place:
    record(agents.RunConfig(split="test", seed=7), f"{place}/log", episodes=8)
    log, sampling = worlds.open_log(f"{place}/log"), Sampling(questions=64)
    lines = []
    for episode in log:
        for asked in Draw(episode, sampling).asked():
            even = dict.fromkeys(episode.action_names, 1 / episode.actions)  # your model's answer goes here
            lines.append(json.dumps({"episode": episode.index, **vars(asked.question), "probabilities": even}))
    Path(f"{place}/answers.jsonl").write_text("\n".join(lines))
    rows = score(log, [Answered(f"{place}/answers.jsonl")], sampling=sampling)["rows"]

Console(width=160).print(summary_table(rows))
