"""What agents of logged episodes perceived, and what in it counts as acting natively: a file a world."""

from agents.world import world_of
from tom.filter.perception.arena import ArenaPerception
from tom.filter.perception.base import VERSION, Perception, check_alike, check_version
from tom.filter.perception.orchard import OrchardPerception
from worlds import FunhouseError

__all__ = ["VERSION", "Perception", "check_alike", "check_version", "perception_of"]

_OF: dict[str, type[Perception]] = {"orchard": OrchardPerception, "arena": ArenaPerception}


def perception_of(run: dict) -> Perception:
    """The perception of a run's world, from the settings in its log. Raises FunhouseError where no mind reads it."""
    part = world_of(run).part
    if part not in _OF:
        what = f"no mind reads the world '{world_of(run).called(run)}'"
        raise FunhouseError(
            what, remedy="ask the exact reasoner, agents.exact, or write a tom.filter.perception.Perception"
        )
    return _OF[part](run)  # type: ignore[call-arg]
