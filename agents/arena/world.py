"""Anybody's PettingZoo environment as a world: its types are the members of a bank of policies, and have no senses."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from agents.arena.bank import Bank
from agents.arena.bank_config import BankConfig
from agents.arena.picturing import field_of
from agents.arena.reasoner import BankReasoner, check_acts, check_kin
from agents.arena.rollout import Company
from agents.arena.run import SHARE_A_BANK, ArenaRun, bank_of_log, bank_of_run, named_code, resumed
from agents.arena.theory import History, Theory, history_of
from agents.arena.verifying import verify_arena
from agents.arena.words import EYES, HABITS
from agents.population import PopulationConfig, believes_seen
from agents.query import Query, body_of
from agents.world import Given, Progress, World
from worlds import open_log, trust
from worlds.arena import ArenaConfig, ArenaEpisode
from worlds.arena.size import expected, expected_bytes, shard_size
from worlds.arena.whereabouts import frames, whereabouts
from worlds.log.reader import Log

PREFIX = "pettingzoo:"
STEPS = 64
SURELY = 1 / 8  # of the estimated bytes: one match takes more room by itself than among others
BANK = ("random_linear", "random_mlp", "scripted", "policy", "bank_seed")


class ArenaWorld(World):
    """Agents who live in an environment that somebody else wrote."""

    part = "arena"
    parts = ("arena", "species", "bank")
    options = frozenset(("arguments", "visibility", *BANK, "bank", "patience"))
    refitted = 8  # an environment may be slow to play
    sensed = False

    def calls(self, name: str) -> bool:
        return name.startswith(PREFIX)

    def given(self, name: str, options: Given, population: Given, seed: int, split: str) -> ArenaRun:
        drawn = PopulationConfig(**{"believed": "auto", **population})
        steps = STEPS if options.get("steps") is None else options["steps"]
        arena = ArenaConfig(name, options["arguments"], steps, options["visibility"])
        trust(*arena.code)  # the user names it here
        if options.get("bank") is not None:  # whose policies are code that a data file names
            return ArenaRun(arena, bank_of_log(open_log(options["bank"]), arena), drawn, seed, split)
        linear, networks, scripted, policies, bank_seed = (options[name] for name in BANK)
        bank = BankConfig(linear, networks, scripted=scripted, callables=policies, seed=bank_seed)
        trust(*bank.code)
        return ArenaRun(arena, bank, drawn, seed, split)

    def run(self, config: Mapping[str, Any]) -> ArenaRun:
        return ArenaRun.from_dict(config)  # type: ignore[arg-type]

    def read(self, config: Mapping[str, Any]) -> None:
        """A bank is made where its types are asked for, and what it reads is checked then."""

    def company(self, run: ArenaRun, threads: int = 1, players: Any = None) -> Company:
        """A process of its own, on one thread; no mind plays here."""
        return Company(run)

    def sampled(self, run: ArenaRun) -> tuple[float, float, float]:
        expected_bytes(run.arena)  # the first match is slower than others
        began = time.perf_counter()
        return expected_bytes(run.arena), SURELY, time.perf_counter() - began

    def for_training(self, run: ArenaRun) -> ArenaRun:
        return replace(run, population=replace(run.population, types="auto"), split="train")

    def shard_size(self, run: ArenaRun) -> int:
        return shard_size(run.arena)

    def resumed(self, run: ArenaRun, out: Any) -> ArenaRun:
        return resumed(run, out, shard_size(run.arena))

    def announced(self, run: ArenaRun, episodes: int) -> tuple[str, int]:
        size, legal = expected(run.arena)
        size *= episodes
        return f"{episodes} episodes of {run.arena.world}: at most {size / 2**20:,.1f} MiB, before compression", legal

    def found(self, rows: Iterable[Mapping]) -> dict:
        """The attempts that failed, and that other matches stand in for."""
        return {"dropped": [{"episode": row["episode"], "seed": seed} for row in rows for seed in row["dropped"]]}

    def space(self, config: Mapping[str, Any]) -> Bank:
        return bank_of_run(config)  # type: ignore[arg-type]

    def reasoner(self, space: Bank) -> BankReasoner:
        return BankReasoner(space)

    def theory(self, episode: ArenaEpisode) -> Theory:
        species = dict(zip(episode.names, episode.species.tolist(), strict=True))
        bank = self.space(episode.run)
        return Theory(bank, species, episode.perceived, bank.believed(believes_seen(episode.run)))

    def history(self, episode: ArenaEpisode, agent: int, step: int) -> History:
        return history_of(episode, agent, step)

    def perceived(self, episode: ArenaEpisode) -> np.ndarray:
        return episode.perceived & episode.acts[:, None, :]

    def perceives(self, episode: ArenaEpisode, agent: int, who: int, step: int) -> bool:
        """By the rule of visibility, whether or not the other acts."""
        return bool(episode.perceived[step, agent, who])

    def species(self, episode: ArenaEpisode) -> np.ndarray:
        return episode.species

    def members(self, space: Bank, species: int) -> np.ndarray:
        return np.asarray(space.species) == species

    def check(self, episode: ArenaEpisode, query: Query) -> None:
        """Somebody acts only when it is its turn, and only as others of its species could."""
        check_acts(episode, body_of(query), query.step)
        check_kin(episode, self.space(episode.run), query)

    def code(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        return named_code(config)

    def called(self, config: Mapping[str, Any]) -> str:
        return f"{PREFIX}{config['arena']['environment']}"

    def verify(self, log: Log, threads: int, progress: Progress | None, players: Any) -> dict[str, Any]:
        return verify_arena(log, progress)

    def compare(self, logs: Sequence[Log]) -> list[str]:
        """Their banks may differ."""
        first: dict[tuple[str, str], Log] = {}
        notes = []
        for log in logs:
            arena = ArenaConfig.from_dict(log.config["arena"])
            one = first.setdefault((arena.environment, arena.arguments), log)
            banks = [BankConfig.from_dict(each.config["bank"]) for each in (one, log)]
            if difference := banks[0].difference(banks[1]):
                notes.append(f"{one.path} and {log.path} have different banks: {difference}; {SHARE_A_BANK}")
        return notes

    def pictured(self, episode: ArenaEpisode) -> dict[str, Any] | None:
        """A field without anything but the agents, where the environment, played again, tells where they stand."""
        return None if (stood := whereabouts(episode)) is None else field_of(stood, episode.actions)

    def filmed(self, episode: ArenaEpisode) -> list[str] | None:
        """What the environment renders when it is played again."""
        return frames(episode)

    def kind(self, type: Mapping[str, str]) -> str:
        """The policy. Random ones are many: those of one habit ("bold-heron", "bold-otter") are of one kind."""
        habit, _, eye = type["policy"].partition("-")
        return f"{habit} …" if habit in HABITS and eye in EYES else type["policy"]
