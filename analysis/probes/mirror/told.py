"""What everybody says before the mirror: of the image, of itself, and of what the image will do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from agents.answer import Answerer, Question, Reasoned
from agents.language.prompt import say
from agents.world import type_space
from analysis.contenders.controls import PLANNER
from analysis.probes.mirror.contenders import Recogniser
from analysis.probes.mirror.episodes import BLANK, IMAGE, LIVE, ME, REPLAY, Design, mirrors
from analysis.probes.probe import Settings
from analysis.questions.survey import REASONER
from analysis.scores.measures import LEAST, checked, divergence
from worlds import Agent, Episode

BLIND = "mind, own actions blanked"
FORESEEN = (LIVE, REPLAY)  # the conditions in which the image's own next act is known to whoever knows the agent


@dataclass
class Told:
    """What everybody said, by (contender, condition), and by condition what images really do next."""

    answer: dict[tuple[str, str], list[np.ndarray]] = field(default_factory=dict)  # e of (k, 2, actions)
    expected: dict[tuple[str, str], list[np.ndarray]] = field(default_factory=dict)  # e of (k, actions)
    score: dict[tuple[str, str], list[float]] = field(default_factory=dict)  # e: how far the image is oneself
    next: dict[str, list[np.ndarray]] = field(default_factory=dict)  # e of (k, actions)

    def said(self, contender: str, condition: str) -> tuple[np.ndarray, np.ndarray]:
        """(e, k, actions) float64 each: what it would do as the image, and as itself."""
        both = np.array(self.answer[contender, condition])
        return both[:, :, 0], both[:, :, 1]

    def distance(self, contender: str, condition: str) -> np.ndarray:
        """(e, k) nats from its answer as itself to its answer as the image."""
        image, myself = self.said(contender, condition)
        return divergence(myself, image)

    def unforeseen(self, contender: str, condition: str) -> np.ndarray:
        """(e, k) nats from what the image's next act is drawn from to what it says the image will do."""
        return divergence(np.array(self.next[condition]), np.array(self.expected[contender, condition]))


class Exact:
    """The exact reasoner, of whatever world an episode is of."""

    name = REASONER

    def answer(self, episode: Episode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions, (q, actions) float64."""
        return Reasoned(type_space(episode)).answer(episode, questions)


def told_by(everybody: Mapping[str, Answerer], design: Design, settings: Settings, tell: Callable[[], None]) -> Told:
    """Asks everybody, by name, in every condition; `tell` is called after each episode."""
    told = Told()
    for mirror in mirrors(design, settings):
        for condition, episode in mirror.episodes():
            for name, one in everybody.items():
                _ask(told, one, (name, condition), episode, design)
                if condition != BLANK and not name.endswith((BLIND, PLANNER)):
                    told.score.setdefault((name, condition), []).append(_score(one, episode, mirror.another))
            if condition in FORESEEN:
                itself = [Question(episode.names[IMAGE], step, "behave as myself") for step in design.observed]
                told.next.setdefault(condition, []).append(Exact().answer(episode, itself))
        tell()
    return told


def _ask(told: Told, one: Answerer, key: tuple[str, str], episode: Episode, design: Design) -> None:
    """What the agent would do as the image and as itself, and where that is told, what it expects of the image."""
    me, image = episode.names[ME], (episode.names[IMAGE],)
    prompts = [say("behave", image, me=me), say("behave", (), me=me)]
    if key[1] in FORESEEN:
        prompts.append(say("predict", image, me=me))
    asked = [Question(me, step, prompt) for step in design.observed for prompt in prompts]
    said = checked(one.answer(episode, asked), len(asked), one.name, episode.actions)
    said = said.reshape(-1, len(prompts), episode.actions)
    told.answer.setdefault(key, []).append(said[:, :2])
    if key[1] in FORESEEN:
        told.expected.setdefault(key, []).append(said[:, 2])


def _score(one: Answerer, episode: Episode, another: Agent) -> float:
    """How far an image is the agent itself, to a detector or by the likelihood of what it did; the more, the more."""
    if isinstance(one, Recogniser):
        return float(one.detector.score(episode, ME, IMAGE)[-1])
    mine, theirs = (_likelihood(one, episode, persona) for persona in (episode.agents[ME], another))
    return mine - theirs


def _likelihood(one: Answerer, episode: Episode, persona: Agent) -> float:
    """The mean log likelihood of an image's acts as those of such an agent in its place."""
    name, steps = episode.names[IMAGE], range(episode.steps)
    agents = [*episode.agents[:IMAGE], replace(persona, name=name), *episode.agents[IMAGE + 1 :]]
    asked = [Question(name, step, say("behave", (), me=name)) for step in steps]
    chance = one.answer(replace(episode, agents=agents), asked)[steps, episode.action[:, IMAGE]]
    return float(np.log(np.maximum(chance, LEAST)).mean())
