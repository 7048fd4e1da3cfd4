"""The three readouts of one episode: masks told apart by likelihood, by description, and the distortion undone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np

from agents.answer import Answerer, Question, Reasoned, Truth, resolve
from agents.language.prompt import say
from agents.reasoning import Space
from agents.world import reasoner_of, type_space
from analysis.contenders.shortcuts import IGNORANT
from analysis.probes.funhouse.episodes import TARGET, Design, exchanged, foretell, seen, unannounced
from analysis.questions.survey import REASONER
from analysis.scores.describe import POSTERIOR, Describer, Subject, described
from analysis.scores.measures import LEAST, divergence, total_variation
from analysis.scores.traits import trait_values
from worlds import Episode

THEMSELVES = "the imitators themselves"
NOT_UNDONE, IN_PLACE, COPIED = "mind, not undone", "mind, in the imitator's place", "the imitator's act"
SAME = 1e-9  # log likelihoods, or probabilities, this close are equal: it is a toss


class Ignorant:
    """Exact reasoning that knows the prior only, of anybody."""

    name = IGNORANT

    def answer(self, episode: Episode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions, (q, 5) float64."""
        queries = [resolve(episode, question) for question in questions]
        return reasoner_of(type_space(episode)).enact(episode, queries, belief="prior")


class Themselves:
    """What is really done: the imitators' own exact reasoning."""

    name = THEMSELVES

    def answer(self, episode: Episode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions, (q, 5) float64."""
        return Truth(type_space(episode)).answer(episode, questions)


def exact(episode: Episode) -> list[Answerer]:
    """Who answers exactly, knowing less and less: the imitators, the observer, nobody."""
    return [Themselves(), Reasoned(type_space(episode)), Ignorant()]


def likelihoods(episode: Episode, design: Design, who: Sequence[Answerer]) -> dict[str, np.ndarray]:
    """By contender, (mask, imitator) nats: how likely the acts behind each mask are with each imitator behind it."""
    crowd, first = design.crowd, design.alone
    steps = {mask: seen(episode, design, mask) for mask in crowd}
    table = {one.name: np.zeros((len(crowd), len(crowd))) for one in who}
    for mask, other in [(one, one) for one in crowd] + [*combinations(crowd, 2)]:
        world = episode if mask == other else exchanged(episode, mask, other, first)
        pairs = dict.fromkeys([(mask, other), (other, mask)])
        asked = {pair: foretell(world, design, steps[pair[0]], pair[1], TARGET) for pair in pairs}
        for one in who:
            said = one.answer(world, [question for part in asked.values() for question in part])
            ends = np.cumsum([len(part) for part in asked.values()])[:-1]
            for (behind, imitator), rows in zip(asked, np.split(np.asarray(said), ends), strict=True):
                chance = rows[np.arange(len(rows)), episode.action[steps[behind], behind]]
                table[one.name][behind - 1, imitator - 1] = np.log(np.maximum(chance, LEAST)).sum()
    return table


@dataclass(frozen=True)
class Pairs:
    """The pairs of imitators, in the order of everything that is told of pairs."""

    both: list[tuple[int, int]]
    mixed: np.ndarray  # bool: one sees near and one far

    @classmethod
    def of(cls, design: Design) -> "Pairs":
        """Those of a design."""
        both = [*combinations(range(len(design.imitators)), 2)]
        return cls(both, np.array([design.imitators[i] != design.imitators[j] for i, j in both]))


def told_apart(table: np.ndarray, pairs: Pairs) -> np.ndarray:
    """(pairs,) 1 where two are likelier behind their own masks than behind each other's, 0.5 where equally likely."""
    return np.array([_over(table[i, i] + table[j, j] - table[i, j] - table[j, i]) for i, j in pairs.both])


def placed(table: np.ndarray) -> float:
    """The share of imitators that the likeliest assignment puts behind their masks; a mean over equally likely ones."""
    own = np.arange(len(table))
    orders = np.array([*permutations(own)])
    likely = table[own, orders].sum(1)
    return float((orders[likely >= likely.max() - SAME] == own).mean())


def _over(difference: float) -> float:
    return 0.5 if abs(difference) <= SAME else float(difference > 0)


def nearer(stated: np.ndarray, design: Design, pairs: Pairs) -> np.ndarray:
    """(pairs,) 1 where the near-sighted one of two is called near-sighted more surely; stated (imitators,)."""
    sign = [1 if design.imitators[i] == "near" else -1 for i, _ in pairs.both]
    return np.array([_over(s * float(stated[i] - stated[j])) for s, (i, j) in zip(sign, pairs.both, strict=True)])


def descriptions(episode: Episode, design: Design, who: Sequence[Describer], step: int) -> dict[str, np.ndarray]:
    """By contender, (imitators, v): what the observer says of each, of every value of every trait."""
    space = type_space(episode)
    asked = [Subject(design.observer, step, one, 0) for one in design.crowd]
    reasoner = reasoner_of(space)
    belief = np.array([reasoner.posteriors(episode, one.agent, one.who)[step] for one in asked])
    said = {one.name: described(one, episode, asked, space) for one in who}
    return said | {POSTERIOR: belief @ trait_values(space).T}


def column(space: Space, value: str) -> int:
    """Where a trait's value stands among all values of all traits."""
    return [one for values in space.traits.values() for one in values].index(value)


@dataclass(frozen=True)
class Moved:
    """How descriptions of the imitators moved while masks were worn, of one contender; axis i, imitators."""

    masked: np.ndarray  # i: mean total variation of a trait, roles announced
    bare: np.ndarray  # i: the same, the same acts unannounced
    taken: np.ndarray  # i 2: by how much the target's taste became likelier, announced and not; NaN where it is theirs


def movements(episode: Episode, design: Design, who: Sequence[Describer]) -> dict[str, Moved]:
    """By contender, how descriptions moved from the first step of the masks to the last."""
    space, last = type_space(episode), episode.steps - 1
    start = descriptions(episode, design, who, design.alone)
    ends = [descriptions(world, design, who, last) for world in (episode, unannounced(episode, design.alone))]
    taste = [column(space, agent.type["taste"]) for agent in episode.agents]
    same = np.array([taste[one] == taste[TARGET] for one in design.crowd])
    found = {}
    for name, before in start.items():
        moved = [total_variation(end[name], before) / len(space.traits) for end in ends]
        taken = np.stack([end[name][:, taste[TARGET]] - before[:, taste[TARGET]] for end in ends], 1)
        found[name] = Moved(moved[0], moved[1], np.where(same[:, None], np.nan, taken))
    return found


@dataclass(frozen=True)
class Images:
    """What the target would have done in one imitator's place, and what was said of it; axis q."""

    imitator: int
    truth: np.ndarray  # q a: what the target would have done
    image: np.ndarray  # q a: what the imitator does in its role
    action: np.ndarray  # q int: what it did
    answer: dict[str, np.ndarray]  # by contender: q a

    @property
    def distortion(self) -> np.ndarray:
        """(q,) nats from the target to its image."""
        return divergence(self.truth, self.image)


def images(episode: Episode, design: Design, mind: Answerer, blind: Sequence[Answerer]) -> Iterator[Images]:
    """What is said of each imitator's place: with target and imitator exchanged, "predict" the target."""
    for imitator in design.crowd:
        if not (steps := seen(episode, design, imitator, design.every)):
            continue
        world = exchanged(episode, TARGET, imitator, design.alone)
        straight = foretell(world, design, steps, TARGET)
        bent = foretell(episode, design, steps, imitator, TARGET)
        name = episode.names[imitator]
        inside = [Question(name, t, say("behave", (episode.names[TARGET],), me=name)) for t in steps]
        answer = {one.name: one.answer(world, straight) for one in (mind, *blind, Ignorant())}
        answer |= {
            REASONER: Reasoned(type_space(episode)).answer(world, straight),
            NOT_UNDONE: mind.answer(episode, bent),
            IN_PLACE: mind.answer(episode, inside),
        }
        truth, image = Themselves().answer(world, straight), Themselves().answer(episode, bent)
        said = {name: np.asarray(rows) for name, rows in answer.items()}
        yield Images(imitator, truth, image, episode.action[steps, imitator].astype(np.int64), said)
