"""Episodes in which the last agent is a stranger to the others, and who is asked about it, and when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from agents.answer import Question, resolve
from agents.population import PopulationConfig
from agents.prompt import say
from agents.record import Players
from agents.rollout import play
from agents.run import MindsConfig, RunConfig
from agents.strangers import OUTSIDE, Policy, introduced, meet, native, would
from analysis.perception import Perception
from analysis.probes.probe import Settings
from analysis.questions import Asked
from worlds import Episode, OrchardConfig

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

    @property
    def who(self) -> int:
        """The stranger, by index; names and types are drawn, so being the last tells nothing."""
        return self.agents - 1

    def episodes(self, stranger: str, settings: Settings) -> int:
        """How many episodes of each seed."""
        return settings.episodes or (self.within if stranger in WITHIN else self.outside)


def policy_of(stranger: str) -> Policy:
    """What a stranger does; within the type space, what its type does."""
    return OUTSIDE.get(stranger, native)


def meetings(
    design: Design, stranger: str, seed: int, settings: Settings, players: Players | None = None, checkpoint: str = ""
) -> Iterator[Episode]:
    """Episodes with a stranger, the others being copies of a mind, or scripted where nobody plays those.

    But for hidden roles it is the same cast in the same places, whoever the stranger is.
    """
    run, count = design.run(stranger, seed, settings.split), design.episodes(stranger, settings)
    guests = {design.who: OUTSIDE[stranger]} if stranger in OUTSIDE else {}
    words = f"a stranger: {stranger}"
    if players is not None:
        run = replace(run, minds=MindsConfig(design.agents - 1, checkpoint))
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
                found.append(_ask(episode, who, agent, step, count))
    return found


def own(episode: Episode, stranger: str, asked: Sequence[Asked]) -> np.ndarray:
    """What the stranger itself would do in each asked agent's body, on what both perceive there: (q, a) float64."""
    agents, who = np.array([one.query.agent for one in asked]), int(asked[0].query.chain[0])
    steps, answer = np.array([one.query.step for one in asked]), np.empty((len(asked), episode.actions))
    for agent in np.unique(agents).tolist():
        answer[agents == agent] = would(episode, policy_of(stranger), who, agent, steps[agents == agent].tolist())
    return answer


def _moments(observed: np.ndarray, design: Design) -> Iterator[tuple[int, int]]:
    """(step, k) pairs of one asked agent; observed (t,) counts the steps at which it had seen the stranger act."""
    for count in design.observed:
        steps = np.flatnonzero(observed == count)
        places = np.linspace(0, len(steps) - 1, min(design.questions, len(steps))).round().astype(int)
        yield from ((int(step), count) for step in steps[places])


def _ask(episode: Episode, who: int, agent: int, step: int, observed: int) -> Asked:
    names = episode.names
    question = Question(names[agent], step, say("behave", (names[who],), me=names[agent]))
    return Asked(question, resolve(episode, question), observed, action=-1)
