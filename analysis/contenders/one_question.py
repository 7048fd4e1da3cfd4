"""What the shortcuts say to a single question: beside the truth, they show what the nesting is worth."""

from collections.abc import Sequence

from agents.answer import Question, resolve
from agents.world import world_of
from analysis.contenders.fitting import complete, fit
from analysis.questions.sampling import Asked, Draw, Sampling
from analysis.questions.survey import conduct, put
from analysis.scores.fidelity import training_episodes
from worlds.base_episode import BaseEpisode


def shortcuts_beside(episode: BaseEpisode, agent: str, step: int, prompt: str) -> dict[str, dict[str, float]]:
    """By shortcut, its distribution over the actions of the world: those that take part at the depth of the question.

    They are fitted on a few training episodes of the same world, so their figures differ a little from those
    of a whole table; where training holds no such question, only those that need no fitting are there. Raises
    FunhouseError as agents.answer.resolve does.
    """
    question = Question(agent, step, prompt)
    query = resolve(episode, question)
    survey = put(0, episode, [Asked(question, query, observed=0, action=-1)])
    sampling = Sampling(stances=(query.stance,), depths=(query.depth,), weights=(1,), paraphrases="trained")
    made = training_episodes(episode.run, world_of(episode).refitted)
    whole = complete(survey, fit(conduct(made, sampling=sampling)))[0] if _asked(made, sampling) else survey
    names = [
        name
        for name, kind in whole.kind.items()
        if kind == "shortcut" and name in whole.answer and whole.taking_part(name).all()
    ]
    return {name: dict(zip(episode.action_names, whole.answer[name][0].tolist(), strict=True)) for name in names}


def _asked(made: Sequence[BaseEpisode], sampling: Sampling) -> bool:
    return any(Draw(episode, sampling).asked() for episode in made)
