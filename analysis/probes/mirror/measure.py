"""Both readouts, the controls and the figures; analysis/probes/mirror/__init__.py says what they mean."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import numpy as np

from agents.answer import Answerer, Question, Reasoned, type_space
from agents.prompt import say
from analysis.controls import PLANNER
from analysis.intervals import EpisodeBootstrap, or_none
from analysis.measures import LEAST, agreement, checked, divergence, total_variation
from analysis.probes.mirror.contenders import CONTINGENCY, LAG, ContingencyTest, LagCorrelation, Planner, Recogniser
from analysis.probes.mirror.episodes import BLANK, IMAGE, LIVE, ME, REPLAY, Design, Mirror
from analysis.probes.mirror.marked import Washing, effect, washing
from analysis.probes.probe import BASELINE, NEGATIVE, POSITIVE, Bounded, Progress, Settings, Subject, control
from analysis.survey import REASONER
from worlds import Agent, Episode

AS_IMAGE, WHICH, WASHING = "as the image", "which one is you", "washing"  # what a row reads out
MIND, BLIND, MARKS = "mind", "mind, own actions blanked", "mirror"  # the last goes before the first two
AT = 4  # steps before the mirror, where recognition is judged
RECOGNISED, WASHED = 0.5, 0.5  # the thresholds: see analysis/probes/mirror/__init__.py
COMMON = (
    "kept", "excess_nats", "excess_low", "excess_high", "skill", "skill_low", "skill_high", "unfiltered_skill", "top1",
    "total_variation",
)  # fmt: skip
NO_SKILL = "there is no shortcut to being the image"
_KINDS = {REASONER: "oracle", CONTINGENCY: "control", LAG: "control", PLANNER: "control"}
JUDGED_AS = {CONTINGENCY: POSITIVE, PLANNER: NEGATIVE, LAG: BASELINE}
UNSCORED = (BLIND, PLANNER)  # who is not asked which one it is


@dataclass
class Told:
    """What everybody said, by (contender, condition)."""

    answer: dict[tuple[str, str], list[np.ndarray]] = field(default_factory=dict)  # e of (k, 2, 5): the image, myself
    score: dict[tuple[str, str], list[float]] = field(default_factory=dict)  # e: how far the image is oneself

    def said(self, contender: str, condition: str) -> tuple[np.ndarray, np.ndarray]:
        """(e, k, 5) float64 each: what it would do as the image, and as itself."""
        both = np.array(self.answer[contender, condition])
        return both[:, :, 0], both[:, :, 1]

    def distance(self, contender: str, condition: str) -> np.ndarray:
        """(e, k) nats from its answer as itself to its answer as the image."""
        image, myself = self.said(contender, condition)
        return divergence(myself, image)


def measure(
    subject: Subject,
    settings: Settings | None = None,
    progress: Progress | None = None,
    design: Design | None = None,
) -> dict[str, Any]:
    """{"rows", "controls", "figures", "seeds"}, JSON values only; rows of both readouts, told apart by "readout"."""
    settings, design = settings or Settings(), design or Design()
    everybody, told, tell = _minds(subject) | _scripted(), Told(), _counted(design, settings, progress)
    for mirror in _mirrors(design, settings):
        for condition, episode in mirror.episodes():
            for name, one in everybody.items():
                told.answer.setdefault((name, condition), []).append(_answers(one, episode, design))
                if name not in UNSCORED and condition != BLANK:
                    told.score.setdefault((name, condition), []).append(_score(one, episode, mirror.another))
        tell()
    in_marks = _minds(subject.marks, f"{MARKS} ") if subject.marks else {}
    found = washing(in_marks | _scripted(), design, settings, tell)
    recognised = {name: _recognition(told, name, design) for name in everybody}
    washed = {name: _mean(effect(found, name, design)) for name in [*in_marks, *_scripted()]}
    return {
        "rows": [*_as_image(told, design), *_which(told, design), *_washing(found, design)],
        "controls": [*_controls(recognised, "recognition", RECOGNISED), *_controls(washed, "mark", WASHED)],
        "figures": [
            _figure("recognition", recognised[MIND]),
            *(_figure("mark", value) for name, value in washed.items() if name == f"{MARKS} {MIND}"),
        ],
        "seeds": list(settings.all_seeds),
    }


def _counted(design: Design, settings: Settings, progress: Progress | None) -> Callable[[], None]:
    """What is called after each episode of either part, and tells how many there have been."""
    total, done = 2 * settings.seeds * design.episodes(settings), count(1)
    return lambda: progress(next(done), total) if progress else None


def _minds(subject: Subject, before: str = "") -> dict[str, Answerer]:
    """A mind, and what is left of it without its own actions."""
    blind = [one for one in subject.blanked if one.name == BLIND]
    return {before + MIND: subject.mind} | {before + one.name: one for one in blind}


def _scripted() -> dict[str, Answerer]:
    test, lag = Recogniser(ContingencyTest()), Recogniser(LagCorrelation())
    return {REASONER: Exact(), CONTINGENCY: test, LAG: lag, PLANNER: Planner()}


class Exact:
    """The exact reasoner, of whatever world an episode is of."""

    name = REASONER

    def answer(self, episode: Episode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions, (q, 5) float64."""
        return Reasoned(type_space(episode)).answer(episode, questions)


def _mirrors(design: Design, settings: Settings) -> Iterator[Mirror]:
    for seed in settings.all_seeds:
        for index in range(design.episodes(settings)):
            yield Mirror(design, design.run(seed, settings.split), index)


def _answers(one: Answerer, episode: Episode, design: Design) -> np.ndarray:
    """(k, 2, 5): what the agent would do as the image, and as itself, after each number of steps."""
    me = episode.names[ME]
    prompts = (say("behave", (episode.names[IMAGE],), me=me), say("behave", (), me=me))
    asked = [Question(me, step, prompt) for step in design.observed for prompt in prompts]
    return checked(one.answer(episode, asked), len(asked), one.name, episode.actions).reshape(-1, 2, episode.actions)


def _score(one: Answerer, episode: Episode, another: Agent) -> float:
    """How far an image is the agent itself, to a detector or by the likelihood of what it did; the more, the more."""
    if isinstance(one, Recogniser):
        return float(one.detector.score(episode, ME, IMAGE)[-1])
    mine, theirs = (_likelihood(one, episode, persona) for persona in (episode.agents[ME], another))
    return mine - theirs


def _likelihood(one: Answerer, episode: Episode, persona: Agent) -> float:
    """The mean log likelihood of an image's acts as those of such an agent in its place."""
    name, steps = episode.names[IMAGE], range(episode.steps)
    agents = [*episode.agents[:IMAGE], replace(persona, name=name), *episode.agents[IMAGE + 1 :]]
    asked = [Question(name, step, say("behave", (), me=name)) for step in steps]
    chance = one.answer(replace(episode, agents=agents), asked)[steps, episode.action[:, IMAGE]]
    return float(np.log(np.maximum(chance, LEAST)).mean())


def _as_image(told: Told, design: Design) -> Iterator[dict[str, Any]]:
    """A row for each condition, contender and number of steps."""
    for condition in design.conditions:
        truth, _ = told.said(REASONER, condition)
        for name in dict.fromkeys(name for name, _ in told.answer):
            image, _ = told.said(name, condition)
            excess, distance = _interval(divergence(truth, image)), _interval(told.distance(name, condition))
            for k, observed in enumerate(design.observed):
                yield _head(name, condition, len(truth)) | {
                    "readout": AS_IMAGE, "observed": observed,
                    "excess_nats": excess[0][k], "excess_low": excess[1][k], "excess_high": excess[2][k],
                    "top1": float(agreement(truth[:, k], image[:, k]).mean()),
                    "total_variation": float(total_variation(truth[:, k], image[:, k]).mean()),
                    "from_myself": distance[0][k], "from_myself_low": distance[1][k],
                    "from_myself_high": distance[2][k],
                }  # fmt: skip


def _which(told: Told, design: Design) -> Iterator[dict[str, Any]]:
    """A row for each contender and each image but the live one: how often the live one is taken for oneself."""
    for condition in (one for one in design.conditions if one not in (LIVE, BLANK)):
        for name in dict.fromkeys(name for name, _ in told.score):
            live, shown = (np.array(told.score[name, one]) for one in (LIVE, condition))
            value, low, high = _interval(((live > shown) + 0.5 * (live == shown))[:, None])
            yield _head(name, condition, len(live)) | {
                "readout": WHICH, "observed": design.steps, "right": value[0], "right_low": low[0],
                "right_high": high[0],
            }  # fmt: skip


def _washing(found: Washing, design: Design) -> Iterator[dict[str, Any]]:
    """A row for each condition, contender and number of steps: the mean chance of washing."""
    for (name, condition), chances in found.items():
        wash = _interval(np.array(chances))
        for k, observed in enumerate(design.observed):
            yield _head(name, condition, len(chances), 0) | {
                "readout": WASHING, "observed": observed, "wash": wash[0][k], "wash_low": wash[1][k],
                "wash_high": wash[2][k],
            }  # fmt: skip


def _head(contender: str, condition: str, questions: int, depth: int = 1) -> dict[str, Any]:
    kind = _KINDS.get(contender, "control" if contender.endswith(BLIND) else "mind")
    head = {"stance": "behave", "depth": depth, "contender": contender, "kind": kind, "questions": questions}
    return {**head, **dict.fromkeys(COMMON), "reason": NO_SKILL, "condition": condition}


def _interval(value: np.ndarray) -> tuple[list, list, list]:
    """Means over episodes, the first axis, with their intervals."""
    rows = np.arange(len(value))
    ends = EpisodeBootstrap(rows).ratio(value, np.ones((len(value), 1)), rows)
    mean, low, high = ([or_none(float(x)) for x in one] for one in ends)
    return mean, low, high


def _mean(value: np.ndarray) -> Bounded:
    """(value, low, high) of a mean over episodes."""
    mean, low, high = _interval(value[:, None])
    return mean[0], low[0], high[0]


def _recognition(told: Told, name: str, design: Design) -> Bounded:
    """(value, low, high) of the effect that the probe is about."""
    k = design.observed.index(AT)

    def nearer(contender: str) -> np.ndarray:
        return told.distance(contender, REPLAY)[:, k] - told.distance(contender, LIVE)[:, k]

    gained, taught = nearer(name) - nearer(REASONER), told.distance(REASONER, LIVE)[:, k]
    rows = np.arange(len(gained))
    ends = EpisodeBootstrap(rows).ratio(gained[:, None], taught[:, None], rows)
    value, low, high = (or_none(float(one[0])) for one in ends)
    return value, low, high


def _controls(values: Mapping[str, Bounded], what: str, threshold: float) -> Iterator[dict[str, Any]]:
    """The controls of one effect, `what`, among all who have a value of it."""
    for name, value in values.items():
        kind = NEGATIVE if name.endswith(BLIND) else JUDGED_AS.get(name)
        if kind:
            yield control(f"{name}: {what}", kind, *value, None if kind == BASELINE else threshold)


def _figure(name: str, bounded: Bounded) -> dict[str, Any]:
    """What a mind came to; no goal is set."""
    value, low, high = bounded
    return {"name": name, "value": value, "low": low, "high": high, "goal": None, "reached": None}
