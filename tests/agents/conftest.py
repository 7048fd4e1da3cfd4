"""What tests of logs that are written in parts stand on."""

from pathlib import Path

import pytest

from tests.agents.in_parts import RUN, parts_of

SIZE = 4  # episodes of a shard


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shards of few episodes, in every world."""
    monkeypatch.setattr("agents.world.SHARD_SIZE", SIZE)
    for name in ("agents.arena.world.shard_size", "agents.arena.rollout.shard_size"):
        monkeypatch.setattr(name, lambda _: SIZE)


@pytest.fixture
def made_parts(small_shards: None, tmp_path: Path) -> list[Path]:
    """The parts of a log of the orchard."""
    return parts_of(RUN, tmp_path)
