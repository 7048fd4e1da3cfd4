"""A training step on a GPU by the clock, beside a plain GPT of the same size in the same run, and where its time goes.

    python benchmarks/gpu_step.py LOG [--batch 256 --width 256 --layers 8] [--plain]

Multiplications are counted as six for each weight and token, those of attention and of tables left out. --plain leaves
the blocks uncompiled.
"""

import argparse
import time
from collections.abc import Callable

import torch
from train_step import NUMBERS, SEQUENCE, Plain, PlainGPT, tokens

import tom.training.trainer
from tom.architectures import architecture
from tom.training.devices import moved
from tom.training.settings import TrainConfig
from tom.training.trainer import Trainer
from worlds import open_log

STEPS = 10


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log")
    parser.add_argument("--plain", action="store_true")
    for name, value in {"batch": 256, "width": 256, "layers": 8}.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    asked = parser.parse_args()
    if asked.plain:
        tom.training.trainer.compile_blocks = lambda network: None
    kind = architecture("transformer")
    shape = {"batch": asked.batch, "width": asked.width, "layers": asked.layers}
    config = kind.filled(TrainConfig(train_steps=1000, **shape))
    batches = kind.batches([open_log(asked.log)], config)
    size, made = kind.size(config, batches), [batches.batch(k) for k in range(2)]
    count = sum(map(tokens, made)) // len(made)
    trainer = Trainer(config, kind, kind.network(size))
    tell("the mind", trainer, [moved(one, trainer.device) for one in made], count)
    parts(trainer, moved(made[0], trainer.device))
    plain = PlainGPT(size.width, size.layers, size.heads, size.feedforward)
    peer = Trainer(config, Plain, plain)  # type: ignore[arg-type]
    rows = torch.randint(NUMBERS, (max(1, count // SEQUENCE), SEQUENCE), device=peer.device)
    tell("a plain GPT", peer, [rows], rows.numel())


def tell(name: str, trainer: Trainer, made: list, count: int) -> None:
    """Prints the time of a step, and tokens and multiplications a second."""
    seconds = timed(lambda: [trainer.update(made[k % len(made)]) for k in range(STEPS)], trainer.device) / STEPS
    tables = {id(m.weight) for m in trainer.network.modules() if isinstance(m, torch.nn.Embedding)}
    weights = sum(p.numel() for p in trainer.network.parameters() if id(p) not in tables)
    print(
        f"{name:<12} {weights / 1e6:5.1f} million weights  {1e3 * seconds:7.1f} ms a step  "
        f"{count / seconds / 1e3:8.0f} thousand tokens/s  {6 * weights * count / seconds / 1e12:6.1f} TFLOP/s"
    )


def parts(trainer: Trainer, batch: dict) -> None:
    """Prints how long each part of a step takes that is waited for."""
    loss = trainer.kind.loss(trainer.network, batch, trainer.config)[1]
    forward = timed(lambda: trainer.kind.loss(trainer.network, batch, trainer.config), trainer.device)
    backward = timed(lambda: loss.backward(retain_graph=True), trainer.device)
    for master in trainer.masters:
        master.grad = torch.zeros_like(master)
    muon, adam = (timed(optimizer.step, trainer.device) for optimizer in trainer.optimizers)
    told = {"forward": forward, "backward": backward, "Muon": muon, "AdamW": adam}
    print("  ".join(f"{name} {1e3 * seconds:.1f} ms" for name, seconds in told.items()))


def timed(work: Callable[[], object], device: torch.device) -> float:
    """Seconds of the second time."""
    for _ in range(2):
        began = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
