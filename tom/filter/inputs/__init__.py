"""What agents of logged episodes perceived, and what in it counts as acting natively: a file a world."""

from agents.registry import world_of
from tom.filter.inputs.base import VERSION, Inputs
from tom.filter.inputs.orchard import OrchardInputs
from worlds import FunhouseError

__all__ = ["VERSION", "Inputs", "inputs_of"]

_OF: dict[str, type[Inputs]] = {"orchard": OrchardInputs}


def inputs_of(run: dict) -> Inputs:
    """The inputs of a run's world, from the settings in its log. Raises FunhouseError where the filter does not read
    it."""
    if world_of(run).part not in _OF:
        what = f"the filter does not read the world '{world_of(run).called(run)}'"
        raise FunhouseError(what, remedy="train the transformer: tom train LOG --out RUN, without --network filter")
    return _OF[world_of(run).part](run)  # type: ignore[call-arg]
