"""How large the transformer is, as its checkpoints have it."""

from dataclasses import asdict, dataclass
from typing import Annotated

from annotated_types import Interval, MaxLen

from tom import rungs
from worlds import FunhouseError, schema

Count = Annotated[int, Interval(ge=1, le=1 << 20)]
Few = Annotated[int, Interval(ge=1, le=64)]


@dataclass(frozen=True)
class Size:
    """The network's size; the world decides the first eight."""

    OPTIONAL = ("things", "told", "abreast")  # in a file

    vocabulary: Count
    traits: Annotated[tuple[Count, ...], MaxLen(64)]  # values of each
    actions: Count
    features: Annotated[int, Interval(ge=0, le=1 << 20)]  # of what an action leads to: see tom.tokens
    layers_seen: Count
    species: Annotated[tuple[Count, ...], MaxLen(1024)] = ()  # entries of an observation of each, where there are any
    things: Annotated[tuple[Count, ...], MaxLen(64)] = ()  # the words for what answers look at: tom.looking
    told: Annotated[int, Interval(ge=0, le=1024)] = 0  # of each
    width: Annotated[int, Interval(ge=4, le=4096)] = 128
    layers: Few = 4
    heads: Few = 4
    feedforward: Few = 2  # times the width
    mixture: Few = 16  # softmaxes that an answer is a mixture of
    abreast: bool = False  # whether an event attends to those of its own step, too: not in minds of before
    rung: Annotated[str, schema.one_of(*rungs.RUNGS)] = "plain"  # what else attention is given: tom.rungs

    def __post_init__(self):
        schema.check(self, "network")
        if self.width % self.heads:
            what = f"width = {self.width} is no multiple of heads = {self.heads}"
            raise FunhouseError(what, remedy="choose a width that the heads divide")

    def to_dict(self) -> dict:
        """Plain JSON values."""
        return {**asdict(self), "traits": list(self.traits), "species": list(self.species), "things": list(self.things)}
