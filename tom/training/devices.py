"""Where a network is trained: on the CPU, or on a GPU, where its blocks are compiled."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from tom.training.ranks import gpu_here
from worlds import FunhouseError

DEVICES = ("auto", "cpu", "cuda")


def device_of(name: str) -> torch.device:
    """One of DEVICES; "auto" is a GPU where there is one, of several ranks each one's own. Raises FunhouseError for
    another name, and for a GPU that there is not."""
    if name not in DEVICES:
        raise FunhouseError(f"there is no device '{name}'", remedy=f"choose one of {', '.join(DEVICES)}")
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise FunhouseError("there is no GPU that torch can use", remedy="say --device cpu, or install torch for CUDA")
    if name == "cpu":
        return torch.device("cpu")
    if (own := gpu_here()) >= (there := torch.cuda.device_count()):
        what = f"rank {own} of this machine has no GPU: there {'is' if there == 1 else 'are'} {there}"
        raise FunhouseError(what, remedy=f"say torchrun --nproc-per-node {there}")
    torch.cuda.set_device(own)
    torch.backends.cuda.enable_cudnn_sdp(False)  # it would plan anew for each number of events
    return torch.device("cuda", own)


def compile_blocks(network: nn.Module) -> None:
    """Has torch compile the forward pass of each block, for any number of events and prompts."""
    for block in getattr(network, "blocks", ()):
        block.compile(dynamic=True)


def moved(batch: Any, device: torch.device) -> Any:
    """A batch, its tensors on a device."""
    if device.type == "cpu":
        return batch
    return mapped(batch, Tensor, lambda tensor: tensor.to(device, non_blocking=True))


def mapped(batch: Any, kind: type, change: Callable[[Any], Any]) -> Any:
    """A batch in which what is of a kind is changed, within whatever dicts, lists and tuples."""
    if isinstance(batch, kind):
        return change(batch)
    if isinstance(batch, dict):
        return {name: mapped(part, kind, change) for name, part in batch.items()}
    if isinstance(batch, list | tuple):
        return type(batch)(mapped(part, kind, change) for part in batch)
    return batch
