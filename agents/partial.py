"""Partial reasoners: exact but for one ingredient of the definition.

How far each is from the truth says what a world demands: an ingredient without which one answers as well is not needed
there. `Without` says what is left out; `Partial` is the definition without it, in plain and slow Python, and the
compiled kernel is held equal to that. docs/theory.md, "Partial reasoners", says what each leaves.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from agents.definition import UNNAMED, Act, Actor, Chain, Definition, History

RECENT = 8  # steps: how much the reasoner remembers that has the latest evidence alone
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
EVERYBODY = -1  # as bits: every place of a chain


class Without(NamedTuple):
    """What is left out of the definition; by default nothing."""

    posterior: int = 0  # bit i: of whom place i of the chain names, the prior stands for what was observed
    scene_lens: bool = False  # whoever is imagined acts on all that is seen from its place, whatever its senses
    knowledge_lens: bool = False  # whoever is imagined knows what I know
    nested_lenses: bool = False  # of several who are imagined, one in another, I look through the last one's eyes alone
    cover: bool = False  # c = 1: what I cannot see of what another could see weakens no evidence
    past: int = 0  # steps: only the acts of so many are evidence; 0: all
    manner: bool = False  # everybody is played as it is


NOTHING = Without()
PRIOR_ALONE = Without(posterior=EVERYBODY)


def partial_reasoners(depth: int, traits: Any, sensed: bool = True) -> dict[str, Without]:
    """By name, those that leave out one ingredient of a question of a depth, in a world with these traits.

    sensed: whether types of the world differ in their senses. At depth 0 nothing is imagined, and there are none.
    """
    return dict(_partial(depth, traits, sensed))


def _partial(depth: int, traits: Any, sensed: bool) -> Iterator[tuple[str, Without]]:
    if depth == 0:
        return
    if depth > 1:  # of one who is named alone it would be the ignorant shortcut
        for place, ordinal in zip(range(depth), ORDINALS, strict=False):
            yield f"prior for the {ordinal} named", Without(posterior=1 << place)
    if sensed:
        yield "no lens on the scene", Without(scene_lens=True)
    if depth > 1:
        yield "no lens on knowledge", Without(knowledge_lens=True)
        yield "one lens only", Without(nested_lenses=True)
    if sensed:
        yield "c = 1", Without(cover=True)
    yield f"the last {RECENT} steps alone", Without(past=RECENT)
    if "manner" in traits:
        yield "no manner", Without(manner=True)


class Mine(NamedTuple):
    """What the asker has to imagine others with."""

    scene: History  # as its own eyes have it
    knowledge: History
    body: str  # where the action is taken


class Partial(Definition):
    """The definition of a world without something."""

    def __init__(self, whole: Definition, without: Without):
        self.whole, self.without = whole, without

    def senses(self, type: int) -> Any:
        return self.whole.senses(type)

    def perceive(self, history: Any, body: str, senses: Any) -> Any:
        return self.whole.perceive(history, body, senses)

    def policy(self, type: int, history: Any, body: str) -> np.ndarray:
        return self.whole.policy(type, history, body)

    def prior(self, body: str) -> np.ndarray:
        return self.whole.prior(body)

    def act(self, history: Any, step: int, who: str) -> Act | None:
        act = self.whole.act(history, step, who)
        return act._replace(cover=np.ones_like(act.cover)) if act and self.without.cover else act

    def played(self, type: int, believed: int) -> int:
        return believed if self.without.manner else self.whole.played(type, believed)

    def posterior(self, history: History, who: str) -> np.ndarray:
        past = self.without.past
        if not past and not self.without.cover:
            return self.whole.posterior(history, who)
        belief = self.prior(who)
        for s in range(max(0, len(history) - 1 - past) if past else 0, len(history)):
            belief = self.weighed(belief, history[: s + 1], who)
        return belief

    def behave(self, history: History, me: str, type: int, chain: Chain) -> np.ndarray:
        seen = self.perceive(history, me, self.senses(type))
        return self._enact(Mine(seen, history, me), seen, history, Actor(me, me, type), chain, 0)

    def predict(self, history: History, target: str, chain: Chain) -> np.ndarray:
        mine = Mine(history, history, target)
        return self._as(mine, history, history, Actor(UNNAMED, target, -1), (target, *chain), 0, played=False)

    def _enact(self, mine: Mine, scene: History, knowledge: History, actor: Actor, chain: Chain, at: int) -> np.ndarray:
        """As `enact` of the definition; scene: as the actor sees it; at: the place of the chain's first element."""
        if not chain:
            act = self.whole.unlensed if self.without.scene_lens else self.policy
            return act(actor.type, scene, mine.body)
        if isinstance(chain[0], str) and chain[0] == actor.name:
            return self._enact(mine, scene, knowledge, actor, chain[1:], at + 1)
        return self._as(mine, scene, knowledge, actor, chain, at)

    def _as(
        self, mine: Mine, scene: History, knowledge: History, actor: Actor, chain: Chain, at: int, played: bool = True
    ) -> np.ndarray:
        """The actor as whom the chain names first; not played: who is predicted, and acts in person."""
        target, rest = chain[0], chain[1:]
        name: str | None
        if isinstance(target, str):
            name, place, belief = target, target, self.believed(knowledge, target, at)
        else:
            name, place, belief = UNNAMED, actor.place, self.described(target, mine.body)

        def act(k: int) -> np.ndarray:
            k = self.played(actor.type, k) if played and name is not UNNAMED else k
            imagined = self._scene(mine, scene, k), self._knowledge(mine, knowledge, place, k)
            return self._enact(mine, *imagined, Actor(name, place, k), rest, at + 1)

        return self._mean(belief, act)

    def believed(self, knowledge: History, who: str, at: int) -> np.ndarray:
        """(k,): what is known of whom a place of the chain names."""
        return self.prior(who) if self.without.posterior >> at & 1 else self.posterior(knowledge, who)

    def _scene(self, mine: Mine, scene: History, type: int) -> History:
        """What one who is imagined sees."""
        if self.without.scene_lens:
            return mine.scene
        return self.perceive(mine.scene if self.without.nested_lenses else scene, mine.body, self.senses(type))

    def _knowledge(self, mine: Mine, knowledge: History, place: str, type: int) -> History:
        """What one who is imagined has perceived."""
        if self.without.knowledge_lens:
            return mine.knowledge
        return self.perceive(mine.knowledge if self.without.nested_lenses else knowledge, place, self.senses(type))
