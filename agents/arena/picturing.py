"""An environment as a page draws it: where its agents stand, and nothing else, for nothing else is known of it."""

from typing import Any

import numpy as np

SIDE = 8  # cells a side: an agent is one cell large
NOWHERE = [-9.0, -9.0]


def field_of(stood: np.ndarray, actions: int) -> dict[str, Any] | None:
    """What `agents.world.World.pictured` promises, of where agents stood, (t, n, 2), NaN for nowhere; None where nobody
    ever stood anywhere. All places of the episode fill the field."""
    there = np.isfinite(stood).all(-1)
    if not there.any():
        return None
    low = stood[there].min(0)
    span = max(float((stood[there].max(0) - low).max()), 1e-9)
    points = np.where(there[..., None], (stood - low) / span * (SIDE - 1) + 0.5, NOWHERE)
    cells = np.clip(np.where(there[..., None], points, 0).astype(np.int64), 0, SIDE - 1)
    steps, n = there.shape
    return {
        "rows": SIDE, "columns": SIDE, "walls": "0", "glass": None, "things": [], "lies": [[]] * steps,
        "cells": (cells[..., 1] * SIDE + cells[..., 0]).tolist(), "points": np.round(points, 3).tolist(),
        "marked": None, "sight": None, "notices": [[]] * n, "moves": [None] * actions,
    }  # fmt: skip
