"""Anybody's environment as the mind reads it: an agent-step is the observation of whoever acted.

Of the bank it knows the members that training sees, by their words and as what `describe` tells apart. Of a held-out
member it knows nothing: no word that describes nobody else, and no place of its own. Nor is such a member told what it
is, in words that were learned from others: it finds out by what it did, as half of the histories of training teach.
"""

import numpy as np

from agents.arena.run import SHARE_A_BANK, bank_of_run
from agents.arena.words import words_of
from agents.language.prompt import QUESTION_WORDS
from tom.tokens.base import UNLABELLED, Reader, announced
from worlds import FunhouseError

MOST_LEGAL = 1024  # actions that may be taken at once, where a mind is trained


def check_legal(most: int, place: str) -> None:
    """Raises FunhouseError where so many actions are legal at once that no mind is trained on them."""
    if most > MOST_LEGAL:
        what = f"{most:,} actions are legal at once, and a mind is trained on at most {MOST_LEGAL:,}"
        raise FunhouseError(what, place=place, remedy="give the environment an action mask, or fewer actions")


class ArenaReader(Reader):
    """A bank of policies for types."""

    untold = 0.5

    def __init__(self, run: dict):
        self.space = bank_of_run(run)
        arena, forms = self.space.config, self.space.forms
        bank = f"a bank of {len(self.space)} policies ({self.space.mark})"
        self.kind = f"{arena.world} with the arguments {arena.arguments} and {bank}"
        self.met = np.flatnonzero(~self.space.held_out)  # the members that training sees
        self.words = tuple(sorted(QUESTION_WORDS | words_of(self.space[int(k)].name for k in self.met)))
        self.actions = max(form.actions for form in forms)
        check_legal(max((form.actions for form in forms if not form.masked), default=0), arena.world)

    def shown(self, episode):
        return episode

    def native(self, episode) -> np.ndarray:
        return announced(episode)

    def sees(self, episode, me: int) -> np.ndarray:
        return episode.perceived[:, me]

    def tells(self, agent) -> bool:
        return self.space.index(agent.type) in self.met

    def types(self, episode) -> np.ndarray:
        """(n, 1) int64: each agent's place among the members that training sees; nobody says who is another."""
        place = np.full(len(self.space), UNLABELLED, np.int64)
        place[self.met] = np.arange(len(self.met))
        return place[super().types(episode)]

    def of_all(self, trait: str, chance: np.ndarray) -> np.ndarray:
        """With 0 for the members held out."""
        every = np.zeros((len(chance), len(self.space)))
        every[:, self.met] = chance
        return every

    def difference(self, other: "ArenaReader") -> tuple[str, str] | None:
        """The bank alone, and how logs come to share one."""
        one, two = self.space.config, other.space.config
        difference = self.space.settings.difference(other.space.settings)
        if (one.environment, one.arguments) == (two.environment, two.arguments) and difference:
            return difference, SHARE_A_BANK
        return None

    def look(self, episode, me, step, agent):
        """As `observed`, and cover (r, 1) float32; company (r, 1, n) bool: whom `me` perceives act."""
        cover = np.ones((len(step), 1), np.float32)
        return observed(episode, step, agent) | {"cover": cover, "company": episode.perceived[step, me][:, None]}

    def network(self) -> dict:
        return {
            "traits": (len(self.met),),
            "actions": self.actions,
            "features": 0,
            "layers_seen": 1,
            "species": tuple(int(np.prod(form.shape)) for form in self.space.forms),
        }


def observed(episode, step: np.ndarray, agent: np.ndarray) -> dict[str, np.ndarray]:
    """What agent-steps (r,) were like: species (r,) int64; observation (r, f) float32, flattened and padded to the
    largest species'; blocked (r, actions) bool: what is illegal."""
    widest = max(int(np.prod(form.shape)) for form in episode.forms)
    observation = np.zeros((len(step), widest), np.float32)
    blocked = np.ones((len(step), episode.actions), np.bool_)
    for who in np.unique(agent):
        here = np.flatnonzero(agent == who)
        seen, legal = episode.observation[who][step[here]], episode.mask[who][step[here]]
        observation[here, : seen[0].size] = seen.reshape(len(here), -1)
        blocked[here, : legal.shape[1]] = ~legal
    check_legal(int((~blocked).sum(1).max(initial=0)), "a step of the log")
    return {"species": episode.species[agent].astype(np.int64), "observation": observation, "blocked": blocked}
