"""How large the filter is."""

from dataclasses import asdict, dataclass
from typing import Annotated, Literal

from annotated_types import Interval, MaxLen

from tom.training.settings import HEADS, Layers

Size = Annotated[int, Interval(ge=1, le=1 << 20)]  # of a part of the network
Nothing = Annotated[tuple[int, ...], MaxLen(0)]


@dataclass(frozen=True)
class NetworkConfig:
    """The network's size. traits: the number of values of each; in the orchard taste, sight, memory and temper."""

    vocabulary: Size
    traits: Annotated[tuple[Size, ...], MaxLen(64)]
    actions: Size = 5
    kinds: Size = 3
    width: Size = 128
    heads: Size = HEADS
    layers: Layers = 1  # of questions attending to events
    library: Size = 64  # policies
    pieces: Size = 4  # linear pieces of which the best judges an action
    hidden: Size = 96  # units beside them
    made_up: Size = 8  # policies made up for a question
    element_width: Size = 32
    text_width: Size = 64
    gamma: Annotated[float, Interval(ge=0, le=1)] = 0.8  # walking distances enter as gamma ** distance

    # What the filter read, or did, once: files that it can still be made from say that there is nothing of them.
    myself: Nothing = ()
    species: Nothing = ()
    members: Nothing = ()
    many: Literal[False] = False
    bars: Literal[False] = False

    OPTIONAL = ("myself", "species", "members", "many", "bars")  # in a file

    def __post_init__(self):
        from worlds import FunhouseError, schema

        schema.check(self, "network")
        if self.width % self.heads or self.text_width % 4:
            what = f"width = {self.width}, heads = {self.heads}, text_width = {self.text_width} make no network"
            raise FunhouseError(what, remedy="choose a width that the heads divide")

    def to_dict(self) -> dict:
        """Plain JSON values."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: dict) -> "NetworkConfig":
        """The size from to_dict's values. Raises FunhouseError as worlds.schema.read does."""
        from worlds import schema

        return schema.read(cls, values)
