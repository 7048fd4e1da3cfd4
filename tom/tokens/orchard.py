"""The orchard as the mind reads it."""

import numpy as np

from agents.language.description import words_beyond
from agents.language.prompt import VOCABULARY
from agents.orchard.mirror_images import with_images
from agents.orchard.policy_config import PolicyConfig
from agents.orchard.types import space_of
from agents.population import PopulationConfig, native_share
from tom.tokens.around import BINS, look_around, views_of
from tom.tokens.base import Reader, Reading, announced
from worlds import OrchardConfig
from worlds.orchard.marks import WASH

BODY = 2  # features of the body that washing reaches: whether it shows a mark, whether it shows none


class OrchardReading(Reading):
    """The orchard; where there are marks it has more words, an action more, and bodies that are marked or are not."""

    def __init__(self, run: dict):
        self.orchard = OrchardConfig.from_dict(run["orchard"])
        self.policy = PolicyConfig.from_dict(run["policy"])
        self.population = PopulationConfig.from_dict(run["population"])
        self.space = space_of(self.orchard, self.policy)
        self.mirrors = self.orchard.mirrors
        self.words: tuple[str, ...] = (*VOCABULARY, *sorted(words_beyond(self.space.traits)))

    def shown(self, episode):
        return with_images(episode)

    def native(self, episode) -> np.ndarray:
        if self.orchard.roles == "hidden":
            share = native_share(self.orchard, self.population)[: episode.steps, None]
            return np.repeat(share, len(episode.agents), 1).astype(np.float32)
        return announced(episode)


class OrchardReader(OrchardReading, Reader):
    """As Reader has it."""

    def __init__(self, run: dict):
        super().__init__(run)
        traits = "; ".join(f"{name}: {', '.join(values)}" for name, values in self.space.traits.items())
        self.kind = f"an orchard of {self.orchard.kinds} kinds, {self.orchard.moves} moves, {traits}, and {self.policy}"
        table = self.space.table
        windows = [1, self.policy.window] if "memory" in self.space.traits else [1]
        layers = [(int(sight), window) for sight in np.unique(table.sight) for window in windows]
        self._sights, self._windows = np.array(layers, np.int64).T.copy()

    def _type(self, episode, me: int) -> int:
        return self.space.index(episode.agents[me].type)

    def taught(self, episode) -> np.ndarray:
        """As Reader has it: not where exaggerating would make a held-out type of somebody, which training does not
        play (agents.orchard.types.TypeSpace.played_among)."""
        if self.population.believed != "auto":
            return super().taught(episode)
        types = {one.name: self._type(episode, i) for i, one in enumerate(episode.agents) if not one.stranger}
        roles = {(name, tuple(role)) for row in episode.role for name, role in zip(episode.names, row, strict=True)}
        told = {one: self._played(types, *one) for one in roles}
        return np.array(
            [[told[who, tuple(role)] for who, role in zip(episode.names, row, strict=True)] for row in episode.role]
        )

    def _played(self, types: dict[str, int], name: str, role: tuple[str, ...]) -> bool:
        """Whether training plays an agent in a role as others would; types: of all who are no strangers, by name."""
        actor = types.get(name)
        for other in role:
            if other not in types or actor is None:  # a description or a stranger, who is played as it is
                return True
            actor = int(self.space.played[actor, types[other]])
            if self.space.held_out[actor]:
                return False
        return True

    def sees(self, episode, me: int) -> np.ndarray:
        return self.sees_from(episode, me, np.arange(len(episode.cell)))

    def sees_from(self, episode, me: int, steps: np.ndarray) -> np.ndarray:
        """(steps, n) bool: whom agent `me` perceives at some steps."""
        cell = episode.cell[steps].astype(np.int64)
        sight = self.space.table.sight[self._type(episode, me)]
        word = np.take_along_axis(episode.geometry.visible[sight, cell[:, me]], cell >> 6, 1)
        return ((word >> (cell & 63).astype(np.uint64)) & np.uint64(1)).astype(bool)

    def look(self, episode, me, step, agent):
        """around (r, actions, features) uint8: see tom.tokens.around; blocked (r, actions) bool: which actions lead
        nowhere; cover (r, layers) float32; company (r, layers, n) bool."""
        orchard, mine = self.orchard, self._type(episode, me)
        cell = episode.cell[: step.max(initial=0) + 1]  # of an episode that is being played the rest is not there yet
        view = views_of(episode.geometry.visible, cell, me, self.space.table.sight[mine])
        made = self.looked(episode, view, self.space.senses.kinds[self.space.table.senses[mine]], step, agent)
        around, blocked = made["around"], made["blocked"]
        if orchard.marks:
            known = episode.mark[step, agent] & ((agent != me) | bool(self.space.feels(mine)))
            around = np.concatenate([around, around[:, :1]], 1)  # who washes stays
            body = np.zeros((*around.shape[:2], BODY), np.uint8)
            body[:, WASH] = np.stack([known, ~known], -1)
            around = np.concatenate([around, body], 2)
            blocked = np.pad(blocked, ((0, 0), (0, 1)))
        return {**made, "around": around, "blocked": blocked}

    def looked(self, episode, view: np.ndarray, kinds: int, step: np.ndarray, agent: np.ndarray) -> dict:
        """As `look`, but for marks, in a view (t, words) that shows some kinds, as bits."""
        ground, rows, layers = episode.geometry, len(step), len(self._sights)
        moves = ground.neighbor.shape[1]
        around = np.zeros((rows, moves, layers * (self.orchard.kinds + 1) * BINS), np.uint8)
        cover = np.empty((rows, layers), np.float32)
        company = np.zeros((rows, layers, len(episode.agents)), np.bool_)
        look_around(
            view, kinds, step, agent, episode.cell[: len(view)], episode.board, ground.neighbor, ground.distance,
            ground.visible, ground.seen, self._sights, self._windows, around, cover, company,
        )  # fmt: skip
        place = episode.cell[step, agent]
        blocked = ground.neighbor[place] == place[:, None]
        blocked[:, 0] = False
        return {"around": around, "blocked": blocked, "cover": cover, "company": company}

    def network(self) -> dict:
        layers = len(self._sights)
        features = layers * (self.orchard.kinds + 1) * BINS + (BODY if self.orchard.marks else 0)
        return {
            "traits": tuple(map(len, self.space.traits.values())),
            "actions": len(self.orchard.action_names),
            "features": features,
            "layers_seen": layers,
        }
