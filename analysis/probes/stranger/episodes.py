"""Episodes in which the first agent is a stranger to the others, and who is asked about it, and when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from agents.answer import Question, resolve
from agents.population import PopulationConfig
from agents.prompt import say
from agents.rollout import play
from agents.run import RunConfig
from agents.strangers import OUTSIDE, Policy, meet, native, would
from analysis.perception import Perception
from analysis.probes.probe import Settings
from analysis.questions import Asked
from worlds import Episode, OrchardConfig

WHO = 0  # the stranger; names and types are drawn, so being the first tells nothing
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

    def run(self, stranger: str, seed: int, split: str) -> RunConfig:
        """The run of a stranger's episodes. All are of held-out types, and act as themselves but for hidden roles."""
        hidden = stranger == HIDDEN
        orchard = OrchardConfig(agents=self.agents, steps=self.steps, roles="hidden" if hidden else "announced")
        switch = PopulationConfig.switch if hidden else self.steps
        return RunConfig(orchard, population=PopulationConfig(switch=switch, types=HELD_OUT), seed=seed, split=split)

    def episodes(self, stranger: str, settings: Settings) -> int:
        """How many episodes of each seed."""
        return settings.episodes or (self.within if stranger in WITHIN else self.outside)


def policy_of(stranger: str) -> Policy:
    """What a stranger does; within the type space, what its type does."""
    return OUTSIDE.get(stranger, native)


def meeting(design: Design, stranger: str, seed: int, split: str, index: int) -> Episode:
    """One episode with a stranger: but for hidden roles the same cast in the same place, whoever the stranger is."""
    run = design.run(stranger, seed, split)
    if stranger not in OUTSIDE:
        return play(run, index)
    return meet(run, index, {WHO: OUTSIDE[stranger]}, f"a stranger: {stranger}")


def asked_of(episode: Episode, design: Design) -> list[Asked]:
    """The questions of an episode: of each pair that comes to the largest k some, evenly spaced, at every k."""
    observed = Perception(episode).observed[:, :, WHO]
    found: list[Asked] = []
    for agent in range(len(episode.agents)):
        if agent != WHO and observed[-1, agent] >= max(design.observed):
            for step, count in _moments(observed[:, agent], design):
                found.append(_ask(episode, agent, step, count))
    return found


def own(episode: Episode, stranger: str, asked: Sequence[Asked]) -> np.ndarray:
    """What the stranger itself would do in each asked agent's body, on what both perceive there: (q, a) float64."""
    agents = np.array([one.query.agent for one in asked])
    steps, answer = np.array([one.query.step for one in asked]), np.empty((len(asked), episode.actions))
    for agent in np.unique(agents).tolist():
        answer[agents == agent] = would(episode, policy_of(stranger), WHO, agent, steps[agents == agent].tolist())
    return answer


def _moments(observed: np.ndarray, design: Design) -> Iterator[tuple[int, int]]:
    """(step, k) pairs of one asked agent; observed (t,) counts the steps at which it had seen the stranger act."""
    for count in design.observed:
        steps = np.flatnonzero(observed == count)
        places = np.linspace(0, len(steps) - 1, min(design.questions, len(steps))).round().astype(int)
        yield from ((int(step), count) for step in steps[places])


def _ask(episode: Episode, agent: int, step: int, observed: int) -> Asked:
    names = episode.names
    question = Question(names[agent], step, say("behave", (names[WHO],), me=names[agent]))
    return Asked(question, resolve(episode, question), observed, action=-1)
