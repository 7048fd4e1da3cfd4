"""That an episode's agents are what its seed makes of what they observed, where the environment cannot be replayed."""

import numpy as np

from agents.arena.minds import draw_actions
from agents.arena.population import draw_arena_population, draw_members
from agents.arena.reasoner import BankReasoner
from agents.arena.run import ArenaRun
from agents.query import Query
from worlds import FunhouseError
from worlds.arena import ArenaEpisode
from worlds.arena.cast import CROWD


def check_minds(run: ArenaRun, episode: ArenaEpisode) -> None:
    """Raises FunhouseError, naming the step and the agent, where types, roles, prompts or actions are others.

    Who is in a cast out of a crowd depends on the environment: of such an episode only the actions are checked.
    """
    n, bank = len(episode.agents), run.space
    if n <= CROWD:
        member = draw_members(bank, run.population, episode.seed, run.split, episode.species)
        phases = episode.steps // run.population.switch + 1
        cast = draw_arena_population(bank, run.population, episode.seed, run.split, episode.species, member, phases)
        _compare(episode, "agents", 0, episode.agents, cast.agents)
        phase = np.maximum(np.cumsum(episode.acts, axis=0) - 1, 0) // run.population.switch
        for t, row in enumerate(phase.tolist()):
            said = [cast.said(p, i) for i, p in enumerate(row)]
            _compare(episode, "role", t, episode.role[t], [role for role, _ in said])
            _compare(episode, "prompt", t, episode.prompt[t], [prompt for _, prompt in said])
    reasoner = BankReasoner(bank)
    for t in range(episode.steps):
        agents = np.flatnonzero(episode.acts[t])
        chance = reasoner.enact(episode, [_query(episode, t, i) for i in agents.tolist()])
        drawn = np.empty(len(agents), np.int64)
        draw_actions(np.full(len(agents), episode.seed, np.uint64), t, agents, chance, drawn)
        _compare(episode, "action", t, episode.action[t, agents].tolist(), drawn.tolist())


def _query(episode: ArenaEpisode, step: int, agent: int) -> Query:
    chain = tuple(who if " " in who else episode.names.index(who) for who in episode.role[step][agent])
    return Query("behave", agent, step, chain, len(chain))


def _compare(episode: ArenaEpisode, what: str, step: int, had: list, made: list) -> None:
    if had == made:
        return
    raise FunhouseError(
        f"the log is not what its seed makes: {what} is {had!r} in the log and {made!r} when drawn again",
        place=f"episode {episode.index}, step {step}",
        remedy="record it anew, or verify it with the versions that made it",
    )
