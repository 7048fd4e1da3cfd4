"""The networks that can be minds: the transformer, which is the mind, and the filter, its rival.

Training, checkpoints and commands are the same for both; what differs stands here, and a checkpoint's version tells
whose it is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from tom.base_mind import BaseMind
from worlds import FunhouseError, schema
from worlds.schema import Document

NAMES = ("transformer", "filter")


Added = Callable[[Tensor], Tensor]


def itself(tensor: Tensor) -> Tensor:
    """The sum over one process."""
    return tensor


class Architecture(ABC):
    """What a kind of network needs so that it can be trained, saved, loaded and asked."""

    name: str
    version: int  # of what it reads, as its checkpoints have it
    sizes: type  # the class of its sizes
    defaults: ClassVar[Mapping[str, Any]]  # of settings of a training that it has its own of

    def filled(self, config: Any) -> Any:
        """The settings of a training, what was left to the network filled in."""
        own = {name: value for name, value in self.defaults.items() if getattr(config, name) is None}
        return replace(config, **own)

    @abstractmethod
    def batches(self, logs: Sequence, config: Any) -> Any:
        """A seeded stream of batches: `batch(k)`, and logs, inputs and vocabulary."""

    @abstractmethod
    def size(self, config: Any, batches: Any) -> Any:
        """The network's size for the world of some logs. Raises FunhouseError where they are of different worlds."""

    def going_on(self, size: Any, before: Any) -> Any:
        """The size of a network that begins from the weights of another, of the size `before`."""
        return size

    @abstractmethod
    def network(self, size: Any) -> nn.Module:
        """A network of random weights, in float32."""

    @abstractmethod
    def lowered(self, network: Any) -> Any:
        """The network in the precision in which it is trained and saved."""

    @abstractmethod
    def fitting(self, size: Any, tensors: Mapping[str, Tensor], place: str) -> dict[str, Tensor]:
        """A checkpoint's weights as such a network of that size takes them. Raises FunhouseError where they are of
        another, before memory is taken for it."""

    @abstractmethod
    def loss(self, network: Any, batch: Any, config: Any, added: Added = itself) -> tuple[dict[str, Tensor], Tensor]:
        """The losses of a batch, nats, by name, and what is minimised.

        added: the sum of a tensor over all ranks. Of several ranks each has its share of the batch, and the losses of
        all add up to that of the whole.
        """

    @abstractmethod
    def mind(self, tensors: dict[str, Tensor], meta: Document, checkpoint: str, place: str) -> BaseMind:
        """The mind of a checkpoint. Raises FunhouseError where its parts do not fit together."""

    @abstractmethod
    def made(self, network: Any, vocabulary: Any, meta: Mapping) -> BaseMind:
        """The mind of a network that was just trained."""

    @abstractmethod
    def measure(self, network: Any, batches: Any) -> None:
        """Sets what a new network takes from the first of its batches."""


def architecture(name: str) -> Architecture:
    """One by its name. Raises FunhouseError where there is none of that name."""
    if name == "transformer":
        from tom import transforming

        return transforming.ARCHITECTURE
    if name == "filter":
        from tom.filter import filtering

        return filtering.ARCHITECTURE
    raise FunhouseError(f"there is no network '{name}'", remedy=f"choose one of {', '.join(NAMES)}")


def architecture_of(meta: Document) -> Architecture:
    """The one that a checkpoint is of. Raises FunhouseError for a version that the project no longer speaks."""
    every = [architecture(name) for name in NAMES]
    for one in every:
        if one.version == meta.get("version"):
            return one
    known = ", ".join(f"{one.version} ({one.name})" for one in every)
    raise FunhouseError(
        f"this mind reads version {meta.get('version')} of its world, and the project speaks {known}",
        place=meta.file,
        remedy="train it anew: tom train LOG --out RUN",
    )


def check_weights(build: Callable[[], nn.Module], tensors: Mapping[str, Tensor], place: str) -> None:
    """Raises FunhouseError where weights are not of the network that `build` makes, before memory is taken for it."""
    try:
        with torch.device("meta"):
            due = build().state_dict()
    except RuntimeError as error:  # more numbers than can be counted
        raise unfit(str(error).splitlines()[0], place) from error
    for name in sorted({*due, *tensors}):
        if name not in due or name not in tensors:
            raise unfit(f"{schema.shown(name)} is only in {'the file' if name in tensors else 'the network'}", place)
        if (had := tuple(tensors[name].shape)) != (want := tuple(due[name].shape)):
            raise unfit(f"{name} has the shape {had} and not {want}", place)
        if (kind := tensors[name].dtype) != due[name].dtype:
            raise unfit(f"{name} is of {kind} and not of {due[name].dtype}", place)


def unfit(what: str, place: str) -> FunhouseError:
    """The error for weights of another network, to be raised."""
    return FunhouseError(
        f"these weights are of another network: {what}",
        place=place,
        remedy="load it with the version of the project that trained it, or train anew: tom train LOG --out RUN",
    )
