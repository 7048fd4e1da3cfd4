"""Populations of minds, generation after generation, and beside them as much training among scripted agents only.

In a directory: `generations.json`, the settings; `generation-G/ARM/log` and `run`, what a mind was trained on and the
mind; `generation-G/ARM/SPLIT` and `train`, episodes in which copies of it live, on which it is scored and shortcuts are
fitted; `generation-0/scripted`, the same worlds without copies; and `generation-G/scores.json`. All of it is kept: a
second call goes on where the first was stopped, and a larger count adds generations.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Interval

from agents.orchard.run import MindsConfig, RunConfig
from agents.recording import Crew, record
from agents.run_size import check_threads
from analysis.generations import ARMS, COPIES, START, Judge, Lives
from analysis.questions.sampling import Episodes
from tom.base_mind import BaseMind
from tom.checkpoint import is_there
from tom.mind import load
from tom.minds import NEAR_FAR, SHIPPED
from tom.player import Player
from tom.training.seen_logs import seen_by
from tom.training.settings import Rate, Steps
from tom.training.train import train
from worlds import FunhouseError, OrchardConfig, open_log, schema
from worlds.atomic_files import LOCK, PARTIAL, Lock, make_directory, write_file
from worlds.log.reader import Log
from worlds.schema import Document
from worlds.signed import read_signed, signed

SETTINGS, SCORES = "generations.json", "scores.json"
EACH = 1000  # generations, at most: so many seeds are set aside for each seed that is chosen
MOST_SEED = 2**63 // EACH - 2
WARMUP = 10  # the part of a training in which the rate rises
STAGES = 1 + 2 * len(ARMS)  # of a generation: a log and a training in each arm, and the scores
Report = Callable[..., None]  # report(done, of, news="")


@dataclass(frozen=True)
class Plan:
    """What every generation depends on, but for the mind that is the first. Raises FunhouseError, naming the field."""

    copies: int = 4
    agents: int = 8
    steps: int = 48
    episodes: Episodes = 800  # of each training log
    train_steps: Steps = 800  # gradient steps, in either arm
    rate: Rate = 1e-3  # of learning, at its highest
    evaluated: Episodes = 64  # episodes that each mind is scored on
    questions: Annotated[int, Interval(ge=1, le=10**4)] = 12  # to each, of each sort
    split: Annotated[str, schema.one_of("validation", "test")] = "test"
    seed: Annotated[int, Interval(ge=0, le=MOST_SEED)] = 0

    def __post_init__(self):
        schema.check(self, "generation")
        self.run(1, "train", "0" * 64)  # raises where that is no population

    def run(self, generation: int, split: str, checkpoint: str | None = None) -> RunConfig:
        """The run of a generation's training log, or (generation 0) of the episodes that all minds are scored on.

        checkpoint: of the mind whose copies live in it; None: scripted agents only, in otherwise the same episodes.
        """
        minds = None if checkpoint is None else MindsConfig(self.copies, checkpoint)
        seed = EACH * (1 + self.seed) + generation
        return RunConfig(OrchardConfig(agents=self.agents, steps=self.steps), seed=seed, split=split, minds=minds)


def generations(
    out: str | Path,
    count: int,
    plan: Plan | None = None,
    start: str | Path | None = None,
    threads: int = 1,
    report: Report | None = None,
    crew: Crew | None = None,
) -> dict[str, Any]:
    """Brings up `count` generations after the mind of the run `start` (None: the reference mind), in both arms.

    crew: who plays their episodes, instead of this process. Returns {"settings", "made" (generations scored by this
    call), "rows", "differences"}: analysis.generations says what they hold. `report` is told what is done, of all, and
    a line of news. Raises FunhouseError where `out` holds something else or other generations, or generation 0 was
    trained on the episodes that are used here.
    """
    if not 1 <= count < EACH:
        raise FunhouseError(f"count = {count!r} makes no generations", remedy=f"choose 1 to {EACH - 1}")
    check_threads(threads)
    place = Path(out)
    make_directory(place)
    lock = Lock(place)
    try:
        return _Lineage(place, plan or Plan(), start or SHIPPED[NEAR_FAR], threads, report, crew).upto(count)
    finally:
        lock.release()


class _Lineage:
    """The minds of both arms, and their scores."""

    def __init__(
        self, place: Path, plan: Plan, start: str | Path, threads: int, report: Report | None, crew: Crew | None
    ):
        self.place, self.plan, self.start, self.threads, self.report = place, plan, start, threads, report
        self.crew = crew
        self.ancestor = self.mind(0, START)
        self.settings = {**asdict(plan), "generation_0": self.ancestor.checkpoint}
        self._check_seeds()
        self._check_settings()

    def _check_settings(self) -> None:
        """Raises FunhouseError where the directory holds something else than these generations."""
        file = self.place / SETTINGS
        if not file.exists():
            if any(path.name not in (LOCK, SETTINGS + PARTIAL) for path in self.place.iterdir()):
                what = "there is something else already"
                raise FunhouseError(what, place=str(self.place), remedy="name another --out")
            write_file(file, signed(self.settings))
        had = _read(file)
        for name, value in self.settings.items():
            if had.get(name) != value:
                what = f"these generations were begun with {name} = {had.get(name)!r}, not {value!r}"
                raise FunhouseError(what, place=str(self.place), remedy="give the same settings, or name another --out")

    def _check_seeds(self) -> None:
        """Raises FunhouseError where generation 0 was trained on episodes that are drawn here again."""
        first = self.plan.run(0, "train").seed
        for one in seen_by(self.ancestor.meta):
            if one["seed"] // 1000 == first // 1000 and one["split"] in ("train", self.plan.split):
                what = f"generation 0 was trained on episodes of seed {one['seed']}, which are used here"
                raise FunhouseError(what, place=str(self.start), remedy="choose another --seed")

    def upto(self, count: int) -> dict[str, Any]:
        """Generations 0 to `count`, those that are missing made."""
        missing = [g for g in range(count + 1) if not (self.home(g) / SCORES).exists()]
        for generation in missing:
            scores = self._made(generation, _Stages(generation, count, self.report))
            write_file(self.home(generation) / SCORES, signed(scores))
        documents = [_read(self.home(generation) / SCORES) for generation in range(count + 1)]
        tables = {name: [row for one in documents for row in one[name]] for name in ("rows", "differences")}
        return {"settings": self.settings, "made": len(missing), **tables}

    def _made(self, generation: int, stages: "_Stages") -> dict[str, list[dict]]:
        """Brings up a generation in its arms; its scores."""
        for arm in ARMS if generation else ():
            self._train(generation, arm, stages)
        lives = [self._lives(generation, arm) for arm in ARMS] if generation else [self._judge.ancestor]
        return self._judge.judge(generation, lives, stages.next("scores"))

    def _train(self, generation: int, arm: str, stages: "_Stages") -> None:
        """Records the log of an arm, and trains its mind from the one before."""
        home, plan, parent = self.home(generation, arm), self.plan, self.mind(generation - 1, arm)
        player = Player(parent) if arm == COPIES else None
        run = plan.run(generation, "train", parent.checkpoint if player else None)
        self._recorded(home / "log", run, plan.episodes, player, stages.next(f"log of {arm}"))
        train(
            [home / "log"], home / "run", resume=is_there(home / "run"),
            report=stages.next(f"training of {arm}"), train_steps=plan.train_steps, rate=plan.rate,
            warmup=max(1, plan.train_steps // WARMUP), seed=run.seed,
            start=str(self._source(generation - 1, arm)), **parent.shape,
        )  # fmt: skip

    def _recorded(
        self, out: Path, run: RunConfig, episodes: int, player: Player | None, report: Report | None = None
    ) -> Log:
        """The log of a run, recorded where it is not there yet."""
        record(run, out, episodes, self.threads, report, players=player, crew=self.crew)
        return open_log(out)

    def _lives(self, generation: int, arm: str) -> Lives:
        """A mind, and the episodes in which copies of it live."""
        mind, home, plan = self.mind(generation, arm), self.home(generation, arm), self.plan
        logs = [
            self._recorded(home / split, plan.run(0, split, mind.checkpoint), episodes, Player(mind))
            for split, episodes in ((plan.split, plan.evaluated), ("train", -(-plan.evaluated // 2)))
        ]
        return Lives(mind, *logs)

    @cached_property
    def _judge(self) -> Judge:
        """Who scores all generations alike."""
        run = self.plan.run(0, self.plan.split)
        scripted = self._recorded(self.home(0) / "scripted", run, self.plan.evaluated, None)
        return Judge(self._lives(0, START), scripted, self.plan.questions, self.plan.seed)

    def mind(self, generation: int, arm: str) -> BaseMind:
        """The mind of a generation, named after its arm; generation 0 is of either."""
        mind = load(self._source(generation, arm))
        mind.name = arm if generation else START
        return mind

    def _source(self, generation: int, arm: str) -> Path:
        """Where the checkpoint of a generation lies."""
        return self.home(generation, arm) / "run" if generation else Path(self.start)

    def home(self, generation: int, arm: str = "") -> Path:
        """Where a generation, or an arm of it, lies."""
        return self.place / f"generation-{generation}" / arm


class _Stages:
    """Tells of a generation's stages, one after another, as parts of all the work."""

    def __init__(self, generation: int, count: int, report: Report | None):
        self.generation, self.report = generation, report
        self.number, self.of = (STAGES * (generation - 1) if generation else -1), STAGES * count + 1

    def next(self, what: str) -> Report:
        """Who is told of the next stage."""
        self.number += 1
        number = self.number

        def told(done: float, of: float, news: str = "") -> None:
            if self.report:
                self.report(number + done / of, self.of, f"generation {self.generation}, {what} {news}".rstrip())

        return told


def _read(file: Path) -> Document:
    """What a document of these says. Raises FunhouseError where it is damaged."""
    return read_signed(file, "remove it and run the same command again: what it was made from is kept")
