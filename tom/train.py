"""Training: maximum likelihood on the log; it stops, saves and goes on where it was.

Batch k is a function of (logs, seed, k), the schedule of the step (or, with `minutes`, of the time that has passed),
and there is no other chance; so a training by steps that is interrupted and resumed continues bit for bit on a CPU.
What would change that is refused at a resume; the bound and the rate may change, and a checkpoint tells of it.
"""

import threading
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from queue import Empty, Full, Queue

import torch
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from tom.batch import TrainingBatches
from tom.checkpoint import load as load_checkpoint
from tom.checkpoint import load_training, mend, save
from tom.curves import curves
from tom.mind import MYSELF, Mind
from tom.mind_document import check_size, read_document
from tom.network import Network
from tom.observations import ObservationEncoder
from tom.perception import VERSION, ArenaPerception, check_alike, perception_of
from tom.seen import check_training, seen_by, seen_log, together
from tom.settings import NetworkConfig, TrainConfig
from tom.trainer import Diverged, Trainer, keep_memory
from tom.vocabulary import Vocabulary
from worlds import FunhouseError, open_log
from worlds.deferred import Deferred
from worlds.durable import Lock, make_directory
from worlds.manifest import MANIFEST, UNFINISHED
from worlds.schema import Document

SAVE_EVERY = 120.0  # seconds
LOOK_EVERY = 0.2  # seconds: whether a signal has come while a batch is waited for
REPORT_EVERY = 20  # steps
NOTHING = "nothing was trained"
MAY_CHANGE = ("minutes", "train_steps", "rate")  # when a training is resumed
Report = Callable[[float, float, str], None]


def prefetched(
    batches: TrainingBatches, first: int, depth: int = 4, stopped: Sequence = ()
) -> Generator[tuple[dict, dict], None, None]:
    """Batches first, first + 1, … made ahead in a thread; what it raises is raised here. Closing it ends the thread.

    It ends by itself once `stopped` holds anything.
    """
    queue: Queue = Queue(depth)
    closed = threading.Event()

    def work():
        for number in count(first):
            try:
                made: tuple | BaseException = batches.batch(number)
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

    threading.Thread(target=work, daemon=True).start()
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


def train(
    logs: Sequence[str | Path],
    out: str | Path,
    *,
    resume: bool = False,
    report: Report | None = None,
    **settings,
) -> Mind:
    """Trains a mind on logs and leaves its checkpoint and curves under `out`; returns it.

    settings: the fields of TrainConfig; report receives what is done, of 1, and a line of news. Raises FunhouseError
    for logs of different worlds or splits, a run that is there already, a resume with other settings or logs, and a
    loss, gradient or weights that are no numbers. Ctrl-C and SIGTERM wait for the end of a step; what was trained is
    then saved, and they are raised with a note of it.
    """
    config, home = TrainConfig(**settings), Path(out)
    keep_memory()
    try:
        make_directory(home)
        lock = Lock(home)
    except KeyboardInterrupt as stop:
        stop.add_note(NOTHING)
        raise
    try:
        training = _prepared([open_log(log) for log in logs], config, home, resume)
        return training.run(report)
    finally:
        lock.release()


def _prepared(logs: Sequence, config: TrainConfig, out: Path, resume: bool) -> "_Training":
    """A training at its beginning, or where it was left; nothing is written yet."""
    try:
        mend(out)
        _check_place(out, resume)
        for log in logs:
            check_training(log)
        vocabulary = Vocabulary(perception_of(logs[0].config).words)
        batches = TrainingBatches(logs, vocabulary, config.batch, config.seed)
        return _Training(out, batches, *_begin(config, batches, out, resume))
    except KeyboardInterrupt as stop:
        stop.add_note(NOTHING)
        raise


@dataclass
class _Training:
    """A trainer, its batches, and what its checkpoints say."""

    out: Path
    batches: TrainingBatches
    trainer: Trainer
    meta: dict

    def run(self, report: Report | None) -> Mind:
        """Trains to the end, or until a signal comes, and saves."""
        trainer, first = self.trainer, self.trainer.step
        with Deferred() as signals, curves(self.out / "tensorboard", first) as writer:
            with closing(prefetched(self.batches, first, stopped=signals.came)) as stream:
                try:
                    self._steps(stream, signals.came, writer, report)
                except Diverged as error:
                    raise FunhouseError(error.what, place=error.place, remedy=self._remedy()) from error
            signals.note = f"{trainer.step} steps are saved in {self.out}" if trainer.step > first else NOTHING
        return Mind(trainer.network, self.batches.vocabulary, self.meta["run"], self.meta)

    def _steps(self, stream: Iterable[tuple], came: Sequence, writer: SummaryWriter, report: Report | None) -> None:
        """Steps, and a checkpoint every SAVE_EVERY seconds and at the end. Raises Diverged; the checkpoint before
        then stays."""
        trainer, saved, unsaved, batch = self.trainer, time.monotonic(), False, None
        for batch in stream:
            if trainer.progress >= 1:
                break
            news, unsaved = trainer.update(*batch), True
            if trainer.step % REPORT_EVERY == 0:
                _tell(writer, report, trainer, news)
            if came:
                break
            if time.monotonic() - saved > SAVE_EVERY:
                self.save(batch)
                saved, unsaved = time.monotonic(), False
        if unsaved and batch is not None:
            self.save(batch)

    def save(self, batch: tuple) -> None:
        """The checkpoint, with what --resume needs in a file of its own. Raises Diverged where it would be no mind."""
        self.trainer.check(*batch)
        self.meta["done"] = {"steps": self.trainer.step, "seconds": self.trainer.spent}
        save(self.out, self.trainer.network.state_dict(), self.meta, self.trainer.state())

    def _remedy(self) -> str:
        if not (self.out / "checkpoint").exists():
            return "nothing was saved: train with a lower --rate"
        return "the checkpoint before it is whole: lower --rate and --resume from it"


def _check_place(out: Path, resume: bool) -> None:
    """Raises FunhouseError where a training would write over something, or there is nothing to resume."""
    there = (out / "checkpoint").exists()
    if there and not resume:
        raise FunhouseError("there is a mind already", place=str(out), remedy="add --resume, or name another --out")
    if not there and resume:
        what = "there is nothing to resume: no training here has come to its first save"
        raise FunhouseError(what, place=str(out), remedy="give the same command without --resume")
    for name in (MANIFEST, UNFINISHED):
        if (out / name).exists():
            raise FunhouseError("there is something else already", place=str(out / name), remedy="name another --out")


def _tell(writer: SummaryWriter, report: Report | None, trainer: Trainer, news: dict[str, float]) -> None:
    """The losses of a step: as points of the curves, and as a line of news."""
    for name, value in news.items():
        writer.add_scalar(name, value, trainer.step)
    if report:
        told = ", ".join(f"{name} {value:.3f}" for name, value in news.items() if name != "norm")
        report(min(trainer.progress, 1.0), 1.0, f"step {trainer.step}: {told}")


def _begin(config: TrainConfig, batches: TrainingBatches, out: Path, resume: bool) -> tuple[Trainer, dict]:
    """A trainer: fresh, from the weights of another mind (config.start), or the one whose checkpoint lies in `out`."""
    size = network_size(config, batches)
    torch.manual_seed(config.seed)
    network = Network(size)
    before: Mapping = {}
    if source := out if resume else config.start:
        weights, before = _weights(source, size, batches.vocabulary)
        network.load_state_dict(weights)
    elif isinstance(network.surroundings, ObservationEncoder):
        network.surroundings.measure(batches.batch(0)[0]["rows"])
    trainer = Trainer(config, network)
    marks = [log.mark for log in batches.logs]
    told: dict = {**asdict(config), "logs": marks, "changed": []}
    if resume:
        told = _resumed(told, before, [log.config for log in batches.logs], str(out))
        trainer.restore(load_training(out), str(out))
    words, run = list(batches.vocabulary.words), batches.logs[0].config
    meta = {"version": VERSION, "network": size.to_dict(), "words": words, "run": run, "train": told}
    seen = together(seen_by(before), [seen_log(log) for log in batches.logs])
    return trainer, {**meta, "logs": [log.config for log in batches.logs], "seen": seen}


def _resumed(told: dict, before: Mapping, logs: list[dict], place: str) -> dict:
    """What a resumed training's checkpoint says of its settings: how it was begun, and what of it changed when.

    Raises FunhouseError where something changed that decides its batches or what is minimised.
    """
    had = before.get("train", {})
    for name, value in told.items():
        if name in had and name not in (*MAY_CHANGE, "start", "changed") and had[name] != value:
            shown = "other logs" if name == "logs" else f"{name} = {had[name]!r}, not {value!r}"
            remedy = "repeat what it was begun with, or begin a new training from its mind: --start RUN --out NEW"
            raise FunhouseError(f"this training was begun with {shown}", place=place, remedy=remedy)
    if "logs" not in had and before.get("logs") != logs:
        remedy = "name the logs that it was begun with, or begin a new training from its mind: --start RUN --out NEW"
        raise FunhouseError("this training was begun with other logs", place=place, remedy=remedy)
    step = before.get("done", {}).get("steps", 0)
    new = {name: told[name] for name in MAY_CHANGE if name in had and had[name] != told[name]}
    changed = [*had.get("changed", []), *([{"step": step, "before": {n: had[n] for n in new}}] if new else [])]
    return {**told, "start": had.get("start"), "changed": changed}


def _weights(source: str | Path, size: NetworkConfig, vocabulary: Vocabulary) -> tuple[dict[str, Tensor], Document]:
    """A checkpoint's weights, and what it says. Raises FunhouseError where they are of another version or network."""
    tensors, meta = load_checkpoint(source)
    if read_document(meta) != size or meta["words"] != list(vocabulary.words):
        raise FunhouseError(
            "the mind there has another size or vocabulary",
            place=str(source),
            remedy="go on with the settings and logs that it was begun with",
        )
    check_size(size, tensors, str(source))
    return tensors, meta


def network_size(config: TrainConfig, batches: TrainingBatches) -> NetworkConfig:
    """The network for the logs' world. Raises FunhouseError where logs differ in what agents are like or perceive."""
    first = batches.perceptions[0]
    for other in batches.perceptions:
        check_alike(first, other, "the logs differ: {mine} and {other}", None, "train on logs of one kind")
    if config.compares and isinstance(first, ArenaPerception):
        raise FunhouseError("in an arena a mind compares nobody with itself", remedy="leave --compares out")
    world = first.network(batches.vocabulary)
    myself = batches.vocabulary.encode(MYSELF) if config.compares else ()
    return NetworkConfig(len(batches.vocabulary), **world, width=config.width, layers=config.layers, myself=myself)
