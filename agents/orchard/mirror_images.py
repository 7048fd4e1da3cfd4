"""What everybody sees in the mirrors of an episode: an image of each body, which nobody labels as whose it is."""

from dataclasses import replace

from agents.population import NAMES
from worlds import Episode
from worlds.orchard.mirror import life_of, reflected, show


def with_images(episode: Episode) -> Episode:
    """The episode with a live image of each of its n agents, agents n to 2 n - 1, under names that nobody bears.

    An image does what its body does, reflected, at the same step, and plays no role; so nobody whose image is shown
    should. Without a mirror the episode is returned as it is.
    """
    if episode.glass is None:
        return episode
    free = [name for name in NAMES if name not in episode.names]
    shown = episode
    for body, agent in enumerate(episode.agents):
        shown = show(shown, reflected(life_of(episode, body)), replace(agent, name=free[body], stranger=""))
    return shown
