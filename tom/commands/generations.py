"""`tom generations`: populations of minds, generation after generation."""

import os
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import tyro

from tom.commands.base import Command, MaybeAddress, MaybeRunDir, OutDir, load_mind
from tom.minds import NEAR_FAR
from tom.terminal import progress, show, tell

_PLAN = (
    "copies", "agents", "steps", "episodes", "train_steps", "rate", "evaluated", "questions", "split", "seed"
)  # fmt: skip


@dataclass(kw_only=True)
class Generations(Command):
    """Train minds on episodes with copies of the mind before among scripted agents, and as long among scripted agents
    only; score both, generation by generation. What is finished is kept; a second call goes on."""

    out: OutDir
    """The directory of the logs, the minds, the scores and the pictures."""
    count: Annotated[int, tyro.conf.arg(metavar="G")] = 3
    """How many generations after the first mind."""
    mind: MaybeRunDir = None
    """The run of the first mind, generation 0; without it, near-far, which met scripted agents only."""
    copies: int = 4
    """How many of the agents are copies, in the episodes that have any."""
    agents: int = 8
    """Agents in each episode."""
    steps: int = 48
    """Steps of each episode."""
    episodes: int = 800
    """Episodes of each log that is trained on."""
    train_steps: Annotated[int, tyro.conf.arg(metavar="N")] = 800
    """Gradient steps of each generation, in either arm; 800 take three minutes of one core."""
    rate: float = 1e-3
    """The learning rate at its highest."""
    evaluated: int = 64
    """Episodes on which each mind is scored."""
    questions: int = 12
    """Questions to each of them, of each sort."""
    split: Literal["validation", "test"] = "test"
    """Score on validation whatever is still to be decided."""
    seed: int = 0
    """Decides every episode, and the order of the data in training."""
    threads: int = os.cpu_count() or 1
    """Worlds computed at a time."""
    ray: MaybeAddress = None
    """Have a Ray cluster play the episodes: auto, host:port, or local, which starts one of --threads processes here;
    minds are trained and scored in this process."""

    def work(self) -> dict[str, Any]:
        from analysis.figures.picture import save
        from analysis.generations import draw
        from tom.generations import Plan, generations
        from tom.joining import cluster

        load_mind(self.mind or NEAR_FAR)  # one thread; and a mind that is none is told of before anything is made
        plan = Plan(**{name: getattr(self, name) for name in _PLAN})
        with cluster(self.ray, self.threads) as crew, progress(f"generations in {self.out}") as report:
            document = generations(self.out, self.count, plan, self.mind, self.threads, report, crew)
        for name, figure in draw(document).items():
            save(figure, self.out, name)
        return document

    def stopped(self) -> str:
        return "the same command goes on from what is finished"

    def show(self, document: dict[str, Any]) -> None:
        from analysis.generations import tables

        for table in tables(document):
            show(table)
        if not document["made"]:
            tell("every generation was there already; ask for a larger --count, or another --out", style="yellow")
