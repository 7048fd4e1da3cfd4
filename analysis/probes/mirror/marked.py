"""The mark: does one that cannot be felt, and is seen in the mirror, raise washing?

The agent is numb: it does not feel a mark on itself. From step MARKED on it, or the one behind the glass, is marked.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from agents.answer import Answerer, Question
from agents.language.prompt import say
from analysis.probes.mirror.episodes import BLANK, IMAGE, LIVE, ME, TWIN, Design, Mirror, mirrors
from analysis.probes.probe import Settings
from analysis.scores.measures import checked
from worlds import Episode
from worlds.orchard.marks import WASH

SEEN, SHAM, ON_OTHER, NO_MIRROR, FELT = "seen", "sham", "on the other", "no mirror", "felt"
MARKED = 4  # the step from which on there is a mark
JUDGED = 8  # the step at which washing is judged
# What is behind the glass, whether the agent is marked and whether the other is.
SCENES = {
    SEEN: (LIVE, True, True), SHAM: (LIVE, False, False), ON_OTHER: (TWIN, False, True),
    NO_MIRROR: (BLANK, True, True), FELT: (BLANK, True, True),
}  # fmt: skip
Washing = dict[tuple[str, str], list[np.ndarray]]  # (contender, condition): e of (k,), the chance of washing


def episodes(mirror: Mirror) -> Iterator[tuple[str, Episode]]:
    """(condition, episode): of a numb agent, but for "felt"."""
    for condition, (shown, mine, theirs) in SCENES.items():
        episode = mirror.episode(shown)
        mark = np.zeros(episode.action.shape, bool)
        mark[MARKED:, ME], mark[MARKED:, IMAGE] = mine, theirs
        episode = replace(episode, mark=mark)
        yield condition, sensitive(episode, mirror) if condition == FELT else episode


def sensitive(episode: Episode, mirror: Mirror) -> Episode:
    """The episode with an agent that feels a mark on itself."""
    space = mirror.space
    type = space.index({**episode.agents[ME].type, "feeling": "feels"})
    agent = replace(episode.agents[ME], type=space[type].to_dict(), description=space.descriptions[type])
    return replace(episode, agents=[agent, *episode.agents[IMAGE:]])


def washing(everybody: Mapping[str, Answerer], design: Design, settings: Settings, tell: Callable[[], None]) -> Washing:
    """How likely everybody, by name, would wash if asked to behave as itself, in a design with marks; `tell` is called
    after each episode."""
    found: Washing = {}
    for mirror in mirrors(design, settings):
        for condition, episode in episodes(mirror):
            for name, one in everybody.items():
                found.setdefault((name, condition), []).append(_washes(one, episode, design))
        tell()
    return found


def _washes(one: Answerer, episode: Episode, design: Design) -> np.ndarray:
    me = episode.names[ME]
    asked = [Question(me, step, say("behave", (), me=me)) for step in design.observed]
    return checked(one.answer(episode, asked), len(asked), one.name, episode.actions)[:, WASH]


def effect(found: Washing, contender: str, design: Design) -> np.ndarray:
    """(e,): how much likelier it washes with the mark seen on the live image than with it seen on another."""
    k = design.observed.index(JUDGED)
    seen, other = (np.array(found[contender, one])[:, k] for one in (SEEN, ON_OTHER))
    return seen - other
