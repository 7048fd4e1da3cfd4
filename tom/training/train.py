"""Training: maximum likelihood on the log; it stops, saves and goes on where it was.

Batch k is a function of (logs, seed, k), the schedule of the step (or, with `minutes`, of the time that has passed),
and there is no other chance; so a training by steps that is interrupted and resumed continues bit for bit on a CPU.
What would change that is refused at a resume; the bound and the rate may change, and a checkpoint tells of it.
"""

import math
import signal
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from tom.allocation import keep_memory
from tom.architectures import architecture
from tom.base_mind import BaseMind
from tom.checkpoint import save
from tom.training.beginning import begin
from tom.training.curves import curves
from tom.training.loading import loaded, prefetched
from tom.training.ranks import Elsewhere, Ranks, beginning, together
from tom.training.run_directory import CURVES, check_place, writing
from tom.training.seen_logs import check_training
from tom.training.settings import TrainConfig
from tom.training.trainer import Diverged, Trainer, without_denormals
from worlds import FunhouseError, open_log
from worlds.deferred import Deferred

SAVE_EVERY = 120.0  # seconds
REPORT_EVERY = 20  # steps
NOT_TRAINED = "nothing was trained"
Report = Callable[[float, float, str], None]


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
    the end of a step; what was trained is then saved, and they are raised with a note of it. Where torchrun began
    several ranks, all of them call this; rank 0 writes and reports.
    """
    keep_memory()
    training = None
    try:
        with together() as ranks, ExitStack() as stack, without_denormals():
            with beginning(ranks):
                config, home = TrainConfig(**settings), Path(out)
                if ranks.writes:
                    stack.enter_context(writing(home))
                training = _prepared([open_log(log) for log in logs], config, home, resume, ranks)
            return training.run(report)
    except KeyboardInterrupt as stop:
        if training is None:
            stop.add_note(NOT_TRAINED)
        raise


def _prepared(logs: Sequence, config: TrainConfig, out: Path, resume: bool, ranks: Ranks) -> "_Training":
    """A training at its beginning, or where it was left; nothing is written yet."""
    check_place(out, resume)
    for log in logs:
        check_training(log)
    kind = architecture(config.network)
    config = kind.filled(config)
    batches = kind.batches(logs, config)
    begun = begin(config, kind, batches, out, resume, ranks)
    if ranks.of > 1:
        batches.divide(ranks.number, ranks.of)
    return _Training(out, batches, *begun)


@dataclass
class _Training:
    """A trainer, its batches, and what its checkpoints say."""

    out: Path
    batches: Any
    trainer: Trainer
    meta: dict
    damage: FunhouseError | None = None  # for which no further batch can be made
    stopped: bool = False  # by a signal, in whichever rank

    def run(self, report: Report | None) -> BaseMind:
        """Trains to the end, or until a signal comes, and saves."""
        trainer, first = self.trainer, self.trainer.step
        trainer.align()  # not before: where one rank cannot begin, it would leave the others waiting
        with Deferred() as signals, curves(self.out / CURVES, first) if self.writes else nullcontext() as writer:
            with closing(self._stream(first, signals.came)) as stream:
                try:
                    self._steps(self._agreed(stream, signals.came), writer, report)
                except Diverged as error:
                    raise FunhouseError(error.what, place=error.place, remedy=self._remedy()) from error
            signals.note = f"{trainer.step} steps are saved in {self.out}" if trainer.step > first else NOT_TRAINED
            if self.stopped and not signals.came:  # another rank heard it
                signals.came.append(signal.SIGTERM)
        return trainer.kind.made(trainer.network.cpu(), self.batches.vocabulary, self.meta)

    @property
    def writes(self) -> bool:
        """Whether this rank is the one that writes."""
        return self.trainer.ranks.writes

    def _stream(self, first: int, came: Sequence) -> Generator[Any, None, None]:
        """The batches from the first on, made ahead; none follows once a signal came, but for other ranks' sake."""
        stopped = came if self.trainer.ranks.of == 1 else ()
        if self.trainer.config.loaders:
            return loaded(self.batches, self.trainer.config, first, stopped)
        return prefetched(self.batches, first, stopped)

    def _agreed(self, stream: Iterator, came: Sequence) -> Iterator:
        """The batches, until the training is done, or a signal came or a batch could not be made, in whichever rank."""
        trainer = self.trainer
        while True:
            batch = self._next(stream)
            trainer.spent = trainer.ranks.mean(trainer.spent)
            self.stopped, broken = trainer.ranks.any(bool(came), batch is None)
            if broken and not (self.stopped or self.damage):
                self.damage = Elsewhere("another rank could not make a batch")
            if self.stopped or broken or trainer.progress >= 1:
                return
            yield batch

    def _next(self, stream: Iterator) -> Any:
        """The next batch; None where it cannot be made, or none follows."""
        try:
            return next(stream, None)
        except FunhouseError as error:
            self.damage = error
            return None

    def _steps(self, batches: Iterator, writer: SummaryWriter | None, report: Report | None) -> None:
        """Steps, and a checkpoint every SAVE_EVERY seconds and at the end. Raises Diverged; the checkpoint before
        then stays. Raises FunhouseError where a batch could not be made, once what was trained before is saved."""
        trainer, saved, unsaved, batch = self.trainer, time.monotonic(), False, None
        for batch in batches:
            news, unsaved = trainer.update(batch), True
            if writer and trainer.step % REPORT_EVERY == 0:
                _tell(writer, report, trainer, news)
            if time.monotonic() - saved > SAVE_EVERY:
                self.save(batch)
                saved, unsaved = time.monotonic(), False
        if unsaved:
            self.save(batch)
        if isinstance(self.damage, Elsewhere):
            raise self.damage
        if self.damage and trainer.progress < 1:
            remedy = "" if trainer.step == 0 else f"; {trainer.step} steps are saved: then go on with --resume"
            raise FunhouseError(self.damage.what, place=self.damage.place, remedy=f"{self.damage.remedy}{remedy}")

    def save(self, batch: Any) -> None:
        """The checkpoint, with what --resume needs in a file of its own. Raises Diverged where it would be no mind."""
        if not self.writes:
            return
        self.trainer.check(batch)
        self.meta["done"] = {"steps": self.trainer.step, "seconds": self.trainer.spent}
        save(self.out, self.trainer.weights(), self.meta, self.trainer.state())

    def _remedy(self) -> str:
        if not (self.out / "checkpoint").exists():
            return "nothing was saved: train with a lower --rate"
        return "the checkpoint before it is whole: lower --rate and --resume from it"


def _tell(writer: SummaryWriter, report: Report | None, trainer: Trainer, losses: dict[str, Tensor]) -> None:
    """The losses of a step, those that are numbers: as points of the curves, and as a line of news."""
    news = {name: value for name, loss in losses.items() if math.isfinite(value := loss.item())}
    for name, value in news.items():
        writer.add_scalar(name, value, trainer.step)
    if report:
        told = ", ".join(f"{name} {value:.3f}" for name, value in news.items() if name != "norm")
        report(min(trainer.progress, 1.0), 1.0, f"step {trainer.step}: {told}")
