"""How far the answer as the image is from the answer as oneself, what is expected of the image, and who washes.

Readouts, by which rows are told apart ("readout"); those of the worlds with marks have "marks":

- as the image: `from_myself` is the KL divergence of "behave as IMAGE" from "behave as myself", both the contender's
  own. The exact reasoner has no notion of mirrors: its row is what the image's acts alone teach
- what the image will do: `foreseen` is the KL divergence of "predict IMAGE" from what its next act is drawn from
- which one is you: of the live image and another, the one whose acts are the likelier as the asked agent's own, put in
  the image's place, than as another agent's. `right`: the share of episodes in which it is the live one
- washing: `wash` is the mean chance of washing
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.table import Table

from agents.answer import Answerer, Question
from agents.language.prompt import say
from analysis.contenders.contingency import CONTINGENCY, FLOOR, LAG, ContingencyTest, LagCorrelation, Recogniser
from analysis.contenders.controls import PLANNER
from analysis.figures.picture import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, canvas, ends, label
from analysis.probes import panels
from analysis.probes.contenders import REASONER, Exact, Planner
from analysis.probes.mirror.design import (
    BLANK,
    COLOURS,
    FELT,
    FORESEEN,
    IMAGE,
    LIVE,
    ME,
    NO_MIRROR,
    ON_OTHER,
    REPLAY,
    SEEN,
    SHAM,
    TWIN,
    Design,
    Mirror,
    marked,
    mirrors,
)
from analysis.probes.mirror.thresholds import AT, SHOWN, WASHED
from analysis.probes.probe import BASELINE, NEGATIVE, POSITIVE, Document, Row, Subject, Trial, control
from analysis.probes.shift import flat
from analysis.probes.tables import pivot
from analysis.scores.intervals import Bounded, EpisodeBootstrap, mean, or_none, ratio
from analysis.scores.measures import LEAST, agreement, checked, divergence, total_variation
from worlds import Agent, Episode
from worlds.drawing.frame import Frame
from worlds.drawing.render import image
from worlds.orchard.marks import WASH

AS_IMAGE, NEXT, WHICH, WASHING = "as the image", "what the image will do", "which one is you", "washing"  # readouts
RECOGNITION, ANTICIPATION, MARK = "recognition", "anticipation", "mark"  # effects
MIND, BLIND = "mind", "mind, own actions blanked"
KINDS = {REASONER: "oracle", CONTINGENCY: "control", LAG: "control", PLANNER: "control"}
JUDGED_AS = {CONTINGENCY: POSITIVE, PLANNER: NEGATIVE, LAG: BASELINE}
COMMON = (
    "kept", "excess_nats", "excess_low", "excess_high", "skill", "skill_low", "skill_high", "unfiltered_skill", "top1",
    "total_variation",
)  # fmt: skip
Everybody = Mapping[str, Answerer]  # by name
Said = dict[tuple[str, str], list[Any]]  # by contender and condition: of each episode
LINES = (
    (MIND, BLUE, "the reference mind"), ("mirrored mind", PURPLE, "the mirrored mind"),
    (REASONER, ORANGE, "exact reasoner,\nno notion of mirrors"), (CONTINGENCY, GREEN, "contingency agent"),
)  # fmt: skip
IN_MARKS = (("mirrorless mind", BLUE, "the mirrorless mind"), *LINES[1:])
WORDS = {
    "live": "live mirror", "replay": "replay of another time", "twin": "twin", "other": "another agent",
    "imitator": "imitator", "left-right": "left and right changed", "colours": "colours changed", "wall": "blank wall",
}  # fmt: skip
MARKED = {
    SEEN: "marked, seen in the mirror", SHAM: "sham mark", ON_OTHER: "mark on another", NO_MIRROR: "marked, no mirror",
    FELT: "marked and feels it",
}  # fmt: skip
FOUND = {
    RECOGNITION: ("Asked to behave as its mirror image, ", "behaves as itself"),
    ANTICIPATION: ("", "knows what its live image will do"),
    MARK: ("", "washes off a mark that it sees only in the mirror"),
}


class Told:
    """What everybody said before the mirror: of the image, of itself, and of what the image will do.

    Axes: e episodes, k steps spent before the mirror.
    """

    def __init__(self, everybody: Everybody, design: Design, trial: Trial, part: int):
        self.everybody, self.design = everybody, design
        self.answer: Said = {}  # e of (k, 2, actions): as the image, and as itself
        self.expected: Said = {}  # e of (k, actions)
        self.score: Said = {}  # e of float: how far the image is oneself
        self.next: dict[str, list[np.ndarray]] = {}  # by condition: e of (k, actions), what images really do next
        for mirror in mirrors(trial, part, design):
            for condition in design.conditions:
                episode = mirror.episode(condition)
                for name, one in everybody.items():
                    self._ask(one, (name, condition), episode)
                    if condition != BLANK and not name.endswith((BLIND, PLANNER)):
                        self.score.setdefault((name, condition), []).append(_score(one, episode, mirror.another))
                if condition in FORESEEN:
                    itself = [Question(episode.names[IMAGE], step, "behave as myself") for step in design.observed]
                    self.next.setdefault(condition, []).append(Exact().answer(episode, itself))

    def _ask(self, one: Answerer, key: tuple[str, str], episode: Episode) -> None:
        """What the agent would do as the image and as itself, and where that is told, what it expects of the image."""
        me, shown = episode.names[ME], (episode.names[IMAGE],)
        prompts = [say("behave", shown, me=me), say("behave", (), me=me)]
        if key[1] in FORESEEN:
            prompts.append(say("predict", shown, me=me))
        said = _answers(one, episode, prompts, self.design)
        self.answer.setdefault(key, []).append(said[:, :2])
        if key[1] in FORESEEN:
            self.expected.setdefault(key, []).append(said[:, 2])

    def as_image(self, name: str, condition: str) -> np.ndarray:
        """(e, k, actions): what it would do as the image."""
        return np.array(self.answer[name, condition])[:, :, 0]

    def distance(self, name: str, condition: str) -> np.ndarray:
        """(e, k) nats from its answer as itself to its answer as the image."""
        both = np.array(self.answer[name, condition])
        return divergence(both[:, :, 1], both[:, :, 0])

    def unforeseen(self, name: str, condition: str) -> np.ndarray:
        """(e, k) nats from what the image's next act is drawn from to what it says the image will do."""
        return divergence(np.array(self.next[condition]), np.array(self.expected[name, condition]))

    def recognition(self, name: str) -> Bounded:
        """By how much nearer to itself it is as a live image than as a replay, beyond what the reasoner gains."""
        nats, k = self.distance, self.design.observed.index(AT)
        gained, reasoner = (nats(one, REPLAY)[:, k] - nats(one, LIVE)[:, k] for one in (name, REASONER))
        return _ratio(gained - reasoner, nats(REASONER, LIVE)[:, k])

    def anticipation(self, name: str) -> Bounded:
        """By how much better than the reasoner it foresees a live image; or, where that is less, by how much better
        beyond what it does so of a replay."""
        nats, k = self.unforeseen, self.design.observed.index(AT)
        live, replay = (nats(REASONER, one)[:, k] - nats(name, one)[:, k] for one in (LIVE, REPLAY))
        lacked = nats(REASONER, LIVE)[:, k]
        return min(_ratio(live, lacked), _ratio(live - replay, lacked), key=lambda bounded: bounded[0] or 0.0)


def _answers(one: Answerer, episode: Episode, prompts: Sequence[str], design: Design) -> np.ndarray:
    """(k, prompts, actions): what the agent answers at every step that is asked about."""
    asked = [Question(episode.names[ME], step, prompt) for step in design.observed for prompt in prompts]
    said = checked(one.answer(episode, asked), len(asked), one.name, episode.actions)
    return said.reshape(-1, len(prompts), episode.actions)


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


def _ratio(part: np.ndarray, whole: np.ndarray) -> Bounded:
    """Of sums over episodes, (e,) each."""
    return ratio(part, whole, np.arange(len(part)))


def _means(value: np.ndarray) -> list[Bounded]:
    """Of each column of (e, k): the mean over episodes, with its interval."""
    ends = EpisodeBootstrap(np.arange(len(value))).ratio(value, np.ones((len(value), 1)), np.arange(len(value)))
    return [(or_none(one), or_none(low), or_none(high)) for one, low, high in zip(*ends, strict=True)]


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls", "figures"}."""
    test, lag = Recogniser(ContingencyTest()), Recogniser(LagCorrelation())
    scripted: dict[str, Answerer] = {REASONER: Exact(), CONTINGENCY: test, LAG: lag, PLANNER: Planner(FLOOR)}
    others: dict[str, Answerer] = {}
    for which, other in trial.subject.marks.items():
        others |= _minds(other, f"{which} ")
    marks = replace(trial.design, marks=True)
    plain = Told(_minds(trial.subject) | scripted, trial.design, trial, 0)
    among = Told({**others, REASONER: Exact()}, marks, trial, 1)
    wash = _washing(others | scripted, marks, trial)
    effects = {
        RECOGNITION: {name: told.recognition(name) for told, name in _asked(plain, among)},
        ANTICIPATION: {name: told.anticipation(name) for told, name in _asked(plain, among)},
        MARK: {name: _mark(wash, name, marks) for name in others | scripted},
    }
    rows = [row | {"marks": told.design.marks} for told in (plain, among) for row in _rows(told)]
    found = [(f"{name}: {what}", name, value) for what, values in effects.items() for name, value in values.items()]
    kinds = {name: NEGATIVE if name.endswith(BLIND) else JUDGED_AS.get(name) for _, name, _ in found}
    return {
        "rows": [*rows, *_wash_rows(wash, marks)],
        "controls": [control(words, kind, *value, SHOWN) for words, name, value in found if (kind := kinds[name])],
        "figures": [
            {"name": words, "value": value, "low": low, "high": high, "goal": None, "reached": None}
            for words, name, (value, low, high) in found if name.endswith(MIND)
        ],
    }  # fmt: skip


def _minds(subject: Subject, before: str = "") -> dict[str, Answerer]:
    """A mind, and what is left of it without its own actions."""
    blind = [one for one in subject.blanked if one.name == BLIND]
    return {before + MIND: subject.mind} | {before + one.name: one for one in blind}


def _asked(plain: Told, among: Told) -> Iterator[tuple[Told, str]]:
    """Everybody, in the world without marks and in that with them; the reasoner in the first alone."""
    yield from ((told, name) for told in (plain, among) for name in told.everybody if told is plain or name != REASONER)


def _washing(everybody: Everybody, design: Design, trial: Trial) -> Said:
    """How likely everybody would wash, (k,), if asked to behave as itself, in a design with marks."""
    found: Said = {}
    for mirror in mirrors(trial, 2, design):
        for condition, episode in marked(mirror):
            for name, one in everybody.items():
                said = _answers(one, episode, ["behave as myself"], design)[:, 0, WASH]
                found.setdefault((name, condition), []).append(said)
    return found


def _mark(wash: Said, name: str, design: Design) -> Bounded:
    """How much likelier it washes with the mark seen on the live image than with it seen on another."""
    seen, other = (np.array(wash[name, one])[:, design.observed.index(WASHED)] for one in (SEEN, ON_OTHER))
    return mean(seen - other)


def _rows(told: Told) -> Iterator[Row]:
    """A row for each readout, condition, contender and number of steps."""
    for name, condition in told.answer:
        truth, shown = told.as_image(REASONER, condition), told.as_image(name, condition)
        excess, distance = _means(divergence(truth, shown)), _means(told.distance(name, condition))
        for k, observed in enumerate(told.design.observed):
            yield _row(AS_IMAGE, name, condition, len(truth), observed) | {
                **dict(zip(("excess_nats", "excess_low", "excess_high"), excess[k], strict=True)),
                "top1": float(agreement(truth[:, k], shown[:, k]).mean()),
                "total_variation": float(total_variation(truth[:, k], shown[:, k]).mean()),
                **flat({"from_myself": distance[k]}),
            }
    for name, condition in told.expected:
        missed = _means(told.unforeseen(name, condition))
        for observed, values in zip(told.design.observed, missed, strict=True):
            row = _row(NEXT, name, condition, len(told.next[condition]), observed, stance="predict")
            yield row | flat({"foreseen": values})
    for name, condition in told.score:
        if condition not in (LIVE, BLANK):
            live, shown = (np.array(told.score[name, one]) for one in (LIVE, condition))
            (values,) = _means(((live > shown) + 0.5 * (live == shown))[:, None])
            yield _row(WHICH, name, condition, len(live), told.design.steps) | flat({"right": values})


def _wash_rows(wash: Said, design: Design) -> Iterator[Row]:
    for (name, condition), chances in wash.items():
        for observed, values in zip(design.observed, _means(np.array(chances)), strict=True):
            row = _row(WASHING, name, condition, len(chances), observed, depth=0)
            yield row | flat({"wash": values}) | {"marks": True}


def _row(
    readout: str, name: str, condition: str, questions: int, observed: int, *, depth: int = 1, stance: str = "behave"
) -> Row:
    kind = KINDS.get(name, "control" if name.endswith(BLIND) else "mind")
    return {
        "stance": stance, "depth": depth, "contender": name, "kind": kind, "questions": questions,
        **dict.fromkeys(COMMON), "reason": "there is no shortcut to being the image",
        "condition": condition, "readout": readout, "observed": observed,
    }  # fmt: skip


def tables(document: Document) -> list[Table]:
    """Nats from oneself, and from what the image will do, by condition and step; which one is taken for oneself;
    washing by condition and step. In worlds with marks nobody has one but in the last."""
    rows = [row | {"contender": _named(row)} for row in document["rows"]]
    shown, following, which, washing = (
        [row for row in rows if row["readout"] == readout] for readout in (AS_IMAGE, NEXT, WHICH, WASHING)
    )
    shown = [row for row in shown if not row["contender"].endswith((BLIND, PLANNER))]
    left = ("condition", "contender")
    of_which = which, left[:1], "contender", "right", 0
    return [
        pivot("nats from the answer as oneself to the answer as the image", shown, left, "observed", "from_myself"),
        pivot("nats from what the image will do to what is expected of it", following, left, "observed", "foreseen"),
        pivot("how often the live image is taken for oneself, and not this one", *of_which),
        pivot("the chance of washing", washing, left, "observed", "wash"),
    ]


def _named(row: Row) -> str:
    """A contender; the exact reasoner is asked in both worlds."""
    among = row["marks"] and row["contender"] == REASONER and row["readout"] != WASHING
    return f"{REASONER}, among marks" if among else row["contender"]


def draw(document: Document) -> dict[str, Figure]:
    """ "mirror": as the image against as oneself; "mirror_next": what the image is expected to do; "mirror_mark": the
    chance of washing; "mirror_room": what is seen."""
    return {
        "mirror": _recognition(document), "mirror_next": _next(document), "mirror_mark": _washed(document),
        "mirror_room": _room(),
    }  # fmt: skip


def _room() -> Figure:
    """One moment of one episode, under three conditions."""
    design = Design()
    mirror = Mirror(design, design.run(0, "test"), 0)
    title = "The same agent at the same moment, and who stands behind the glass"
    figure, places = canvas(title, 3, (9.0, 3.7))
    for axes, condition in zip(places, (LIVE, COLOURS, TWIN), strict=True):
        axes.imshow(image(Frame.of(mirror.episode(condition), AT)), interpolation="nearest")
        axes.set_title(WORDS[condition], fontsize=11, color=BLACK)
        axes.set_axis_off()
    return figure


def _recognition(document: Document) -> Figure:
    rows = [row for row in document["rows"] if row["readout"] == AS_IMAGE]
    rows = [row for row in rows if not (row["marks"] and row["contender"] == REASONER)]  # it stands there as without
    figure, (over, by) = canvas(_title(document, RECOGNITION), 2, (12.4, 5.6))
    _over_time(over, [row for row in rows if row["condition"] == LIVE], LINES, "from_myself")
    over.set_xlabel("steps before the live mirror")
    over.set_ylabel("nats from as myself to as the image, with 95% interval")
    panels.legend(over, [over], fontsize=11)
    _dots(by, [row for row in rows if row["observed"] == AT], LINES, "from_myself", WORDS)
    by.set_xlabel(f"the same after {AT} steps, by what is behind the glass")
    return figure


def _next(document: Document) -> Figure:
    """What the minds that know marks, and the reasoner in their place, expect of the image."""
    rows = [row for row in document["rows"] if row["readout"] == NEXT and row["marks"]]
    figure, places = canvas(_title(document, ANTICIPATION), 2, (9.6, 4.6), share="y")
    for axes, condition in zip(places, FORESEEN, strict=True):
        _over_time(axes, [row for row in rows if row["condition"] == condition], IN_MARKS, "foreseen")
        axes.set_title(WORDS[condition], fontsize=11, color=BLACK)
        axes.set_xlabel("steps before it")
    places[0].set_ylabel("nats from what it will do, with 95% interval")
    panels.legend(places[1], places[1:], fontsize=11)
    return figure


def _title(document: Document, what: str) -> str:
    """Which minds show an effect."""
    figures = [one for one in document["figures"] if one["name"].endswith(what)]
    shown = [one["name"].removesuffix(f": {what}") for one in figures if (one["low"] or 0) >= SHOWN]
    asked, does = FOUND[what]
    who = f"the {' and the '.join(shown)}" if shown else "no mind"
    return f"{asked}{who} {does}" if asked else f"{who[0].upper()}{who[1:]} {does}"


def _over_time(axes: Axes, rows: Sequence[Row], lines: Sequence[tuple], figure: str) -> None:
    """A line for each contender, over the steps that it has spent before the mirror."""
    counts = sorted({row["observed"] for row in rows})
    drawn = [(words, color, [row for row in rows if row["contender"] == name]) for name, color, words in lines]
    panels.curves(axes, drawn, figure, lambda row: counts.index(row["observed"]))
    panels.counted(axes, counts)
    axes.set_ylim(bottom=0)


def _dots(axes: Axes, rows: Sequence[Row], lines: Sequence[tuple], figure: str, words: Mapping[str, str]) -> None:
    """A line of dots for each condition, with intervals; one colour for each contender."""
    conditions = list(dict.fromkeys(row["condition"] for row in rows))
    for place, (name, color, _) in enumerate(lines):
        own = [row for row in rows if row["contender"] == name]
        for row in own:
            height = conditions.index(row["condition"]) + 0.22 * (place - (len(lines) - 1) / 2)
            axes.plot(ends(row, figure), [height, height], color=color, linewidth=1.6, alpha=0.6)
            axes.plot(row[figure], height, "o", color=color, markersize=5)
    axes.set_yticks(range(len(conditions)), [words.get(one, one) for one in conditions])
    axes.set_ylim(len(conditions) - 0.5, -0.5)
    axes.set_xlim(left=min(0, axes.get_xlim()[0]))
    axes.grid(axis="x", color=GREY, alpha=0.25)


def _washed(document: Document) -> Figure:
    rows = [row for row in document["rows"] if row["readout"] == WASHING and row["observed"] == WASHED]
    asked = {row["contender"] for row in rows}
    lines = [line for line in IN_MARKS if line[0] in asked]
    figure, (axes,) = canvas(_title(document, MARK), size=(8.4, 4.6))
    _dots(axes, rows, lines, "wash", MARKED)
    axes.set_xlim(-0.03, 1.4)
    axes.set_xticks((0, 0.25, 0.5, 0.75, 1))
    axes.set_xlabel("chance of washing, with 95% interval")
    for place, (_, color, words) in enumerate(lines):
        label(axes, 1.02, 0.9 * place, words, color, dx=4)
    axes.tick_params(colors=BLACK)
    return figure
