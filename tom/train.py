"""Training: maximum likelihood on the log, in bf16 with float32 masters; it stops, saves and goes on where it was.

Batch k is a function of (logs, seed, k), the schedule of the step (or, with `minutes`, of the time that has passed), and
there is no other chance; so a training by steps that is interrupted and resumed continues bit for bit on a CPU.
"""

import ctypes
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import Queue

import torch
from einops import rearrange
from torch import Tensor
from torch.nn import functional as F
from torch.utils.tensorboard import SummaryWriter

from tom.batch import UNLABELLED, TrainingBatches
from tom.checkpoint import load as load_checkpoint
from tom.checkpoint import load_training, save
from tom.mind import VERSION, Mind
from tom.network import Network, NetworkConfig
from tom.relations import ABSENT, event_relations, question_relations
from tom.vocabulary import Vocabulary
from worlds import FunhouseError, open_log
from worlds.durable import Lock, make_directory

SAVE_EVERY = 120.0  # seconds
SMALLEST_MATRIX = 32  # rows and columns of a weight that Muon trains
REPORT_EVERY = 20  # steps


@dataclass(frozen=True)
class TrainConfig:
    """How to train. Exactly one of minutes and train_steps bounds it."""

    minutes: float | None = None
    train_steps: int | None = None
    seed: int = 0
    batch: int = 8  # histories
    rate: float = 5e-3  # of learning, at its highest
    warmup: int = 100  # steps
    cooldown: float = 0.5  # the last share of training, in which the rate falls to nothing
    describe: float = 0.25  # weight of the traits' loss beside the actions'
    nested: float = 2.0  # weight of an action at depth 2 or more, which tells least, beside one at depth 0 or 1
    width: int = 128
    layers: int = 3
    event_layers: int = 0

    def __post_init__(self):
        if (self.minutes is None) == (self.train_steps is None):
            raise FunhouseError("training needs one bound", remedy="give --minutes or --train-steps, and not both")
        for name in ("minutes", "train_steps", "batch", "rate"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise FunhouseError(f"{name} = {value!r} is no training", remedy=f"choose {name} above 0")


def losses(
    network: Network, event: dict[str, Tensor], question: dict[str, Tensor], nested: float = 1.0
) -> dict[str, Tensor]:
    """The mean negative log likelihood, nats, of the labelled actions, by depth ("depth 0", …) and weighted ("action"),
    and of the traits."""
    dtype = next(network.parameters()).dtype
    event = event | {name: event[name].to(dtype) for name in ("own", "cover")}
    if network.config.event_layers:
        event["relation"] = event_relations(event, dtype)
    question = question | {"relation": question_relations(event, question, dtype)}
    log, trait = network.answer(network.encode(event), event, question)
    action = rearrange(question["action"], "b q -> (b q)")
    each = F.nll_loss(rearrange(log, "b q a -> (b q) a"), action, ignore_index=UNLABELLED, reduction="none")
    labelled = action != UNLABELLED
    depth = rearrange((question["slot"] != ABSENT).sum(-1), "b q -> (b q)")
    weight = labelled * torch.where(depth >= 2, nested, 1.0)
    result = {"action": (each * weight).sum() / weight.sum()}
    for d in range(3):
        chosen = labelled & (depth == d)
        result[f"depth {d}"] = each.detach()[chosen].mean()
    parts = zip(trait.split(list(network.config.traits), -1), question["trait"].unbind(-1), strict=True)
    result["trait"] = sum(F.cross_entropy(x.flatten(0, 1), y.flatten(), ignore_index=UNLABELLED) for x, y in parts)
    return result


def keep_memory() -> None:
    """Has the C library keep what it was given: mapping every large temporary anew costs a step a sixth of its time.

    Glibc only; elsewhere nothing happens.
    """
    mmap_max, trim_threshold, top_pad = -4, -1, -2  # malloc.h
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(mmap_max, 0)
        mallopt(trim_threshold, 2**31 - 1)
        mallopt(top_pad, 2**28)


def _is_matrix(network: Network) -> list[bool]:
    """Which parameters are weights of linear maps, large both ways: those that Muon trains (Jordan et al. 2024).

    Measured on this problem: Muon reaches in 400 steps what AdamW alone has not reached in 1,200.
    """
    linear = {id(module.weight) for module in network.modules() if isinstance(module, torch.nn.Linear)}
    return [id(p) in linear and min(p.shape) >= SMALLEST_MATRIX for p in network.parameters()]


class Trainer:
    """A network in bf16, its float32 masters and the optimisers' moments, and where in the training they are."""

    def __init__(self, config: TrainConfig, network: Network):
        self.config, self.network = config, network
        self.step, self.spent = 0, 0.0
        self.parameters = list(network.parameters())
        self.masters = [p.detach().float().clone() for p in self.parameters]
        self.network.bfloat16()
        matrix = _is_matrix(network)
        matrices = [m for m, yes in zip(self.masters, matrix, strict=True) if yes]
        others = [m for m, yes in zip(self.masters, matrix, strict=True) if not yes]
        shared = {"lr": config.rate, "weight_decay": 0.01}
        self.optimizers = (
            torch.optim.Muon(matrices, momentum=0.95, adjust_lr_fn="match_rms_adamw", **shared),
            torch.optim.AdamW(others, betas=(0.9, 0.98), foreach=True, **shared),
        )

    @property
    def progress(self) -> float:
        """How much of the training is done, 0 to 1."""
        by_time = self.config.minutes is not None
        return self.spent / (60 * self.config.minutes) if by_time else self.step / self.config.train_steps

    def rate(self) -> float:
        """The learning rate now: a warm-up, a plateau, a linear fall."""
        falling = max(0.0, (1 - self.progress) / self.config.cooldown)
        return self.config.rate * min(1.0, (self.step + 1) / self.config.warmup, max(falling, 0.01))

    def update(self, event: dict, question: dict) -> dict[str, float]:
        """One step. Raises FunhouseError where the loss is no number; the weights are then as before it."""
        began = time.monotonic()
        loss = losses(self.network, event, question, self.config.nested)
        total = loss["action"] + self.config.describe * loss["trait"]
        if not math.isfinite(total.item()):
            raise FunhouseError(
                f"the loss is {total.item()} at step {self.step}",
                place=f"batch {self.step} of seed {self.config.seed}",
                remedy="the checkpoint before it is whole: lower --rate and --resume from it",
            )
        total.backward()
        for master, parameter in zip(self.masters, self.parameters, strict=True):
            master.grad = None if parameter.grad is None else parameter.grad.float()
            parameter.grad = None
        norm = torch.nn.utils.clip_grad_norm_(self.masters, 1.0)
        for optimizer in self.optimizers:
            optimizer.param_groups[0]["lr"] = self.rate()
            optimizer.step()
        with torch.no_grad():
            torch._foreach_copy_(self.parameters, self.masters)
        self.step += 1
        self.spent += time.monotonic() - began
        return {name: value.item() for name, value in loss.items()} | {"norm": norm.item()}

    def state(self) -> dict[str, Tensor]:
        """What it needs to go on: masters, moments, step and seconds."""
        tensors = {"step": torch.tensor(self.step), "spent": torch.tensor(self.spent, dtype=torch.float64)}
        for k, master in enumerate(self.masters):
            tensors[f"{k}.master"] = master
            for optimizer in self.optimizers:
                for name, value in optimizer.state.get(master, {}).items():
                    tensors[f"{k}.{name}"] = value
        return tensors

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Puts back what `state` gave."""
        self.step, self.spent = int(tensors["step"]), float(tensors["spent"])
        moments = [{} for _ in self.masters]
        for name, tensor in tensors.items():
            number, _, part = name.partition(".")
            if part and part != "master":
                moments[int(number)][part] = tensor.clone()
        with torch.no_grad():
            for k, master in enumerate(self.masters):
                master.copy_(tensors[f"{k}.master"])
                for optimizer in self.optimizers:
                    if any(master is p for p in optimizer.param_groups[0]["params"]):
                        optimizer.state[master] = moments[k]
            torch._foreach_copy_(self.parameters, self.masters)


def prefetched(batches: TrainingBatches, first: int, depth: int = 4):
    """Batches first, first + 1, … made ahead in a thread; what it raises is raised here."""
    queue: Queue = Queue(depth)

    def work():
        number = first
        try:
            while True:
                queue.put(batches.batch(number))
                number += 1
        except BaseException as error:  # handed over to the thread that trains
            queue.put(error)

    threading.Thread(target=work, daemon=True).start()
    while True:
        made = queue.get()
        if isinstance(made, BaseException):
            raise made
        yield made


def train(
    logs: Sequence[str | Path],
    out: str | Path,
    *,
    resume: bool = False,
    report: Callable[[float, float, str], None] | None = None,
    **settings,
) -> Mind:
    """Trains a mind on logs and leaves its checkpoint and curves under `out`; returns it.

    settings: the fields of TrainConfig; report receives what is done, of 1, and a line of news. Raises FunhouseError for
    logs of different worlds, a run that is there already, and a loss that is no number.
    """
    config = TrainConfig(**settings)
    keep_memory()
    make_directory(Path(out))
    lock = Lock(Path(out))
    try:
        return _train([open_log(log) for log in logs], config, Path(out), resume, report)
    finally:
        lock.release()


def _train(logs: Sequence, config: TrainConfig, out: Path, resume: bool, report) -> Mind:
    """Trains on opened logs, alone in the run's directory."""
    batches = TrainingBatches(logs, Vocabulary(), config.batch, config.seed)
    trainer, meta = _begin(config, batches, out, resume)
    writer = SummaryWriter(str(out / "tensorboard"), purge_step=trainer.step)
    meta |= {"train": asdict(config), "logs": [log.config for log in logs]}
    saved = time.monotonic()
    for event, question in prefetched(batches, trainer.step):
        if trainer.progress >= 1:
            break
        news = trainer.update(event, question)
        if trainer.step % REPORT_EVERY == 0:
            for name, value in news.items():
                writer.add_scalar(name, value, trainer.step)
            if report:
                told = ", ".join(f"{name} {value:.3f}" for name, value in news.items() if name != "norm")
                report(min(trainer.progress, 1.0), 1.0, f"step {trainer.step}: {told}")
        if time.monotonic() - saved > SAVE_EVERY:
            _save(out, trainer, meta)
            saved = time.monotonic()
    writer.close()
    _save(out, trainer, meta)
    return Mind(trainer.network, batches.vocabulary, meta["run"], meta)


def _begin(config: TrainConfig, batches: TrainingBatches, out: Path, resume: bool) -> tuple[Trainer, dict]:
    """A fresh trainer, or the one whose checkpoint lies in `out`."""
    size = network_size(config, batches)
    if resume:
        _, meta = load_checkpoint(out)
        if meta["network"] != size.to_dict() or meta["words"] != list(batches.vocabulary.words):
            raise FunhouseError(
                "the mind there has another size or vocabulary",
                place=str(out),
                remedy="resume with the settings and logs that it was begun with",
            )
    elif (out / "checkpoint").exists():
        raise FunhouseError("there is a mind already", place=str(out), remedy="add --resume, or name another --out")
    torch.manual_seed(config.seed)
    trainer = Trainer(config, Network(size))
    if resume:
        trainer.restore(load_training(out))
    run = batches.logs[0].config
    return trainer, {
        "version": VERSION, "network": size.to_dict(), "words": list(batches.vocabulary.words), "run": run,
    }  # fmt: skip


def network_size(config: TrainConfig, batches: TrainingBatches) -> NetworkConfig:
    """The network for the logs' world. Raises FunhouseError where logs differ in kinds of fruit or in policy."""
    first = batches.perceptions[0]
    for other in batches.perceptions:
        if (other.orchard.kinds, other.policy) != (first.orchard.kinds, first.policy):
            raise FunhouseError("the logs differ in kinds of fruit or in policy", remedy="train on logs of one kind")
    return NetworkConfig(
        vocabulary=len(batches.vocabulary), traits=tuple(map(len, first.space.traits.values())),
        kinds=first.orchard.kinds, width=config.width, layers=config.layers, event_layers=config.event_layers,
        gamma=first.policy.gamma,
    )  # fmt: skip


def _save(out: str | Path, trainer: Trainer, meta: dict) -> None:
    """The checkpoint, with what --resume needs in a file of its own."""
    meta["done"] = {"steps": trainer.step, "seconds": trainer.spent}
    save(out, trainer.network.state_dict(), meta, trainer.state())
