"""What it means to answer a question: from words to a query, and from a query to the exact distribution."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from agents.language.prompt import Role, canonical, parse
from agents.language.wishes import is_wish, parse_wish
from agents.query import DO, Query
from agents.reasoning import Space
from agents.registry import perceives, reasoner_of, type_space, world_of
from agents.wishes.answer import WishAnswer, exact_wish
from worlds import FunhouseError
from worlds.base_episode import BaseEpisode


@dataclass(frozen=True)
class Question:
    """A prompt put to one agent, by name, at one step of an episode."""

    agent: str
    step: int
    prompt: str


@dataclass(frozen=True)
class Answer:
    """A distribution over actions, and how the prompt was understood."""

    prompt: str
    chain: tuple[str, ...]  # names and descriptions, canonical
    stance: str
    depth: int
    probabilities: dict[str, float]  # by the names of the world's actions


class Answerer(Protocol):
    """Anything that answers questions: a mind, the exact reasoner, a shortcut, somebody else's model."""

    name: str

    def answer(self, episode: Any, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions, (q, actions) float64."""
        ...


def resolve(episode: BaseEpisode, question: Question) -> Query:
    """The query that a question asks.

    Raises FunhouseError where the agent, the step or a name is none of the episode's, the prompt does not
    parse or nests too deeply, no type fits a description, or the agent does not perceive whom it predicts; in an arena
    also where whose action is asked does not act at the step, or could not act as somebody who is named.
    """
    agent = episode.find(question.agent)
    episode.check_step(question.step)
    if is_wish(question.prompt):
        return _wished(episode, agent, question)
    role = canonical(parse(question.prompt, episode.names), question.agent)
    chain = tuple(_element(episode, who) for who in role.chain)
    query = Query(role.stance, agent, question.step, chain, len(chain))
    check_query(episode, query, question.prompt)
    return query


def check_query(episode: BaseEpisode, query: Query, prompt: str) -> None:
    """Raises FunhouseError as `resolve` does where a query, which the prompt asks and which is no wish, cannot be asked
    at its step: for whom the agent does not perceive, and for who does not act."""
    if query.stance == "predict":
        _check_target(episode, query, prompt)
    world_of(episode).check(episode, query)


def _wished(episode: BaseEpisode, agent: int, question: Question) -> Query:
    wish = parse_wish(question.prompt, episode.names, world_of(episode).wishing(episode, agent, question.step))
    chain = canonical(Role("behave", wish.chain), question.agent).chain if wish.chain else ()
    return Query(DO, agent, question.step, tuple(_element(episode, who) for who in chain), len(wish.clauses) or 1)


def _element(episode: BaseEpisode, who: str) -> int | str:
    """An agent's index, or a description that fits some type of this world."""
    if " " not in who:
        return episode.find(who)
    type_space(episode).consistent(who)
    return who


def _check_target(episode: BaseEpisode, query: Query, prompt: str) -> None:
    agent, step, target = query.agent, query.step, query.chain[0]
    if isinstance(target, str):
        raise FunhouseError(
            f"'{target}' is imagined, so there is nothing it will do",
            place=prompt,
            remedy="predict an agent by its name, or behave as the description",
        )
    world_of(episode).check(episode, Query("behave", target, step, (), 0))  # whether it acts at all
    if not perceives(episode, agent, target, step):
        raise FunhouseError(
            f"{episode.names[agent]} does not perceive {episode.names[target]} at step {step}",
            place=f"episode {episode.index}: {prompt}",
            remedy=f"{_whom(episode, agent, step)}, or say 'behave as {episode.names[target]}'",
        )


def _whom(episode: BaseEpisode, agent: int, step: int) -> str:
    others = [other for other in range(len(episode.agents)) if other != agent]
    seen = [episode.names[other] for other in others if perceives(episode, agent, other, step)]
    return f"predict {' or '.join(seen)}" if seen else "choose another step"


class Truth:
    """What is true: the stated reasoner's answer to behave; for predict, what the target really would do."""

    name = "truth"

    def __init__(self, space: Space):
        self.reasoner = reasoner_of(space)

    def answer(self, episode: BaseEpisode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions, (q, actions) float64. Raises FunhouseError as `resolve` does."""
        return self.reasoner.truth(episode, [resolve(episode, question) for question in questions])


class Reasoned:
    """The asked agent's own exact reasoning; to predict, it has only what the agent has perceived."""

    name = "reasoner"

    def __init__(self, space: Space):
        self.reasoner = reasoner_of(space)

    def answer(self, episode: BaseEpisode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions, (q, actions) float64. Raises FunhouseError as `resolve` does."""
        return self.reasoner.enact(episode, [resolve(episode, question) for question in questions])


def exact(episode: BaseEpisode, agent: str, step: int, prompt: str) -> Answer | WishAnswer:
    """The truth about a prompt put to an agent, by name, at a step; of a wish, what it does: agents.exact_wish. Raises
    as `resolve` does."""
    if is_wish(prompt):
        return exact_wish(episode, agent, step, prompt)
    query = resolve(episode, Question(agent, step, prompt))
    row = reasoner_of(type_space(episode)).truth(episode, [query])[0]
    chain = tuple(who if isinstance(who, str) else episode.names[who] for who in query.chain)
    probabilities = {action: float(p) for action, p in zip(episode.action_names, row, strict=True)}
    return Answer(prompt, chain, query.stance, query.depth, probabilities)


def posterior(episode: BaseEpisode, agent: str, step: int, who: str) -> np.ndarray:
    """What an agent can know of another's type at a step: (k,) float64, in the order of type_space.

    Raises FunhouseError where a name or the step is none of the episode's.
    """
    asker, other = episode.find(agent), episode.find(who)
    episode.check_step(step)
    return reasoner_of(type_space(episode)).posterior(episode, asker, step, other)
