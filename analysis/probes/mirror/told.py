"""How far the answer as the image is from the answer as oneself, what is expected of the image, and who washes.

Readouts, by which rows are told apart ("readout"); those of the worlds with marks have "marks":

- as the image: `from_myself` is the KL divergence of "behave as IMAGE" from "behave as myself", both the contender's
  own. The exact reasoner has no notion of mirrors: its row is what the image's acts alone teach
- what the image will do: `foreseen` is the KL divergence of "predict IMAGE" from what its next act is drawn from
- which one is you: of the live image and another, the one whose acts are the likelier as the asked agent's own, put in
  the image's place, than as another agent's. `right`: the share of episodes in which it is the live one
- washing: `wash` is the mean chance of washing
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from agents.answer import Answerer
from analysis.contenders.contingency import CONTINGENCY, LAG, oneself
from analysis.contenders.controls import PLANNER
from analysis.probes.contenders import REASONER, TRUE, Exact
from analysis.probes.mirror import design as glass
from analysis.probes.mirror.design import BLANK, FORESEEN, IMAGE, LIVE, ME, REPLAY, Design
from analysis.probes.mirror.thresholds import AT, WASHED
from analysis.probes.orchard import asking
from analysis.probes.probe import Row, Trial
from analysis.probes.shift import flat
from analysis.scores.intervals import Bounded, mean, means, ratio
from analysis.scores.measures import agreement, checked, divergence, total_variation
from worlds import Episode
from worlds.orchard.marks import WASH

AS_IMAGE, NEXT, WHICH, WASHING = "as the image", "what the image will do", "which one is you", "washing"
FIGURES = {AS_IMAGE: "from_myself", NEXT: "foreseen", WHICH: "right", WASHING: "wash"}  # by readout
BLIND = "mind, own actions blanked"
KINDS = {REASONER: "oracle", CONTINGENCY: "control", LAG: "control", PLANNER: "control"}
COMMON = (
    "kept", "excess_nats", "excess_low", "excess_high", "skill", "skill_low", "skill_high", "unfiltered_skill", "top1",
    "total_variation",
)  # fmt: skip


class Told:
    """What everybody said in one world, with marks or without. Axes: e episodes, k steps spent before the mirror."""

    def __init__(self, everybody: Mapping[str, Answerer], design: Design):
        self.everybody, self.design = everybody, design
        # By readout, contender and condition, what was said in each episode.
        self.said: defaultdict[tuple[str, str, str], list[Any]] = defaultdict(list)

    def images(self, trial: Trial, part: int) -> "Told":
        """Asks of every image: to be it, and oneself; what it will do, where that is known; whether it is oneself."""
        for mirror in glass.mirrors(trial, part, self.design):
            for condition in self.design.conditions:
                episode = mirror.episode(condition)
                for name, one in self.everybody.items():
                    self._ask(name, one, condition, episode)
                    if condition != BLANK and not name.endswith((BLIND, PLANNER)):
                        score = oneself(one, episode, ME, IMAGE, mirror.agent(mirror.foil))
                        self.said[WHICH, name, condition].append(score)
                if condition in FORESEEN:
                    itself = [asking(episode, IMAGE, step, "behave") for step in self.design.observed]
                    self.said[NEXT, TRUE, condition].append(Exact().answer(episode, itself))
        return self

    def washing(self, trial: Trial, part: int) -> "Told":
        """Asks how likely everybody would wash, if asked to behave as itself."""
        for mirror in glass.mirrors(trial, part, self.design):
            for condition, episode in glass.marked(mirror):
                for name, one in self.everybody.items():
                    said = self._answers(one, episode, ("behave",))
                    self.said[WASHING, name, condition].append(said[:, 0, WASH])
        return self

    def _ask(self, name: str, one: Answerer, condition: str, episode: Episode) -> None:
        next_act = [("predict", IMAGE)] * (condition in FORESEEN)
        said = self._answers(one, episode, ("behave", IMAGE), ("behave",), *next_act)
        self.said[AS_IMAGE, name, condition].append(said[:, :2])
        if next_act:
            self.said[NEXT, name, condition].append(said[:, 2])

    def _answers(self, one: Answerer, episode: Episode, *asked: tuple) -> np.ndarray:
        """(k, asked, actions): the agent's answers at every step that is asked about; asked: a stance and a chain."""
        questions = [asking(episode, ME, step, *words) for step in self.design.observed for words in asked]
        said = checked(one.answer(episode, questions), len(questions), one.name, episode.actions)
        return said.reshape(-1, len(asked), episode.actions)

    def value(self, readout: str, name: str, condition: str) -> np.ndarray:
        """(e, k) the figure of a readout; of which one is oneself (e, 1)."""
        said = np.array(self.said[readout, name, condition])
        if readout == AS_IMAGE:
            return divergence(said[:, :, 1], said[:, :, 0])
        if readout == NEXT:
            return divergence(np.array(self.said[NEXT, TRUE, condition]), said)
        if readout == WHICH:
            live = np.array(self.said[WHICH, name, LIVE])
            return ((live > said) + 0.5 * (live == said))[:, None]
        return said

    def at(self, readout: str, name: str, condition: str, observed: int) -> np.ndarray:
        """(e,): the same after some steps."""
        return self.value(readout, name, condition)[:, self.design.observed.index(observed)]

    def recognition(self, name: str) -> Bounded:
        """By how much nearer to itself it is as a live image than as a replay, beyond what the reasoner gains."""
        replay, live = ([self.at(AS_IMAGE, one, shown, AT) for one in (name, REASONER)] for shown in (REPLAY, LIVE))
        return ratio((replay[0] - live[0]) - (replay[1] - live[1]), live[1])

    def anticipation(self, name: str) -> Bounded:
        """By how much better than the reasoner it foresees a live image; or, where that is less, by how much better
        beyond what it does so of a replay."""
        live, replay = (self.at(NEXT, REASONER, one, AT) - self.at(NEXT, name, one, AT) for one in (LIVE, REPLAY))
        lacked = self.at(NEXT, REASONER, LIVE, AT)
        return min(ratio(live, lacked), ratio(live - replay, lacked), key=lambda bounded: bounded[0] or 0.0)

    def mark(self, name: str) -> Bounded:
        """How much likelier it washes with the mark seen on the live image than with it seen on another."""
        return mean(self.at(WASHING, name, glass.SEEN, WASHED) - self.at(WASHING, name, glass.ON_OTHER, WASHED))

    def rows(self) -> Iterator[Row]:
        """A row for each readout, contender, condition and number of steps."""
        for readout, figure in FIGURES.items():
            for _, name, condition in [key for key in self.said if key[0] == readout and key[1] != TRUE]:
                if readout != WHICH or condition != LIVE:
                    value = self.value(readout, name, condition)
                    steps = (self.design.steps,) if readout == WHICH else self.design.observed
                    more = self._beside(name, condition) if readout == AS_IMAGE else [{}] * len(steps)
                    for observed, values, also in zip(steps, means(value), more, strict=True):
                        row = _row(readout, name, condition, len(value), observed)
                        yield row | {"marks": self.design.marks, **flat({figure: values}), **also}

    def _beside(self, name: str, condition: str) -> Iterator[Row]:
        """How an answer as the image differs from exact reasoning's, step by step."""
        truth, shown = (np.array(self.said[AS_IMAGE, one, condition])[:, :, 0] for one in (REASONER, name))
        for k, values in enumerate(means(divergence(truth, shown))):
            yield {
                **dict(zip(("excess_nats", "excess_low", "excess_high"), values, strict=True)),
                "top1": float(agreement(truth[:, k], shown[:, k]).mean()),
                "total_variation": float(total_variation(truth[:, k], shown[:, k]).mean()),
            }


def _row(readout: str, name: str, condition: str, questions: int, observed: int) -> Row:
    return {
        "stance": "predict" if readout == NEXT else "behave", "depth": 0 if readout == WASHING else 1,
        "contender": name, "kind": KINDS.get(name, "control" if name.endswith(BLIND) else "mind"),
        "questions": questions, **dict.fromkeys(COMMON), "reason": "there is no shortcut to being the image",
        "condition": condition, "readout": readout, "observed": observed,
    }  # fmt: skip
