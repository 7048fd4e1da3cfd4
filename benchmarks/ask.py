"""Distinct prompts a second, depth 0 to 3, put to one agent on one encoded history: the reference mind, one core.

Reading the words counts; encoding the history, once for all prompts, does not. The peers are the same mind asked prompt
by prompt, and the exact reasoner.
"""

from itertools import permutations, product

import torch
from measure import best_rate, tell

import tom
from agents import Question, Reasoned, RunConfig, type_space
from agents.language.prompt import canonical, parse, say
from agents.orchard.presets import PRESETS
from agents.orchard.rollout import rollout
from worlds import Episode

STEP, PROMPTS = 40, 2000


def main() -> None:
    """Measures the mind, alone and in company."""
    torch.set_num_threads(1)
    run = RunConfig(*PRESETS["blind"], split="test")
    episode = rollout(run.orchard, run.population, run.policy, run.seed, run.split, 0, 1)[0]
    questions = distinct(episode)
    mind, reasoner = tom.load(), Reasoned(type_space(episode))
    rate = best_rate(lambda: len(mind.answer(episode, questions)), repeats=8)
    peers = {
        "the mind, prompt by prompt": best_rate(lambda: sum(len(mind.answer(episode, [q])) for q in questions[:50]), 8),
        "the exact reasoner": best_rate(lambda: len(reasoner.answer(episode, questions[:200])), repeats=8),
    }
    tell("the mind, prompts on one history", rate, "prompts", peers)


def distinct(episode: Episode) -> list[Question]:
    """As many prompts to the first agent, no two alike: every chain of depth 0 to 3, in one wording after another."""
    me = episode.names[0]
    chains = [chain for depth in range(4) for chain in permutations(episode.names, depth) if chain[:1] != (me,)]
    texts: dict[str, None] = {}
    for form, chain in product(range(12), chains):
        text = say("behave", chain, me=me, paraphrase=form)
        if canonical(parse(text, episode.names), me).chain == chain:
            texts[text] = None
        if len(texts) == PROMPTS:
            break
    return [Question(me, STEP, text) for text in texts]


if __name__ == "__main__":
    main()
