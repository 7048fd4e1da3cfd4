"""An episode as the page gets it: who took part, what they did under which role, and the picture of every step."""

from itertools import groupby
from typing import Any

import numpy as np

from agents.registry import world_of
from worlds.base_episode import Agent, BaseEpisode
from worlds.drawing.frame import agent_colours, initials
from worlds.harmless import harmless


def episode_told(episode: BaseEpisode) -> dict[str, Any]:
    """The document of an episode, in plain JSON values; all of its names may be anything, and are text."""
    world = world_of(episode)
    picture = world.pictured(episode)
    return {
        "episode": episode.index,
        "split": episode.split,
        "steps": episode.steps,
        "actions": list(episode.action_names),
        "agents": _agents(episode),
        "phases": _phases(episode),
        "action": episode.action.tolist(),
        "perceived": [[_bits(row) for row in step] for step in world.perceived(episode)],
        "picture": picture,
        "frames": None if picture else world.filmed(episode),
    }


def _agents(episode: BaseEpisode) -> list[dict[str, Any]]:
    colours, short, agents = agent_colours(len(episode.agents)), initials(episode.names), episode.agents
    return [
        {
            "name": agent.name,
            "initials": mark,
            "colour": "#{:02x}{:02x}{:02x}".format(*colour),
            "description": harmless(agent.description),
            "type": agent.type,
            "played_by": _player(agent),
        }
        for agent, colour, mark in zip(agents, colours, short, strict=True)
    ]


def _player(agent: Agent) -> str:
    """Who acts, where it is not the policy of the agent's type."""
    return "a copy of a mind" if agent.mind else f"a stranger: {agent.stranger}" if agent.stranger else ""


def _phases(episode: BaseEpisode) -> list[dict[str, Any]]:
    """The stretches of steps in which nobody's role changes: where they begin, and everybody's chain and prompt."""
    told = [
        [{"chain": list(chain), "prompt": prompt} for chain, prompt in zip(chains, prompts, strict=True)]
        for chains, prompts in zip(episode.role, episode.prompt, strict=True)
    ]
    runs = groupby(range(episode.steps), key=lambda step: told[step])
    return [{"from": next(steps), "roles": roles} for roles, steps in runs]


def _bits(row: np.ndarray) -> str:
    """Agents (n,) bool as a number in hexadecimal: bit i for agent i."""
    return f"{sum(1 << int(i) for i in np.flatnonzero(row)):x}"
