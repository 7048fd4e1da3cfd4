"""Worlds that have a name: which traits their agents have, and every setting that goes with them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agents.orchard.policy_config import PolicyConfig
from worlds import OrchardConfig

PRESETS: Mapping[str, tuple[OrchardConfig, PolicyConfig]] = {
    # Eyes that reach near or far, memories, tempers: what one sees of another is less than it saw.
    "near-far": (OrchardConfig(), PolicyConfig()),
    # Eyes that see well but differently, each blind to a kind, and manners of imitation that differ.
    "blind": (
        OrchardConfig(map="open", kinds=5, fruits=5, agents=6, moves=8, sights=(2, 32)),
        PolicyConfig(
            weights=(1.0, 0.5, 0.0, -0.5, -1.0), beta=36.0, gamma=0.6, rankings="wheel", value="sum",
            traits=("taste", "blindness", "manner"),
        ),
    ),
}  # fmt: skip


def preset(
    name: str, orchard: Mapping[str, Any], sights: tuple[int | None, int | None] = (None, None)
) -> tuple[OrchardConfig, PolicyConfig]:
    """The settings of a named world, some of the orchard's replaced, and its near or far sight where one is given.

    Raises FunhouseError as OrchardConfig does.
    """
    settings, policy = PRESETS[name]
    near, far = (mine if given is None else given for mine, given in zip(settings.sights, sights, strict=True))
    return replace(settings, **orchard, sights=(near, far)), policy
