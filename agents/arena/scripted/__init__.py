"""Scripted members for the listed environments: one module for each, named as the environment is."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping

from agents.arena.scripted.fields import Script
from worlds.arena import Species

LISTED = (
    "battlefield", "connect_four", "gather", "knights_archers_zombies", "leduc_holdem", "pursuit", "rps",
    "simple_adversary", "simple_tag", "simple_world_comm", "tictactoe",
)  # fmt: skip


def scripts_of(environment: str, arguments: Mapping, species: Species) -> list[Script]:
    """The scripted policies of a species; none in an environment, or for arguments, that no module knows."""
    last = re.split(r"[./]", environment.removeprefix("pettingzoo:"))[-1]
    name = re.sub(r"[-_]v\d+$", "", last)
    if name not in LISTED:
        return []
    return importlib.import_module(f"agents.arena.scripted.{name}").scripts(species, arguments)
