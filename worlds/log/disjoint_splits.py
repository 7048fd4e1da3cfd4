"""Whether logs are truly held out from one another: in seeds, in maps, in the types of agents and in strangers."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from worlds.errors import FunhouseError
from worlds.log.reader import Log
from worlds.orchard.apart import APART, fewest_cells
from worlds.orchard.map_rows import MAP_KINDS
from worlds.orchard.shard import walls_of

_PLAIN = (
    "episode",
    "agent",
    "name",
    "description",
    "species",
    "mind",
    "stranger",
)  # the columns of "agents" that are no traits


def check_disjoint(logs: Sequence[Log]) -> None:
    """Passes where what is trained on tells nothing of what is tested.

    No two logs may share an episode's seed; logs of different splits may not share a map, except one that the
    user drew, and where they say that their maps are apart, these must differ in APART cells however they are turned;
    and in no training log may an agent be of a type, or a stranger of a family, that any of the logs holds out. Raises
    FunhouseError naming the first clash.
    """
    episodes = [_columns(log) for log in logs]
    for one, other in combinations(zip(logs, episodes, strict=True), 2):
        _refuse_shared("seed", one, other, "record one of them with another --seed or --split")
        if _tells_maps_apart(one[0], other[0]):
            _refuse_shared("map", one, other, "record one of them on larger maps, or on another kind")
            _refuse_similar(one, other)
    for log in logs:
        if log.split == "train":
            _check_types(log, [kind for source in logs for kind in source.meta["held_out"]])
            held = {family for source in logs for family in source.config.get("strangers", {}).get("held_out", ())}
            _check_strangers(log, held)


def map_distance(logs: Sequence[Log]) -> int | None:
    """In how many cells at least two maps of logs of different splits differ, however they are turned and reflected;
    None where no two such logs have maps of one size that the user did not draw. Raises FunhouseError for damage.
    """
    episodes = [_columns(log) for log in logs]
    pairs = combinations(zip(logs, episodes, strict=True), 2)
    found = [_closest(one, other) for one, other in pairs if _tells_maps_apart(one[0], other[0])]
    return min((cells for cells, *_ in filter(None, found)), default=None)


def drawn_by_hand(logs: Sequence[Log]) -> list[Log]:
    """Of logs of different splits those on a map that the user drew, which they may share."""
    if len({log.split for log in logs}) == 1:
        return []
    return [log for log in logs if log.world == "orchard" and not _draws_maps(log)]


def _columns(log: Log) -> dict:
    """The columns in which logs may clash; somebody else's environment has no map."""
    table = log.table("episodes")
    return table.select([name for name in ("episode", "seed", "map") if name in table.column_names]).to_pydict()


def _tells_maps_apart(one: Log, other: Log) -> bool:
    return one.split != other.split and _draws_maps(one) and _draws_maps(other)


def _draws_maps(log: Log) -> bool:
    return log.world == "orchard" and log.config["orchard"]["map"] in (*MAP_KINDS, "mixed")


def _refuse_shared(column: str, one: tuple[Log, dict], other: tuple[Log, dict], remedy: str) -> None:
    (log, had), (other_log, has) = one, other
    episode_of = dict(zip(had[column], had["episode"], strict=True))
    for episode, value in zip(has["episode"], has[column], strict=True):
        if value in episode_of:
            raise FunhouseError(
                f"two logs share a {column}",
                place=f"{log.path} episode {episode_of[value]}, {other_log.path} episode {episode}",
                remedy=remedy,
            )


def _closest(one: tuple[Log, dict], other: tuple[Log, dict]) -> tuple[int, int, int] | None:
    """The cells in which the two most similar maps of two logs differ, and an episode of each; None as fewest_cells."""
    (maps, episodes), (others, other_episodes) = _maps_of(*one), _maps_of(*other)
    found = fewest_cells(maps, others)
    return found and (found[0], episodes[found[1]], other_episodes[found[2]])


def _maps_of(log: Log, columns: dict) -> tuple[np.ndarray, list[int]]:
    """The distinct maps of a log, (m, h, w) bool, and the last episode of each."""
    episode_of = dict(zip(columns["map"], columns["episode"], strict=True))
    walls = [walls_of(text, log.orchard) for text in episode_of]
    return np.array(walls, bool).reshape(-1, *log.orchard.shape), list(episode_of.values())


def _refuse_similar(one: tuple[Log, dict], other: tuple[Log, dict]) -> None:
    """Raises FunhouseError where two logs say that maps of different splits are apart, and these are not."""
    if not (one[0].orchard.apart and other[0].orchard.apart):
        return
    found = _closest(one, other)
    if found and found[0] < APART:
        raise FunhouseError(
            f"two maps of different splits differ in {found[0]} cells, turned or reflected, and not in {APART}",
            place=f"{one[0].path} episode {found[1]}, {other[0].path} episode {found[2]}",
            remedy="record both logs anew with tom run",
        )


def _check_types(log: Log, held_out: list[dict[str, str]]) -> None:
    agents = log.table("agents")
    traits = [name for name in agents.column_names if name not in _PLAIN]
    for row in agents.group_by(traits).aggregate([("episode", "min")]).to_pylist():
        episode = row.pop("episode_min")
        if row in held_out:
            raise FunhouseError(
                f"a training log has an agent of a held-out type: {', '.join(row.values())}",
                place=f"{log.path} episode {episode}",
                remedy="record the training log anew, with the types that are seen only",
            )


def _check_strangers(log: Log, held_out: set[str]) -> None:
    agents = log.table("agents")
    for row in agents.select(["episode", "stranger"]).to_pylist() if "stranger" in agents.column_names else []:
        if row["stranger"] in held_out:
            raise FunhouseError(
                f"a training log has a stranger of a held-out family: {row['stranger']}",
                place=f"{log.path} episode {row['episode']}",
                remedy="record the training log anew, with the families that are seen only",
            )
