"""`tom train`: one mind from one or more logs."""

from dataclasses import dataclass
from typing import Annotated, Any

import tyro

from tom.commands.base import Command, RunDir
from tom.terminal import progress, show_table


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
    resume: bool = False
    """Carry on from the run's last checkpoint."""
    seed: int = 0
    """Decides the first weights and the order of the data."""
    batch: int = 8
    """Histories in each gradient step."""
    rate: float = 5e-3
    """The learning rate at its highest."""
    width: int = 128
    """The width of the network."""
    layers: int = 3
    """Layers in which questions attend to events."""
    event_layers: int = 0
    """Layers in which events attend to earlier events."""

    def work(self) -> dict[str, Any]:
        from tom.mind import load
        from tom.train import train
        from worlds import FunhouseError

        if not self.logs:
            raise FunhouseError("there is no log to learn from", remedy="name one: tom train LOG --out RUN")
        with progress(f"training {self.out}") as report:
            train(self.logs, self.out, resume=self.resume, report=report, **self.settings())
            report(1, 1)
        return {"run": self.out, "logs": ", ".join(self.logs), **load(self.out).meta["done"]}

    def settings(self) -> dict[str, Any]:
        """The fields of tom.train.TrainConfig."""
        names = ("minutes", "train_steps", "seed", "batch", "rate", "width", "layers", "event_layers")
        return {name: getattr(self, name) for name in names}

    def show(self, document: dict[str, Any]) -> None:
        show_table(tuple(document), [tuple(document.values())])
