"""Blindness: the one kind of fruit that an agent does not see. Its fruits look like bare ground to it."""

from typing import ClassVar

from agents.traits.trait import Trait
from worlds import KINDS


class Blindness(Trait):
    """A value is a kind; a part of the senses, so that what one sees of another is what both can see."""

    name = "blindness"
    pace = 5
    everywhere = False
    in_kind = True
    wordings: ClassVar = {
        kind: (
            f"is blind to {kind}", f"{kind}-blind", f"cannot see {kind}", f"with no eye for {kind}",
            f"overlooks {kind}",
        )
        for kind in KINDS
    }  # fmt: skip

    def values(self, orchard, policy):
        return KINDS[: orchard.kinds] if self.name in policy.traits else ()

    def columns(self, index, orchard, policy):
        return {"blind": index}


BLINDNESS = Blindness()
