"""How a training begins: a network of random weights, another mind's, or where it was left."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from tom.architectures import Architecture, architecture_of
from tom.checkpoint import load as load_checkpoint
from tom.checkpoint import load_training
from tom.checkpoint_document import read_document
from tom.training.ranks import ALONE, Ranks
from tom.training.seen_logs import seen_by, seen_log, together
from tom.training.settings import TrainConfig
from tom.training.trainer import Trainer
from worlds import FunhouseError
from worlds.schema import Document

MAY_CHANGE = ("minutes", "train_steps", "rate", "device", "loaders")  # when a training is resumed


def begin(
    config: TrainConfig, kind: Architecture, batches: Any, out: Path, resume: bool, ranks: Ranks = ALONE
) -> tuple[Trainer, dict]:
    """A trainer: fresh, from the weights of another mind (config.start), or the one whose checkpoint lies in `out`."""
    size, weights = kind.size(config, batches), None
    before: Mapping = {}
    if source := out if resume else config.start:
        weights, before, size = _weights(kind, source, size, batches.vocabulary)
    torch.manual_seed(config.seed)
    network = kind.network(size)
    if weights:
        network.load_state_dict(weights)
    else:
        kind.measure(network, batches)
    trainer = Trainer(config, kind, network, ranks)
    marks = [log.mark for log in batches.logs]
    told: dict = {**asdict(config), "logs": marks, "changed": []}
    if resume:
        told = _resumed(told, before, [log.config for log in batches.logs], str(out))
        trainer.restore(load_training(out), str(out))
    words, run = list(batches.vocabulary.words), batches.logs[0].config
    meta = {"version": kind.version, "network": size.to_dict(), "words": words, "run": run, "train": told}
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


def _weights(
    kind: Architecture, source: str | Path, size: Any, vocabulary: Any
) -> tuple[dict[str, Tensor], Document, Any]:
    """A checkpoint's weights, what it says, and the size of what goes on from it.

    Raises FunhouseError where they are of another version or network.
    """
    tensors, meta = load_checkpoint(source)
    before = read_document(kind, meta) if architecture_of(meta) is kind else None
    size = kind.going_on(size, before) if before else size
    if before != size or meta["words"] != list(vocabulary.words):
        own = f": --width {before.width} --layers {before.layers}" if before else ""
        remedy = f"go on with the settings and logs that it was begun with{own}"
        raise FunhouseError("the mind there has another size or vocabulary", place=str(source), remedy=remedy)
    return kind.fitting(size, tensors, str(source)), meta, size
