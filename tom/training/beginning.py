"""How a training begins: a network of random weights, another mind's, or where it was left."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor

from tom.checkpoint import load as load_checkpoint
from tom.checkpoint import load_training
from tom.checkpoint_document import check_size, read_document
from tom.filter.inputs import VERSION, check_alike
from tom.filter.network import Network
from tom.filter.observations import ObservationEncoder
from tom.filter.vocabulary import Vocabulary
from tom.mind import MYSELF
from tom.training.batch import TrainingBatches
from tom.training.seen_logs import seen_by, seen_log, together
from tom.training.settings import NetworkConfig, TrainConfig
from tom.training.trainer import Trainer
from worlds import FunhouseError
from worlds.schema import Document

MAY_CHANGE = ("minutes", "train_steps", "rate")  # when a training is resumed


def begin(config: TrainConfig, batches: TrainingBatches, out: Path, resume: bool) -> tuple[Trainer, dict]:
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
    first = batches.inputs[0]
    for other in batches.inputs:
        check_alike(first, other, "the logs differ: {mine} and {other}", None, "train on logs of one kind")
    if config.compares and not first.likens:
        raise FunhouseError("in this world a mind compares nobody with itself", remedy="leave --compares out")
    world = first.network(batches.vocabulary)
    myself = batches.vocabulary.encode(MYSELF) if config.compares else ()
    return NetworkConfig(len(batches.vocabulary), **world, width=config.width, layers=config.layers, myself=myself)
