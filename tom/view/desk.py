"""What the page asks about a log, answered: one question at a time, whoever asks, and what was answered is kept."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from threading import get_ident
from typing import Any

import numpy as np
from numba.core import event

from agents import exact, exact_wish
from agents.answer import Question, resolve
from agents.language.wishes import is_wish
from agents.query import body_of
from agents.registry import reasoner_of, type_space, world_of
from analysis.contenders.one_question import shortcuts_and_best
from analysis.scores.measures import divergence
from tom.ask import names_of
from tom.view.telling import episode_told
from tom.view.worth import pairs, worth
from worlds import FunhouseError
from worlds.base_episode import BaseEpisode
from worlds.log.reader import Log

KEPT = 4096  # answers
EPISODES = 16  # kept
DEEPEST = 4  # of a question that is answered here: work grows with the depth as a power does
PATIENCE = 15.0  # seconds that one who asks waits for those before, and for the answer
WAITING = 64  # that many at a time


TOO_MANY = "too many ask at once"
COMPILING = "kernels are compiled on their first use, which takes a minute or two; the answer comes after that"
WORKING = "the answer is still being worked out"


class Busy(Exception):
    """There is no answer yet, and why; status: 202 where it is being worked out for who asks again, else 503."""

    def __init__(self, why: str, status: int = 202):
        super().__init__(why)
        self.status = status


class Compiling(event.Listener):
    """Whether a kernel is being compiled by the thread that answers; all of the process tell of theirs."""

    under_way, thread = 0, 0

    def on_start(self, event: Any) -> None:
        self.under_way += get_ident() == self.thread

    def on_end(self, event: Any) -> None:
        self.under_way -= get_ident() == self.thread


class Desk:
    """Answers about one log by one mind, or by none, in plain JSON values.

    Everything is worked out in one thread of its own: minds and kernels are on one core, and answers come in turn.
    """

    def __init__(self, log: Log, mind: Any = None):
        """log: as worlds.open_log has it; mind: a tom.base_mind.BaseMind. Raises FunhouseError where it does not know
        the log's world."""
        if mind is not None:
            mind.check(mind.reads(log.config), str(log.path))
        self.log, self.mind = log, mind
        self._kept: OrderedDict[tuple, Any] = OrderedDict()
        self._episodes: OrderedDict[int, BaseEpisode] = OrderedDict()
        self._hands, self._waiting = ThreadPoolExecutor(1, initializer=on_one_core), 0
        self._compiling = Compiling()

    def do(self, work: Callable[..., Any], *asked: Any) -> Any:
        """What `work`, a method of this desk, says to what is asked. Raises FunhouseError, and Busy."""
        if self._waiting >= WAITING:
            raise Busy(TOO_MANY, 503)
        self._waiting += 1
        answer = self._hands.submit(self._once, work, asked)
        try:
            return answer.result(PATIENCE)
        except TooLate as late:
            answer.cancel()  # where it has not begun; else it is kept for who asks again
            raise Busy(COMPILING if self._compiling.under_way else WORKING) from late
        finally:
            self._waiting -= 1

    def _once(self, work: Callable[..., Any], asked: tuple) -> Any:
        key = (work.__qualname__, *asked)
        if key not in self._kept:
            self._compiling.thread = get_ident()
            with event.install_listener("numba:compile", self._compiling):
                self._kept[key] = work(*asked)
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]

    def episode(self, index: int) -> BaseEpisode:
        """An episode of the log. Raises FunhouseError where there is none."""
        if index < 0:  # which counts from the end elsewhere
            raise FunhouseError(f"there is no episode {index}", remedy=f"choose one from 0 to {len(self.log) - 1}")
        if index not in self._episodes:
            self._episodes[index] = self.log[index]
        self._episodes.move_to_end(index)
        while len(self._episodes) > EPISODES:
            self._episodes.popitem(last=False)
        return self._episodes[index]

    def about(self) -> dict[str, Any]:
        """What log this is, and who answers."""
        config, mind = self.log.config, self.mind
        return {
            "log": self.log.path.name,
            "world": world_of(config).called(config),
            "split": self.log.split,
            "episodes": len(self.log),
            "mind": None if mind is None else (mind.checkpoint[:12] or "a mind"),
            "traits": {trait: list(values) for trait, values in type_space(self.log).traits.items()},
        }

    def told(self, index: int) -> dict[str, Any]:
        """An episode, as tom.view.telling has it."""
        return episode_told(self.episode(index))

    def ask(self, index: int, agent: str, step: int, prompt: str) -> dict[str, Any]:
        """What the mind says to a prompt, and what is true, (actions,) each; None where there is no such answer."""
        episode = self.episode(index)
        if is_wish(prompt):
            return self._wished(episode, agent, step, prompt)
        query = resolve(episode, Question(agent, step, prompt))
        if query.depth > DEEPEST:
            what = f"the prompt is {query.depth} deep, and this page answers to {DEEPEST}"
            raise FunhouseError(what, remedy="ask it with tom ask --exact")
        truth = list((exact(episode, agent, step, prompt).probabilities or {}).values())
        mind = None if self.mind is None else self.mind.answer(episode, [Question(agent, step, prompt)])[0].tolist()
        return {
            "stance": query.stance, "chain": list(names_of(episode, query.chain)), "depth": query.depth,
            "body": body_of(query), "mind": mind, "truth": truth, **({"nats": _nats(truth, mind)} if mind else {}),
        }  # fmt: skip

    def _wished(self, episode: BaseEpisode, agent: str, step: int, prompt: str) -> dict[str, Any]:
        """The same of a wish: what acting by it does, and how likely it comes true."""
        said = self._once(exact_wish, (episode, agent, step, prompt))
        do = said.probabilities and list(said.probabilities.values())
        mind = None
        if self.mind is not None and self.mind.wishes and not said.estimated:
            mind = self.mind.answer(episode, [Question(agent, step, prompt)])[0].tolist()
        figures = {name: getattr(said, name) for name in ("wish", "chance", "asked", "best", "estimated")}
        body = episode.find(agent)
        return {"stance": "do", "chain": list(said.chain), "body": body, "mind": mind, "truth": do, **figures}

    def shortcuts(self, index: int, agent: str, step: int, prompt: str) -> dict[str, Any]:
        """What the shortcuts say to it, {name: (actions,)}, and which is the best: it is fitted on first use."""
        episode = self.episode(index)
        if is_wish(prompt):
            said, best = self._once(exact_wish, (episode, agent, step, prompt)).shortcuts, None
        else:
            said, best = shortcuts_and_best(episode, agent, step, prompt, self.log)
        return {"shortcuts": {name: list(row.values()) for name, row in said.items()}, "best": best}

    def beliefs(self, index: int, agent: str, who: str) -> dict[str, Any]:
        """What an agent can know of another at each step, and what the mind says of it: {trait: (t, values)} each."""
        return self.known(index, agent, [who])[0]

    def known(self, index: int, agent: str, whom: Sequence[str]) -> list[dict[str, Any]]:
        """The same of several, whom the mind is asked about at once."""
        episode, me = self.episode(index), self.episode(index).find(agent)
        others = [episode.find(who) for who in whom]
        said = self._described(episode, me, others)
        exact = [self._believed(episode, me, other) for other in others]
        return [{"who": who, "exact": e, "mind": m} for who, e, m in zip(whom, exact, said, strict=True)]

    def _believed(self, episode: BaseEpisode, agent: int, who: int) -> dict[str, list]:
        space = type_space(self.log)
        belief = reasoner_of(space).posteriors(episode, agent, who)
        places = zip(space.traits.items(), space.trait_index.T, strict=True)  # of each type its value of a trait
        return _short({trait: belief @ (of[:, None] == np.arange(len(values))) for (trait, values), of in places})

    def glimpses(self, index: int, agent: str, step: int, chain: tuple[str, ...]) -> dict[str, Any]:
        """What each of a chain of agents sees in the mind of the one before: chances that cells are in sight, and that
        what lies on them is noticed; nothing where there are no pictures, or no senses."""
        episode = self.episode(index)
        episode.check_step(step)
        who = [episode.find(name) for name in chain[:DEEPEST]]
        seen = world_of(episode).glimpsed(episode, episode.find(agent), [step], who)[:, :, 0]
        return {"glimpses": [dict(zip(("cells", "noticed"), np.round(one, 4).tolist(), strict=True)) for one in seen]}

    def worth(self, index: int) -> dict[str, Any]:
        """How far the mind and the best shortcut are from the truth in an episode, and where most."""
        return worth(self.episode(index), self.mind, self.log)

    def pairs(self, index: int) -> dict[str, Any]:
        """Who is imitated how well in an episode."""
        return pairs(self.episode(index), self.mind, self.log)

    def _described(self, episode: BaseEpisode, agent: int, others: Sequence[int]) -> Sequence[dict[str, list] | None]:
        if self.mind is None:
            return [None] * len(others)
        steps = episode.steps
        said = self.mind.traits(episode, agent, [*range(steps)] * len(others), np.repeat(others, steps).tolist())
        parts = [slice(k * steps, (k + 1) * steps) for k in range(len(others))]
        return [_short({trait: rows[part] for trait, rows in said.items()}) for part in parts]


def _short(traits: dict[str, np.ndarray]) -> dict[str, list]:
    return {trait: np.round(rows, 4).tolist() for trait, rows in traits.items()}


def _nats(truth: Sequence[float], said: Sequence[float]) -> float:
    return float(divergence(np.array([truth]), np.array([said]))[0])


def on_one_core() -> None:
    """Has torch work in the calling thread alone."""
    import torch

    torch.set_num_threads(1)
