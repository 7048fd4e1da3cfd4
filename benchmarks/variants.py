"""What the ladder compares: the rungs between the plain transformer and the filter, and the mind without each of the
things that it is given (docs/mind.md)."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any
from unittest import mock

import numpy as np
from torch import Tensor, nn

from tom import transforming
from tom.size import Size
from tom.tokens import orchard, tensors
from tom.training import batch
from tom.transformer import Block, Transformer

Patch = Callable[[ExitStack], None]

SIX = {"layers": 6}  # blocks

RUNGS: dict[str, dict[str, Any]] = {
    "plain": SIX,
    "pointers": {**SIX, "rung": "pointers"},
    "sight": {**SIX, "rung": "sight"},
    "lens": {**SIX, "rung": "lens"},
    "filter": {"network": "filter"},
    "plain, three blocks": {"layers": 3},
    "lens, three blocks": {"layers": 3, "rung": "lens"},
}


def put(owner: Any, name: str, value: Any, stack: ExitStack) -> None:
    """Puts a value in another's place until the stack ends."""
    stack.enter_context(mock.patch.object(owner, name, value))


def _every_act(self: orchard.OrchardReader, episode: Any) -> np.ndarray:
    return np.asarray(episode.acts, np.float32)


def _nobody(one: tensors.Asked) -> np.ndarray:
    company = one.seen.look["company"]
    return np.zeros((*company.shape[:-1], tensors.CODES + 2), np.uint8)


class FixedHead(Transformer):
    """A score for each action from the answer token alone, as of a language model's words."""

    def __init__(self, size: Size):
        super().__init__(size)
        for name in ("want", "ask", "offer", "judge", "gate"):
            delattr(self, name)
        self.head = nn.Linear(size.width, size.actions)

    def choose(self, x: Tensor, option: Tensor, illegal: Tensor | None) -> Tensor:
        """As Transformer.choose."""
        return self.head(x).float().log_softmax(-1)


class NoAlternatives(Transformer):
    """An event tells what was done and not what else could have been."""

    def __init__(self, size: Size):
        super().__init__(size)
        nn.init.zeros_(self.instead.last.weight)
        self.instead.requires_grad_(False)


def _ordinary(self: Block) -> None:
    """Blocks begin at random."""


class OrdinaryBeginnings(Transformer):
    """Every table begins alike, and the readout at random."""

    def __init__(self, size: Size):
        super().__init__(size)
        for table in (self.code, self.kind, self.word):
            nn.init.normal_(table.weight, std=0.5)
        nn.init.normal_(self.want.weight, std=size.width**-0.5)


def network(made: type[Transformer]) -> Patch:
    """Another class in the transformer's place."""
    return partial(put, transforming, "Transformer", made)


def _draws(**changed: Any) -> Patch:
    return partial(put, batch.TrainingBatches.__init__, "__defaults__", (batch.Draws(**changed),))


# Each without one gift: settings of the training, and what is put in another's place.
GIFTS: dict[str, tuple[dict[str, Any], Patch | None]] = {
    "all that is given": ({}, None),
    "acts in roles are events too": ({}, partial(put, orchard.OrchardReader, "native", _every_act)),
    "a fixed action head": ({}, network(FixedHead)),
    "no alternatives in events": ({}, network(NoAlternatives)),
    "no codes of who stood there": ({}, partial(put, tensors, "_company", _nobody)),
    "no labels of traits": ({"describe": 0.0}, None),
    "own acts never taken out": ({}, _draws(unseen=0.0)),
    "blocks begin at random": ({}, partial(put, Block, "begin", _ordinary)),
    "tables begin alike": ({}, network(OrdinaryBeginnings)),
}
