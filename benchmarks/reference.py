"""The reference mind's table: five evaluation seeds of held-out types, in the test split's maps and all wordings.

    python benchmarks/reference.py [--paraphrases held-out] [--episodes 160] > table.md
    python benchmarks/reference.py --run runs/reference-0 runs/reference-1 runs/reference-2
    python benchmarks/reference.py --run near-far --preset near-far
    python benchmarks/reference.py --run mirrorless --preset near-far --marks 0.1

Each seed is a log of its own, made here. A figure is the mean over the seeds; beside it stands the 95% interval of that
mean (Student's t, four degrees of freedom), and the five values themselves are in the JSON document that --json writes.
Of several runs, which are trainings of one recipe, the skill of each stands first, and the interval of their mean; the
table is of the first.
"""

import argparse
import json
import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import mean, stdev

import torch

import tom
from agents import RunConfig
from agents.orchard.presets import PRESETS
from agents.recording import record
from analysis import Sampling, exchanges, score, score_descriptions
from tom.workers import workers
from worlds import open_log

SEEDS = (301, 302, 303, 304, 305)
T_95 = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776}  # of Student's t, by the number of values
SHOWN = ("skill", "strict_skill", "excess_nats", "top1", "total_variation", "kept", "questions")


def main() -> None:
    """Scores the mind on every seed and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", nargs="*", default=["reference"], help="the minds; the reference mind by default")
    parser.add_argument("--preset", default="blind", choices=("blind", "near-far"), help="the world that it knows")
    parser.add_argument("--partial", action="store_true", help="put the partial reasoners beside it, and strict skill")
    parser.add_argument("--marks", type=float, default=0.0, help="their chance, for a mind that knows them")
    parser.add_argument("--logs", default="logs", help="where the test logs are, or are made")
    parser.add_argument("--episodes", type=int, default=160)
    parser.add_argument("--questions", type=int, default=120, help="of each episode, over all stances and depths")
    parser.add_argument("--paraphrases", default="all", choices=("all", "trained", "held-out"))
    parser.add_argument("--json", help="a file for every row of every seed")
    asked = parser.parse_args()
    with workers(os.cpu_count() or 1) as pool:
        documents = {run: list(pool.map(partial(one_seed, asked, run), SEEDS)) for run in asked.run}
    if asked.json:
        Path(asked.json).write_text(json.dumps(documents, indent=1))
    if len(documents) > 1:
        print("\n".join(over_trainings(documents)), end="\n\n")
    print("\n".join(table(documents[asked.run[0]])))


def one_seed(asked: argparse.Namespace, run: str, seed: int) -> dict:
    """The fidelity table and the descriptions' of one seed's log."""
    torch.set_num_threads(1)
    mind = tom.load(run)
    orchard, policy, population = PRESETS[asked.preset]
    drawn = replace(population, types="held-out")
    run = RunConfig(replace(orchard, marks=asked.marks), policy, drawn, seed=seed, split="test")
    place = Path(asked.logs) / f"{'marks' if asked.marks else asked.preset}-test-{seed}"
    record(run, place, asked.episodes)
    log = open_log(place)
    sampling = Sampling(questions=asked.questions, paraphrases=asked.paraphrases, seed=seed)
    controls = [*mind.controls(), *exchanges(mind)]
    rows = score(log, [mind], controls=controls, sampling=sampling, partial=asked.partial)["rows"]
    return {"seed": seed, "rows": rows, "describe": score_descriptions(log, [mind], seed=seed)["rows"]}


def table(documents: list[dict]) -> list[str]:
    """Markdown: a line for each stance, depth and contender."""
    lines = [
        "| stance | depth | contender | skill | 95% | strict skill | excess nats | top-1 | kept / asked |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    keyed = [{(row["stance"], row["depth"], row["contender"]): row for row in one["rows"]} for one in documents]
    for key in (key for key in keyed[0] if all(key in rows for rows in keyed)):  # some have a contender more
        rows = [one[key] for one in keyed]
        first = rows[0]
        figures = {name: [row.get(name) for row in rows] for name in SHOWN}
        skill, interval = _mean(figures["skill"])
        lines.append(
            f"| {first['stance']} | {first['depth']} | {first['contender']} | {skill} | {interval}"
            f" | {_mean(figures['strict_skill'])[0]}"
            f" | {mean(figures['excess_nats']):.4f} | {mean(figures['top1']):.3f}"
            f" | {sum(figures['kept'])} / {sum(figures['questions'])} |"
        )
    for name in ("mind", "posterior", "uniform prior"):
        told = [row["log_loss"] for document in documents for row in _types(document, name)]
        lines.append(f"\nLog loss on the true type, {name}: {mean(told):.3f} nats.")
    return lines


def over_trainings(documents: dict[str, list[dict]]) -> list[str]:
    """Markdown: the mind's skill by stance and depth, of each training and their mean, over the evaluation seeds."""
    lines = [f"| stance | depth | {' | '.join(documents)} | mean | 95% |", "| --- " * (len(documents) + 4) + "|"]
    keys = dict.fromkeys((row["stance"], row["depth"]) for row in next(iter(documents.values()))[0]["rows"])
    for stance, depth in keys:
        skills = [
            [row["skill"] for one in seeds for row in one["rows"]
             if (row["stance"], row["depth"], row["contender"]) == (stance, depth, "mind")]
            for seeds in documents.values()
        ]  # fmt: skip
        if all(skill is not None for some in skills for skill in some):
            each = [mean(some) for some in skills]
            told = [f"{value:.3f}" for value in each]
            lines.append(f"| {stance} | {depth} | {' | '.join([*told, *_mean(each)])} |")
    return lines


def _types(document: dict, contender: str) -> list[dict]:
    """A contender's row about whole types."""
    return [row for row in document["describe"] if (row["contender"], row["trait"]) == (contender, "type")]


def _mean(values: list[float | None]) -> tuple[str, str]:
    """The mean of some values and its interval; a dash where a seed has too few questions."""
    if any(value is None for value in values):
        return "–", "–"
    half = T_95[len(values)] * stdev(values) / len(values) ** 0.5
    return f"{mean(values):.3f}", f"{mean(values) - half:.3f} to {mean(values) + half:.3f}"


if __name__ == "__main__":
    main()
