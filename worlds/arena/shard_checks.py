"""That a decoded shard of an arena's log fits together: who acts, what they could do, and what they observed."""

from typing import Any

import numpy as np
import pyarrow as pa

from worlds.arena.spaces import mask_bytes
from worlds.errors import FunhouseError
from worlds.log.columns import check_within


def check_acts(shard: Any) -> None:
    """Raises FunhouseError where an action is none of the actor's species, or somebody absent is perceived."""
    rows = np.diff(shard.start)
    actions = [np.array([form.actions for form in shard.forms])[one] for one in shard.species]
    below = np.concatenate([np.tile(one, count // len(one)) for one, count in zip(actions, rows, strict=True)])
    check_within(shard.action, -1, below, "action")
    check_within(shard.game, 0, 1 << 15, "game")
    many = np.repeat([len(one) for one in shard.species], rows).astype(np.uint64)
    if ((shard.perceives >> np.minimum(many, 63)).astype(bool) & (many < 64)).any():
        raise FunhouseError("its column perceives names agents that there are not")


def check_observed(shard: Any, steps: pa.Table, seen: pa.Table) -> None:
    """Raises FunhouseError unless exactly those who act observe, and as much as their species does."""
    acts = shard.action >= 0
    same = all(
        np.array_equal(steps[name].to_numpy()[acts], seen[name].to_numpy()) for name in ("episode", "step", "agent")
    )
    rows = np.diff(shard.start).tolist()
    whole = [np.tile(one, count // len(one)) for one, count in zip(shard.species, rows, strict=True)]
    forms = np.concatenate(whole)[acts]
    sizes = np.array([(form.bytes, mask_bytes(form)) for form in shard.forms])
    if not same or not np.array_equal(np.stack([shard.observation.lengths(), shard.mask.lengths()], 1), sizes[forms]):
        raise FunhouseError("the steps and the observations of an episode do not fit together")
    for form in shard.forms:
        rows = np.flatnonzero(forms == form.index)
        if form.dtype == "float32" and len(rows) and form.bytes:
            numbers = shard.observation.rows(rows, form.bytes).view("<f4")
            if not np.isfinite(numbers).all():
                raise FunhouseError("its column observation holds what is no number")
