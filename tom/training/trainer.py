"""One training step after another: the loss, the optimisers, and the state that a resumed training goes on from."""

import ctypes
import math
import time
from typing import Any

import torch
from einops import rearrange
from torch import Tensor
from torch.nn import functional as F

from tom.filter.member_policies import Members
from tom.filter.network import Network
from tom.filter.relations import ABSENT, question_relations
from tom.training.batch import UNLABELLED
from tom.training.settings import TrainConfig
from worlds import FunhouseError

DECAY = 0.01  # of the weights, a step, times the learning rate
SMALLEST_MATRIX = 32  # rows and columns of a weight that Muon trains
MOMENTS = (("momentum_buffer",), ("step", "exp_avg", "exp_avg_sq"))  # that Muon and AdamW keep of a parameter


def losses(
    network: Network, event: dict[str, Any], question: dict[str, Tensor], nested: float = 1.0
) -> dict[str, Tensor]:
    """The mean negative log likelihood, nats, of the labelled actions, by depth ("depth 0", …) and weighted ("action"),
    and of the traits; in an arena also of acts in hindsight, under the policies of who acted."""
    question = question | {"relation": question_relations(event, question, network.dtype, network.config.compares)}
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
    if isinstance(network.library, Members):
        told = network.read(event["hindsight"])
        result["hindsight"] = network.library.hindsight(network.options(told)[1], told)
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


def _like(master: Tensor, tensor: Tensor) -> Tensor:
    """A restored tensor. Raises ValueError where it is not of the master's shape, of float32, finite."""
    if tensor.shape != master.shape or tensor.dtype != master.dtype or not tensor.isfinite().all():
        raise ValueError
    return tensor


def _moments(master: Tensor, found: dict[str, Tensor], names: tuple[str, ...]) -> dict[str, Tensor]:
    """An optimiser's moments of a parameter, none before its first gradient. Raises ValueError for any others."""
    if found and set(found) != set(names):
        raise ValueError
    return {name: _like(master.new_zeros(()) if name == "step" else master, found[name]) for name in found}


class Diverged(FunhouseError):
    """A training that has come to what is no number."""


class Trainer:
    """A network in bf16, its float32 masters and the optimisers' moments, and where in the training they are."""

    def __init__(self, config: TrainConfig, network: Network):
        self.config, self.network = config, network
        self.step, self.spent = 0, 0.0
        self.parameters: list[Tensor] = list(network.parameters())
        self.masters = [p.detach().float().clone() for p in self.parameters]
        self.network.lower()
        matrix = _is_matrix(network)
        matrices = [m for m, yes in zip(self.masters, matrix, strict=True) if yes]
        others = [m for m, yes in zip(self.masters, matrix, strict=True) if not yes]
        self.optimizers = (
            torch.optim.Muon(matrices, config.rate, weight_decay=DECAY, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(others, config.rate, betas=(0.9, 0.98), weight_decay=DECAY, foreach=True),
        )

    @property
    def progress(self) -> float:
        """How much of the training is done, 0 to 1."""
        if self.config.minutes is not None:
            return self.spent / (60 * self.config.minutes)
        return self.step / (self.config.train_steps or 1)

    def rate(self) -> float:
        """The learning rate now: a warm-up, a plateau, a linear fall."""
        falling = max(0.0, (1 - self.progress) / self.config.cooldown)
        return self.config.rate * min(1.0, (self.step + 1) / self.config.warmup, max(falling, 0.01))

    def update(self, event: dict, question: dict) -> dict[str, float]:
        """One step. Raises Diverged where the loss or the gradient is no number; the weights are then as before it."""
        began = time.monotonic()
        loss, total = self._losses(event, question)
        total.backward()
        for master, parameter in zip(self.masters, self.parameters, strict=True):
            master.grad = None if parameter.grad is None else parameter.grad.float()
            parameter.grad = None
        norm = torch.nn.utils.clip_grad_norm_(self.masters, 1.0).item()
        if not math.isfinite(norm):
            raise self._diverged(f"the gradient's norm is {norm}")
        for optimizer in self.optimizers:
            optimizer.param_groups[0]["lr"] = self.rate()
            optimizer.step()
        with torch.no_grad():
            torch._foreach_copy_(self.parameters, self.masters)
        self.step += 1
        self.spent += time.monotonic() - began
        return {name: value.item() for name, value in loss.items()} | {"norm": norm}

    def _losses(self, event: dict, question: dict) -> tuple[dict[str, Tensor], Tensor]:
        """The losses of a batch, and what is minimised. Raises Diverged."""
        loss = losses(self.network, event, question, self.config.nested)
        total = loss["action"] + self.config.describe * loss["trait"] + loss.get("hindsight", 0.0)
        if not math.isfinite(total.item()):
            raise self._diverged(f"the loss is {total.item()}")
        return loss, total

    @torch.no_grad()
    def check(self, event: dict, question: dict) -> None:
        """Raises Diverged where the weights as they are now hold, or lead to, what is no number."""
        for name, tensor in {**self.network.state_dict(), **self.state()}.items():
            if tensor.is_floating_point() and not tensor.isfinite().all():
                raise self._diverged(f"{name} holds what is no finite number")
        self._losses(event, question)

    def _diverged(self, what: str) -> "Diverged":
        return Diverged(f"{what} at step {self.step}", place=f"batch {self.step} of seed {self.config.seed}")

    def state(self) -> dict[str, Tensor]:
        """What it needs to go on: masters, moments, step and seconds."""
        tensors = {"step": torch.tensor(self.step), "spent": torch.tensor(self.spent, dtype=torch.float64)}
        for k, master in enumerate(self.masters):
            tensors[f"{k}.master"] = master
            for optimizer in self.optimizers:
                for name, value in optimizer.state.get(master, {}).items():
                    tensors[f"{k}.{name}"] = value
        return tensors

    def restore(self, tensors: dict[str, Tensor], place: str) -> None:
        """Puts back what `state` gave. Raises FunhouseError where it is of another network, or no such state."""
        try:
            self._restore(tensors)
        except (KeyError, IndexError, ValueError, RuntimeError, OverflowError) as error:
            what = "this state of training is not of the network beside it"
            raise FunhouseError(what, place=place, remedy="delete training.safetensors: the mind stays") from error

    def _restore(self, tensors: dict[str, Tensor]) -> None:
        self.step, self.spent = int(tensors["step"]), float(tensors["spent"])
        if self.step < 0 or not 0 <= self.spent < math.inf:
            raise ValueError
        moments: list[dict[str, Tensor]] = [{} for _ in self.masters]
        for name, tensor in tensors.items():
            number, _, part = name.partition(".")
            if part and part != "master":
                moments[int(number)][part] = tensor.clone()
        with torch.no_grad():
            for k, master in enumerate(self.masters):
                master.copy_(_like(master, tensors[f"{k}.master"]))
                for optimizer, names in zip(self.optimizers, MOMENTS, strict=True):
                    if any(master is p for p in optimizer.param_groups[0]["params"]):
                        optimizer.state[master] = _moments(master, moments[k], names)
            torch._foreach_copy_(self.parameters, self.masters)
