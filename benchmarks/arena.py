"""The recipe in environments that others wrote: a log, a short training and the table, for each listed environment.

    python benchmarks/arena.py [--only simple_tag] [--minutes 5] [--json FILE] > table.md

With --train-steps in place of --minutes a training does not depend on how busy the machine is.

Scored are matches of the test split in which every agent follows a policy that training never held. Each environment
runs under the rule of RULES; the shortcuts are fitted on the first matches of the training log.
"""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

import torch

from agents.arena.run import ArenaRun
from agents.recording import record
from analysis import Sampling, examine
from tom.training.train import train
from worlds import open_log
from worlds.arena import ArenaConfig

# environment: rule, training matches, scored matches, settings of the training
RULES: dict[str, tuple[str, int, int, dict]] = {
    "mpe2.simple_tag_v3": ("partial", 4000, 128, {}),
    "mpe2.simple_adversary_v3": ("partial", 4000, 128, {}),
    "mpe2.simple_world_comm_v3": ("partial", 4000, 192, {}),
    "pettingzoo.sisl.pursuit_v5": ("partial", 600, 64, {}),
    "pettingzoo.butterfly.knights_archers_zombies_v11": ("partial", 4000, 128, {}),
    "pettingzoo.classic.rps_v2": ("partial", 4000, 160, {}),
    "pettingzoo.classic.tictactoe_v3": ("partial", 4000, 160, {}),
    "pettingzoo.classic.connect_four_v3": ("partial", 4000, 160, {}),
    "pettingzoo.classic.leduc_holdem_v4": ("partial", 4000, 160, {}),
    "magent2.environments.battlefield_v5": ("partial:0.5,1", 1500, 48, {}),
    "magent2.environments.gather_v5": ("partial:0.5,1", 100, 56, {}),
}
QUESTIONS = 160  # of each match
FITTED_ON = 96  # training matches


def main() -> None:
    """Runs the environments asked for and prints their rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", default=[""], help="parts of the environments' names")
    bound = parser.add_mutually_exclusive_group()
    bound.add_argument("--minutes", type=float, default=5)
    bound.add_argument("--train-steps", type=int)
    parser.add_argument("--logs", default="logs/arena")
    parser.add_argument("--runs", default="runs/arena")
    parser.add_argument("--json", help="a file to which each environment's table is added, a line each")
    asked = parser.parse_args()
    print("| environment | rule | entropy | stance, depth | kept / asked | skill | 95% | s* | reasoner | steps |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for environment in RULES:
        if any(part in environment for part in asked.only):
            document = one(environment, asked)
            print("\n".join(lines(document)), flush=True)
            if asked.json:
                with Path(asked.json).open("a") as file:
                    file.write(json.dumps(document) + "\n")


def one(environment: str, asked: argparse.Namespace) -> dict:
    """Log, training and table of one environment."""
    torch.set_num_threads(1)
    rule, matches, scored, settings = RULES[environment]
    name = environment.rpartition(".")[2]
    began = time.monotonic()
    run = ArenaRun(ArenaConfig(environment, visibility=rule), seed=11)
    test = replace(run, split="test", population=replace(run.population, types="held-out"))
    for which, settled, count in (("train", run, matches), ("test", test, scored)):
        record(settled, Path(asked.logs) / f"{name}-{which}", count)
    log, held_out = (open_log(Path(asked.logs) / f"{name}-{which}") for which in ("train", "test"))
    simulated = time.monotonic() - began
    place = Path(asked.runs) / name
    bound = {"train_steps": asked.train_steps} if asked.train_steps else {"minutes": asked.minutes}
    mind = train([log.path], place, resume=(place / "checkpoint").exists(), **bound, **settings)
    sampling = Sampling(questions=QUESTIONS, depths=(0, 1, 2), weights=(1, 2, 3))
    scores = examine(held_out, [mind], log[:FITTED_ON], sampling=sampling)
    rows = [row for row in scores.report()["rows"] if row["contender"] in ("mind", "reasoner")]
    return {
        "environment": name, "rule": rule, "matches": matches, "rows": rows,
        "entropy": scores.entropy(("behave", 0)), "simulated_seconds": simulated, **mind.meta["done"],
    }  # fmt: skip


def lines(document: dict) -> list[str]:
    """Markdown: a line for each stance and depth."""
    reasoner = {
        (row["stance"], row["depth"]): row["skill"] for row in document["rows"] if row["contender"] == "reasoner"
    }
    return [
        f"| {document['environment']} | {document['rule']} | {_number(document['entropy'], 2)}"
        f" | {row['stance']} {row['depth']} | {row['kept']} / {row['questions']} | {_number(row['skill'])}"
        f" | {_number(row['skill_low'])} to {_number(row['skill_high'])} | {row['best_shortcut']}"
        f" | {_number(reasoner.get((row['stance'], row['depth'])))} | {document['steps']} |"
        for row in document["rows"]
        if row["contender"] == "mind"
    ]


def _number(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


if __name__ == "__main__":
    main()
