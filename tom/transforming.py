"""The transformer as a kind of network that can be trained, saved and asked."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from tom.architectures import Added, Architecture, check_weights, itself
from tom.checkpoint_document import read_document
from tom.mind import Mind
from tom.size import Size
from tom.tokens import VERSION, check_one_world, reader_of
from tom.tokens.base import UNLABELLED
from tom.tokens.words import Vocabulary
from tom.training.batch import TrainingBatches
from tom.training.settings import TrainConfig
from tom.training.wishes import WishBatches
from tom.transformer import ME, Transformer
from worlds import FunhouseError, schema

HEAD = 64  # width of one, where there are more than the least number of them
DEPTHS = 6  # whose losses are told one by one


class Unfilled(TorchFunctionMode):
    """Networks are built without their first weights: of those that are on no device torch would load its compiler."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        name = getattr(func, "__name__", "")
        if name.endswith("_") and hasattr(torch.nn.init, name):
            return args[0] if args else (kwargs or {})["tensor"]
        return func(*args, **(kwargs or {}))


class Transforming(Architecture):
    """As Architecture has it."""

    name = "transformer"
    version = VERSION
    sizes = Size
    defaults: ClassVar = {"batch": 8, "rate": 3e-3, "width": 128, "layers": 3, "nested": 1.0}

    def filled(self, config: TrainConfig) -> TrainConfig:
        """Wishes are learned from short histories, of which more make a batch."""
        wishing: dict[str, Any] = {"batch": 32, "rate": 4e-3} if config.wishes else {}
        own: dict[str, Any] = {name: value for name, value in wishing.items() if getattr(config, name) is None}
        return super().filled(replace(config, **own))

    def batches(self, logs, config: TrainConfig) -> TrainingBatches:
        vocabulary = Vocabulary(reader_of(logs[0].config, config.wishes).words)
        kind = WishBatches if config.wishes else TrainingBatches
        return kind(logs, vocabulary, config.batch or 1, config.seed)

    def size(self, config: TrainConfig, batches: TrainingBatches) -> Size:
        first = batches.inputs[0]
        check_one_world(batches.inputs)
        heads = max(Size.heads, (config.width or 0) // HEAD)
        shape: dict[str, Any] = {"width": config.width, "layers": config.layers, "heads": heads, "rung": config.rung}
        return Size(len(batches.vocabulary), **first.network(), **shape, abreast=True)

    def going_on(self, size: Size, before: Size) -> Size:
        """What reads events one way goes on so."""
        return replace(size, abreast=before.abreast)

    def network(self, size: Size) -> Transformer:
        return Transformer(size)

    def lowered(self, network: Transformer) -> Transformer:
        return network.lower()

    def fitting(self, size: Size, tensors, place: str) -> dict[str, Tensor]:
        with Unfilled():
            check_weights(lambda: Transformer(size).lower(), tensors, place)
        return dict(tensors)

    def measure(self, network: Transformer, batches: TrainingBatches) -> None:
        if network.size.species:
            network.eyes.measure(batches.batch(0)["rows"])

    def loss(self, network: Transformer, batch: dict, config: TrainConfig, added: Added = itself):
        loss = losses(network, batch, config.nested or 0.0, added)
        return loss, loss["action"] + config.describe * loss["trait"]

    def mind(self, tensors, meta, checkpoint: str, place: str) -> Mind:
        size, vocabulary = read_document(self, meta), Vocabulary(meta["words"])
        due = Size(len(vocabulary), **reader_of(meta["run"], vocabulary.wishes).network())
        for name in ("vocabulary", "traits", "actions", "features", "layers_seen", "species", "things", "told"):
            if (value := getattr(size, name)) != getattr(due, name):
                what = f"network.{name} = {schema.shown(value)} is not that of its world"
                remedy = "restore a copy, or train anew: tom train LOG --out RUN"
                raise FunhouseError(what, place=meta.file, remedy=remedy)
        fitting = self.fitting(size, tensors, place)
        network = Transformer(size).lower()
        network.load_state_dict(fitting)
        return Mind(network, vocabulary, meta["run"], meta, checkpoint)

    def made(self, network: Transformer, vocabulary: Vocabulary, meta: Mapping) -> Mind:
        return Mind(network, vocabulary, meta["run"], dict(meta))


ARCHITECTURE = Transforming()


def losses(
    network: Transformer, batch: Mapping[str, Any], nested: float = 1.0, added: Added = itself
) -> dict[str, Tensor]:
    """The mean negative log likelihood, nats, of the labelled actions, by stance and depth ("behave 0", …; nan where
    there are none) and weighted ("action"), and of the traits ("trait") at the persona's end, every event and every
    word that names somebody. `added` is as Architecture.loss has it: what is divided by is of all ranks."""
    rows, prompt = network.read(batch["rows"]), batch["prompt"]
    past, known = network.encode(rows, batch["event"])
    log, words = network.answer(rows, past, batch["event"], prompt)
    each, depth, mine = -log.gather(-1, prompt["action"][:, None])[:, 0], prompt["depth"], prompt["body"] == ME
    weight = {"action": torch.where(depth >= 2, nested, 1.0)}
    for stance, asked in (("behave", mine), ("predict", ~mine)):
        weight |= {f"{stance} {d}": (asked & (depth == d)).float() for d in range(DEPTHS)}
    trait = batch["event"]["trait"]
    told = [(known[:, :1], trait[:, :1]), (known[:, 1:], trait[:, 1:]), (words, prompt["trait"])]
    labelled = [(true != UNLABELLED).sum((0, 1)) for _, true in told]
    due = added(torch.cat([torch.stack([one.sum() for one in weight.values()]), *labelled]))
    each_trait = due[len(weight) :].clamp(min=1).split([len(one) for one in labelled])
    result = {
        name: ((each if name == "action" else each.detach()) * one).sum() / count
        for (name, one), count in zip(weight.items(), due, strict=False)
    }
    parts = [_untold(network, *one, count) for one, count in zip(told, each_trait, strict=True)]
    return result | {"trait": torch.stack(parts).sum()}


def _untold(network: Transformer, known: Tensor, trait: Tensor, count: Tensor) -> Tensor:
    """The cross entropy of the traits, added up, of how many of each are labelled; 0 where nobody is known or named."""
    said = network.trait(known).float().flatten(0, 1).split(list(network.size.traits), -1)
    total = [
        F.cross_entropy(x, y, ignore_index=UNLABELLED, reduction="sum")
        for x, y in zip(said, trait.flatten(0, 1).T, strict=True)
    ]
    return (torch.stack(total) / count).sum()
