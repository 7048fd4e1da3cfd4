"""A question in the form that everything below the words works on."""

from dataclasses import dataclass

from agents.description import SIGHTS
from worlds import Episode
from worlds.geometry import has


@dataclass(frozen=True)
class Query:
    """What is asked of one agent at one step.

    The chain is canonical; of predict, its first element is the target. `depth` is its length.
    """

    stance: str  # behave or predict
    agent: int
    step: int
    chain: tuple[int | str, ...]  # agents' indices and the texts of descriptions
    depth: int


def perceives(episode: Episode, agent: int, who: int, step: int) -> bool:
    """Whether an agent perceives another at a step."""
    sight = SIGHTS.index(episode.agents[agent].type["sight"])
    return bool(has(episode.geometry.visible[sight, episode.cell[step, agent]], episode.cell[step, who]))
