"""The logs that a mind has seen: those of its training, and those of every mind that it was begun from."""

from collections.abc import Mapping
from typing import Annotated, Any

from annotated_types import MaxLen

from agents.registry import world_of
from worlds import FunhouseError, schema
from worlds.log.document import Seed, Split
from worlds.log.reader import Log


class Seen(schema.TypedDict):
    """A log: the SHA-256 of its manifest, its world, and what the seeds of its episodes follow from."""

    manifest: schema.NotRequired[schema.Sha256]  # minds from before this was noted have none
    world: Annotated[str, MaxLen(1024)]
    seed: Seed
    split: Split


def seen_log(log: Log) -> dict[str, Any]:
    """What is noted of a log that is trained on."""
    return {"manifest": log.mark, "world": log.world, "seed": log.config["seed"], "split": log.split}


def seen_by(meta: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All that a mind has seen, from what its checkpoint says; of an older one, the logs of its last training."""
    if "seen" in meta:
        return list(meta["seen"])
    return [
        {"world": world_of(config).called(config)} | {name: config[name] for name in ("seed", "split")}
        for config in meta.get("logs", [])
    ]


def together(*parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was seen in all, each log once."""
    every = [one for part in parts for one in part]
    return [one for k, one in enumerate(every) if one not in every[:k]]


def check_unseen(meta: Mapping[str, Any], log: Log, mind: str) -> None:
    """Raises FunhouseError where a mind has seen a log, or another one of the same episodes' seeds."""
    this = seen_log(log)
    for one in seen_by(meta):
        same = one.get("manifest") == this["manifest"]
        if same or all(one[name] == this[name] for name in ("world", "seed", "split")):
            what = "this very log" if same else "episodes with its seeds"
            raise FunhouseError(
                f"the mind was trained on {what}: {log.path} is of seed {one['seed']} and the {one['split']} split, "
                "and so was a log that it, or a mind that it was begun from, has seen",
                place=mind,
                remedy="score it on another split: tom run --split test --out LOG",
            )


def check_training(log: Log) -> None:
    """Raises FunhouseError for a log that is kept for choosing or for reporting."""
    if log.split != "train":
        raise FunhouseError(
            f"this log is of the {log.split} split, and minds are trained on the train split only: in the others there "
            "are agents, maps and seeds that no training may see",
            place=str(log.path),
            remedy="run one with --split train",
        )
