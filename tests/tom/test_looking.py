"""An answer looks at the things that its own prompt names, and at no others."""

import pytest
import torch

from tom.looking import LOOKS, Looking

D, TOLD, ACTIONS = 8, 3, 4
WORDS = (5, 6, 7)  # that name the things 0, 1, 2; the word 4 names nothing


@pytest.fixture
def looking():
    torch.manual_seed(0)
    return Looking(D, WORDS, TOLD)


def prompt(*words: int, prompts: int = 1) -> dict:
    """As many prompts of these words on one line, an answer after each."""
    size = len(words) + 1
    until = torch.tensor([[size * (k + 1)] * len(words) + [0] for k in range(prompts)]).flatten()[None]
    return {
        "word": torch.tensor([[*words, 0] * prompts]), "until": until,
        "answer": torch.tensor([size * (k + 1) - 1 for k in range(prompts)]),
    }  # fmt: skip


def looked(looking, asked: dict, things: torch.Tensor) -> torch.Tensor:
    """Of each answer n a h f; things: a e f, of every answer."""
    around = torch.cat([torch.ones(ACTIONS, 2), things.flatten(1)], 1).expand(len(asked["answer"]), -1, -1)
    torch.manual_seed(1)
    x = torch.randn(1, asked["word"].shape[1], D)
    return looking(x, asked, around).unflatten(-1, (LOOKS, TOLD)).detach()


def test_of_one_thing_that_is_named_each_look_reads_a_share_of_it(looking):
    things = torch.rand(ACTIONS, 3, TOLD)
    share = looked(looking, prompt(4, 6), things)[0] / things[:, 1][:, None]
    assert ((share > 0) & (share < 1)).all()  # the rest looks at nothing
    assert torch.allclose(share, share[:1, :, :1].expand_as(share))  # as much of each action and of all that is told


def test_what_is_not_named_is_not_looked_at(looking):
    things = torch.rand(ACTIONS, 3, TOLD)
    changed = things.clone()
    changed[:, 2] += 1
    assert torch.equal(looked(looking, prompt(5, 4, 6), things), looked(looking, prompt(5, 4, 6), changed))
    assert not torch.equal(looked(looking, prompt(5, 4, 7), things), looked(looking, prompt(5, 4, 7), changed))
    assert not looked(looking, prompt(4, 4), things).any()


def test_prompts_on_a_line_do_not_look_at_one_anothers_things(looking):
    things = torch.rand(ACTIONS, 3, TOLD)
    both = {**prompt(5, prompts=2), "word": torch.tensor([[5, 0, 6, 0]])}
    changed = things.clone()
    changed[:, 1] += 1
    first, second = looked(looking, both, things), looked(looking, both, changed)
    assert torch.equal(first[0], second[0])
    assert not torch.equal(first[1], second[1])


def test_among_several_things_it_can_learn_to_pick_one(looking):
    """The word that stands first, say, whatever things are named: which words alone would not tell."""
    asked, things = prompt(5, 6), torch.rand(ACTIONS, 3, TOLD)
    optimiser = torch.optim.Adam(looking.parameters(), 0.05)
    for _ in range(150):
        torch.manual_seed(1)
        x = torch.randn(1, 3, D)
        told = looking(x, asked, torch.cat([torch.ones(ACTIONS, 2), things.flatten(1)], 1)[None])
        loss = (told.unflatten(-1, (LOOKS, TOLD)) - things[:, 0][:, None]).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss < 1e-3
