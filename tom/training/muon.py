"""Muon, all matrices of a shape at once: a step of torch's own is a thousand small operations, begun one by one."""

from collections import defaultdict
from typing import Any

import torch
from torch import Tensor

RMS = 0.2  # of an update's numbers, times the rate: about that of AdamW (Liu et al. 2025)


class Muon(torch.optim.Muon):
    """As torch.optim.Muon with adjust_lr_fn="match_rms_adamw" (Jordan et al. 2024), and with the same state."""

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """One step. There is no closure."""
        for group in self.param_groups:
            alike: dict[torch.Size, list[Tensor]] = defaultdict(list)
            for matrix in group["params"]:
                if matrix.grad is not None:
                    alike[matrix.shape].append(matrix)
            for matrices in alike.values():
                self._update(matrices, group)

    def _update(self, matrices: list[Tensor], group: dict[str, Any]) -> None:
        """A step of some matrices of one shape."""
        rate, momentum = group["lr"], group["momentum"]
        gradient = [matrix.grad for matrix in matrices if matrix.grad is not None]
        mean = [self._mean(matrix) for matrix in matrices]
        torch._foreach_lerp_(mean, gradient, 1 - momentum)
        ahead = torch._foreach_lerp(gradient, mean, momentum)
        turned = orthogonal(torch.stack(list(ahead)), group["ns_coefficients"], group["ns_steps"], group["eps"])
        torch._foreach_mul_(matrices, 1 - rate * group["weight_decay"])
        size = RMS * max(matrices[0].shape) ** 0.5
        torch._foreach_add_(matrices, list(turned.to(matrices[0].dtype).unbind()), alpha=-rate * size)

    def _mean(self, matrix: Tensor) -> Tensor:
        """Of the gradients of a matrix, the newest ones most."""
        state = self.state[matrix]
        if "momentum_buffer" not in state:
            state["momentum_buffer"] = torch.zeros_like(matrix)
        return state["momentum_buffer"]


def orthogonal(matrices: Tensor, coefficients: tuple[float, float, float], steps: int, least: float) -> Tensor:
    """Matrices (n r c) made nearly orthogonal, in bf16: each step takes a singular value s to a·s + b·s³ + c·s⁵."""
    a, b, c = coefficients
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.bfloat16()
    x = x.mT if tall else x
    x = x / x.norm(dim=(1, 2), keepdim=True).clamp(min=least)
    for _ in range(steps):
        square = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(square, square, square, beta=b, alpha=c), x, beta=a)
    return x.mT if tall else x
