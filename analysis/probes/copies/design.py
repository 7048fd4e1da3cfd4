"""copies: what does a copy of me, which saw other things than I did, expect me to be?

Two dozen agents, eight of them copies of the mind: the same weights, a persona and a history each. θ and φ are any two
of these. φ is asked "predict θ pretending to be me" and "behave as θ pretending to be me". The truth is what θ itself
says (analysis/copies): to predict, at its own place; to behave, in a world forked at that step in which θ stands where
φ stands, for forgetful personas. Deeper questions go back and forth, "θ pretending to be me pretending to be θ", up to
depth 4; training ends at depth 2. At depth 1 θ is asked to be itself. Interventions, on "predict θ pretending to be
me":

- φ hidden from θ: θ, which in truth saw φ act at a step, stands at that step where neither sees the other. Only steps
  count at which φ acted as itself and that lie beyond θ's memory, so that nothing but θ's picture of φ changes. What θ
  did at these steps would tell φ less of θ once θ is away; therefore θ is announced in a role at them, hidden or not,
  and its acts there are no evidence. *Seen*: φ saw θ at these steps, and its answer should move as θ's own does.
  *Unseen*: φ did not see θ, which saw it (a far-sighted θ, a near-sighted φ), cannot know, and must not move
- slots swapped: θ and φ trade their places in the arrays of the episode. Names go with them, so every question to a
  name has the answer that it had
- one event less: of one act that φ saw, everybody is told that it was a role, so that it is no evidence. φ's answer
  hangs on what θ did, and on what φ did where θ could see it; on nothing else
- θ replaced by a scripted agent of the same persona, whose answer is the truth then. *Now*: only at the question; all
  that φ saw is what the copy did. *Always*: from the start, in the twin episode, in which the world goes another way
  once the two act differently

Thresholds, stated before anything was measured. The effect is skill at "predict θ pretending to be me" over at least
200 kept questions, against the best of all shortcuts, those of copies among them. A control shows it where the whole
95% interval is at or above 0.1.

- positive, must: the exact reasoner in θ's place, which has what θ has perceived, and thinks as it was taught to
- negative, must not: the mind with its history blanked, with its prompt blanked, with names shuffled, with its own
  actions blanked (what θ saw of φ are φ's own actions)

Figures to be reached: skill at depth 2 clear of 0, for either stance, over 200 kept questions; hiding that φ could see
moves φ's answer in θ's direction in 70% of the episodes in which θ's own moves by 0.05 or more (total variation).
Where nothing may move: not by more than 1e-6 in any probability, hidden so that φ could not see it, or told less of an
act on which the answer does not hang; not by more than 0.01, the project's bound for rounding, with slots swapped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from agents.orchard.run import MindsConfig, RunConfig
from agents.query import Query
from analysis.copies.asking import pair_of, until
from analysis.copies.scoring import Drawn
from analysis.probes.probe import Subject, Trial
from analysis.questions.perception import Perception
from analysis.questions.sampling import Cell
from worlds import Agent, Episode, FunhouseError, OrchardConfig

HEADLINE: Cell = ("predict", 2)
SKILL, RIGHTLY, ROUNDING, NOTHING = 0.1, 0.7, 0.01, 1e-6  # the thresholds
SHOULD = 0.05  # total variation by which θ's own answer must move for φ's to be judged
HIDING, SEEN, UNSEEN = "φ hidden from θ", "seen", "unseen"
SWAPPED, LESS = "slots swapped", "one event less"
THEIR_ACT, SHOWN_ACT = "θ's act", "own act that θ saw"  # may move the answer
HIDDEN_ACT, OTHERS_ACT = "own act out of θ's sight", "another's act"  # must not
Edited = tuple[str, str, Episode, Episode]  # intervention, condition, the world as it was and then


@dataclass(frozen=True)
class Design:
    """What the episodes are like, and how much is asked in each."""

    agents: int = 24
    copies: int = 8
    steps: int = 48
    size: int = 13  # rows and columns: as crowded as the worlds of 24 agents that the mind was trained on
    fruits: int = 12
    episodes: int = 8  # of each seed
    training: int = 12  # on which the shortcuts are fitted
    depths: tuple[int, ...] = (1, 2, 3, 4)
    predict: int = 48  # moments, each asked about at every depth
    behave: int = 24
    hidings: int = 12  # moments, before each of which φ is hidden in both ways
    edits: int = 3  # moments at which slots are swapped and events left out
    twins: int = 16  # moments about the copy that is replaced

    @property
    def drawn(self) -> Drawn:
        """The questions that the tables are made of."""
        return Drawn(self.predict, self.behave, self.depths)

    def run(self, subject: Subject, split: str, seed: int) -> RunConfig:
        """The run of one seed's episodes."""
        orchard = OrchardConfig(
            height=self.size, width=self.size, map="mixed", fruits=self.fruits, agents=self.agents, steps=self.steps
        )
        return RunConfig(orchard, seed=seed, split=split, minds=MindsConfig(self.copies, subject.checkpoint))


def played(subject: Subject, run: RunConfig, count: int) -> list[Episode]:
    """The first episodes of a run. Raises FunhouseError where the subject has nobody to play them."""
    if subject.players is None:
        raise FunhouseError("nobody is here to play copies of the mind", remedy="hand in its players")
    return [episode for batch in subject.players.batches(run, range(count)) for episode in batch]


def worlds_of(trial: Trial) -> Iterator[tuple[int, Episode, Episode]]:
    """(seed, episode, twin), seed by seed. In the twin the last copy is a scripted agent of the same persona, from the
    start: the same map, fruits, names, types, roles and draws, but for what follows from what it does."""
    subject, design = trial.subject, trial.design
    for seed in trial.settings.all_seeds:
        run, count = design.run(subject, trial.settings.split, seed), trial.count(design.episodes)
        fewer = replace(run, minds=MindsConfig(design.copies - 1, subject.checkpoint))
        pairs = zip(played(subject, run, count), played(subject, fewer, count), strict=True)
        yield from ((seed, *pair) for pair in pairs)


def hidden(episode: Episode, query: Query, condition: str) -> tuple[Episode, Episode] | None:
    """The episode as it was and with φ hidden from θ, both up to a question; None where there is nothing to hide.

    In both, θ is announced in a role at the steps in question.
    """
    theta, phi = pair_of(query)
    when = _steps(episode, query.step, theta, phi, condition)
    away = {int(s): _away(episode, int(s), theta, phi) for s in when}
    away = {s: place for s, place in away.items() if place is not None}
    if not away:
        return None
    as_it_was = in_a_role(until(episode, query.step), theta, list(away))
    cell = as_it_was.cell.copy()
    for s, place in away.items():
        cell[s, theta] = place
    return as_it_was, replace(as_it_was, cell=cell)


def in_a_role(episode: Episode, agent: int, steps: Sequence[int]) -> Episode:
    """The episode in which an agent is announced in a role at some steps: what it did there is no evidence."""
    played = next(name for name in episode.names if name != episode.names[agent])
    role = [list(row) for row in episode.role]
    for step in steps:
        role[step][agent] = (played,)
    return replace(episode, role=role)


def _steps(episode: Episode, step: int, theta: int, phi: int, condition: str) -> np.ndarray:
    """The steps at which φ may be hidden."""
    perception = Perception(episode)
    sees, native = perception.sees, perception.native
    known = sees[:, phi, theta] if condition == SEEN else ~sees[:, phi, theta]
    before = np.arange(episode.steps) < step - int(episode.run["policy"]["window"])
    return np.flatnonzero(sees[:, theta, phi] & known & native[:, phi] & before)


def _away(episode: Episode, step: int, theta: int, phi: int) -> int | None:
    """The cell nearest to θ from which θ and φ do not see each other, even with far sight; None where there is none."""
    geometry, n = episode.geometry, episode.walls.size
    place = episode.cell[step, phi]
    cells = np.arange(n)
    sees = (geometry.visible[-1, place, cells >> 6] >> (cells & 63).astype(np.uint64)) & np.uint64(1)
    able = cells[(sees == 0) & ~episode.walls.ravel()]
    near = geometry.distance[episode.cell[step, theta], able] if len(able) else able
    return int(able[near.argmin()]) if len(able) else None


def edits(episode: Episode, query: Query) -> Iterator[Edited]:
    """Slots swapped; and one event less, of each sort of act that φ saw."""
    past = until(episode, query.step)
    yield SWAPPED, "", past, swapped(past, *pair_of(query))
    for condition, acts in acts_of(episode, query).items():
        if len(acts):
            step, agent = (int(k) for k in acts[-1])
            yield LESS, condition, past, in_a_role(past, agent, [step])


def swapped(episode: Episode, one: int, other: int) -> Episode:
    """The episode with the slots of two agents swapped, everything that is theirs with them."""
    order = np.arange(len(episode.agents))
    order[[one, other]] = other, one
    return replace(
        episode,
        cell=episode.cell[:, order], action=episode.action[:, order], reward=episode.reward[:, order],
        role=[[row[i] for i in order] for row in episode.role],
        prompt=[[row[i] for i in order] for row in episode.prompt],
        agents=[episode.agents[i] for i in order],
        probability=None if episode.probability is None else episode.probability[:, order],
    )  # fmt: skip


def acts_of(episode: Episode, query: Query) -> dict[str, np.ndarray]:
    """By condition, the acts (m, 2) int of step and agent, before a question, that φ saw and that are evidence."""
    theta, phi = pair_of(query)
    perception = Perception(episode)
    far = Perception(replace(episode, agents=[_far_sighted(agent) for agent in episode.agents]))
    evidence = (perception.sees[:, phi] & perception.native)[: query.step]  # t n
    shown, never = perception.sees[: query.step, theta, phi], ~far.sees[: query.step, theta, phi]
    own, other = np.arange(evidence.shape[1]) == phi, np.arange(evidence.shape[1]) == theta
    masks = {
        THEIR_ACT: other, SHOWN_ACT: shown[:, None] & own, HIDDEN_ACT: never[:, None] & own,
        OTHERS_ACT: ~own & ~other,
    }  # fmt: skip
    return {condition: np.argwhere(evidence & mask) for condition, mask in masks.items()}


def _far_sighted(agent: Agent) -> Agent:
    return replace(agent, type={**agent.type, "sight": "far"})
