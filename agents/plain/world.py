"""Worlds of one's own behind the one protocol: played by their definition, and proven by playing them again."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

import numpy as np

from agents import world
from agents.log_differences import compare_tables, differs
from agents.plain.places import told_of
from agents.plain.run import PlainRun, PlainSpace, rules_of, run_of, space_of
from agents.plain.theory import History, Theory, history_of
from agents.population import PopulationConfig, believes_seen, draw_population
from worlds import SPLITS, Agent, dice
from worlds.arena.config import canonical
from worlds.drawing.frame import agent_colours
from worlds.log.reader import Log
from worlds.log.tables import encode
from worlds.plain.config import PlainConfig
from worlds.plain.episode import PlainEpisode
from worlds.plain.shard import to_tables
from worlds.trust import is_class_name

SURELY = 1 / 2  # of the estimated bytes


class PlainWorld(world.World):
    """Agents who live in places, by the rules of a class that the user names: MODULE:NAME."""

    part = "plain"
    parts = ("plain",)
    options = frozenset(("arguments",))
    refitted = 8

    def calls(self, name: str) -> bool:
        return is_class_name(name)

    def given(self, name: str, options: world.Given, population: world.Given, seed: int, split: str) -> PlainRun:
        arguments = json.loads(canonical(options["arguments"]))
        if options.get("steps") is not None:
            arguments["steps"] = options["steps"]
        drawn = PopulationConfig(**{"believed": "auto", **population})
        return run_of(name, arguments, population=drawn, seed=seed, split=split)

    def run(self, config: Mapping[str, Any]) -> PlainRun:
        return PlainRun.from_dict(config)

    def read(self, config: Mapping[str, Any]) -> None:
        PlainConfig.from_dict(config["plain"])

    def company(self, run: PlainRun, threads: int = 1, players: Any = None) -> AbstractContextManager[world.Company]:
        return nullcontext(Company(run))

    def sampled(self, run: PlainRun) -> tuple[float, float, float]:
        began = time.perf_counter()
        size = sum(len(encode(table)) for table in to_tables([play(run, 0)]).values())
        return size, SURELY, time.perf_counter() - began

    def for_training(self, run: PlainRun) -> PlainRun:
        return replace(run, population=replace(run.population, types="auto"), split="train")

    def moves(self, run: PlainRun) -> int:
        return run.plain.steps * run.plain.agents

    def space(self, config: Mapping[str, Any]) -> PlainSpace:
        """What types there are stands in the world's own code, so that it must be trusted."""
        told = PlainConfig.from_dict(config["plain"])
        return space_of(rules_of(told.world, told.arguments))

    def theory(self, episode: PlainEpisode) -> Theory:
        return Theory(self.space(episode.run), believes_seen(episode.run))

    def history(self, episode: PlainEpisode, agent: int, step: int) -> History:
        return history_of(self.space(episode.run), episode, agent, step)

    def perceived(self, episode: PlainEpisode) -> np.ndarray:
        space = self.space(episode.run)
        own = np.array([space.index(agent.type) for agent in episode.agents])
        return space.view[own[:, None], episode.place[:, :, None], episode.place[:, None, :]]

    def pictured(self, episode: PlainEpisode) -> dict[str, Any]:
        """Its places in a row, one after another by their numbers; what they hold is told by its number."""
        contents = range(1, PlainConfig.from_dict(episode.run["plain"]).contents)
        colours = ["#{:02x}{:02x}{:02x}".format(*colour) for colour in agent_colours(1 + len(contents))]
        seen = self.perceiving(episode)
        return {
            "rows": 1, "columns": episode.content.shape[1], "walls": "0", "glass": None, "marked": None, "points": None,
            "things": [{"name": f"thing {k}", "colour": colours[k]} for k in contents],
            "lies": [[_cells(held == k) for k in contents] for held in episode.content],
            "cells": episode.place.tolist(), "sight": [[_cells(view) for view in step] for step in seen],
            "notices": [[k - 1 for k in contents]] * len(episode.agents), "moves": [None] * episode.actions,
        }  # fmt: skip

    def perceiving(self, episode: PlainEpisode) -> np.ndarray:
        """(t, n, m) bool: which places each agent sees at a step."""
        space = self.space(episode.run)
        own = np.array([space.index(agent.type) for agent in episode.agents])
        return space.view[own[:, None].T, episode.place]

    def code(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        return (PlainConfig.from_dict(config["plain"]).world,)

    def called(self, config: Mapping[str, Any]) -> str:
        return PlainConfig.from_dict(config["plain"]).world

    def verify(self, log: Log, threads: int, progress: world.Progress | None, players: Any) -> dict[str, Any]:
        """Every episode is played again from its seed."""
        run = self.run(log.config)
        for field, value in run.meta.items():
            if log.meta.get(field) != value:
                raise differs(log, "manifest.json", field, log.meta.get(field), value)
        for shard in range(log.shards):
            compare_tables(log, shard, to_tables([play(run, index) for index in log.span(shard)]))
            if progress:
                progress(log.span(shard).stop, len(log))
        return {"verified": True}


class Company(world.Company):
    """Plays a run, an episode at a time."""

    def __init__(self, run: PlainRun):
        self.run = run

    def batches(self, span: range, report: Any = None, logged: Any = None) -> Iterator[list[PlainEpisode]]:
        for index in span:
            yield [play(self.run, index)]


def play(run: PlainRun, index: int) -> PlainEpisode:
    """One episode of a run. Raises FunhouseError where the world's own code fails."""
    rules, space, (t, n) = run.rules, run.space, (run.plain.steps, run.plain.agents)
    key = int(dice.key(run.seed, SPLITS.index(run.split), index))
    cast = draw_population(run.plain, run.population, space, key, run.split)
    types = [space[int(k)] for k in cast.type_index]
    said = zip(cast.names, types, cast.descriptions, strict=True)
    episode = PlainEpisode(
        index=index, seed=key, split=run.split, run=run.to_dict(), place=np.zeros((t, n), np.int32),
        content=np.zeros((t, run.plain.places), np.int32), action=np.full((t, n), -1, np.int16),
        reward=np.zeros((t, n), np.float32),
        role=[cast.roles[p] for p in cast.phase_of], prompt=[cast.prompts[p] for p in cast.phase_of],
        agents=[Agent(name, one.to_dict(), words) for name, one, words in said],
    )  # fmt: skip
    with told_of(rules, "start"):
        place, content = _checked(run, *rules.start(np.uint64(key)))
    for step in range(t):
        episode.place[step], episode.content[step] = place, content
        episode.action[step] = _drawn(episode, cast, space, step)
        with told_of(rules, "move"):
            place, content, reward = rules.move(
                place, content, episode.action[step].copy(), types, np.uint64(key), step
            )
            place, content = _checked(run, place, content)
            episode.reward[step] = reward
            if not np.isfinite(episode.reward[step]).all():
                raise ValueError(f"rewards {episode.reward[step].tolist()} are no numbers")
    return episode


def _drawn(episode: PlainEpisode, cast: Any, space: PlainSpace, step: int) -> np.ndarray:
    """(n,): the actions of a step, each agent's in its role."""
    theory, agents, phase = Theory(space, believes_seen(episode.run)), range(len(cast.names)), int(cast.phase_of[step])
    chance = []
    for i in agents:
        chain = tuple(space.consistent(who) if " " in who else who for who in cast.role(phase, i))
        history = history_of(space, episode, i, step)
        chance.append(theory.behave(history, cast.names[i], int(cast.type_index[i]), chain))
    drawn = np.empty(len(agents), np.int64)
    dice.actions(np.full(len(agents), episode.seed, np.uint64), step, np.array(agents), np.array(chance), drawn)
    return drawn


def _cells(held: np.ndarray) -> str:
    """Places (m,) bool as a number in hexadecimal."""
    return f"{sum(1 << int(c) for c in np.flatnonzero(held)):x}"


def _checked(run: PlainRun, place: Any, content: Any) -> tuple[np.ndarray, np.ndarray]:
    """A scene as arrays (n,) and (m,). Raises ValueError where it is none."""
    told, arrays = run.plain, []
    for name, value, size, below in (
        ("places of the agents", place, told.agents, told.places),
        ("contents of the places", content, told.places, told.contents),
    ):
        array = np.asarray(value)
        if array.shape != (size,) or array.dtype.kind not in "iu" or not ((array >= 0) & (array < below)).all():
            raise ValueError(f"the {name} are not {size} whole numbers from 0 to {below - 1}")
        arrays.append(array.astype(np.int32))
    return arrays[0], arrays[1]
