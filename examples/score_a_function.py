"""Score a model of your own: anything that answers (episode, questions) with distributions over actions.

    python examples/score_a_function.py

The model here answers "behave as Bo" with how often Bo was seen to do each action: it must not beat the shortcuts.
"""

import tempfile

import numpy as np
from rich.console import Console

import agents
import worlds
from agents.recording import record
from analysis import Sampling, check_answerer, meaning, score, summary_table


class Frequencies:
    """What the last one named did so far, one for each action added."""

    name = "frequencies"

    def answer(self, episode, questions):
        """The distributions, (q, actions) float64, from what each asked agent has perceived by then."""
        answers = []
        for question in questions:
            query = agents.resolve(episode, question)
            who = next((one for one in reversed(query.chain) if isinstance(one, int)), query.agent)
            seen = [t for t in range(query.step) if agents.perceives(episode, query.agent, who, t)]
            count = 1 + np.bincount(episode.action[seen, who], minlength=episode.actions)
            answers.append(count / count.sum())
        return np.array(answers).reshape(len(questions), episode.actions)


with tempfile.TemporaryDirectory() as place:
    record(agents.RunConfig(split="test", seed=7), place, episodes=24)
    log = worlds.open_log(place)
    print(f"{check_answerer(Frequencies(), log)} answers are as they must be")
    shallow = Sampling(stances=("behave",), depths=(0, 1), weights=(1, 1))
    rows = score(log, [Frequencies()], sampling=shallow)["rows"]

Console(width=160).print(summary_table(rows))
print(meaning(rows))
