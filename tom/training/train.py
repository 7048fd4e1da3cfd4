"""Training: maximum likelihood on the log; it stops, saves and goes on where it was.

Batch k is a function of (logs, seed, k), the schedule of the step (or, with `minutes`, of the time that has passed),
and there is no other chance; so a training by steps that is interrupted and resumed continues bit for bit on a CPU.
What would change that is refused at a resume; the bound and the rate may change, and a checkpoint tells of it.
"""

import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from queue import Empty, Full, Queue
from typing import Any

from torch.utils.tensorboard import SummaryWriter

from tom.allocation import keep_memory
from tom.architectures import architecture
from tom.base_mind import BaseMind
from tom.checkpoint import save
from tom.training.beginning import begin
from tom.training.curves import curves
from tom.training.run_directory import CURVES, check_place, writing
from tom.training.seen_logs import check_training
from tom.training.settings import TrainConfig
from tom.training.trainer import Diverged, Trainer, without_denormals
from worlds import FunhouseError, open_log
from worlds.deferred import Deferred

SAVE_EVERY = 120.0  # seconds
LOOK_EVERY = 0.2  # seconds: whether a signal has come while a batch is waited for
REPORT_EVERY = 20  # steps
NOT_TRAINED = "nothing was trained"
Report = Callable[[float, float, str], None]


def prefetched(batches: Any, first: int, depth: int = 4, stopped: Sequence = ()) -> Generator[Any, None, None]:
    """Batches first, first + 1, … made ahead in a thread; what it raises is raised here. Closing it ends the thread.

    It ends by itself once `stopped` holds anything.
    """
    queue: Queue = Queue(depth)
    closed = threading.Event()

    def work():
        for number in count(first):
            try:
                made: Any = batches.batch(number)
            except BaseException as error:  # handed over to the thread that trains
                made = error
            while not closed.is_set():
                try:
                    queue.put(made, timeout=1.0)
                    break
                except Full:
                    continue
            if closed.is_set():
                return

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while not stopped:
            try:
                made = queue.get(timeout=LOOK_EVERY)
            except Empty:
                continue
            if isinstance(made, BaseException):
                raise made
            yield made
    finally:
        closed.set()
        thread.join()  # one that is at work when the process ends would abort it


def train(
    logs: Sequence[str | Path],
    out: str | Path,
    *,
    resume: bool = False,
    report: Report | None = None,
    **settings,
) -> BaseMind:
    """Trains a mind on logs and leaves its checkpoint and curves under `out`; returns it.

    settings: the fields of TrainConfig; report receives what is done, of 1, and a line of news. Raises FunhouseError
    for logs of different worlds or splits, a run that is there already, a resume with other settings or logs, and a
    loss, gradient or weights that are no numbers; where nothing was saved, nothing is left. Ctrl-C and SIGTERM wait for
    the end of a step; what was trained is then saved, and they are raised with a note of it.
    """
    config, home = TrainConfig(**settings), Path(out)
    keep_memory()
    training = None
    try:
        with writing(home), without_denormals():
            training = _prepared([open_log(log) for log in logs], config, home, resume)
            return training.run(report)
    except KeyboardInterrupt as stop:
        if training is None:
            stop.add_note(NOT_TRAINED)
        raise


def _prepared(logs: Sequence, config: TrainConfig, out: Path, resume: bool) -> "_Training":
    """A training at its beginning, or where it was left; nothing is written yet."""
    check_place(out, resume)
    for log in logs:
        check_training(log)
    kind = architecture(config.network)
    config = kind.filled(config)
    batches = kind.batches(logs, config)
    return _Training(out, batches, *begin(config, kind, batches, out, resume))


@dataclass
class _Training:
    """A trainer, its batches, and what its checkpoints say."""

    out: Path
    batches: Any
    trainer: Trainer
    meta: dict
    damage: FunhouseError | None = None  # for which no further batch can be made

    def run(self, report: Report | None) -> BaseMind:
        """Trains to the end, or until a signal comes, and saves."""
        trainer, first = self.trainer, self.trainer.step
        with Deferred() as signals, curves(self.out / CURVES, first) as writer:
            with closing(prefetched(self.batches, first, stopped=signals.came)) as stream:
                try:
                    self._steps(stream, signals.came, writer, report)
                except Diverged as error:
                    raise FunhouseError(error.what, place=error.place, remedy=self._remedy()) from error
            signals.note = f"{trainer.step} steps are saved in {self.out}" if trainer.step > first else NOT_TRAINED
        return trainer.kind.made(trainer.network.cpu(), self.batches.vocabulary, self.meta)

    def _steps(self, stream: Iterable, came: Sequence, writer: SummaryWriter, report: Report | None) -> None:
        """Steps, and a checkpoint every SAVE_EVERY seconds and at the end. Raises Diverged; the checkpoint before
        then stays. Raises FunhouseError where a batch could not be made, once what was trained before is saved."""
        trainer, saved, unsaved, batch = self.trainer, time.monotonic(), False, None
        for batch in self._until_damage(stream):
            if trainer.progress >= 1:
                break
            news, unsaved = trainer.update(batch), True
            if trainer.step % REPORT_EVERY == 0:
                _tell(writer, report, trainer, news)
            if came:
                break
            if time.monotonic() - saved > SAVE_EVERY:
                self.save(batch)
                saved, unsaved = time.monotonic(), False
        if unsaved and batch is not None:
            self.save(batch)
        if self.damage and trainer.progress < 1:
            remedy = "" if trainer.step == 0 else f"; {trainer.step} steps are saved: then go on with --resume"
            raise FunhouseError(self.damage.what, place=self.damage.place, remedy=f"{self.damage.remedy}{remedy}")

    def _until_damage(self, stream: Iterable) -> Iterator:
        """The batches up to one that cannot be made."""
        try:
            yield from stream
        except FunhouseError as error:
            self.damage = error

    def save(self, batch: Any) -> None:
        """The checkpoint, with what --resume needs in a file of its own. Raises Diverged where it would be no mind."""
        self.trainer.check(batch)
        self.meta["done"] = {"steps": self.trainer.step, "seconds": self.trainer.spent}
        save(self.out, self.trainer.weights(), self.meta, self.trainer.state())

    def _remedy(self) -> str:
        if not (self.out / "checkpoint").exists():
            return "nothing was saved: train with a lower --rate"
        return "the checkpoint before it is whole: lower --rate and --resume from it"


def _tell(writer: SummaryWriter, report: Report | None, trainer: Trainer, news: dict[str, float]) -> None:
    """The losses of a step: as points of the curves, and as a line of news."""
    for name, value in news.items():
        writer.add_scalar(name, value, trainer.step)
    if report:
        told = ", ".join(f"{name} {value:.3f}" for name, value in news.items() if name != "norm")
        report(min(trainer.progress, 1.0), 1.0, f"step {trainer.step}: {told}")
