"""Ask the mind that ships with the package, and hold its answer against the exact one.

python examples/ask.py
"""

import tempfile

import agents
import tom
import worlds
from agents.orchard.presets import PRESETS
from agents.recording import record

with tempfile.TemporaryDirectory() as place:
    record(agents.RunConfig(*PRESETS["blind"], seed=7, split="test"), place, episodes=1)
    episode = worlds.open_log(place)[0]

me, other, *_ = episode.names
mind = tom.load()
for prompt in ("behave as myself", f"behave as {other}", f"behave as {other} pretending to be me"):
    answer = mind.ask(episode, agent=me, step=40, prompt=prompt)
    truth = agents.exact(episode, agent=me, step=40, prompt=prompt)
    print(f'{me} at step 40, asked to "{prompt}":')
    for action, probability in answer.probabilities.items():
        print(f"    {action:<9} the mind {probability:.2f}   the truth {truth.probabilities[action]:.2f}")
