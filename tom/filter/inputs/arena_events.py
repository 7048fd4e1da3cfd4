"""The same events in anybody's environment: whoever perceives an agent-step perceives its observation whole.

There are no senses there: along a line of others is left what each of them, by the rule of visibility, perceived too.
"""

from collections.abc import Sequence

import numpy as np

from tom.filter.events import NO_SIGHT, History, Line, Wanted
from tom.tokens.arena import observed


def perceived_in_arena(
    episode, me: int, native: np.ndarray, through: Sequence[Wanted] = (), direct: np.ndarray | None = None
) -> History:
    """The events that agent `me` perceived in a worlds.arena.ArenaEpisode; arguments as in tom.filter.events.perceived.

    What an event was like ("look") is species (e,) int64, observation (e, f) float32, flattened and padded to the
    largest species', blocked (e, actions) bool, True where illegal, and cover (e, 2) float32, all 1.
    """
    mine = episode.perceived[:, me]
    lines: dict[Line, int] = {(): 0}
    found = [_of_agents(mine if direct is None else mine & direct, range(len(episode.agents)), 0)]
    for line, who in dict.fromkeys(through):
        shared = mine & np.logical_and.reduce([episode.perceived[:, place] for place in line])
        found.append(_of_agents(shared & (native > 0), [who], lines.setdefault(line, len(lines))))
    step, agent, line_of = (np.concatenate(column).astype(np.int16) for column in zip(*found, strict=True))
    at = np.full(native.shape, -1, np.int32)
    first = len(found[0][0])
    at[step[:first], agent[:first]] = np.arange(first)
    return History(
        step=step, agent=agent, action=episode.action[step, agent], native=native[step, agent],
        line=line_of, sights=np.full((len(step), 2), NO_SIGHT, np.int8),
        look=look_of(episode, step, agent), at=at, lines=lines,
    )  # fmt: skip


def _of_agents(wanted: np.ndarray, agents, line: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(step, agent, line) of the wanted (t, n) acts, agent by agent."""
    steps = [np.flatnonzero(wanted[:, who]) for who in agents]
    agent = np.repeat(np.array(list(agents), np.int64), [len(one) for one in steps])
    return np.concatenate(steps), agent, np.full(len(agent), line)


def look_of(episode, step: np.ndarray, agent: np.ndarray) -> dict[str, np.ndarray]:
    """What agent-steps (e,) were like: "look" as perceived_in_arena describes it."""
    return observed(episode, step, agent) | {"cover": np.ones((len(step), 2), np.float32)}
