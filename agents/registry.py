"""The worlds that there are, and which of them an episode, a log, a run, its settings or a space of types is of."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from agents.reasoning import ExactReasoner, Space
from agents.world import Run, World
from worlds import FunhouseError
from worlds.base_episode import BaseEpisode
from worlds.harmless import harmless
from worlds.log.reader import Log
from worlds.schema import shown

_WORLDS: dict[str, World] = {}


def register(world: World) -> None:
    """Makes a world known by its part of the settings; a later one of the same part takes its place."""
    _WORLDS[world.part] = world


def world_of(source: BaseEpisode | Log | Run | Space | Mapping[str, Any]) -> World:
    """The world of an episode, a log, a run or its settings, or a space of types. Raises FunhouseError."""
    if isinstance(source, BaseEpisode | Log | Mapping) or getattr(source, "world", None) not in _WORLDS:
        return _of_settings(_settings(source))
    return _WORLDS[source.world]


def _settings(source: Any) -> Mapping[str, Any]:
    """The settings of the run that an episode or a log is of, or what is such settings. Raises FunhouseError."""
    if isinstance(source, BaseEpisode):
        return source.run
    if isinstance(source, Log | Mapping):
        return source.config if isinstance(source, Log) else source
    remedy = "give an episode, a log that worlds.open_log opened, or the settings of a run"
    raise FunhouseError(f"{shown(source)} is of no world", remedy=remedy)


def _of_settings(config: Mapping[str, Any]) -> World:
    for part, world in _WORLDS.items():
        if part in config:
            return world
    raise FunhouseError(
        f"no world has settings of {', '.join(map(harmless, config))}",
        place=getattr(config, "file", None),
        remedy="restore a copy of the file, or, for a world of your own, register it: agents.registry.register",
    )


def option_names() -> set[str]:
    """The options of `tom run` that say something in some worlds alone."""
    return {name for world in _WORLDS.values() for name in world.options}


def world_called(name: str) -> World:
    """The world that a user names. Raises FunhouseError."""
    for world in _WORLDS.values():
        if world.calls(name):
            return world
    remedy = (
        "choose orchard; pettingzoo: and an environment, such as pettingzoo:mpe2.simple_tag_v3; or a world of your "
        "own, MODULE:NAME, such as examples.corridor:Corridor"
    )
    raise FunhouseError(f"there is no world '{name}'", remedy=remedy)


@lru_cache(maxsize=16)
def reasoner_of(space: Any) -> ExactReasoner:
    """The exact reasoner over a space of types, made once."""
    return world_of(space).reasoner(space)


def type_space(source: BaseEpisode | Log | Mapping[str, Any]) -> Any:
    """Every type of a world, in the posterior's order, as a Space; of an episode, a log or the settings of a run.

    Raises FunhouseError for what is none of these."""
    config = _settings(source)
    return _of_settings(config).space(config)


def played(run: Run, span: range) -> list[Any]:
    """The episodes of a span, in that order."""
    with world_of(run).company(run) as company:
        return [episode for batch in company.batches(span) for episode in batch]


def perceives(episode: BaseEpisode, agent: int, who: int, step: int) -> bool:
    """Whether an agent perceives another, acting, at a step."""
    return world_of(episode).perceives(episode, agent, who, step)


def run_of(config: Mapping[str, Any]) -> Run:
    """The run that a log's settings tell of, ready to be played. Raises FunhouseError."""
    return world_of(config).run(config)


def notes_on(logs: Sequence[Log]) -> list[str]:
    """Of logs those that cannot be compared with others of the same world, in words."""
    worlds = list(dict.fromkeys(map(world_of, logs)))
    return [note for world in worlds for note in world.compare([log for log in logs if world_of(log) is world])]
