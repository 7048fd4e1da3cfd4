"""Muon of many matrices at once is torch's, matrix by matrix."""

import pytest
import torch

from tom.training.muon import Muon

SHAPES = ((8, 8), (8, 8), (8, 16), (16, 8), (8, 8), (40, 12))


def test_steps_are_those_of_torch():
    generator = torch.Generator().manual_seed(0)
    ours = [torch.randn(shape, generator=generator) for shape in SHAPES]
    theirs = [matrix.clone() for matrix in ours]
    settings = {"lr": 0.1, "weight_decay": 0.05, "adjust_lr_fn": "match_rms_adamw"}
    mine, other = Muon(ours, **settings), torch.optim.Muon(theirs, **settings)
    for _ in range(3):
        for a, b in zip(ours, theirs, strict=True):
            a.grad = torch.randn(a.shape, generator=generator)
            b.grad = a.grad.clone()
        ours[1].grad = theirs[1].grad = None
        mine.step()
        other.step()
    for a, b in zip(ours, theirs, strict=True):
        assert a == pytest.approx(b, abs=0.02)
    for a, b in zip(ours, theirs, strict=True):
        assert mine.state[a].keys() == other.state[b].keys()
        assert all(torch.equal(mine.state[a][name], other.state[b][name]) for name in mine.state[a])


def test_what_a_step_adds_is_nearly_orthogonal_and_of_the_size_of_the_rate():
    matrix = torch.zeros(32, 64)
    matrix.grad = torch.randn(32, 64, generator=torch.Generator().manual_seed(1))
    Muon([matrix], lr=0.01, weight_decay=0.0, adjust_lr_fn="match_rms_adamw").step()
    singular = torch.linalg.svdvals(matrix) / (0.01 * 0.2 * 8)
    assert singular.min() > 0.5
    assert singular.max() < 1.5
