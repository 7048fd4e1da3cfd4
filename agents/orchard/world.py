"""The orchard as a world: its types are products of traits, and senses are a part of a type."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

import numpy as np

from agents.orchard.company import OrchardCompany, sampled
from agents.orchard.drawing_strangers import StrangersConfig
from agents.orchard.exchanging import exchanged_words
from agents.orchard.glimpsing import glimpsed
from agents.orchard.hindsight import ground_at
from agents.orchard.permuting import permuted, permuted_words
from agents.orchard.picturing import pictured
from agents.orchard.policy_config import PolicyConfig
from agents.orchard.presets import check_seen, chosen, preset
from agents.orchard.reasoner import Reasoner
from agents.orchard.run import MindsConfig, RunConfig
from agents.orchard.theory import History, Theory, history_of
from agents.orchard.types import TypeSpace, space_of
from agents.orchard.verifying import verify_orchard
from agents.orchard.wishes_in_log import check_alone, check_typed, estimate, wished
from agents.orchard.wishing import Reply
from agents.population import PopulationConfig, believes_seen, native_share
from agents.query import Query, once_each
from agents.registry import reasoner_of
from agents.traits import SPOKEN
from agents.traits.sight import sight_of
from agents.wishes.inexact import Estimate
from agents.wishes.wish import Ground, Wish
from agents.world import Company, Given, Progress, World
from worlds import KINDS, Episode, FunhouseError, OrchardConfig
from worlds.drawing.frame import Frame
from worlds.drawing.render import ansi
from worlds.log.reader import Log
from worlds.orchard.geometry import has

LAID_OUT = (  # by a preset
    "height", "width", "map", "kinds", "fruits", "agents", "steps", "roles", "marks", "moves", "apart", "regrow",
    "slip", "luck", "compass",
)  # fmt: skip
OPTIONS = {*LAID_OUT, "mirrors", "preset", "near", "far", "switch", "copies", "mind", "traits", "strangers"}


class OrchardWorld(World):
    """Agents who walk among fruits."""

    part = "orchard"
    parts = ("orchard", "policy")
    options = frozenset(OPTIONS - {"steps"})
    side_by_side = 4096

    def calls(self, name: str) -> bool:
        return name == "orchard"

    def given(self, name: str, options: Given, population: Given, seed: int, split: str) -> RunConfig:
        """options "copies" and "checkpoint", the SHA-256 of a mind's weights: so many agents are copies of it."""
        laid_out = {key: options[key] for key in (*LAID_OUT, "mirrors") if options.get(key) is not None}
        sights = options["near"], options["far"]
        orchard, policy, drawn = preset(options["preset"], laid_out, sights, population, split)
        if options.get("traits") is not None:
            policy = replace(policy, traits=chosen(options["traits"]))
            check_seen(space_of(orchard, policy))
        if options["near"] is not None and "sight" not in policy.traits:
            what = f"--near says nothing: the agents have {', '.join(policy.traits)}, and nobody is near-sighted"
            raise FunhouseError(what, remedy="leave --near out, or name sight among --traits")
        checkpoint = options.get("checkpoint")
        minds = None if checkpoint is None else MindsConfig(options["copies"], checkpoint)
        share = options.get("strangers")
        strangers = StrangersConfig(share) if share else None
        return RunConfig(orchard, policy, drawn, seed, split, minds, strangers)

    def run(self, config: Mapping[str, Any]) -> RunConfig:
        return RunConfig.from_dict(config)  # type: ignore[arg-type]

    def read(self, config: Mapping[str, Any]) -> None:
        self.run(config)

    def company(self, run: RunConfig, threads: int = 1, players: Any = None) -> AbstractContextManager[Company]:
        return nullcontext(OrchardCompany(run, threads, players))

    def moves(self, run: RunConfig) -> int:
        return run.orchard.steps * run.orchard.agents

    def sampled(self, run: RunConfig) -> tuple[float, float, float]:
        return sampled(run)

    def for_training(self, run: RunConfig) -> RunConfig:
        return replace(run, population=replace(run.population, types="auto"), split="train", minds=None)

    def space(self, config: Mapping[str, Any]) -> TypeSpace:
        return space_of(OrchardConfig.from_dict(config["orchard"]), PolicyConfig.from_dict(config["policy"]))

    def reasoner(self, space: TypeSpace) -> Reasoner:
        return Reasoner(space)

    def theory(self, episode: Episode) -> Theory:
        share = native_share(episode.config, PopulationConfig.from_dict(episode.run["population"]))
        space = self.space(episode.run)
        return Theory(episode.geometry, space, share.tolist(), space.believed(believes_seen(episode.run)))

    def history(self, episode: Episode, agent: int, step: int) -> History:
        space = self.space(episode.run)
        senses = int(space.table.senses[space.index(episode.agents[agent].type)])
        return history_of(space, episode, agent, step, senses)

    def perceived(self, episode: Episode) -> np.ndarray:
        cell = episode.cell.astype(np.int64)
        sight = np.array([sight_of(agent.type) for agent in episode.agents])
        here, there = cell[:, :, None], cell[:, None, :]
        word = episode.geometry.visible[sight[:, None], here, there >> 6]
        return ((word >> (there & 63).astype(np.uint64)) & np.uint64(1)).astype(bool)

    def perceives(self, episode: Episode, agent: int, who: int, step: int) -> bool:
        sight = sight_of(episode.agents[agent].type)
        return bool(has(episode.geometry.visible[sight, episode.cell[step, agent]], episode.cell[step, who]))

    def evidence(self, episode: Episode) -> np.ndarray:
        """Where roles are hidden every act may be."""
        if episode.config.roles == "hidden":
            return np.ones(episode.action.shape, bool)
        return super().evidence(episode)

    def wishing(self, episode: Episode, agent: int, step: int) -> Ground:
        check_alone(episode)
        return ground_at(episode, agent, step)

    def ground(self, episode: Episode, agent: int, step: int) -> Ground:
        check_typed(episode)
        return ground_at(episode, agent, step)

    def estimated(self, episode: Episode, agent: int, step: int, wish: Wish, rollouts: int) -> Estimate:
        check_typed(episode)
        return estimate(episode, self.space(episode.run), agent, step, wish, rollouts)

    def wished(self, episode: Episode, agent: int, step: int, wish: Wish) -> tuple[Reply, dict[str, np.ndarray]]:
        check_alone(episode)
        return wished(episode, self.space(episode.run), step, wish)

    def verify(self, log: Log, threads: int, progress: Progress | None, players: Any) -> dict[str, Any]:
        return verify_orchard(log, threads, progress, players)

    def drawn(self, episode: Episode, step: int, viewer: str | None = None) -> str:
        """The map."""
        return ansi(Frame.of(episode, step, viewer), colour=False)

    def pictured(self, episode: Episode) -> dict[str, Any]:
        return pictured(self.space(episode.run), episode)

    def glimpsed(self, episode: Episode, agent: int, steps: Sequence[int], chain: Sequence[int]) -> np.ndarray:
        reasoner = reasoner_of(self.space(episode.run))
        return glimpsed(reasoner, episode, agent, steps, chain)  # type: ignore[arg-type]

    def planned(self, episode: Episode, queries: Sequence[Query]) -> np.ndarray:
        asked = [(episode, query.agent, query.step) for query in queries]
        return once_each(planned, asked).astype(np.int64)

    def kind(self, type: Mapping[str, str]) -> str:
        """By the traits that say so, such as sight; there are too many tastes."""
        return ", ".join(type[trait.name] for trait in SPOKEN if trait.in_kind and trait.name in type)

    def exchanged_words(self, episode: Episode, text: str) -> str:
        return exchanged_words(text, episode.config, PolicyConfig.from_dict(episode.run["policy"]))

    def permuted(self, episode: Episode, places: int) -> Episode:
        return permuted(episode, places)

    def permuted_words(self, episode: Episode, text: str, places: int) -> str:
        return permuted_words(text, episode.config.kinds, places)


def planned(episode: Episode, agent: int, step: int) -> int:
    """The first action of a shortest path from the agent to the nearest fruit of its favourite kind.

    It knows the whole map and every fruit, seen or not. This is A* (Hart, Nilsson & Raphael 1968) with a
    perfect heuristic, the walking distances that the map's tables hold, so nothing off the path is ever
    expanded.
    """
    favourite = KINDS.index(episode.agents[agent].type["taste"].split(">")[0])
    goals = np.flatnonzero(episode.fruit[step].ravel() == favourite)
    after = episode.geometry.neighbor[episode.cell[step, agent]]
    return int(episode.geometry.distance[np.ix_(after, goals)].min(axis=1).argmin()) if len(goals) else 0
