"""stranger: live beside somebody whom no training population held, then be it.

Three copies of the mind, each told to behave as itself, live with a stranger. Asked after k steps at which it saw the
stranger act (exactly k, whatever the clock says), a copy is told: "behave as" the stranger. A stranger is of a held-out
type, follows a policy from outside the type space (agents/orchard/strangers.py), or is of a held-out type in a world
that announces no roles, so that what it did may have been an act (hidden-roles). Where nobody plays copies, scripted
agents of the same personas live in their stead. A pair is asked only if it comes to the largest k, so that each point
of a curve is about the same pairs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from agents.answer import resolve
from agents.orchard.rollout import play
from agents.orchard.run import MindsConfig, RunConfig
from agents.orchard.strangers import OUTSIDE, introduced, meet, native, would
from agents.population import PopulationConfig
from analysis.probes.orchard import asking, run_of
from analysis.probes.probe import Trial
from analysis.questions.perception import Perception
from analysis.questions.sampling import Asked
from worlds import Episode

HELD_OUT, HIDDEN = "held-out", "hidden-roles"
WITHIN = (HELD_OUT, HIDDEN)  # strangers within the type space


@dataclass(frozen=True)
class Design:
    """What the episodes are like, and what is asked in them."""

    observed: tuple[int, ...] = (0, 1, 2, 4, 8, 16, 32, 64)  # k: steps at which the asked agent saw the stranger act
    strangers: tuple[str, ...] = (HELD_OUT, *OUTSIDE, HIDDEN)
    agents: int = 4
    steps: int = 256  # long enough for three pairs in four to come to the largest k
    questions: int = 4  # at most, of each pair and k
    within: int = 32  # episodes of each seed, of a stranger within the type space: skill takes many questions
    outside: int = 16  # the same, of another
    seeds: int = 5  # of an evaluation that is reported

    def run(self, stranger: str, seed: int, split: str) -> RunConfig:
        """The run of a stranger's episodes. All are of held-out types, and act as themselves but for hidden roles."""
        hidden = stranger == HIDDEN
        population = PopulationConfig(PopulationConfig.switch if hidden else self.steps, types=HELD_OUT)
        roles = "hidden" if hidden else "announced"
        return run_of(seed, split, population, agents=self.agents, steps=self.steps, roles=roles)

    def count(self, stranger: str) -> int:
        """How many episodes of each seed."""
        return self.within if stranger in WITHIN else self.outside

    @property
    def who(self) -> int:
        """The stranger, by index; names and types are drawn, so being the last tells nothing."""
        return self.agents - 1


def meetings(trial: Trial, stranger: str, seed: int) -> Iterator[Episode]:
    """Episodes with a stranger, the others being copies of a mind, or scripted where nobody plays those.

    But for hidden roles it is the same cast in the same places, whoever the stranger is.
    """
    design, players = trial.design, trial.subject.players
    run, count = design.run(stranger, seed, trial.settings.split), trial.count(design.count(stranger))
    guests = {design.who: OUTSIDE[stranger]} if stranger in OUTSIDE else {}
    words = f"a stranger: {stranger}"
    if players is not None:
        run = replace(run, minds=MindsConfig(design.agents - 1, trial.subject.checkpoint))
        for batch in players.batches(run, range(count), guests=guests):
            yield from (introduced(episode, guests, words) for episode in batch)
    else:
        for index in range(count):
            yield meet(run, index, guests, words) if guests else play(run, index)


def asked_of(episode: Episode, design: Design) -> list[Asked]:
    """The questions of an episode: of each pair that comes to the largest k some, evenly spaced, at every k."""
    who = design.who
    observed = Perception(episode).observed[:, :, who]
    found: list[Asked] = []
    for agent in range(len(episode.agents)):
        if agent != who and observed[-1, agent] >= max(design.observed):
            for step, count in _moments(observed[:, agent], design):
                question = asking(episode, agent, step, "behave", who)
                found.append(Asked(question, resolve(episode, question), count, action=-1))
    return found


def _moments(observed: np.ndarray, design: Design) -> Iterator[tuple[int, int]]:
    """(step, k) pairs of one asked agent; observed (t,) counts the steps at which it had seen the stranger act."""
    for count in design.observed:
        steps = np.flatnonzero(observed == count)
        places = np.linspace(0, len(steps) - 1, min(design.questions, len(steps))).round().astype(int)
        yield from ((int(step), count) for step in steps[places])


def own(episode: Episode, stranger: str, asked: Sequence[Asked]) -> np.ndarray:
    """What the stranger itself would do in each asked agent's body, on what both perceive there: (q, a) float64."""
    agents, who = np.array([one.query.agent for one in asked]), int(asked[0].query.chain[0])
    steps, answer = np.array([one.query.step for one in asked]), np.empty((len(asked), episode.actions))
    policy = OUTSIDE.get(stranger, native)
    for agent in np.unique(agents).tolist():
        answer[agents == agent] = would(episode, policy, who, agent, steps[agents == agent].tolist())
    return answer
