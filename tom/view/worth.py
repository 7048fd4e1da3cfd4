"""Which episodes and moments are worth a look: where the mind is far from the truth, and where the best shortcut is."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from analysis.contenders.one_question import truth_and_best
from analysis.questions.perception import target_of
from analysis.questions.sampling import Asked, Draw, Sampling
from analysis.scores.measures import divergence
from tom.view.links import moment
from worlds.base_episode import BaseEpisode
from worlds.log.reader import Log

DRAWN = Sampling(questions=36, depths=(1, 2), weights=(1, 2), paraphrases="trained")
MOST_PAIRED = 1500  # questions to an episode about pairs
EVERY = 8  # moves, between questions about a pair


def worth(episode: BaseEpisode, mind: Any, log: Log) -> dict[str, Any]:
    """How far the mind and the best shortcut are from the truth over questions that are drawn, in nats; and the moment
    at which each of them is farthest."""
    asked = Draw(episode, DRAWN).asked()
    far = _far(episode, asked, mind, log)
    if not asked:
        return {"episode": episode.index, "questions": 0, "worst": {}}
    worst = {name: int(nats.argmax()) for name, nats in far.items()}
    return {
        "episode": episode.index,
        "questions": len(asked),
        **{name: float(nats.mean()) for name, nats in far.items()},
        "worst": {name: _moment(episode, asked[q], far, q) for name, q in worst.items()},
    }


def pairs(episode: BaseEpisode, mind: Any, log: Log) -> dict[str, Any]:
    """The imitation graph of an episode: for each agent and each whom it is asked to behave as how far the mind and the
    best shortcut are from the truth, and the moment at which the first of them is farthest. Where nobody can behave as
    another, everybody predicts everybody."""
    n = len(episode.agents)
    every = max(EVERY, episode.steps * n * (n - 1) // MOST_PAIRED)
    draw = Draw(episode, Sampling())
    asked = draw.every_pair(every, "predict" if ("behave", 1) in draw.meaningless else "behave")
    far = _far(episode, asked, mind, log)
    between = np.array([(one.query.agent, target_of(one.query)) for one in asked]).reshape(-1, 2)
    edges = []
    for pair in sorted(set(map(tuple, between.tolist()))):
        here = np.flatnonzero((between == pair).all(1))
        worst = int(here[far["mind" if mind is not None else "shortcut"][here].argmax()])
        means = {name: float(nats[here].mean()) for name, nats in far.items()}
        edges.append({"from": pair[0], "to": pair[1], **means, "worst": _moment(episode, asked[worst], far, worst)})
    return {"edges": edges}


def _far(episode: BaseEpisode, asked: Sequence[Asked], mind: Any, log: Log) -> dict[str, np.ndarray]:
    """KL from the truth, (q,) nats, of the mind, if there is one, and of the best shortcut; 0 where there is none."""
    if not asked:
        return {"mind": np.zeros(0), "shortcut": np.zeros(0)} if mind is not None else {"shortcut": np.zeros(0)}
    truth, best, _ = truth_and_best(episode, asked, log)
    there = best.sum(1) > 0
    far = {"shortcut": np.where(there, divergence(truth, np.where(there[:, None], best, truth)), 0.0)}
    if mind is not None:
        far["mind"] = divergence(truth, mind.answer(episode, [one.question for one in asked]))
    return far


def _moment(episode: BaseEpisode, asked: Asked, far: dict[str, np.ndarray], q: int) -> dict[str, Any]:
    where = asked.question
    place = moment(episode.index, where.agent, where.step, where.prompt)
    nats = {name: float(row[q]) for name, row in far.items()}
    return {"at": place, "agent": where.agent, "step": where.step, "prompt": where.prompt, **nats}
