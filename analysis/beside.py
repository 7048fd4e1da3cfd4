"""What the shortcuts say to a single question: beside the truth, they show what the nesting is worth."""

from agents.answer import Question, resolve
from analysis.fidelity import training_episodes
from analysis.fitting import complete, fit
from analysis.questions import Asked, Sampling
from analysis.survey import conduct, put
from worlds import ACTIONS, Episode

EPISODES = 24  # of training, for the shortcuts that have to be fitted


def shortcuts_beside(episode: Episode, agent: str, step: int, prompt: str) -> dict[str, dict[str, float]]:
    """By shortcut, its distribution over worlds.ACTIONS: those that take part at the depth of the question.

    They are fitted on a few training episodes of the same world, so their figures differ a little from those
    of a whole table. Raises FunhouseError as agents.answer.resolve does.
    """
    question = Question(agent, step, prompt)
    query = resolve(episode, question)
    survey = put(0, episode, [Asked(question, query, observed=0, action=-1)])
    sampling = Sampling(stances=(query.stance,), depths=(query.depth,), weights=(1,), paraphrases="trained")
    whole, _ = complete(survey, fit(conduct(training_episodes(episode.run, EPISODES), sampling=sampling)))
    names = [
        name for name, kind in whole.kind.items() if kind == "shortcut" and whole.taking_part(name).all()
    ]
    return {name: dict(zip(ACTIONS, whole.answer[name][0].tolist(), strict=True)) for name in names}
