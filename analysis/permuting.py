"""Objective-independence: the same episode with tastes permuted, and whoever is asked about it instead.

Tastes are rotations of the colour order, so a rotation of the colours makes of every type another one of the space.
Exact answers are the same for it: who liked red and went for the red fruit likes blue now, and goes for the blue one
that lies there. Handed to a probe in a mind's place, `Permuted` repeats that probe with tastes permuted.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from agents.answer import AnyEpisode, Question, type_space
from worlds import KINDS, Agent, Episode, FunhouseError


def recoloured(text: str, kinds: int, places: int) -> str:
    """A text in which each of the first `kinds` colours is the one so many places on."""
    colours = KINDS[:kinds]
    after = {colour: colours[(i + places) % kinds] for i, colour in enumerate(colours)}
    return re.sub(rf"\b({'|'.join(colours)})\b", lambda found: after[found[0]], text)


def permuted(episode: AnyEpisode, places: int) -> Episode:
    """The episode with every colour so many places on: of the fruits, in the tastes and in all words.

    Raises FunhouseError for an episode of somebody else's environment, which has no fruits.
    """
    if not isinstance(episode, Episode):
        raise FunhouseError("only the orchard has tastes to be permuted", remedy="take an episode of the orchard")

    kinds = episode.config.kinds

    def said(text: str) -> str:
        return recoloured(text, kinds, places)

    agents = [
        Agent(one.name, {**one.type, "taste": said(one.type["taste"])}, said(one.description), one.mind)
        for one in episode.agents
    ]
    return replace(
        episode,
        board=np.roll(episode.board, places, axis=1),
        role=[[tuple(map(said, chain)) for chain in row] for row in episode.role],
        prompt=[[said(prompt) for prompt in row] for row in episode.prompt],
        agents=agents,
    )


_PERMUTED: WeakKeyDictionary[AnyEpisode, dict[int, Episode]] = WeakKeyDictionary()  # so that it is read but once


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

    def answer(self, episode: AnyEpisode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions, (q, actions) float64."""
        world = self.world(episode)
        asked = [replace(one, prompt=recoloured(one.prompt, world.config.kinds, self.places)) for one in questions]
        return self.mind.answer(world, asked)

    def traits(
        self, episode: AnyEpisode, agent: int, steps: Sequence[int], who: Sequence[int]
    ) -> Mapping[str, np.ndarray]:
        """What `agent` says at q steps of each `who`: by trait, the probabilities of its values (q, v)."""
        return self._read(episode, self.mind.traits(self.world(episode), agent, steps, who))

    def own_traits(self, episode: AnyEpisode, agent: int, steps: Sequence[int]) -> Mapping[str, np.ndarray]:
        """What `agent` says of itself, as itself."""
        return self._read(episode, self.mind.own_traits(self.world(episode), agent, steps))

    def world(self, episode: AnyEpisode) -> Episode:
        """The permuted episode: the same one whenever it is asked for."""
        made = _PERMUTED.setdefault(episode, {})
        if self.places not in made:
            made[self.places] = permuted(episode, self.places)
        return made[self.places]

    def _read(self, episode: AnyEpisode, said: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        tastes, kinds = type_space(episode).traits["taste"], self.world(episode).config.kinds
        now = [tastes.index(recoloured(taste, kinds, self.places)) for taste in tastes]
        return {**said, "taste": said["taste"][:, now]}
