"""What agents of logged episodes perceived, and what in it counts as acting natively: one face for every world."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from agents.answer import space_of
from agents.arena.run import SHARE_A_BANK, bank_of_run
from agents.arena.words import ARENA_WORDS
from agents.description import words_beyond
from agents.images import mirrored
from agents.policy_config import OPTIONS, PolicyConfig
from agents.population import PopulationConfig, native_share
from agents.prompt import VOCABULARY
from tom.arena_events import look_of, perceived_in_arena
from tom.choices import MANY, check_legal
from tom.events import History, Wanted, perceived, sees, with_bodies
from tom.vocabulary import Vocabulary
from worlds import FunhouseError, OrchardConfig

READ = (OPTIONS["traits"], OPTIONS["value"], 4)  # the traits, the value of fruits and the moves that minds read
VERSION = 3  # of what a mind reads; one of another version is refused


class Perception(Protocol):
    """A world as the mind reads it."""

    space: Any  # of types
    words: tuple[str, ...]  # that prompts and descriptions are made of
    kind: str  # what logs must share to be learned from together, in words

    def shown(self, episode: Any) -> Any:
        """The episode with what mirrors show, where there are any."""
        ...

    def types(self, episode: Any) -> np.ndarray:
        """(n, traits) int64: each agent's traits as indices, in the order of the type space."""
        ...

    def native(self, episode: Any) -> np.ndarray:
        """(t, n) float32: 1 where an agent acts as itself; with hidden roles the stated share."""
        ...

    def sees(self, episode: Any, me: int) -> np.ndarray:
        """(t, n) bool: whose acts agent `me` perceives at each step, its own among them."""
        ...

    def history(
        self,
        episode: Any,
        me: int,
        native: np.ndarray | None = None,
        through: Sequence[Wanted] = (),
        direct: np.ndarray | None = None,
    ) -> History:
        """What agent `me` perceived, to the episode's end; the rest as in tom.events.perceived."""
        ...

    def network(self, vocabulary: Vocabulary) -> dict:
        """The fields of tom.settings.NetworkConfig that the world decides."""
        ...


def check_version(meta: dict, place: str) -> None:
    """Raises FunhouseError for a checkpoint that reads another version of the events."""
    if meta.get("version") != VERSION:
        raise FunhouseError(
            f"this mind reads version {meta.get('version')} of the events and the project speaks version {VERSION}",
            place=place,
            remedy="train it anew: tom train LOG --out RUN",
        )


def check_alike(mine: Perception, other: Perception, told: str, place: str | None, remedy: str) -> None:
    """Raises FunhouseError for worlds that differ in what agents are like or perceive; `told` holds {mine}, {other}.

    Where nothing differs but the bank, it says what of it, and how logs come to share one.
    """
    if type(mine) is type(other) and mine.kind == other.kind:
        return
    what = told.format(mine=mine.kind, other=other.kind)
    if isinstance(mine, ArenaPerception) and isinstance(other, ArenaPerception):
        one, two = mine.space.config, other.space.config
        difference = mine.space.settings.difference(other.space.settings)
        if (one.environment, one.arguments) == (two.environment, two.arguments) and difference:
            what, remedy = f"{what}: {difference}", SHARE_A_BANK
    raise FunhouseError(what, place=place, remedy=remedy)


def perception_of(run: dict) -> Perception:
    """The perception of a run's world, from the settings in its log."""
    return ArenaPerception(run) if "arena" in run else OrchardPerception(run)


class OrchardPerception:
    """The orchard's; where there are marks it has more words, an action more, and bodies that are marked or are not."""

    def __init__(self, run: dict):
        self.orchard = OrchardConfig.from_dict(run["orchard"])
        self.policy = PolicyConfig.from_dict(run["policy"])
        self.population = PopulationConfig.from_dict(run["population"])
        self.space = space_of(self.orchard, self.policy)
        if (self.policy.traits, self.policy.value, self.orchard.moves) != READ:
            raise FunhouseError(
                f"no mind reads a world of {', '.join(self.policy.traits)}, {self.orchard.moves} moves and "
                f"{self.policy.value} fruits",
                remedy="ask the exact reasoner, agents.exact; minds learn from logs of tom run --preset near-far",
            )
        tastes = ", ".join(self.space.traits["taste"])
        self.kind = f"an orchard of {self.orchard.kinds} kinds with the tastes {tastes} and {self.policy}"
        self.words: tuple[str, ...] = VOCABULARY
        if self.orchard.marks:
            self.kind += ", with marks"
        self.words += tuple(sorted(words_beyond(self.space.traits)))

    def shown(self, episode):
        return mirrored(episode)

    def types(self, episode) -> np.ndarray:
        return _traits(self.space, episode)

    def native(self, episode) -> np.ndarray:
        if self.orchard.roles == "hidden":
            share = native_share(self.orchard, self.population)[: episode.steps, None]
            return np.repeat(share, len(episode.agents), 1).astype(np.float32)
        return _announced(episode)

    def sees(self, episode, me: int) -> np.ndarray:
        return sees(episode, me, self._sight(episode, me))

    def _sight(self, episode, me: int) -> int:
        """0 near, 1 far."""
        return self.space.traits["sight"].index(episode.agents[me].type["sight"])

    def history(self, episode, me, native=None, through=(), direct=None) -> History:
        native = self.native(episode) if native is None else native
        history = perceived(episode, me, self._sight(episode, me), self.policy.window, native, through, direct)
        if not self.orchard.marks:
            return history
        feels = self.space.feels(self.space.index(episode.agents[me].type))
        known = episode.mark[history.step, history.agent] & ((history.agent != me) | feels)
        return replace(history, look=with_bodies(history.look, known, self.orchard.kinds))

    def network(self, vocabulary: Vocabulary) -> dict:
        traits = tuple(map(len, self.space.traits.values()))
        size = {"traits": traits, "kinds": self.orchard.kinds, "gamma": self.policy.gamma}
        bodies = {"actions": len(self.orchard.action_names), "kinds": self.orchard.kinds + 2}
        return size | bodies if self.orchard.marks else size


class ArenaPerception:
    """That of anybody's environment: observations, and a bank of policies for types."""

    words = (*VOCABULARY, *(word for word in ARENA_WORDS if word not in VOCABULARY))

    def __init__(self, run: dict):
        self.space = bank_of_run(run)
        arena = self.space.config
        bank = f"a bank of {len(self.space)} policies ({self.space.mark})"
        self.kind = f"{arena.world} with the arguments {arena.arguments} and {bank}"

    def shown(self, episode):
        return episode

    def types(self, episode) -> np.ndarray:
        return _traits(self.space, episode)

    def native(self, episode) -> np.ndarray:
        return _announced(episode)

    def sees(self, episode, me: int) -> np.ndarray:
        return episode.perceived[:, me]

    def history(self, episode, me, native=None, through=(), direct=None) -> History:
        return perceived_in_arena(episode, me, self.native(episode) if native is None else native, through, direct)

    def network(self, vocabulary: Vocabulary) -> dict:
        forms = self.space.forms
        words = [vocabulary.encode(description) for description in self.space.descriptions]
        actions = max(form.actions for form in forms)
        check_legal(max((form.actions for form in forms if not form.masked), default=0), self.space.config.world)
        members = tuple(tuple(words[rows]) for rows in self.space.rows)
        return {
            "traits": tuple(map(len, self.space.traits.values())),
            "actions": actions,
            "bars": True,
            **({"many": True, "pieces": 1} if actions > MANY else {}),
            "species": tuple(int(np.prod(form.shape)) for form in forms),
            "members": members,
            "library": max(map(len, members)),
        }

    def acts(self, episode, most: int, generator: np.random.Generator) -> dict[str, np.ndarray]:
        """Some acts of agents that were themselves, whoever perceived them: what they were like, as History.look has
        it, action (e,) int64, and type (e,) int64: who acted, as a place among the members."""
        step, agent = np.nonzero(episode.perceived.any(1) & (self.native(episode) > 0))
        chosen = generator.permutation(len(step))[:most]
        step, agent = step[chosen], agent[chosen]
        told = {"action": episode.action[step, agent].astype(np.int64), "type": self.types(episode)[agent, 0]}
        return look_of(episode, step, agent) | told


def _traits(space, episode) -> np.ndarray:
    return np.array([space.trait_index[space.index(agent.type)] for agent in episode.agents], np.int64)


def _announced(episode) -> np.ndarray:
    return np.array([[not role for role in roles] for roles in episode.role], np.float32) * episode.acts
