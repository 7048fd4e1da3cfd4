"""Whether logs are truly held out from one another: in seeds, in maps, and in the types of agents."""

from collections.abc import Sequence
from itertools import combinations

from worlds.errors import FunhouseError
from worlds.log.reader import Log
from worlds.orchard.maps import MAP_KINDS

_PLAIN = ("episode", "agent", "name", "description", "species")  # the columns of "agents" that are no traits


def check_disjoint(logs: Sequence[Log]) -> None:
    """Passes where what is trained on tells nothing of what is tested.

    No two logs may share an episode's seed; logs of different splits may not share a map, except one that the
    user drew; and in no training log may an agent be of a type that any of the logs holds out. Raises
    FunhouseError naming the first clash.
    """
    episodes = [_columns(log) for log in logs]
    for one, other in combinations(zip(logs, episodes, strict=True), 2):
        _refuse_shared("seed", one, other, "record one of them with another --seed or --split")
        if one[0].split != other[0].split and _draws_maps(one[0]) and _draws_maps(other[0]):
            _refuse_shared("map", one, other, "record one of them on larger maps, or on another kind")
    for log in logs:
        if log.split == "train":
            _check_types(log, [kind for source in logs for kind in source.meta["held_out"]])


def _columns(log: Log) -> dict:
    """The columns in which logs may clash; somebody else's environment has no map."""
    table = log.table("episodes")
    return table.select([name for name in ("episode", "seed", "map") if name in table.column_names]).to_pydict()


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
