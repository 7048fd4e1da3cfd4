"""A new probe in one file: does the mind learn what another is like from watching it?

    python examples/a_new_probe.py

To have `tom probe watching`, make a folder of it in analysis/probes: the threshold in thresholds.py, which is committed
first, the design in design.py, the analysis in analysis.py, and PROBE in __init__.py. Nothing else names it.
"""

from dataclasses import dataclass

import numpy as np
from rich.console import Console

import tom
from agents.answer import Question
from agents.language.prompt import say
from agents.orchard.rollout import play
from agents.orchard.run import RunConfig
from agents.population import PopulationConfig
from agents.registry import reasoner_of, type_space
from analysis.figures.picture import canvas
from analysis.probes import Probe, Settings, Subject, panels, wrong
from analysis.probes.contenders import IGNORANT, PLANNER, REASONER, Exact, Ignorant, Planner
from analysis.probes.orchard import run_of
from analysis.probes.probe import controls, figure
from analysis.probes.shift import flat
from analysis.probes.tables import bounded, lines
from analysis.scores.intervals import less, ratio
from analysis.scores.measures import divergence

# The threshold, committed before anything measures. The effect is the share learned of all there is to learn.
LEARNED = 0.3  # who has seen nobody learns nothing, and in 48 steps agents see little of each other


# The design: what happens in the episodes, and what is asked.
@dataclass(frozen=True)
class Design:
    """Four agents, everybody as itself; late in the episode the first is asked to behave as each of the others."""

    episodes: int = 10  # of each seed
    seeds: int = 5  # of an evaluation that is reported
    steps: int = 48

    def run(self, seed: int, split: str) -> RunConfig:
        """The run of a seed's episodes."""
        return run_of(seed, split, PopulationConfig(switch=self.steps, types="all"), agents=4, steps=self.steps)


# The analysis: what is made of the answers.
def measure(trial):
    """The effect is 1 - (nats from what the other would do) / (the same of exact reasoning that has seen nothing)."""
    who = {one.name: one for one in (trial.mind, *trial.blind, Exact(), Ignorant(), Planner(spread=0.05))}
    nats, where = {name: [] for name in who}, []
    for place, seed, _, index in trial.places({"": trial.design.episodes}):
        episode = play(trial.design.run(seed, trial.settings.split), index)
        me, *others = episode.names
        asked = [Question(me, episode.steps - 1, say("behave", (other,), me=me)) for other in others]
        space = type_space(episode)
        natives = reasoner_of(space).natives(episode, 0, episode.steps - 1)  # what every type would do in my place
        truth = natives[[space.index(other.type) for other in episode.agents[1:]]]
        for name, one in who.items():
            nats[name].extend(divergence(truth, one.answer(episode, asked)))
        where += [place] * len(asked)

    def learned(name):
        return less(ratio(np.array(nats[name]), np.array(nats[IGNORANT]), np.array(where)))

    return {
        "rows": [{"contender": name, "questions": len(where), **flat({"learned": learned(name)})} for name in who],
        "controls": controls(learned, LEARNED, [REASONER], [*trial.blinded, PLANNER], [IGNORANT]),
        "figures": [figure("learned from watching", learned(trial.mind.name), LEARNED)],
    }


def tables(document):
    """A line for each contender."""
    return [lines("learned from watching", document["rows"], ("contender",), (("share", bounded("learned")),), block=0)]


def draw(document):
    """ "watching": the mind and the controls, with intervals."""
    picture, (axes,) = canvas("Is it learned from watching what another is like?")
    panels.verdicts(axes, [*document["figures"], *document["controls"]], LEARNED)
    return {"watching": picture}


PROBE = Probe("watching", "what another is like, learned from watching it", Design, measure, draw, tables)

if __name__ == "__main__":
    mind = tom.load("near-far")
    document = PROBE.run(Subject(mind, mind.controls()), Settings(seeds=1, split="validation"))
    for table in PROBE.tables(document):
        Console(width=120).print(table)
    print("; ".join(wrong(document)) or "every control is on its side")
