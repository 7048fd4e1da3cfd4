"""What a checkpoint says of its mind: the shape of config.json."""

from typing import Annotated, Any

from annotated_types import Interval, MaxLen

from agents.registry import world_of
from tom.training.seen_logs import Seen
from worlds import schema
from worlds.log.document import RunParts

Count = Annotated[int, Interval(ge=0, lt=2**63)]


class Done(schema.TypedDict):
    """How much training it has had."""

    steps: Count
    seconds: Annotated[float, Interval(ge=0)]


class MindDocument(schema.TypedDict):
    """The document; what `network` holds depends on the kind of network. Only a training writes the last four."""

    version: int
    network: dict
    words: Annotated[list[Annotated[str, MaxLen(64)]], MaxLen(1 << 16)]
    run: RunParts
    train: schema.NotRequired[dict]
    logs: schema.NotRequired[list[RunParts]]  # of the logs that its last training was on
    seen: schema.NotRequired[list[Seen]]  # every log, of earlier trainings and of minds that it was begun from too
    done: schema.NotRequired[Done]


def read_document(kind: Any, meta: schema.Document) -> Any:
    """The size of the network that a checkpoint describes, a tom.architectures.Architecture's, its document checked.
    Raises FunhouseError naming file and field."""
    schema.read(MindDocument, meta)
    size = schema.read(kind.sizes, meta["network"])
    for run in (meta["run"], *meta.get("logs", [])):
        world_of(run).read(run)
    return size
