"""How to train: the settings. Nothing heavy is imported here, so that a command's help is quick."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TrainConfig:
    """How to train. Exactly one of minutes and train_steps bounds it."""

    minutes: float | None = None
    train_steps: int | None = None
    seed: int = 0
    batch: int = 8  # histories
    rate: float = 5e-3  # of learning, at its highest
    warmup: int = 100  # steps
    cooldown: float = 0.5  # the last share of training, in which the rate falls to nothing
    describe: float = 0.25  # weight of the traits' loss beside the actions'
    nested: float = 2.0  # weight of an action at depth 2 or more, which tells least, beside one at depth 0 or 1
    width: int = 128
    layers: int = 3
    event_layers: int = 0
    start: str | None = None  # a run whose weights to begin from

    def __post_init__(self):
        from worlds import FunhouseError

        if (self.minutes is None) == (self.train_steps is None):
            raise FunhouseError("training needs one bound", remedy="give --minutes or --train-steps, and not both")
        for name in ("minutes", "train_steps", "batch", "rate"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise FunhouseError(f"{name} = {value!r} is no training", remedy=f"choose {name} above 0")
