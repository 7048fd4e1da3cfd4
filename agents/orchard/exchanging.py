"""Texts with the senses in their descriptions exchanged: near for far, each blindness for the next kind's."""

import re
from collections.abc import Mapping
from functools import lru_cache

from agents.orchard.policy_config import PolicyConfig
from agents.traits.blindness import BLINDNESS
from agents.traits.sight import SIGHT
from worlds import OrchardConfig

SENSES = (SIGHT, BLINDNESS)


def exchanged_words(text: str, orchard: OrchardConfig, policy: PolicyConfig) -> str:
    """A text in which every wording of a value of SENSES is that wording of the next value that the world has."""
    after = _after(tuple(trait.values(orchard, policy) for trait in SENSES))
    if not after:
        return text
    longest_first = sorted(map(re.escape, after), key=len, reverse=True)
    return re.sub(rf"(?<![\w-])({'|'.join(longest_first)})(?![\w-])", lambda found: after[found[0]], text)


@lru_cache(maxsize=8)
def _after(values: tuple[tuple[str, ...], ...]) -> Mapping[str, str]:
    """By wording, the same wording of the next value; values: of each of SENSES."""
    return {
        said: then
        for trait, own in zip(SENSES, values, strict=True)
        for value, following in zip(own, own[1:] + own[:1], strict=True)
        for said, then in zip(trait.wordings[value], trait.wordings[following], strict=True)
    }
