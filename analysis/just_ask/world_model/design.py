"""world-model: trunks and readings, which benchmarks/world_model.py made, in measured.json beside this file.

A row holds kinds, agents, seed: the world, and the training's; objective: what the trunk learned, or what was done to
the reading; bits and posterior: by trait, in each test episode, the bits beyond the uniform prior that the reading
tells of somebody who was seen, and those that the exact posterior tells, trait by trait.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

MEASURED = Path(__file__).with_name("measured.json")
NEXT, IMITATION, SELF = "what comes next", "imitation", "what it does next itself"
RANDOM, EXCHANGED = "random trunk", "another's traits"
Told = Mapping[str, Any]


@dataclass(frozen=True)
class Design:
    """The file that is read; who is asked takes no part."""

    seeds: int = 1
    measured: Path = MEASURED

    def rows(self) -> list[Told]:
        """All rows of the file."""
        return json.loads(self.measured.read_text(encoding="utf-8"))["rows"]


def bits(rows: list[Told], figure: str) -> np.ndarray:
    """(trainings, e): the bits of some trainings' rows in each test episode, of all traits together."""
    return np.array([np.sum(list(row[figure].values()), 0) for row in rows])
