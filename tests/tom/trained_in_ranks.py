"""A script of test_ranks: one step of a small training in float32, in as many ranks as torchrun begins."""

import sys

from tests.tom.worlds_of_minds import short_log
from tom.training import train as training
from tom.transforming import Transforming

SMALL = {"batch": 5, "width": 32, "layers": 2}


def main(out: str) -> None:
    """Trains, in `out`."""
    Transforming.lowered = lambda self, network: network
    training.open_log = lambda place: short_log(count=6)
    training.train(["a log"], out, train_steps=1, **SMALL)


if __name__ == "__main__":
    main(sys.argv[1])
