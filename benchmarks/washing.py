"""How likely a mind that knows marks washes, beside the truth: itself and others, marked or not, feeling or numb.

    python benchmarks/washing.py [--run mirrorless] [--marks 0.1] [--split test]

Five evaluation seeds, each some episodes of held-out types, made here. "behave" asks everybody at every fourth step to
behave as itself, "predict" what somebody in its sight, as itself, will do. Whether another feels, one can tell only by
what one saw: `reasoner` is the exact reasoner in the asked agent's place. Intervals of 95% bootstrap episodes.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch

import tom
from agents import Reasoned, RunConfig, Truth
from agents.answer import Question
from agents.orchard.rollout import play
from agents.registry import perceives, type_space
from analysis.scores.intervals import EpisodeBootstrap
from worlds import Episode, OrchardConfig
from worlds.orchard.marks import WASH

SEEDS = range(5)
EVERY = 4  # steps between questions
LINE = "| {} | {} | {} | {} | {} | {} | {} |"


def main() -> None:
    """Asks and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", default="mirrorless", help="the mind")
    parser.add_argument("--marks", type=float, default=0.1)
    parser.add_argument("--episodes", type=int, default=12, help="of each seed")
    parser.add_argument("--split", default="test", choices=("validation", "test"))
    asked = parser.parse_args()
    torch.set_num_threads(1)
    mind, rows = tom.load(asked.run), []
    for seed in SEEDS:
        run = RunConfig(OrchardConfig(marks=asked.marks), seed=seed, split=asked.split)
        run = replace(run, population=replace(run.population, types="held-out"))
        for index in range(asked.episodes):
            episode = play(run, index)
            answerers = Truth(type_space(episode)), Reasoned(type_space(episode)), mind
            groups, questions = zip(*_questions(episode), strict=True)
            washing = np.stack([one.answer(episode, questions)[:, WASH] for one in answerers], 1)
            rows += [(seed * asked.episodes + index, group, row) for group, row in zip(groups, washing, strict=True)]
    print(LINE.format("stance", "of whom", "questions", "truth", "reasoner", "mind", "95%"))
    print(LINE.format(*["---"] * 7))
    for line in _lines(rows):
        print(line)


def _questions(episode: Episode) -> Iterator[tuple[tuple[str, str], Question]]:
    """(group, question) of everybody about itself and those in its sight who act as themselves."""
    for step in range(1, episode.steps, EVERY):
        for me, name in enumerate(episode.names):
            yield ("behave", _kind(episode, me, step)), Question(name, step, "behave as myself")
            for who, other in enumerate(episode.names):
                if who != me and not episode.role[step][who] and perceives(episode, me, who, step):
                    yield ("predict", _kind(episode, who, step)), Question(name, step, f"predict {other}")


def _kind(episode: Episode, who: int, step: int) -> str:
    marked = "marked" if episode.mark[step, who] else "unmarked"
    return f"{marked}, {episode.agents[who].type['feeling']}"


def _lines(rows: list) -> Iterator[str]:
    """A line for each group."""
    for group in sorted({group for _, group, _ in rows}):
        of_group = [(number, row) for number, one, row in rows if one == group]
        chance = np.array([row for _, row in of_group])
        bootstrap = EpisodeBootstrap(np.array([number for number, _ in of_group]))
        mean, low, high = bootstrap.ratio(chance, np.ones((len(chance), 1)), np.arange(len(chance)))
        yield LINE.format(*group, len(chance), *(f"{p:.3f}" for p in mean), f"{low[2]:.3f} to {high[2]:.3f}")


if __name__ == "__main__":
    main()
