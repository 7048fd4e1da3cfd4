"""Proving an arena's log, as far as it can be proven.

Agents are ours: their types, roles, prompts and actions follow from seeds and from what they observed, and a log of
which that is not true is damaged. The environment is somebody else's, and may not keep to its seed: by chance of its
own, by the order of a set, by what it remembers of other games. Nothing found by playing proves that it does, so that
an episode that comes out otherwise is damage only in an environment that is known to be deterministic, by the versions
that made the log. Else the log is sound as far as one can see, and it is said what could not be proven.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from agents.arena.bank_config import BankConfig
from agents.arena.log_checks import Rules, check_minds, check_seed
from agents.arena.rollout import Company
from agents.arena.run import ArenaRun, bank_of_run, named_code
from agents.log_differences import compare_tables, differs, versions_apart
from agents.population import PopulationConfig, check_run
from worlds import FunhouseError
from worlds.arena import ArenaConfig, ArenaEpisode
from worlds.arena.fresh_processes import Replays, replays_elsewhere
from worlds.arena.loading import load
from worlds.arena.replay import difference
from worlds.arena.shard import to_tables
from worlds.arena.spaces import forms_of
from worlds.log.reader import Log
from worlds.trust import check_names, require

AGAIN = 3  # episodes that differ are played again in processes of their own
OTHER_SEEDS = (1, 2)  # of the hashes of text, in those


@dataclass
class _Found:
    """What became of a log's episodes."""

    replays: int = 0
    unlike: list[tuple[int, str]] = field(default_factory=list)  # episodes that came out otherwise, and where
    damage: list[FunhouseError] = field(default_factory=list)


def verify_arena(log: Log, progress: Callable[[int, int], None] | None = None) -> dict[str, Any]:
    """{"verified", "agents", "replayed", "episodes_replayed", "why_not", "bank"} of a log whose checksums hold.

    agents: whether it was seen that what agents are and do follows from seeds and observations; replayed: whether
    every episode was played again and came out the same; verified: both. Where not, why_not says what stands in the
    way. Nothing that the log names is imported unless the user trusts it. Raises FunhouseError for damage.
    """
    rules = _rules(log)
    run, closed = _opened(log)
    mute = _mute(rules.bank.settings.code)
    found = _Found()
    with Company(run) if run else nullcontext() as company:
        for shard in range(log.shards):
            _check_shard(log, shard, rules if mute is None else None, company, found)
            if progress:
                progress(log.span(shard).stop, len(log))
    if found.damage:
        raise _all_of(found.damage, log)
    why_not = [one for one in (_unproven(log, found, run), closed or mute) if one]
    return {
        "verified": not why_not,
        "agents": mute is None,
        "replayed": found.replays == len(log),
        "episodes_replayed": found.replays,
        "why_not": "; ".join(dict.fromkeys(why_not)) or None,
        "bank": rules.bank.mark,
    }


def _rules(log: Log) -> Rules:
    """What agents follow. Raises FunhouseError where the manifest's settings do not lead to what else it says."""
    config = log.config
    arena, population = ArenaConfig.from_dict(config["arena"]), PopulationConfig.from_dict(config["population"])
    check_run(config["seed"], config["split"])
    check_names(named_code(config), str(log.path))
    bank = bank_of_run(config)
    settings: dict[str, Any] = {"arena": arena, "bank": BankConfig.from_dict(config["bank"]), "population": population}
    plain: dict[str, Any] = {name: one.to_dict() for name, one in settings.items()}
    plain |= {"species": [one.to_dict() for one in forms_of(config)], "seed": config["seed"], "split": config["split"]}
    held_out = [one.to_dict() for one in bank.members if one.held_out]
    made = {"world": arena.world, "config": plain, "split": config["split"], "held_out": held_out}
    for name, value in made.items():
        if log.meta.get(name) != value:
            raise differs(log, "manifest.json", name, log.meta.get(name), value)
    return Rules(bank, population, config["seed"], config["split"])


def _opened(log: Log) -> tuple[ArenaRun | None, str | None]:
    """The run, to be played again; or None, and why its environment cannot be."""
    try:
        run = ArenaRun.from_dict(log.config)
        others = list(run.arena.species) != forms_of(log.config)
    except FunhouseError as error:
        return None, _said(error)
    if others:
        return None, f"{run.arena.world} has other observations or actions here than in the log"
    return run, None


def _mute(policies: Sequence[str]) -> str | None:
    """Why a user's own policies cannot be asked; None where they can."""
    try:
        require(policies)
        for path in policies:
            load(path)
    except FunhouseError as error:
        return _said(error)
    return None


def _said(error: FunhouseError) -> str:
    return f"{error.what} ({error.remedy})" if error.remedy else error.what


def _check_shard(log: Log, shard: int, rules: Rules | None, company: Company | None, found: _Found) -> None:
    """Adds to `found` what became of the episodes of a shard. Raises FunhouseError for damage that is no episode's."""
    span = log.span(shard)
    again, failed = _played(company, span)
    if again is not None and _same_tables(log, shard, again):
        found.replays += len(span)
        return
    logged: list[Any] = [*log.batch(span)]
    compare_tables(log, shard, to_tables(logged))  # no column says anything else than what is read
    known = company is not None and not company.run.arena.code and versions_apart(log) is None
    for place, episode in enumerate(logged):
        before = len(found.damage)
        _note(found, check_seed, log.config, episode)
        if rules:
            _note(found, check_minds, rules, episode)
        where = failed if again is None else difference(episode, again[place])
        if len(found.damage) > before or company is None:
            continue
        if where is None:
            found.replays += 1
        elif known:
            found.damage.append(_replay_damage(log, shard, episode, again, where))
        else:
            found.unlike.append((episode.index, where))


def _played(company: Company | None, span: range) -> tuple[list[ArenaEpisode] | None, str]:
    """The episodes played again; None, and why, where the environment only fails."""
    if company is None:
        return None, ""
    try:
        return [episode for batch in company.batches(span) for episode in batch], ""
    except FunhouseError as error:
        return None, error.what


def _same_tables(log: Log, shard: int, episodes: list[ArenaEpisode]) -> bool:
    try:
        compare_tables(log, shard, to_tables(episodes))
    except FunhouseError:
        return False
    return True


def _note(found: _Found, check: Callable[..., None], *of: Any) -> None:
    try:
        check(*of)
    except FunhouseError as error:
        found.damage.append(error)


def _replay_damage(log: Log, shard: int, episode: ArenaEpisode, again: Any, where: str) -> FunhouseError:
    """The error for an episode that comes out otherwise, in an environment that keeps to its seed."""
    if again is not None:
        try:
            compare_tables(log, shard, to_tables(again))
        except FunhouseError as error:
            return error
    return differs(log, f"episode {episode.index}", "the episode", "played", where)


def _all_of(damage: list[FunhouseError], log: Log) -> FunhouseError:
    """One error for all damage: the first, and how much there is."""
    first = damage[0]
    what = first.what if len(damage) == 1 else f"{first.what}; and so on, {len(damage)} times in {len(log)} episodes"
    place = first.place if first.place and str(log.path) in first.place else f"{log.path}, {first.place}"
    remedy = f"{first.remedy}; {apart}" if (apart := versions_apart(log)) else first.remedy
    return FunhouseError(what, place=place, remedy=remedy)


def _unproven(log: Log, found: _Found, run: ArenaRun | None) -> str | None:
    """What is known of episodes that came out otherwise; None where there are none."""
    if not found.unlike or run is None:
        return None
    index, where = found.unlike[0]
    what = f"{len(found.unlike)} of {len(log)} episodes come out otherwise, first episode {index}: {where}"
    indices = [number for number, _ in found.unlike[:AGAIN]]
    told = [versions_apart(log), _again(replays_elsewhere(log, indices, OTHER_SEEDS))]
    return ". ".join([what, *filter(None, told)])


def _again(tries: Replays) -> str | None:
    """What two more tries in processes of their own tell, which have other hashes of text and no games before."""
    if tries.alike is None:
        return None
    if tries.as_logged:
        return "Played alone in a process of its own it is as logged: the environment remembers other games"
    if tries.alike:
        return "Played twice more, in two processes, it comes to the same, which is not what the log says"
    return (
        "Played twice more, in two processes, it comes out otherwise again: the environment does not keep to its seed"
    )
