"""Who among an episode's agents is a stranger, and of which policy: a function of settings, split and its key."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np
from annotated_types import Interval, MaxLen
from numba import njit

from agents.language.description import say_description
from agents.orchard.families import (
    COMPANY,
    FEATURES,
    MOVES,
    NORTH,
    ONWARD,
    ROOM,
    STAY,
    UNITS,
    AsType,
    Habit,
    Linear,
    Network,
    Planner,
    Stranger,
    WallFollower,
    Way,
)
from agents.population import NO_ELEMENT
from agents.traits import BY_NAME
from worlds import KINDS, FunhouseError, OrchardConfig, dice, schema

if TYPE_CHECKING:
    from agents.orchard.run import RunConfig


class Chance:
    """The draws that make one stranger."""

    def __init__(self, key: int, agent: int, orchard: OrchardConfig):
        self._key, self._drawn = np.uint64(dice.key(np.uint64(key), dice.STRANGER, agent)), 0
        self.kinds, self.moves = orchard.kinds, 1 + orchard.moves

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """A number in between."""
        return low + (high - low) * float(dice.uniforms(self._key, self._next(), 1)[0])

    def below(self, count: int) -> int:
        """A whole number below a count."""
        return int(self.uniform() * count)

    def normal(self, *shape: int) -> np.ndarray:
        """Numbers of mean 0 and variance 1."""
        return dice.normals(self._key, self._next(), int(np.prod(shape))).reshape(shape)

    def some(self, count: int, share: float) -> np.ndarray:
        """(count,) bool: each with that chance."""
        return dice.uniforms(self._key, self._next(), count) < share

    def order(self, count: int) -> np.ndarray:
        """The numbers below a count in any order."""
        return np.argsort(dice.uniforms(self._key, self._next(), count), kind="stable")

    def _next(self) -> int:
        self._drawn += 1
        return self._drawn


_STANDING = np.where(np.arange(MOVES) == STAY, 1.0, 0.0)  # who stands still tells little, so that is a little disliked


def _linear(chance: Chance) -> Way:
    """Likes and dislikes of some kinds, of company, of open ground, of going on and of single directions."""
    weight = chance.normal(FEATURES) * chance.some(FEATURES, 0.7)
    weight[:ROOM] *= chance.uniform(6, 30)
    weight[[ROOM, ONWARD]] *= 4.0, 1.5
    return Linear(chance.uniform(0.4, 0.9), weight, 0.6 * chance.normal(MOVES) - _STANDING)


def _network(chance: Chance) -> Way:
    inner = chance.normal(UNITS, FEATURES) * 3.0
    outer = chance.normal(UNITS) * chance.uniform(4, 14)
    bias = 0.4 * chance.normal(MOVES) - _STANDING
    return Network(chance.uniform(0.4, 0.9), inner, chance.normal(UNITS), outer, bias)


def _planner(chance: Chance) -> Way:
    """Goals are all fruits, or those of some kinds, and sometimes other agents; one in five flees from them."""
    wants = np.ones(len(KINDS), bool) if chance.uniform() < 0.4 else chance.some(len(KINDS), 0.4)
    wants[chance.below(chance.kinds)] = True
    return Planner(wants, chance.uniform() < 0.2, chance.uniform() < 0.2)


def _wall_follower(chance: Chance) -> Way:
    return WallFollower(chance.uniform() < 0.5)


def _habit(chance: Chance) -> Way:
    """A cycle of two moves or more, or a taste for directions."""
    if chance.uniform() < 0.3:
        weight = np.zeros(FEATURES)
        weight[ONWARD] = 2.0 * chance.uniform(-1, 1)
        return Linear(0.5, weight, 1.5 * chance.normal(MOVES))
    ways = NORTH + chance.order(chance.moves - 1)
    cycle = ways[: 2 + chance.below(len(ways) - 1)]
    follows = np.full(MOVES, cycle[0])
    follows[cycle] = np.roll(cycle, -1)
    return Habit(follows, chance.uniform() < 0.5)


def _as_type(chance: Chance) -> Way:
    return AsType()


SIMPLE: Mapping[str, Callable[[Chance], Way]] = {
    "linear": _linear,
    "network": _network,
    "planner": _planner,
    "wall-follower": _wall_follower,
    "habit": _habit,
    "noisy": _as_type,
}
SENSED = ("sight", "blindness", "feeling")  # the traits of which senses are made
NOBODY = -1
JOINED = ("mixture", "gate")
FAMILIES = (*SIMPLE, *JOINED)
HELD_OUT = ("planner", "wall-follower")
Families = Annotated[tuple[Annotated[str, schema.one_of(*FAMILIES)], ...], MaxLen(len(FAMILIES))]


@dataclass(frozen=True)
class StrangersConfig:
    """How many agents are strangers, and of which families. Raises FunhouseError, naming the field, where a value makes
    none."""

    share: Annotated[float, Interval(gt=0, le=1)]  # the chance of each agent
    families: Families = FAMILIES
    held_out: Families = HELD_OUT  # of these, the families that no training sees

    def __post_init__(self) -> None:
        object.__setattr__(self, "share", float(self.share))
        object.__setattr__(self, "families", tuple(self.families))
        object.__setattr__(self, "held_out", tuple(self.held_out))
        schema.check(self, "strangers")
        if not set(self.held_out) <= set(self.families) or not set(self.taking_part("seen")) & set(SIMPLE):
            what = f"held_out = {self.held_out!r} makes no strangers of {', '.join(self.families)}"
            raise FunhouseError(what, remedy="hold out some of the families, and not all that are made of one way")

    def taking_part(self, types: str) -> tuple[str, ...]:
        """The families of strangers where the types that take part are the seen, the held-out, or all."""
        held = set(self.held_out)
        return tuple(name for name in self.families if types == "all" or (name in held) == (types == "held-out"))

    def to_dict(self) -> dict:
        """Plain JSON values."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping) -> "StrangersConfig":
        """The settings from to_dict's values. Raises FunhouseError as schema.read does."""
        return schema.read(cls, values)


def strange(config: StrangersConfig, key: int, agents: int, copies: int = 0) -> np.ndarray:
    """(agents,) bool: who is a stranger in an episode; its first ones, the copies of a mind, are none."""
    drawn = dice.uniforms(np.uint64(dice.key(np.uint64(key), dice.STRANGER, agents)), 0, agents)
    return (drawn < config.share) & (np.arange(agents) >= copies)


def draw_stranger(config: StrangersConfig, orchard: OrchardConfig, types: str, key: int, agent: int) -> Stranger:
    """The policy of an agent who is one; types: which take part, as StrangersConfig.taking_part has it."""
    chance, may = Chance(key, agent, orchard), config.taking_part(types)
    family = may[chance.below(len(may))]
    simple = [name for name in may if name in SIMPLE] or [n for n in config.taking_part("seen") if n in SIMPLE]
    if family in SIMPLE:
        noise = chance.uniform(0.2, 0.8) if family == "noisy" else chance.uniform(0.02, 0.2)
        return Stranger(family, (SIMPLE[family](chance),), noise)
    ways = tuple(SIMPLE[simple[chance.below(len(simple))]](chance) for _ in range(2))
    noise, share = chance.uniform(0.02, 0.2), chance.uniform(0.2, 0.8)
    if family == "mixture":
        return Stranger(family, ways, noise, share)
    asked = chance.below(chance.kinds + 1)
    return Stranger(family, ways, noise, gate=asked if asked < chance.kinds else COMPANY, reach=1 + chance.below(3))


def strangers_of(run: "RunConfig", key: int) -> dict[int, Stranger]:
    """The strangers in the episode of a run with this key, by the index of the agent."""
    if run.strangers is None:
        return {}
    types, who = run.population.drawn(run.split), strange(run.strangers, key, run.orchard.agents, run.copies)
    return {
        agent: draw_stranger(run.strangers, run.orchard, types, key, agent) for agent in np.flatnonzero(who).tolist()
    }


def words_for(type: Mapping[str, str]) -> str:
    """A stranger that bears a type in words: they tell of its senses, and of nothing that it does."""
    return say_description({trait: BY_NAME[trait].told(type[trait]) for trait in type if trait in SENSED})


def settled(chain: np.ndarray, strangers: Mapping[int, Stranger], key: int) -> np.ndarray:
    """Settles the roles chain (p, n, 2), in place, and returns whose policy, a stranger's, each agent follows in them:
    (p, n) int64, NOBODY where it acts by its type."""
    here = np.isin(np.arange(chain.shape[1]), list(strangers))
    if not strangers:
        return np.full(chain.shape[:2], NOBODY, np.int64)
    settle(chain, here, np.uint64(key))
    named = np.where(here, np.arange(len(here)), chain[:, :, 0])
    return np.where((named >= 0) & here[np.maximum(named, 0)], named, NOBODY).astype(np.int64)


@njit(cache=True, nogil=True)
def settle(chain, stranger, key):
    """Leaves of the roles chain (p, n, 2), in place, those that mean something where some agents, stranger (n,) bool,
    are strangers.

    These are only ever themselves. To be a stranger is a role, and one that is not nested: in a chain of two another
    agent, drawn anew, takes the place of each. Where there is nobody to take it, the chain is shorter.
    """
    plain = np.flatnonzero(~stranger)
    others = np.empty(len(plain), np.int64)
    for phase in range(len(chain)):
        for agent in range(len(stranger)):
            role = chain[phase, agent]
            if stranger[agent]:
                role[:] = NO_ELEMENT
            for place in range(2 if role[1] != NO_ELEMENT else 0):
                if role[place] < 0 or not stranger[role[place]]:
                    continue
                count = 0
                for one in plain:
                    others[count] = one
                    count += one != role[1 - place] and (place == 1 or one != agent)
                drawn = dice.draw(key, 2 * phase + place, agent, dice.STRANGER)
                role[place] = others[dice.below(drawn, count)] if count else NO_ELEMENT
            if role[0] == NO_ELEMENT:
                role[1] = NO_ELEMENT
