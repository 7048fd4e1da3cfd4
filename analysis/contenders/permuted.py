"""Objective-independence: the same episode with tastes permuted, and whoever is asked about it instead.

Handed to a probe in a mind's place, `Permuted` repeats that probe with tastes permuted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from agents.answer import Question
from agents.registry import type_space, world_of
from worlds import KINDS, FunhouseError
from worlds.base_episode import BaseEpisode

_PERMUTED: WeakKeyDictionary[BaseEpisode, dict[int, Any]] = WeakKeyDictionary()  # so that it is read but once


class Permuted:
    """Somebody who is handed every episode with tastes permuted, and whose words are read accordingly.

    Whoever knows no difference between colours answers as before. It answers, and describes, as who it stands for does.
    Raises FunhouseError where colours cannot be so many places on.
    """

    def __init__(self, mind: Any, places: int, name: str = ""):
        if not 0 < places < len(KINDS):
            what = f"permute = {places} moves no colour to another's place"
            raise FunhouseError(
                what, remedy=f"choose 1 to {len(KINDS) - 1}, for there are {len(KINDS)} colours at most"
            )
        self.mind, self.places, self.name = mind, places, name or mind.name

    def answer(self, episode: BaseEpisode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions, (q, actions) float64."""
        asked = [replace(one, prompt=self._said(episode, one.prompt)) for one in questions]
        return self.mind.answer(self.world(episode), asked)

    def traits(
        self, episode: BaseEpisode, agent: int, steps: Sequence[int], who: Sequence[int]
    ) -> Mapping[str, np.ndarray]:
        """What `agent` says at q steps of each `who`: by trait, the probabilities of its values (q, v)."""
        return self._read(episode, self.mind.traits(self.world(episode), agent, steps, who))

    def own_traits(self, episode: BaseEpisode, agent: int, steps: Sequence[int]) -> Mapping[str, np.ndarray]:
        """What `agent` says of itself, as itself."""
        return self._read(episode, self.mind.own_traits(self.world(episode), agent, steps))

    def world(self, episode: BaseEpisode) -> Any:
        """The permuted episode: the same one whenever it is asked for."""
        made = _PERMUTED.setdefault(episode, {})
        if self.places not in made:
            made[self.places] = world_of(episode).permuted(episode, self.places)
        return made[self.places]

    def _read(self, episode: BaseEpisode, said: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        tastes = type_space(episode).traits["taste"]
        now = [tastes.index(self._said(episode, taste)) for taste in tastes]
        return {**said, "taste": said["taste"][:, now]}

    def _said(self, episode: BaseEpisode, text: str) -> str:
        return world_of(episode).permuted_words(episode, text, self.places)
