"""Controls that can fail: somebody asked about another than is named first, and somebody told of other senses.

Nothing but words is changed, so they stand for anybody who answers. A mind that heeds whom a question names, and what
descriptions say of senses, does worse; one that does as well answers something else than what it is asked. A question
in which there is nothing to exchange is left out: its answer is NaN, and the row in a table is over the others.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from agents.answer import Answerer, Question, resolve
from agents.language.phrases import Reader
from agents.query import Query
from agents.registry import world_of
from analysis.questions.perception import Perception
from worlds.base_episode import BaseEpisode

FIRST_NAME, DESCRIPTIONS = "first name exchanged", "descriptions exchanged"


class FirstNameExchanged:
    """Somebody who is asked the same about another agent than the first that is named; the rest stays as it is."""

    def __init__(self, answerer: Answerer):
        self.answerer, self.name = answerer, f"{answerer.name}, {FIRST_NAME}"

    def answer(self, episode: BaseEpisode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions (q, actions) float64; NaN where the asked agent knows nobody else to be named."""
        perception = Perception(episode)
        return _answered(self.answerer, episode, [about_another(episode, perception, one) for one in questions])


class DescriptionsExchanged:
    """Somebody to whom every description says other senses: those in the prompt, and what the asked agent is told of
    itself."""

    def __init__(self, answerer: Answerer):
        self.answerer, self.name = answerer, f"{answerer.name}, {DESCRIPTIONS}"

    def answer(self, episode: BaseEpisode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions (q, actions) float64; NaN where no sense is named."""
        return _answered(self.answerer, *told_otherwise(episode, questions))


def exchanges(answerer: Answerer) -> list[Answerer]:
    """Both controls of somebody who answers."""
    return [FirstNameExchanged(answerer), DescriptionsExchanged(answerer)]


def about_another(episode: BaseEpisode, perception: Perception, question: Question) -> Question | None:
    """The question with its first name exchanged for that of the next agent who can be named there; None without one.

    The asked agent itself is not exchanged, and stands in for nobody.
    """
    query, names = resolve(episode, question), episode.names
    for place, named in enumerate(query.chain):
        if isinstance(named, int) and named != query.agent:
            other = _another(perception, query, place, named)
            return None if other is None else replace(question, prompt=_renamed(question, names[named], names[other]))
    return None


def told_otherwise(episode: BaseEpisode, questions: Sequence[Question]) -> tuple[BaseEpisode, list[Question | None]]:
    """The episode and its questions with the senses in all descriptions exchanged; None for a question that, with what
    its agent is told of itself, names no sense."""

    def said(text: str) -> str:
        return world_of(episode).exchanged_words(episode, text)

    agents = [replace(agent, description=said(agent.description)) for agent in episode.agents]
    told = {agent.name for agent, before in zip(agents, episode.agents, strict=True) if agent != before}
    asked = [replace(question, prompt=said(question.prompt)) for question in questions]
    pairs = zip(questions, asked, strict=True)
    changed = [after if after != before or before.agent in told else None for before, after in pairs]
    return (replace(episode, agents=agents) if told else episode), changed  # type: ignore[type-var]


def _another(perception: Perception, query: Query, place: int, named: int) -> int | None:
    """The next agent whom the asked one knows, or sees where it is to be predicted, who can act as the named one can,
    and does not stand beside that place of the chain."""
    predicted = query.stance == "predict" and place == 0
    near = (perception.sees if predicted else perception.known)[query.step, query.agent]
    beside = {query.agent, *query.chain[max(place - 1, 0) : place + 2]}
    count = len(near)
    after = [(named + places) % count for places in range(1, count)]
    return next((who for who in after if near[who] and perception.kin[named, who] and who not in beside), None)


def _renamed(question: Question, name: str, other: str) -> str:
    """The prompt with the first mention of a name exchanged."""
    prompt = question.prompt
    first = next(word for word in Reader(prompt).said if word.text == name)
    return prompt[: first.start] + other + prompt[first.stop :]


def _answered(answerer: Answerer, episode: BaseEpisode, questions: Sequence[Question | None]) -> np.ndarray:
    """(q, actions): the answers, NaN where there is no question."""
    some = [place for place, one in enumerate(questions) if one is not None]
    said = np.full((len(questions), episode.actions), np.nan)
    if some:
        said[some] = answerer.answer(episode, [one for one in questions if one is not None])
    return said
