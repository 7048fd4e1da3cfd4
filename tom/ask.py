"""One agent is asked, in words, and a mind answers; beside it, what is true.

A mind is anything that answers questions with distributions, an agents.answer.Answerer.
"""

from collections.abc import Sequence

import numpy as np

from agents import posterior, type_space
from agents.answer import Answer, Answerer, Question, resolve
from agents.reasoning import Space
from worlds.base_episode import BaseEpisode


def ask(mind: Answerer, episode: BaseEpisode, agent: str, step: int, prompt: str) -> Answer:
    """What the mind says `agent` would do under `prompt`. Raises FunhouseError as `resolve` does."""
    return ask_many(mind, episode, agent, step, [prompt])[0]


def ask_many(mind: Answerer, episode: BaseEpisode, agent: str, step: int, prompts: Sequence[str]) -> list[Answer]:
    """One answer for each prompt, all on the same history, which is encoded once."""
    questions = [Question(agent, step, prompt) for prompt in prompts]
    queries = [resolve(episode, question) for question in questions]
    said = mind.answer(episode, questions)
    return [
        Answer(prompt, names_of(episode, query.chain), query.stance, query.depth, by_action(episode, row))
        for prompt, query, row in zip(prompts, queries, said, strict=True)
    ]


def names_of(episode: BaseEpisode, chain: Sequence[int | str]) -> tuple[str, ...]:
    """A resolved chain in words: names and descriptions."""
    return tuple(who if isinstance(who, str) else episode.names[who] for who in chain)


def by_action(episode: BaseEpisode, row: np.ndarray) -> dict[str, float]:
    """(actions,) probabilities by the names of the actions."""
    return {action: float(p) for action, p in zip(episode.action_names, row, strict=True)}


def by_trait(space: Space, belief: np.ndarray) -> dict[str, dict[str, float]]:
    """A belief over types (k,) as the probability of each trait's values: {trait: {value: probability}}."""
    return {
        trait: {value: float(belief[space.trait_index[:, axis] == v].sum()) for v, value in enumerate(values)}
        for axis, (trait, values) in enumerate(space.traits.items())
    }


def describe_exactly(episode: BaseEpisode, agent: str, step: int, who: str) -> dict[str, dict[str, float]]:
    """What `agent` can know of the traits of `who` at `step`: the posterior, as `mind.describe` has it."""
    return by_trait(type_space(episode), posterior(episode, agent=agent, step=step, who=who))
