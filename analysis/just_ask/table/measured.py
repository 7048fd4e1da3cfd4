"""table: what benchmarks/table_rivals.py measured of the libraries' methods, which ships.

A row is {"of", "method", "seed", "budget", "share"}.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

COMMAND = "python benchmarks/table_rivals.py"
PATH = Path(__file__).with_name("measured.json")
BETWEEN = "hindsight replay"  # of a method's name: it optimises with goals as asking has them
BESIDE = "its own simulator"  # of a method's name: it is in no world that it was not trained in


def measured(seeds: Sequence[int]) -> list[dict[str, Any]]:
    """The rows of some seeds; none where nothing was measured."""
    if not PATH.exists():
        return []
    return [row for row in json.loads(PATH.read_text(encoding="utf-8"))["rows"] if row["seed"] in seeds]


def kept(rows: list[dict[str, Any]], seconds: dict[str, int]) -> dict[str, Any]:
    """The document with rows in place of those that it had of the same goals, and what they took."""
    old = json.loads(PATH.read_text(encoding="utf-8")) if PATH.exists() else {"rows": [], "seconds": {}}
    goals = {row["of"] for row in rows}
    return {
        "command": COMMAND,
        "machine": "one of two shared cores",
        "seconds": {**old["seconds"], **seconds},
        "rows": [*(row for row in old["rows"] if row["of"] not in goals), *rows],
    }
