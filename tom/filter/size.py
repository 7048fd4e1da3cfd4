"""How large the filter is."""

from dataclasses import asdict, dataclass
from typing import Annotated

from annotated_types import Interval, MaxLen

from tom.training.settings import HEADS, Layers

Size = Annotated[int, Interval(ge=1, le=1 << 20)]  # of a part of the network
Token = Annotated[int, Interval(ge=0, lt=1 << 20)]
MOST_SPECIES = 1024
MOST_LEGAL = 1024  # actions that may be taken at once, where a mind is trained
MOST_BUILT = 1 << 28  # numbers in a table that no file holds and the network builds: the words of the members


@dataclass(frozen=True)
class NetworkConfig:
    """The network's size. traits: the number of values of each; in the orchard taste, sight, memory and temper."""

    vocabulary: Size
    traits: Annotated[tuple[Size, ...], MaxLen(64)]
    # entries of an observation of each; none in the orchard, which is read as sets
    species: Annotated[tuple[Annotated[int, Interval(ge=0, le=1 << 24)], ...], MaxLen(MOST_SPECIES)] = ()
    # of each species' bank, each in words; none in the orchard
    members: Annotated[tuple[tuple[tuple[Token, ...], ...], ...], MaxLen(MOST_SPECIES)] = ()
    actions: Size = 5
    many: bool = (
        False  # actions: only those that are legal in an event are read, in no fixed places (tom.filter.many_actions)
    )
    bars: bool = False  # whether a blocked action can not be taken at all; in the orchard it may, and leads nowhere
    kinds: Size = 3
    width: Size = 128
    heads: Size = HEADS
    layers: Layers = 1  # of questions attending to events
    # "behave as myself", in words; only minds that compare have it
    myself: Annotated[tuple[Token, ...], MaxLen(64)] = ()
    library: Size = 64  # policies
    pieces: Size = 4  # linear pieces of which the best judges an action
    hidden: Size = 96  # units beside them
    made_up: Size = 8  # policies made up for a question
    element_width: Size = 32
    text_width: Size = 64
    gamma: Annotated[float, Interval(ge=0, le=1)] = 0.8  # walking distances enter as gamma ** distance

    OPTIONAL = ("members", "myself", "many")  # in a file: minds are older than these

    def __post_init__(self):
        from worlds import FunhouseError, schema

        schema.check(self, "network")
        built = len(self.members) * self.library * self.vocabulary
        if self.width % self.heads or self.text_width % 4 or built > MOST_BUILT:
            what = f"width = {self.width}, heads = {self.heads}, text_width = {self.text_width} make no network"
            raise FunhouseError(what, remedy="choose a width that the heads divide, and a bank of fewer members")

    @property
    def compares(self) -> bool:
        """See TrainConfig."""
        return bool(self.myself)

    def to_dict(self) -> dict:
        """Plain JSON values."""
        tuples = {name: list(getattr(self, name)) for name in ("traits", "species", "myself")}
        return {**asdict(self), **tuples}

    @classmethod
    def from_dict(cls, values: dict) -> "NetworkConfig":
        """The size from to_dict's values. Raises FunhouseError as worlds.schema.read does."""
        from worlds import schema

        return schema.read(cls, values)
