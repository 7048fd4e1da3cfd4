"""`tom train`: one mind from one or more logs."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import tyro

from tom.commands.base import Command, Flag, MaybeRunDir, RunDir
from tom.terminal import progress, show_table
from tom.training.settings import TrainConfig

_SETTINGS = (
    "minutes", "train_steps", "seed", "network", "rung", "batch", "rate", "nested", "width", "layers", "device",
    "loaders", "wishes", "start",
)  # fmt: skip


@dataclass(kw_only=True)
class Train(Command):
    """Train the mind on one or more logs; TensorBoard curves and checkpoints go to the run's directory."""

    logs: Annotated[tyro.conf.Positional[tuple[str, ...]], tyro.conf.arg(metavar="LOG [LOG ...]")]
    """The logs to learn from."""
    out: RunDir
    """The directory of the run."""
    minutes: Annotated[float | None, tyro.conf.arg(metavar="M")] = None
    """Stop after so many minutes."""
    train_steps: Annotated[int | None, tyro.conf.arg(metavar="N")] = None
    """Stop after so many gradient steps."""
    resume: Flag = False
    """Carry on from the run's last checkpoint."""
    seed: int = 0
    """Decides the first weights and the order of the data."""
    network: Literal["transformer", "filter"] = "transformer"
    """The mind, or its rival: a Bayes filter that is given the lenses, the evidence sum and a library of policies."""
    rung: Literal["plain", "pointers", "sight", "lens"] = "plain"
    """Of the transformer: what else its attention is given; pointers: which events are about whom the prompt names;
    sight: also whether who is named before saw them; lens: also whether all who are named before did."""
    batch: int | None = None
    """Histories in each gradient step; of the transformer 8, as of the filter; with --wishes 32."""
    rate: float | None = None
    """The learning rate at its highest; of the transformer 0.003, with --wishes 0.004, of the filter 0.005."""
    nested: float | None = TrainConfig.nested
    """The weight of an action at depth 2 or more beside one at depth 0 or 1; of the transformer 1, of the filter 2."""
    width: int | None = None
    """The width of the network; 128."""
    layers: int | None = None
    """Its blocks: 3 of the transformer, 1 of the filter."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where to train: auto is a GPU, where torch can use one. Of the transformer only."""
    loaders: int = 0
    """Processes that make batches, for a GPU that takes more than one thread can make. Of the transformer only."""
    wishes: Flag = TrainConfig.wishes
    """Of the transformer: learn from logs of agents that are alone what came of wishes, and answer wishes, too."""
    start: MaybeRunDir = None
    """Begin from the weights of this run's mind instead of random ones."""

    def work(self) -> dict[str, Any]:
        from tom.mind import load
        from tom.training.ranks import quiet, rank_here
        from tom.training.train import train
        from worlds import FunhouseError

        if not self.logs:
            raise FunhouseError("there is no log to learn from", remedy="name one: tom train LOG --out RUN")
        if rank_here() > 0:  # of several, which torchrun began, the first one tells
            with quiet():
                train(self.logs, self.out, resume=self.resume, **self.settings())
            raise SystemExit(0)
        with quiet(), progress(f"training {self.out}") as report:
            train(self.logs, self.out, resume=self.resume, report=report, **self.settings())
            report(1, 1)
        return {"run": self.out, "logs": ", ".join(self.logs), **load(self.out).meta["done"]}

    def stopped(self) -> str:
        from pathlib import Path

        kept = any((Path(self.out) / name).exists() for name in ("checkpoint", "checkpoint.old"))
        return "go on with --resume" if kept else "nothing is saved, and the same command begins anew"

    def settings(self) -> dict[str, Any]:
        """The fields of TrainConfig that the command line gives."""
        return {name: getattr(self, name) for name in _SETTINGS}

    def show(self, document: dict[str, Any]) -> None:
        show_table(tuple(document), [tuple(document.values())])
