"""The story of one question: what a copy expects of another that pretends to be it, and what if it is hidden."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from agents.answer import Answerer, Question, Reasoned
from agents.registry import type_space
from analysis.copies.asking import MYSELF, pair_of, questions_of, to_theta
from analysis.copies.edits import SEEN, hidden
from analysis.copies.interventions import change
from analysis.questions.perception import Perception
from analysis.questions.sampling import Asked
from analysis.scores.measures import total_variation
from worlds import Episode

MOMENTS = 48  # of each episode, among which the story is looked for


def story(mind: Answerer, episodes: Sequence[Episode]) -> dict[str, Any] | None:
    """The story of one question: what a copy expects of another that pretends to be it, and what happens if it is
    hidden. None where no copy could be hidden from another.

    Told is the question at which hiding moved *θ's own* answer most, of those at which θ really was in that role if
    there are any: chosen by what θ says, whatever φ makes of it."""
    able = [
        (episode, asked, pair)
        for episode in episodes
        for asked in questions_of(episode, "predict", MOMENTS)
        if (pair := hidden(episode, asked.query, SEEN))
    ]
    able = [one for one in able if one[1].action >= 0] or able
    moved = [change(mind, *pair, to_theta(episode, asked.query)) for episode, asked, pair in able]
    if not able:
        return None
    size = total_variation(np.array(moved), np.zeros((len(moved), 1)))
    return _told(mind, *able[int(size.argmax())])


def _told(mind: Answerer, episode: Episode, asked: Asked, pair: tuple[Episode, Episode]) -> dict[str, Any]:
    query, perception = asked.query, Perception(episode)
    (theta, phi), (was, then) = pair_of(query), pair
    seen = perception.observed[query.step]
    return {
        "episode": episode.index, "step": query.step, "theta": _who(episode, theta), "phi": _who(episode, phi),
        "phi_saw_theta": int(seen[phi, theta]), "theta_saw_phi": int(seen[theta, phi]),
        "hidden_at": np.flatnonzero((was.cell != then.cell).any(1)).tolist(),
        "said": [_said(episode, *one, was, then) for one in _voices(mind, episode, asked)],
        "taken": episode.action_names[asked.action] if asked.action >= 0 else None,
    }  # fmt: skip


def _who(episode: Episode, agent: int) -> dict[str, str]:
    return {"name": episode.names[agent], "persona": episode.agents[agent].description}


def _voices(mind: Answerer, episode: Episode, asked: Asked) -> list[tuple[str, Answerer, Question]]:
    """Who is asked what."""
    query, exact = asked.query, Reasoned(type_space(episode))
    theta, phi = (episode.names[agent] for agent in pair_of(query))
    own = to_theta(episode, query)
    return [
        (phi, mind, asked.question),
        (theta, mind, own),
        (f"exact, in {theta}'s place", exact, own),
        (phi, mind, Question(phi, query.step, MYSELF)),
        (theta, mind, Question(theta, query.step, MYSELF)),
    ]


def _said(episode: Episode, who: str, answerer: Answerer, question: Question, was: Episode, then: Episode) -> dict:
    answers = {key: answerer.answer(world, [question])[0] for key, world in (("was", was), ("hidden", then))}
    actions = episode.action_names
    words = {key: dict(zip(actions, map(float, said), strict=True)) for key, said in answers.items()}
    return {"who": who, "asked": question.prompt, **words}


def sentences(told: Mapping[str, Any]) -> str:
    """The story in sentences, before its table."""
    theta, phi = told["theta"], told["phi"]
    one, other = theta["name"], phi["name"]
    return (
        f"Episode {told['episode']}, step {told['step']}. {one} and {other} are copies of one mind.\n"
        f"{one}: {theta['persona']}\n{other}: {phi['persona']}\n"
        f"{other} has seen {one} act as itself at {told['phi_saw_theta']} steps, and was seen so by it at "
        f"{told['theta_saw_phi']}."
        + (f"\n{one} is told to behave as {other}. It does: {told['taken']}." if told["taken"] else "")
    )
