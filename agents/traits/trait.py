"""What a trait is: its values, the words for them, and what they do to what an agent perceives and does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

if TYPE_CHECKING:
    from agents.language.phrases import Reader
    from agents.orchard.policy_config import PolicyConfig
    from worlds import OrchardConfig

FIVE = 5  # wordings of each value


class Trait:
    """One trait; a file of this folder holds each. What is not said here is that of a trait of a few plain values."""

    name: ClassVar[str]
    wordings: ClassVar[Mapping[str, Sequence[str]]]
    """Five wordings of each value, or fewer, the first canonical. One word is an adjective; what begins with "with"
    follows the noun; anything else follows "that"."""
    pace: ClassVar[int]
    """How fast the trait goes through its wordings as paraphrases are counted: each trait at a pace of its own."""
    everywhere: ClassVar[bool] = True
    """Whether its words are part of every world's language, or only of that of the worlds that have the trait."""
    in_kind: ClassVar[bool] = False
    """Whether graphs sort agents by it, as by a kind of agent: no, where it has too many values."""

    def values(self, orchard: OrchardConfig, policy: PolicyConfig) -> tuple[str, ...]:
        """The values in a world, in the order of its types; none where it has no such trait."""
        return tuple(self.wordings) if self.name in policy.traits else ()

    def odds(self, policy: PolicyConfig) -> tuple[int, ...] | None:
        """How common the values are, in their order; None: all alike."""
        return None

    def columns(self, index: np.ndarray, orchard: OrchardConfig, policy: PolicyConfig) -> dict[str, Any]:
        """What it does: fields of agents.orchard.types.TypeTable by name.

        index (k,) int8: each type's value, -1 for all of them in a world without the trait.
        """
        raise NotImplementedError

    @property
    def openings(self) -> dict[str, str]:
        """{wording: value}, "" where a value is still to be read after it."""
        return {wording: value for value, several in self.wordings.items() for wording in several}

    @property
    def words(self) -> set[str]:
        """All words that it is said in."""
        return {word for wording in self.openings for word in wording.split()}

    def read(self, reader: Reader) -> str:
        """The value that stands after one of the openings. Raises FunhouseError."""
        raise NotImplementedError

    def say(self, value: str, paraphrase: int) -> str:
        """The words for a value."""
        several = self.wordings[value]
        return several[self.turn(paraphrase) % len(several)]

    def turn(self, paraphrase: int) -> int:
        """Which of the five wordings a paraphrase takes."""
        return (paraphrase * (self.pace + 1) + paraphrase // FIVE * self.pace) % FIVE

    def fits(self, value: str, said: str) -> bool:
        """Whether a type with this value is meant by what a description says."""
        return value == said

    def told(self, value: str) -> str:
        """As much of a value as has to be said for nothing to stay open."""
        return value

    def partial(self, value: str) -> list[str]:
        """What a description that need not say everything may say of a value."""
        return [value]
