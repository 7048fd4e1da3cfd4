"""How a network is trained. Nothing heavy is imported here, so that a command's help is quick."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Interval, MinLen, MultipleOf

HEADS = 8
Seed = Annotated[int, Interval(ge=0, lt=2**63)]
Steps = Annotated[int, Interval(ge=1, le=10**9)]  # gradient steps
Rate = Annotated[float, Interval(gt=0)]
Layers = Annotated[int, Interval(ge=0, le=64)]


@dataclass(frozen=True)
class TrainConfig:
    """How to train. Exactly one of minutes and train_steps bounds it."""

    minutes: Annotated[float, Interval(gt=0, le=10**6)] | None = None
    train_steps: Steps | None = None
    seed: Seed = 0
    network: Annotated[str, MinLen(1)] = "transformer"  # or "filter", its rival: tom.architectures
    rung: Annotated[str, MinLen(1)] = "plain"  # of the transformer: what else its attention is given, tom.rungs
    # Where one of these five is None it is the network's own.
    batch: Annotated[int, Interval(ge=1, le=4096)] | None = None  # histories
    rate: Rate | None = None  # of learning, at its highest
    warmup: Steps = 100  # steps
    cooldown: Annotated[float, Interval(gt=0, le=1)] = 0.5  # the last share of training, in which the rate falls
    describe: Annotated[float, Interval(ge=0)] = 0.25  # weight of the traits' loss beside the actions'
    width: Annotated[int, Interval(ge=HEADS, le=4096), MultipleOf(HEADS)] | None = None
    layers: Layers | None = None
    # weight of an action at depth 2 or more, which tells least, beside one at depth 0 or 1
    nested: Annotated[float, Interval(ge=0)] | None = None
    device: Annotated[str, MinLen(1)] = "auto"  # tom.training.devices
    loaders: Annotated[int, Interval(ge=0, le=1024)] = 0  # processes that make batches; with none, a thread does
    wishes: bool = False  # of the transformer: whether it is asked wishes, too: tom.training.wishes
    start: str | None = None  # a run whose weights to begin from

    def __post_init__(self):
        from worlds import FunhouseError, schema

        if (self.minutes is None) == (self.train_steps is None):
            raise FunhouseError("training needs one bound", remedy="give --minutes or --train-steps, and not both")
        schema.check(self, "training")
