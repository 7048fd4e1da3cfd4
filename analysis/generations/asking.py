"""What minds are asked of copies of one of them, and what these themselves say: that is the truth."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from agents.answer import Answerer, Question, resolve
from agents.language.prompt import say
from agents.query import Query
from agents.registry import reasoner_of, type_space
from analysis.copies.asking import MYSELF, forked, questions_of
from analysis.copies.scoring import MINE, THEIRS
from analysis.questions.sampling import Asked, Cell
from analysis.questions.survey import REASONER, TRUTH, Survey, bound, put
from analysis.scores.measures import checked
from worlds import Episode


def of_copies(
    theta: Answerer,
    episodes: Sequence[Episode],
    cells: Sequence[Cell],
    others: Sequence[Answerer] = (),
    questions: int = 12,
    seed: int = 0,
) -> Survey:
    """Questions of episodes in which copies of θ live, so many of each cell in an episode.

    theta: what the copies are of, which answers for φ too; others: minds that answer for φ beside it; cells: of
    (predict, 1), "predict θ"; (predict, 2), "predict θ pretending to be me"; (behave, 2), "behave as θ pretending to be
    me". Raises FunhouseError where no question can be drawn.
    """
    pages = []
    for place, episode in enumerate(episodes):
        for stance, depth in cells:
            if asked := questions_of(episode, stance, questions, seed):
                asked = asked if depth == 2 else [_as_itself(episode, one) for one in asked]
                pages.append(_of_theta(put(place, episode, asked, [theta], others), theta, episode))
    return bound(pages)


def _as_itself(episode: Episode, one: Asked) -> Asked:
    """ "Predict θ" in the place of "predict θ pretending to be me"."""
    theta, step = int(one.query.chain[0]), one.question.step
    question = Question(one.question.agent, step, say("predict", (episode.names[theta],)))
    action = -1 if episode.role[step][theta] else int(episode.action[step, theta])
    return Asked(question, resolve(episode, question), one.observed, action)


def _of_theta(page: Survey, theta: Answerer, episode: Episode) -> Survey:
    """A page of one stance and depth, in which θ's own answer is true and exact reasoning is one contender of many."""
    queries = [one.query for one in page.asked]
    itself, imitating = sayings(theta, episode, queries)
    own = [Question(one.question.agent, one.question.step, MYSELF) for one in page.asked]
    answer = {name: said for name, said in page.answer.items() if name != TRUTH}
    answer[REASONER] = reasoner_of(type_space(episode)).enact(episode, queries)
    answer[MINE] = checked(theta.answer(episode, own), len(queries), theta.name, episode.actions)
    kind = {**page.kind, MINE: "shortcut"}
    if queries[0].depth == 1:
        return replace(page, truth=itself, answer=answer, kind=kind)
    return replace(page, truth=imitating, answer={**answer, THEIRS: itself}, kind={**kind, THEIRS: "shortcut"})


def sayings(theta: Answerer, episode: Episode, queries: Sequence[Query]) -> tuple[np.ndarray, np.ndarray]:
    """What θ itself says of questions of one stance, "as myself" and "as φ", (q, actions) each.

    It stands in its own place to be predicted, in φ's to be behaved as. Both are said in one call for each place: what
    θ perceived in a forked world is encoded once.
    """
    places = {query: _place(episode, query) for query in queries}
    said: dict[Query, np.ndarray] = {}
    for place in {id(place): place for place in places.values()}.values():
        here = [query for query in places if places[query] is place]
        asked = [question for query in here for question in _both(episode, query)]
        answers = checked(theta.answer(place, asked), len(asked), theta.name, episode.actions)
        said |= dict(zip(here, answers.reshape(len(here), 2, -1), strict=True))
    both = np.array([said[query] for query in queries])
    return both[:, 0], both[:, 1]


def _place(episode: Episode, query: Query) -> Episode:
    """The episode in which θ stands where the action is taken."""
    return episode if query.stance == "predict" else forked(episode, query.step, int(query.chain[0]), query.agent)


def _both(episode: Episode, query: Query) -> list[Question]:
    """What θ is asked: "behave as myself" and "behave as φ"."""
    theta, phi = episode.names[int(query.chain[0])], episode.names[query.agent]
    return [Question(theta, query.step, prompt) for prompt in (MYSELF, say("behave", (phi,)))]
