"""Manner: how an agent acts as another. A plain one does what it believes the other would; an exaggerating one doubles
what sets the other's taste apart from its own, around the wheel of tastes. It does nothing to what an agent does as
itself, and a description is played as it is."""

from typing import ClassVar

import numpy as np

from agents.traits.trait import Trait


class Manner(Trait):
    """The effect is agents.orchard.types.TypeSpace.played, which `enact` goes through for whoever is named."""

    name = "manner"
    pace = 6
    everywhere = False
    in_kind = True
    wordings: ClassVar = {
        "plain": (
            "imitates plainly", "faithful", "imitates others as they are", "with a plain manner", "is faithful",
        ),
        "exaggerating": (
            "exaggerates others", "theatrical", "imitates others as caricatures", "with an exaggerating manner",
            "is theatrical",
        ),
    }  # fmt: skip

    def odds(self, policy):
        return policy.manners

    def columns(self, index, orchard, policy):
        return {"manner": np.maximum(index, 0)}


MANNER = Manner()
