"""What a checkpoint says of its mind: the shape of config.json, and that its parts fit together."""

from typing import Annotated

import torch
from annotated_types import Interval, MaxLen

from agents.registry import world_of
from tom.filter.inputs import Inputs, check_version
from tom.filter.network import Network
from tom.filter.vocabulary import Vocabulary
from tom.training.seen_logs import Seen
from tom.training.settings import NetworkConfig
from worlds import FunhouseError, schema
from worlds.log.document import RunParts

Count = Annotated[int, Interval(ge=0, lt=2**63)]


class Done(schema.TypedDict):
    """How much training it has had."""

    steps: Count
    seconds: Annotated[float, Interval(ge=0)]


class MindDocument(schema.TypedDict):
    """The document; tom.filter.inputs reads the parts of `run`. Only a training writes the last four."""

    version: int
    network: NetworkConfig
    words: Annotated[list[Annotated[str, MaxLen(64)]], MaxLen(1 << 16)]
    run: RunParts
    train: schema.NotRequired[dict]
    logs: schema.NotRequired[list[RunParts]]  # of the logs that its last training was on
    seen: schema.NotRequired[list[Seen]]  # every log, of earlier trainings and of minds that it was begun from too
    done: schema.NotRequired[Done]


def read_document(meta: schema.Document) -> NetworkConfig:
    """The network that a checkpoint describes, its document checked. Raises FunhouseError naming file and field."""
    check_version(meta, meta.file)
    network = schema.read(MindDocument, meta)["network"]
    for run in (meta["run"], *meta.get("logs", [])):
        world_of(run).read(run)
    return network


def check_world(network: NetworkConfig, inputs: Inputs, vocabulary: Vocabulary, file: str) -> None:
    """Raises FunhouseError where a network is not of the size that its world gives it."""
    due = NetworkConfig(len(vocabulary), **inputs.network(vocabulary))
    for name in ("vocabulary", "traits", "species", "members", "actions", "bars", "kinds", "gamma"):
        if (value := getattr(network, name)) != getattr(due, name):
            what = f"network.{name} = {schema.shown(value)} is not that of its world"
            raise FunhouseError(what, place=file, remedy="restore a copy, or train anew: tom train LOG --out RUN")


def check_size(network: NetworkConfig, tensors: dict[str, torch.Tensor], place: str) -> None:
    """Raises FunhouseError where weights are not of a network of that size, before memory is taken for it."""
    try:
        with torch.device("meta"):
            described = Network(network).lower().state_dict()
    except RuntimeError as error:  # more numbers than can be counted
        raise _unfit(str(error).splitlines()[0], place) from error
    for name in sorted({*described, *tensors}):
        if name not in described or name not in tensors:
            raise _unfit(f"{schema.shown(name)} is only in {'the file' if name in tensors else 'the network'}", place)
        if (had := tuple(tensors[name].shape)) != (want := tuple(described[name].shape)):
            raise _unfit(f"{name} has the shape {had} and not {want}", place)
        if (kind := tensors[name].dtype) != (due := described[name].dtype):
            raise _unfit(f"{name} is of {kind} and not of {due}", place)


def _unfit(what: str, place: str) -> FunhouseError:
    return FunhouseError(
        f"these weights are of another network: {what}",
        place=place,
        remedy="load it with the version of the project that trained it, or train anew: tom train LOG --out RUN",
    )
