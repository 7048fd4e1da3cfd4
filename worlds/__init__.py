"""What happens: the orchard, its maps, its randomness, the record of an episode and the log."""

from pathlib import Path

from worlds.kernel_cache import keep_kernels

keep_kernels(Path(__file__).parent)

from worlds.dice import SPLITS  # noqa: E402
from worlds.errors import FunhouseError  # noqa: E402
from worlds.log.disjoint_splits import check_disjoint, map_distance  # noqa: E402
from worlds.log.reader import open_log  # noqa: E402
from worlds.orchard.config import ACTIONS, KINDS, OrchardConfig  # noqa: E402
from worlds.orchard.episode import Agent, Episode, replay  # noqa: E402
from worlds.orchard.rules import Orchard  # noqa: E402
from worlds.trust import trust  # noqa: E402

__all__ = [
    "ACTIONS", "KINDS", "SPLITS", "Agent", "Episode", "FunhouseError", "Orchard", "OrchardConfig", "check_disjoint",
    "map_distance", "open_log", "replay", "trust",
]  # fmt: skip
