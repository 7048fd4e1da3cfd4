"""`tom run` writes a log."""

import os
from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal

import tyro

from tom.commands.base import Command, Flag, LogDir, MaybeAddress, MaybeRunDir, load_mind
from tom.terminal import progress, show_table, tell


@dataclass(kw_only=True)
class Run(Command):
    """Run population episodes and write the log; an interrupted run carries on where it stopped."""

    out: LogDir
    """The directory of the log."""
    world: str = "orchard"
    """The world that the agents live in: orchard; pettingzoo: and an environment, pettingzoo:mpe2.simple_tag_v3; or one
    of your own, MODULE:NAME, examples.corridor:Corridor."""
    episodes: int = 1000
    """How many episodes."""
    steps: int | None = None
    """Steps of each episode; blind has 80, near-far 48. Elsewhere moves of each agent, 64."""
    preset: Literal["blind", "near-far", "blind-rooms"] = "blind"
    """Orchard: which traits agents have, and every setting that goes with them; options below replace single ones. The
    minds that ship read blind, and some near-far; blind-rooms is for --split test."""
    traits: Annotated[str | None, tyro.conf.arg(metavar="NAMES")] = None
    """Orchard: what agents differ in, in place of the preset's traits: some of taste, sight, blindness, memory, temper,
    manner, such as taste,blindness. Taste is always one; what else the preset sets stays."""
    agents: int | None = None
    """Orchard: agents in each episode; blind has 6, near-far 8."""
    map: str | None = None
    """Orchard: open, rooms, maze, mixed (any of the three), or the path of an ASCII map; blind has open,
    near-far rooms."""
    mirrors: Flag = False
    """Orchard: the map may hold a mirror, '|' in its last column. With --moves 4, which near-far has."""
    height: int | None = None
    """Orchard: rows of the map, cells; blind has 7, near-far 8."""
    width: int | None = None
    """Orchard: columns of the map, cells; blind has 7, near-far 8."""
    kinds: int | None = None
    """Orchard: kinds of fruit; blind has 5, near-far 3."""
    fruits: int | None = None
    """Orchard: fruits of each kind; blind has 5, near-far 6."""
    near: int | None = None
    """Orchard: Chebyshev radius of near sight, cells; near-far has 2."""
    far: int | None = None
    """Orchard: Chebyshev radius of far sight, cells; near-far has 6."""
    moves: Literal[4, 8] | None = None
    """Orchard: neighbours that one step leads to; blind has 8, near-far 4."""
    apart: tyro.conf.DisallowNone[bool | None] = None
    """Orchard: whether maps of different splits differ in 3 cells or more, however they are turned; in blind they do,
    in near-far they need not."""
    regrow: tyro.conf.DisallowNone[bool | None] = None
    """Orchard: whether a fruit that is eaten grows elsewhere, as it does unless --no-regrow is given."""
    slip: float | None = None
    """Orchard: the chance that an action is replaced by one drawn uniformly; agents are seen to choose, not to slip."""
    luck: float | None = None
    """Orchard: the chance that a fruit which is eaten is worth nothing."""
    compass: tyro.conf.DisallowNone[bool | None] = None
    """Orchard: whether which of eight ways north goes is drawn for each episode, and hidden. With --moves 8."""
    roles: Literal["announced", "hidden"] | None = None
    """Orchard: whether agents perceive one another's roles."""
    switch: int | None = None
    """Orchard: steps that a role lasts; for so many steps everybody is itself, then new roles are given out. Blind has
    16, near-far 8."""
    marks: float | None = None
    """Orchard: the chance, for each agent and step, of becoming marked; some feel it, and wash. 0: no marks.
    With --moves 4, which near-far has."""
    strangers: float = 0.0
    """Orchard: the chance of each agent to be a stranger, who follows a policy that is no type; others are told to be
    it. Of its families two are held out of training."""
    copies: int = 0
    """Orchard: how many of the agents are copies of a mind, each with its persona and its history; 0, or at least 2."""
    mind: MaybeRunDir = None
    """Orchard: the run of the mind that is copied; without it, the one of the package that knows the world."""
    arguments: Annotated[str, tyro.conf.arg(metavar="JSON")] = "{}"
    """PettingZoo, or a world of your own: what its constructor is given, such as '{"max_cycles": 50}'."""
    visibility: str = "all"
    """PettingZoo: who perceives whom: all, radius:R, partial:SHARE,INTERVAL, or module:function."""
    random_linear: int = 12
    """PettingZoo: random linear policies in the bank, for each kind of agent."""
    random_mlp: int = 12
    """PettingZoo: random policies with a hidden layer."""
    scripted: Flag = True
    """PettingZoo: whether the bank holds the scripted policies of environments that have them."""
    policy: tuple[str, ...] = ()
    """PettingZoo: policies of your own for the bank, module:function; with @S for agents of species S only."""
    bank_seed: int = 0
    """PettingZoo: the seed of the bank; logs to be compared share it."""
    bank: Annotated[str | None, tyro.conf.arg(metavar="LOG")] = None
    """PettingZoo: a log whose bank is taken, whole and calibrated; it stands for the five settings above."""
    patience: float = 60.0
    """PettingZoo: seconds that the environment has for a step or a reset; else the episode is dropped."""
    types: Literal["auto", "seen", "held-out", "all"] = "auto"
    """Which types take part; auto: the seen ones in training, all of them otherwise."""
    split: Literal["train", "validation", "test"] = "train"
    """Splits share no map and no seed; report on test only."""
    seed: int = 0
    """The seed of the whole run."""
    threads: int = os.cpu_count() or 1
    """Worlds of the orchard computed at a time; the log does not depend on it."""
    part: Annotated[str | None, tyro.conf.arg(metavar="K/N")] = None
    """Play only the K-th of N shares of the log, 1/N to N/N, each into a directory of its own and on whatever machine;
    tom merge puts them together."""
    ray: MaybeAddress = None
    """Have a Ray cluster play the shards: auto, host:port, or local, which starts one of --threads processes here. The
    log does not depend on it."""

    def work(self) -> dict[str, Any]:
        from agents.recording import record
        from agents.registry import world_of
        from agents.run_size import takes
        from tom.joining import cluster
        from worlds.arena.time_limit import patience
        from worlds.log.parts import Part, episodes_of

        part = None if self.part is None else Part.parsed(self.part)
        players = self.players()
        with patience(self.patience):
            settings = self.settings(players.mind.checkpoint if players else None)
            world = world_of(settings)
            episodes = episodes_of(part, self.episodes, world.shard_size(settings)) if part else self.episodes
            self._announce(*world.announced(settings, episodes))
            if words := takes(settings, episodes, self.threads):
                tell(words)
            with cluster(self.ray, self.threads) as crew, progress(f"episodes to {self.out}") as report:
                told = record(
                    settings, self.out, self.episodes, self.threads, report, _tell_dropped, players, part, crew
                )
        return {**told, **players.tally.rates()} if players else told

    def stopped(self) -> str:
        return "the same command goes on from what is finished"

    def players(self):
        """Who plays the copies of the mind, a tom.player.Player; None where all agents are scripted."""
        from worlds import FunhouseError

        if self.copies == 0 and self.mind is None:
            return None
        if self.copies == 0:
            raise FunhouseError("--mind without --copies plays nobody", remedy="say how many, such as --copies 8")
        from tom.knowing import shipped_for
        from tom.player import Player

        return Player(load_mind(self.mind or shipped_for(self.settings("0" * 64).to_dict())))

    def settings(self, checkpoint: str | None = None):
        """The run's whole configuration, an agents.world.Run. Raises FunhouseError.

        checkpoint: the SHA-256 of the weights of the mind that is copied."""
        from agents.registry import option_names, world_called

        world = world_called(self.world)
        self._refuse(option_names() - world.options, f"the world is {self.world}")
        if self.bank is not None:
            self._refuse(_BANK, f"the bank of {self.bank} is taken whole")
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        population = {"types": self.types} | ({} if self.switch is None else {"switch": self.switch})
        return world.given(self.world, {**given, "checkpoint": checkpoint}, population, self.seed, self.split)

    def _refuse(self, names: Collection[str], why: str) -> None:
        """Raises FunhouseError for a setting among `names` that was given and says nothing here."""
        from worlds import FunhouseError

        for field in fields(self):
            if field.name in names and getattr(self, field.name) != field.default:
                flag = f"--{field.name.replace('_', '-')}"
                raise FunhouseError(f"{flag} says nothing: {why}", remedy=f"leave {flag} out")

    def _announce(self, words: str | None, legal: int) -> None:
        """Says how large the log may become, and whether a mind can be trained on it."""
        from tom.tokens.arena import MOST_LEGAL

        if words:
            tell(words)
        if legal > MOST_LEGAL:
            what = f"{legal:,} actions may be taken at once, and a mind is trained on at most {MOST_LEGAL:,}"
            remedy = "give the environment an action mask, or fewer actions"
            tell(f"no mind can be trained on this log: {what}; {remedy}", style="yellow")

    def show(self, document: dict[str, Any]) -> None:
        show_log(document, self.mind)


def show_log(document: dict[str, Any], mind: str | None = None) -> None:
    """Prints what a log came to, or a part of one, and what to do next; mind: the run whose copies live in it."""
    from tom.hints import next_steps, next_to_a_part

    dropped = document.get("dropped", [])
    shown = {**document, "dropped": len(dropped)} if "dropped" in document else document
    show_table(tuple(shown), [tuple(shown.values())])
    for line in next_to_a_part(document["part"]) if "part" in document else next_steps(document["log"], mind):
        tell(line)


_BANK = ("random_linear", "random_mlp", "scripted", "policy", "bank_seed")  # a bank of its own; see --bank


def _tell_dropped(episode: int, dropped: Any) -> None:
    tell(f"episode {episode}: the match of seed {dropped.seed} is dropped: {dropped.reason}", style="yellow")
