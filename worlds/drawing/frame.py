"""A moment of the orchard as pictures show it: what lies where, who stands there, what a viewer sees."""

import colorsys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from worlds.errors import FunhouseError
from worlds.harmless import harmless
from worlds.orchard.config import KINDS, OrchardConfig
from worlds.orchard.episode import Episode
from worlds.orchard.mirror import behind

RGB = tuple[int, int, int]


@dataclass(frozen=True)
class Frame:
    """One moment, ready to be drawn.

    walls (h w) bool; fruit (h w) int8, -1 for none; position (n 2), rows and columns; names [n]. If given,
    action (n,) holds each agent's last action, where its eyes look, see `glances`; outside seen (h w) bool all is in
    shade; mark (n,) bool says who is marked; glass (h w) bool is where walls are of glass.
    Raises FunhouseError where the shapes disagree.
    """

    walls: np.ndarray
    fruit: np.ndarray
    position: np.ndarray
    names: Sequence[str]
    action: np.ndarray | None = None
    seen: np.ndarray | None = None
    mark: np.ndarray | None = None
    glass: np.ndarray | None = None

    def __post_init__(self) -> None:
        seen = self.walls if self.seen is None else self.seen
        same = self.walls.shape == self.fruit.shape == seen.shape
        if not same or len(self.names) != len(self.position):
            raise FunhouseError(
                f"walls {self.walls.shape}, fruit {self.fruit.shape} and seen {seen.shape}, or"
                f" {len(self.names)} names and {len(self.position)} positions, make no frame",
                remedy="give arrays of one (h w) shape and one name for each position",
            )

    @classmethod
    def of(cls, episode: Episode, step: int, viewer: str | None = None) -> "Frame":
        """The moment before the moves of `step`; what `viewer`, if any, does not see then lies in shade.

        Raises FunhouseError where the episode has no such step or agent.
        """
        episode.check_step(step)
        last = glances(episode.action[step - 1], episode.config) if step else None
        fruit, seen = episode.fruit[step], None
        if viewer is not None:
            who = episode.find(viewer)
            fruit, seen = _shown(episode, fruit, who), _seen(episode, step, who)
        return cls(
            episode.walls, fruit, episode.position[step], episode.names, last, seen, episode.mark[step], episode.glass
        )

    def panes(self) -> tuple[np.ndarray, np.ndarray]:
        """The glass, and all that lies behind it, (h w) bool each."""
        glass = np.zeros_like(self.walls) if self.glass is None else self.glass
        return glass, behind(glass)

    def crowd(self) -> dict[tuple[int, int], list[int]]:
        """The agents standing on each occupied cell."""
        cells = defaultdict(list)
        for agent, (row, column) in enumerate(self.position.tolist()):
            cells[row, column].append(agent)
        return cells

    def marked(self, agents: Sequence[int]) -> bool:
        """Whether any of these agents is marked."""
        return self.mark is not None and bool(self.mark[agents].any())

    def shaded(self) -> np.ndarray:
        """Cells drawn in shade, (h w) bool: those not seen, except walls that touch a seen cell."""
        if self.seen is None:
            return np.zeros_like(self.walls)
        height, width = self.walls.shape
        beside = np.pad(self.seen & ~self.walls, 1)
        touched = np.any([beside[r : r + height, c : c + width] for r in range(3) for c in range(3)], axis=0)
        return ~(self.seen | (self.walls & touched))


def glances(action: np.ndarray, config: OrchardConfig) -> np.ndarray:
    """Where actions (n,) lead: indices into worlds.ACTIONS and the diagonal ones; what moves nobody is to stay."""
    return np.where(action < 1 + config.moves, action, 0)


def _shown(episode: Episode, fruit: np.ndarray, agent: int) -> np.ndarray:
    """Fruits (h w) as an agent has them: those that it is blind to look like bare ground."""
    blind = episode.agents[agent].type.get("blindness")
    return np.where(fruit == KINDS.index(blind), -1, fruit).astype(fruit.dtype) if blind in KINDS else fruit


def _seen(episode: Episode, step: int, agent: int) -> np.ndarray:
    """The cells that an agent has in sight, (h w) bool."""
    sight = ("near", "far").index(episode.agents[agent].type.get("sight", "far"))
    board = episode.geometry.visible[sight, episode.cell[step, agent]]
    cells = np.arange(episode.walls.size)
    return (
        (board[cells >> 6] >> (cells & 63).astype(np.uint64) & np.uint64(1)).astype(bool).reshape(episode.walls.shape)
    )


def agent_colours(count: int) -> list[RGB]:
    """One colour for each agent, the same for any number of them.

    Hues lie a golden angle apart; five lightnesses take turns, so that nearly equal hues differ in lightness.
    """
    colours = []
    for agent in range(count):
        hue, light = (0.53 + agent * 0.381966) % 1, (0.62, 0.5, 0.36, 0.82, 0.72)[agent % 5]
        red, green, blue = colorsys.hls_to_rgb(hue, light, (0.55, 0.8)[agent % 2])
        colours.append((round(red * 255), round(green * 255), round(blue * 255)))
    return colours


def initials(names: Sequence[str]) -> list[str]:
    """One or two characters that tell the names apart: their number, or as few first letters as do."""
    names = [harmless(name) for name in names]
    ends = [name.rstrip("0123456789") for name in names]
    if len(set(ends)) == 1 and ends[0] not in names:
        return [name[len(end) :][-2:] for name, end in zip(names, ends, strict=True)]
    first = [name[:1].upper() for name in names]
    return [name[:1].upper() if first.count(name[:1].upper()) == 1 else name[:2].capitalize() for name in names]
