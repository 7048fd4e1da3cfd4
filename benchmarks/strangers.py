"""Diversity against cleverness: does who learned among policies that are no types take on policies that it never met?

    python benchmarks/strangers.py --shares 0 0.25 0.5 --steps 2800 --out runs/strangers
    python benchmarks/strangers.py --out runs/strangers --table

In the world near-far, transformers of three blocks learn from logs in which a share of the agents follow policies of an
open-ended family (docs/theory.md, "Strangers"), all else equal: steps, episodes, seed. Then somebody who saw an agent
act k times is asked to "behave as" it: in logs of *types* never met; of strangers of families that training holds
(*others*), each of them new; and of *families* held out whole, planners and wall-followers. Rows say the *gain*: 1 less
the nats from what that agent would do in the asked one's body, over those of the ignorant shortcut, with its interval
over episodes. Beside the minds: exact reasoning that takes everybody for a type, the filter that ships, and each mind
with its history blanked. A gain of GAIN about families held out, after AT acts, is what training among strangers is to
bring. What has rows in `out`/rows.jsonl is not done again. On one core.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

import tom
from agents.answer import resolve
from agents.orchard.drawing_strangers import StrangersConfig
from agents.orchard.presets import preset
from agents.orchard.run import RunConfig
from agents.population import PopulationConfig
from agents.recording import record
from agents.registry import reasoner_of, type_space
from analysis.contenders.shortcuts import IGNORANT
from analysis.probes.orchard import asking
from analysis.questions.perception import Perception
from analysis.questions.sampling import Asked
from analysis.questions.survey import Survey, bound, put
from analysis.scores.intervals import less, ratio
from analysis.scores.measures import divergence
from tom.training.train import train
from worlds import Episode, open_log

GAIN, AT = 0.5, 32
OBSERVED = (0, 2, 8, AT)  # acts that were seen
LEARNED, EPISODES = 8000, 64
ALIVE = {"agents": 4, "steps": 160}  # of logs that are asked about: long enough to see somebody act AT times
LOGS = {"types": ("held-out", 0.0), "others": ("seen", 0.4), "families": ("held-out", 0.4)}
TYPED = "taken for a type"  # exact reasoning that believes in nothing else


def main() -> None:
    """Trains and asks what has no rows yet, or prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shares", type=float, nargs="*", default=[0.0, 0.25, 0.5], help="of training's agents")
    parser.add_argument("--steps", type=int, default=2800)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", default="runs/strangers")
    parser.add_argument("--table", action="store_true", help="print the table of what is done, and train nothing")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    if not asked.table:
        for share in asked.shares:
            one(asked, share)
    print("\n".join(table(list(rows(asked.out)))))


def rows(out: str) -> Iterator[dict]:
    """The rows that are done."""
    path = Path(out) / "rows.jsonl"
    if path.exists():
        yield from map(json.loads, path.read_text().splitlines())


def one(asked: argparse.Namespace, share: float) -> None:
    """One training and its rows, unless they are there."""
    told = {"share": share, "seed": asked.seed, "steps": asked.steps}
    if any(all(row[key] == value for key, value in told.items()) for row in rows(asked.out)):
        return
    home, run = Path(asked.out), RunConfig(*preset("near-far", {}), seed=31, strangers=among(share))
    learned, place = home / f"log-{share:g}", home / f"{share:g}-{asked.seed}-{asked.steps}"
    record(run, learned, LEARNED)
    resume = (place / "checkpoint").exists()
    mind = train([learned], place, train_steps=asked.steps, seed=asked.seed, layers=3, device="cpu", resume=resume)
    blanked = [one for one in mind.controls() if one.name == "mind, no history"]
    made = [told | row for row in measured(home, [Named("mind", mind), *blanked, Named("filter", tom.load("filter"))])]
    with (home / "rows.jsonl").open("a") as file:
        file.writelines(json.dumps(row) + "\n" for row in made)


def among(share: float) -> StrangersConfig | None:
    """The strangers of a log."""
    return StrangersConfig(share) if share else None


class Named:
    """A mind under a name of its own."""

    def __init__(self, name: str, mind: Any):
        self.name, self.answer = name, mind.answer


class Typed:
    """Exact reasoning that takes everybody for a type."""

    name = TYPED

    def answer(self, episode: Episode, questions: list) -> np.ndarray:
        """(q, actions)"""
        plain = replace(episode, agents=[replace(one, stranger="") for one in episode.agents])
        reasoner = reasoner_of(type_space(plain))
        return reasoner.enact(plain, [resolve(plain, question) for question in questions])


def measured(home: Path, answerers: list) -> Iterator[dict]:
    """The gain of each about each kind of agents, by how often these were seen to act."""
    for name, (types, share) in LOGS.items():
        place = home / f"asked-{name}"
        world = preset("near-far", ALIVE)[:2]
        population = PopulationConfig(switch=ALIVE["steps"], types=types)  # everybody is itself throughout
        record(RunConfig(*world, population, seed=32, split="test", strangers=among(share)), place, EPISODES)
        log, pages = open_log(place), []
        for index in range(EPISODES):
            if asked := asked_of(log[index], strangers=share > 0):
                pages.append(put(index, log[index], asked, [*answerers, Typed()]))
        yield from _rows(name, bound(pages))


def asked_of(episode: Episode, strangers: bool) -> list[Asked]:
    """The questions of an episode: of whoever comes to see somebody act AT times, one at every k; all of types, or all
    of strangers."""
    perception, found = Perception(episode), []
    for who in np.flatnonzero(perception.strangers == strangers).tolist():
        for agent in np.flatnonzero(~perception.strangers).tolist():
            observed = perception.observed[:, agent, who]
            if agent != who and observed[-1] >= AT:
                for count in OBSERVED:
                    step = int(np.flatnonzero(observed == count)[-1])  # the last such step: it sees most
                    question = asking(episode, agent, step, "behave", who)
                    found.append(Asked(question, resolve(episode, question), count, action=-1))
    return found


def _rows(log: str, survey: Survey) -> Iterator[dict]:
    away = {name: divergence(survey.truth, survey.answer[name]) for name in survey.answer}
    for count in OBSERVED:
        here = survey.observed == count
        for name in ("mind", "mind, no history", "filter", TYPED):
            part, whole = away[name][here], away[IGNORANT][here]
            gain, low, high = less(ratio(part, whole, survey.episode[here]))
            yield {"log": log, "observed": count, "contender": name, "questions": int(here.sum()),
                   "ignorant": float(whole.mean()), "gain": gain, "low": low, "high": high}  # fmt: skip


def table(done: list[dict]) -> list[str]:
    """Markdown: of each who is asked a line, the gain after AT acts by whom it is asked to be."""
    lines = ["| who learned from | " + " | ".join(LOGS) + " |", "| --- " * (1 + len(LOGS)) + "|"]
    for share in sorted({row["share"] for row in done}):
        for name in ("mind", "mind, no history"):
            lines.append(_line(f"share {share:g}: {name}", [r for r in done if r["share"] == share], name))
    return lines + [_line(name, done, name) for name in ("filter", TYPED)]


def _line(title: str, done: list[dict], name: str) -> str:
    cells = []
    for log in LOGS:
        row = next(r for r in done if (r["log"], r["contender"], r["observed"]) == (log, name, AT))
        cells.append(f"{row['gain']:.2f} ({row['low']:.2f} to {row['high']:.2f})")
    return f"| {title} | " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
