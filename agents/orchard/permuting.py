"""The same episode with tastes permuted.

Tastes are rotations of the colour order, so a rotation of the colours makes of every type another one of the space.
Exact answers are the same for it: who liked red and went for the red fruit likes blue now, and goes for the blue one
that lies there.
"""

import re
from dataclasses import replace

import numpy as np

from worlds import KINDS, Episode, FunhouseError


def permuted_words(text: str, kinds: int, places: int) -> str:
    """A text in which each of the first `kinds` colours is the one so many places on."""
    colours = KINDS[:kinds]
    after = {colour: colours[(i + places) % kinds] for i, colour in enumerate(colours)}
    return re.sub(rf"\b({'|'.join(colours)})\b", lambda found: after[found[0]], text)


def permuted(episode: Episode, places: int) -> Episode:
    """The episode with every colour so many places on: of the fruits, in the tastes and in all words. Raises
    FunhouseError where there are strangers."""

    def said(text: str) -> str:
        return permuted_words(text, episode.config.kinds, places)

    if any(one.stranger for one in episode.agents):
        what = "the policies of strangers hang on colours, and have no others to be permuted to"
        raise FunhouseError(what, place=f"episode {episode.index}", remedy="take a log without strangers")
    agents = [
        replace(one, type={**one.type, "taste": said(one.type["taste"])}, description=said(one.description))
        for one in episode.agents
    ]
    return replace(
        episode,
        board=np.roll(episode.board, places, axis=1),
        role=[[tuple(map(said, chain)) for chain in row] for row in episode.role],
        prompt=[[said(prompt) for prompt in row] for row in episode.prompt],
        agents=agents,
    )
