"""Worlds that have a name: which traits their agents have, and every setting that goes with them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agents.orchard.policy_config import PolicyConfig
from agents.orchard.types import TypeSpace
from agents.population import PopulationConfig
from agents.traits import TRAITS
from worlds import FunhouseError, OrchardConfig
from worlds.harmless import harmless

World = tuple[OrchardConfig, PolicyConfig, PopulationConfig]
DEFAULT = "blind"
TEST_ONLY = frozenset({"blind-rooms"})  # training and validation have no maps of their kind and size
_BLIND = (
    OrchardConfig(7, 7, map="open", kinds=5, fruits=5, agents=6, steps=80, moves=8, sights=(2, 32), apart=True),
    PolicyConfig(
        weights=(1.0, 0.5, 0.0, -0.5, -1.0), beta=60.0, gamma=0.4, floor=0.05, rankings="wheel", value="sum",
        traits=("taste", "blindness", "manner"), manners=(1, 8),
    ),
    PopulationConfig(switch=20, believed="auto"),
)  # fmt: skip
PRESETS: Mapping[str, World] = {
    # Eyes that see well but differently, each blind to a kind, and manners of imitation that differ: the world in which
    # every part of the nesting is needed. docs/theory.md has its figures, and how it was chosen.
    "blind": _BLIND,
    # Eyes that reach near or far, memories, tempers: what one sees of another is less than it saw. The first default.
    "near-far": (OrchardConfig(), PolicyConfig(), PopulationConfig()),
    # The agents of blind in rooms, on larger maps with as many fruits a cell: maps of a kind that training lacks.
    "blind-rooms": (replace(_BLIND[0], map="rooms", height=12, width=12, fruits=15), *_BLIND[1:]),
}


def preset(
    name: str,
    orchard: Mapping[str, Any] | None = None,
    sights: tuple[int | None, int | None] = (None, None),
    population: Mapping[str, Any] | None = None,
    split: str = "test",
) -> World:
    """The settings of a named world, some of the orchard's and of its population's replaced, and its near or far sight
    where one is given.

    Raises FunhouseError as OrchardConfig and PopulationConfig do, and for another split of a world for testing only.
    """
    if name in TEST_ONLY and split != "test":
        what = f"the preset {name} is for testing only, so that no {split} log has such maps"
        raise FunhouseError(what, remedy="say --split test, or choose another --preset")
    settings, policy, drawn = PRESETS[name]
    near, far = (mine if given is None else given for mine, given in zip(settings.sights, sights, strict=True))
    laid_out = replace(settings, **(orchard or {}), sights=(near, far))
    return laid_out, policy, replace(drawn, **(population or {}))


def chosen(said: str) -> tuple[str, ...]:
    """The traits that a list with commas names, in the order of types.

    Raises FunhouseError for a trait that there is not, that is named twice, or that no world is given by its name.
    """
    names = [name.strip() for name in said.split(",")]
    may = [trait.name for trait in TRAITS if trait.name != "feeling"]
    for name in names:
        if name == "feeling":
            raise FunhouseError("feeling is there where there are marks", remedy="leave it out, and give --marks 0.1")
        if name not in may:
            raise FunhouseError(f"there is no trait '{harmless(name)}'", remedy=f"name some of {', '.join(may)}")
        if names.count(name) > 1:
            raise FunhouseError(f"the trait {name} is named twice", remedy="name each once")
    if "taste" not in names:
        raise FunhouseError("without taste no fruit is worth anything", remedy=f"name it too: taste,{','.join(names)}")
    return tuple(name for name in may if name in names)


def check_seen(space: TypeSpace) -> None:
    """Raises FunhouseError for a world in which some value of a trait would be held out of training altogether."""
    for axis, (trait, values) in enumerate(space.traits.items()):
        for value in set(range(len(values))) - set(space.trait_index[~space.held_out, axis].tolist()):
            what = f"every type with the {trait} {values[value]} would be held out, and none be seen in training"
            remedy = "give the agents sight, memory, temper or blindness too, and two --kinds or more"
            raise FunhouseError(what, remedy=remedy)
