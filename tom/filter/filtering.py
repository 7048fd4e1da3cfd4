"""The filter as a kind of network that can be trained, saved and asked."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import torch
from einops import rearrange
from torch import Tensor
from torch.nn import functional as F

from tom.architectures import Added, Architecture, check_weights, itself
from tom.checkpoint_document import read_document
from tom.filter.batch import UNLABELLED, TrainingBatches
from tom.filter.inputs import VERSION, Inputs, inputs_of
from tom.filter.mind import FilterMind
from tom.filter.network import Network
from tom.filter.relations import ABSENT, question_relations
from tom.filter.size import NetworkConfig
from tom.filter.vocabulary import Vocabulary
from tom.tokens import check_one_world
from tom.training.ranks import ranks_here
from tom.training.settings import TrainConfig
from worlds import FunhouseError, schema


class Filtering(Architecture):
    """As Architecture has it."""

    name = "filter"
    version = VERSION
    sizes = NetworkConfig
    defaults: ClassVar = {"batch": 8, "rate": 5e-3, "width": 128, "layers": 1, "nested": 2.0}

    def filled(self, config: TrainConfig) -> TrainConfig:
        if config.device == "cuda":
            raise FunhouseError("the filter is trained on a CPU", remedy="leave out --device, or train the transformer")
        if config.wishes:
            raise FunhouseError("the filter learns no wishes", remedy="leave out --network filter")
        if ranks_here() > 1:
            raise FunhouseError("the filter is trained in one process", remedy="leave out torchrun")
        if config.loaders:
            raise FunhouseError("a thread makes the filter's batches", remedy="leave out --loaders")
        return replace(super().filled(config), device="cpu")

    def batches(self, logs, config: TrainConfig) -> TrainingBatches:
        vocabulary = Vocabulary(inputs_of(logs[0].config).words)
        return TrainingBatches(logs, vocabulary, config.batch or 1, config.seed)

    def size(self, config: TrainConfig, batches: TrainingBatches) -> NetworkConfig:
        first = batches.inputs[0]
        check_one_world(batches.inputs)
        world = first.network(batches.vocabulary)
        return NetworkConfig(len(batches.vocabulary), **world | {"width": config.width, "layers": config.layers})

    def network(self, size: NetworkConfig) -> Network:
        return Network(size)

    def lowered(self, network: Network) -> Network:
        return network.lower()

    def fitting(self, size: NetworkConfig, tensors, place: str) -> dict[str, Tensor]:
        check_weights(lambda: Network(size).lower(), tensors, place)
        return dict(tensors)

    def measure(self, network: Network, batches: TrainingBatches) -> None:
        """Nothing: the orchard has no scales to be found."""

    def loss(self, network: Network, batch, config: TrainConfig, added: Added = itself):
        event, question = batch
        loss = losses(network, event, question, config.nested or 0.0)
        return loss, loss["action"] + config.describe * loss["trait"]

    def mind(self, tensors, meta, checkpoint: str, place: str) -> FilterMind:
        size, vocabulary = read_document(self, meta), Vocabulary(meta["words"])
        check_world(size, inputs_of(meta["run"]), vocabulary, meta.file)
        fitting = self.fitting(size, tensors, place)
        network = Network(size).lower()
        network.load_state_dict(fitting)
        return FilterMind(network, vocabulary, meta["run"], meta, checkpoint)

    def made(self, network: Network, vocabulary: Vocabulary, meta: Mapping) -> FilterMind:
        return FilterMind(network, vocabulary, meta["run"], dict(meta))


ARCHITECTURE = Filtering()


def check_world(network: NetworkConfig, inputs: Inputs, vocabulary: Vocabulary, file: str) -> None:
    """Raises FunhouseError where a network is not of the size that its world gives it."""
    due = NetworkConfig(len(vocabulary), **inputs.network(vocabulary))
    for name in ("vocabulary", "traits", "actions", "kinds", "gamma"):
        if (value := getattr(network, name)) != getattr(due, name):
            what = f"network.{name} = {schema.shown(value)} is not that of its world"
            raise FunhouseError(what, place=file, remedy="restore a copy, or train anew: tom train LOG --out RUN")


def losses(
    network: Network, event: dict[str, Any], question: dict[str, Tensor], nested: float = 1.0
) -> dict[str, Tensor]:
    """The mean negative log likelihood, nats, of the labelled actions, by depth ("depth 0", …) and weighted ("action"),
    and of the traits."""
    question = question | {"relation": question_relations(event, question, network.dtype)}
    log, trait = network.answer(network.encode(event), question)
    action = rearrange(question["action"], "b q -> (b q)")
    each = F.nll_loss(rearrange(log, "b q a -> (b q) a"), action, ignore_index=UNLABELLED, reduction="none")
    labelled = action != UNLABELLED
    depth = rearrange((question["slot"] != ABSENT).sum(-1), "b q -> (b q)")
    weight = labelled * torch.where(depth >= 2, nested, 1.0)
    result = {"action": (each * weight).sum() / weight.sum()}
    for d in range(3):
        chosen = labelled & (depth == d)
        if chosen.any():
            result[f"depth {d}"] = each.detach()[chosen].mean()
    parts = zip(trait.split(list(network.config.traits), -1), question["trait"].unbind(-1), strict=True)
    unsaid = [F.cross_entropy(x.flatten(0, 1), y.flatten(), ignore_index=UNLABELLED) for x, y in parts]
    result["trait"] = torch.stack(unsaid).sum()
    return result
