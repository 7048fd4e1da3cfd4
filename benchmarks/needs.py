"""What the worlds of the orchard demand, by exact reasoning alone: the table of docs/theory.md and its picture.

    python benchmarks/needs.py [--split validation] [--episodes 200] [--json FILE] [--picture DIR]

Choices are made on the validation split; the test split is for reporting. Everything follows from the seed.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from agents.orchard.presets import DEFAULT, preset
from agents.orchard.run import RunConfig
from agents.registry import played, reasoner_of, type_space
from analysis import Sampling, examine, score_descriptions
from analysis.figures.needs_picture import needs_picture
from analysis.figures.picture import save
from analysis.scores.describe import subjects

WORLDS = {"blind, the default": DEFAULT, "near-far": "near-far"}
SAMPLING = Sampling(questions=96, stances=("behave",), weights=(2, 2, 4, 4))
TRAINING = 96  # episodes on which the shortcuts are fitted


def demanded(name: str, split: str, episodes: int, seed: int) -> dict:
    """What a world demands: needs, demands, the entropy of behaviour, and how honest the posterior is."""
    log, train = (
        played(RunConfig(*preset(name), seed, part), range(count))
        for part, count in ((split, episodes), ("train", TRAINING))
    )
    scores = examine(log, [], train, sampling=SAMPLING, partial=True)
    report, told = scores.report(), score_descriptions(log)
    loss = {row["contender"]: row["log_loss"] for row in told["rows"] if row["trait"] == "type"}
    stated = [row for row in told["calibration"] if row["contender"] == "posterior" and row["count"] >= 100]
    return {
        "world": name, "split": split, "episodes": episodes, "seed": seed, "needs": report["needs"],
        "demands": report["demands"], "entropy": scores.entropy(("behave", 0)),
        "type_loss": loss["posterior"], "prior_loss": loss["uniform prior"],
        "stated_less_right": max(row["stated"] - row["right"] for row in stated),
        "likeliest": too_sure(log),
    }  # fmt: skip


def too_sure(log) -> tuple[float, float]:
    """How likely the exact posterior's likeliest type is by its own account, and how often it is right: two means."""
    stated, right = [], []
    for episode in log:
        space = type_space(episode)
        reasoner = reasoner_of(space)
        for one in subjects(episode, 32):
            belief = reasoner.posterior(episode, one.agent, one.step, one.who)
            stated.append(belief.max())
            right.append(belief.argmax() == space.index(episode.agents[one.who].type))
    return float(np.mean(stated)), float(np.mean(right))


def lines(world: dict) -> list[str]:
    """The rows of a table in Markdown."""
    said = [
        f"entropy {world['entropy']:.2f} nats; log loss on the type {world['type_loss']:.2f}, the prior's "
        f"{world['prior_loss']:.2f}; stated less right at most {world['stated_less_right']:.2f}; the likeliest type is "
        f"stated with {world['likeliest'][0]:.2f} and right {world['likeliest'][1]:.2f}"
    ]
    for cell in world["demands"]:
        rows = [row for row in world["needs"] if row["depth"] == cell["depth"]]
        least, surest = min(rows, key=lambda row: row["need"]), max(rows, key=lambda row: row["top1"])
        said.append(
            f"| {cell['depth']} | {cell['questions']:,} | {cell['ignorant_nats']:.3f} | {cell['kept']:.2f} / "
            f"{cell['kept_strict']:.3f} | {cell['decisive_shortcuts']:.3f} / {cell['decisive']:.3f} | "
            f"{least['need']:.2f} ({least['ingredient']}) | {surest['top1']:.2f} ({surest['ingredient']}) |"
        )
    return said


def title(found: dict[str, dict]) -> str:
    """What the picture shows, in words: how little the least needed ingredient is missed at depth 2."""
    least = {called: min(row["need"] for row in world["needs"] if row["depth"] == 2) for called, world in found.items()}
    said = ", ".join(f"{need:.2f} ({called})" for called, need in least.items())
    return f"As Bo pretending to be me: the least need of any ingredient is {said}"


def main() -> None:
    """Prints the table; writes the document and the picture where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--split", choices=("validation", "test"), default="validation")
    parser.add_argument("--episodes", type=int, default=200)
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--picture", metavar="DIR")
    asked = parser.parse_args()
    found = {called: demanded(name, asked.split, asked.episodes, asked.seed) for called, name in WORLDS.items()}
    for called, world in found.items():
        print(f"{called}, {asked.split}, {asked.episodes} episodes", *lines(world), sep="\n")
        for row in world["needs"]:
            ends = f"{row['need']:.3f} ({row['need_low']:.3f} to {row['need_high']:.3f})"
            print(f"  {row['depth']}  {row['ingredient']:<28} {ends}  top-1 {row['top1']:.2f}")
    if asked.json:
        Path(asked.json).write_text(json.dumps(found, indent=1) + "\n")
    if asked.picture:
        save(needs_picture(title(found), found), asked.picture, "needs")


if __name__ == "__main__":
    main()
