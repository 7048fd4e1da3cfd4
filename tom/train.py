"""Training: maximum likelihood on the log; it stops, saves and goes on where it was.

Batch k is a function of (logs, seed, k), the schedule of the step (or, with `minutes`, of the time that has passed),
and there is no other chance; so a training by steps that is interrupted and resumed continues bit for bit on a CPU.
"""

import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import asdict
from itertools import count
from pathlib import Path
from queue import Full, Queue

import torch
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from tom.batch import TrainingBatches
from tom.checkpoint import load as load_checkpoint
from tom.checkpoint import load_training, save
from tom.mind import MYSELF, Mind
from tom.mind_document import read_document
from tom.network import Network
from tom.observations import ObservationEncoder
from tom.perception import VERSION, ArenaPerception, perception_of
from tom.settings import NetworkConfig, TrainConfig
from tom.trainer import Trainer, keep_memory
from tom.vocabulary import Vocabulary
from worlds import FunhouseError, open_log
from worlds.durable import Lock, make_directory

SAVE_EVERY = 120.0  # seconds
REPORT_EVERY = 20  # steps
Report = Callable[[float, float, str], None]


def prefetched(batches: TrainingBatches, first: int, depth: int = 4) -> Generator[tuple[dict, dict], None, None]:
    """Batches first, first + 1, … made ahead in a thread; what it raises is raised here. Closing it ends the thread."""
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
        while True:
            made = queue.get()
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
    for logs of different worlds, a run that is there already, and a loss that is no number.
    """
    config = TrainConfig(**settings)
    keep_memory()
    make_directory(Path(out))
    lock = Lock(Path(out))
    try:
        return _train([open_log(log) for log in logs], config, Path(out), resume, report)
    finally:
        lock.release()


def _train(logs: Sequence, config: TrainConfig, out: Path, resume: bool, report: Report | None) -> Mind:
    """Trains on opened logs, alone in the run's directory."""
    vocabulary = Vocabulary(perception_of(logs[0].config).words)
    batches = TrainingBatches(logs, vocabulary, config.batch, config.seed)
    trainer, meta = _begin(config, batches, out, resume)
    meta |= {"train": asdict(config), "logs": [log.config for log in logs]}
    saved = time.monotonic()
    curves = SummaryWriter(str(out / "tensorboard"), purge_step=trainer.step)
    with curves as writer, closing(prefetched(batches, trainer.step)) as stream:
        for event, question in stream:
            if trainer.progress >= 1:
                break
            news = trainer.update(event, question)
            if trainer.step % REPORT_EVERY == 0:
                _tell(writer, report, trainer, news)
            if time.monotonic() - saved > SAVE_EVERY:
                _save(out, trainer, meta)
                saved = time.monotonic()
    _save(out, trainer, meta)
    return Mind(trainer.network, batches.vocabulary, meta["run"], meta)


def _tell(writer: SummaryWriter, report: Report | None, trainer: Trainer, news: dict[str, float]) -> None:
    """The losses of a step: as points of the curves, and as a line of news."""
    for name, value in news.items():
        writer.add_scalar(name, value, trainer.step)
    if report:
        told = ", ".join(f"{name} {value:.3f}" for name, value in news.items() if name != "norm")
        report(min(trainer.progress, 1.0), 1.0, f"step {trainer.step}: {told}")


def _begin(config: TrainConfig, batches: TrainingBatches, out: Path, resume: bool) -> tuple[Trainer, dict]:
    """A trainer: fresh, from the weights of another mind (config.start), or the one whose checkpoint lies in `out`."""
    if not resume and (out / "checkpoint").exists():
        raise FunhouseError("there is a mind already", place=str(out), remedy="add --resume, or name another --out")
    size = network_size(config, batches)
    torch.manual_seed(config.seed)
    network = Network(size)
    if source := out if resume else config.start:
        network.load_state_dict(_weights(source, size, batches.vocabulary))
    elif isinstance(network.surroundings, ObservationEncoder):
        network.surroundings.measure(batches.batch(0)[0]["rows"])
    trainer = Trainer(config, network)
    if resume:
        trainer.restore(load_training(out))
    words, run = list(batches.vocabulary.words), batches.logs[0].config
    return trainer, {"version": VERSION, "network": size.to_dict(), "words": words, "run": run}


def _weights(source: str | Path, size: NetworkConfig, vocabulary: Vocabulary) -> dict[str, Tensor]:
    """A checkpoint's weights. Raises FunhouseError where they are of another version or network."""
    tensors, meta = load_checkpoint(source)
    if read_document(meta) != size or meta["words"] != list(vocabulary.words):
        raise FunhouseError(
            "the mind there has another size or vocabulary",
            place=str(source),
            remedy="go on with the settings and logs that it was begun with",
        )
    return tensors


def network_size(config: TrainConfig, batches: TrainingBatches) -> NetworkConfig:
    """The network for the logs' world. Raises FunhouseError where logs differ in what agents are like or perceive."""
    first = batches.perceptions[0]
    for other in batches.perceptions:
        if type(other) is not type(first) or other.kind != first.kind:
            raise FunhouseError(f"the logs differ: {first.kind} and {other.kind}", remedy="train on logs of one kind")
    if config.compares and isinstance(first, ArenaPerception):
        raise FunhouseError("in an arena a mind compares nobody with itself", remedy="leave --compares out")
    world = first.network(batches.vocabulary)
    myself = batches.vocabulary.encode(MYSELF) if config.compares else ()
    return NetworkConfig(len(batches.vocabulary), **world, width=config.width, layers=config.layers, myself=myself)


def _save(out: str | Path, trainer: Trainer, meta: dict) -> None:
    """The checkpoint, with what --resume needs in a file of its own."""
    meta["done"] = {"steps": trainer.step, "seconds": trainer.spent}
    save(out, trainer.network.state_dict(), meta, trainer.state())
