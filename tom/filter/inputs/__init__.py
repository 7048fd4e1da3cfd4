"""What agents of logged episodes perceived, and what in it counts as acting natively: a file a world."""

from agents.registry import world_of
from tom.filter.inputs.arena import ArenaInputs
from tom.filter.inputs.base import VERSION, Inputs
from tom.filter.inputs.orchard import OrchardInputs
from worlds import FunhouseError

__all__ = ["VERSION", "Inputs", "inputs_of", "unread"]

_OF: dict[str, type[Inputs]] = {"orchard": OrchardInputs, "arena": ArenaInputs}


def inputs_of(run: dict) -> Inputs:
    """The inputs of a run's world, from the settings in its log. Raises FunhouseError where no mind reads it."""
    if world_of(run).part not in _OF:
        raise unread(run)
    return _OF[world_of(run).part](run)  # type: ignore[call-arg]


def unread(run: dict) -> FunhouseError:
    """The error for a world that no mind reads, to be raised."""
    if (inputs := _OF.get(world_of(run).part)) is not None:
        return inputs.unread(run)
    remedy = "ask the exact reasoner: tom ask --exact without --mind, agents.exact; or write a tom.filter.inputs.Inputs"
    return FunhouseError(f"no mind reads the world '{world_of(run).called(run)}'", remedy=remedy)
