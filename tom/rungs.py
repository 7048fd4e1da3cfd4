"""The rungs of the ladder between the plain transformer and the filter: facts that attention may be biased by.

plain     none: a name finds its events because both hold the same code
pointers  an event is about the last one named, the one before, the one before that; about myself
sight     these, and: who is named before saw this act, within each of the sights that the world has

A fact is 0 or 1 for each prompt and event; every head of every block has a learned weight for each, 0 at first.
"""

import torch
from torch import Tensor

RUNGS = ("plain", "pointers", "sight")
LOWEST, _, HIGHEST = RUNGS
POINTERS = 3  # of the names of a prompt, from its end


def count(rung: str, layers_seen: int) -> int:
    """How many facts a rung has."""
    pointers = POINTERS + 1 if rung != LOWEST else 0
    return pointers + (layers_seen * (POINTERS - 1) if rung == HIGHEST else 0)


def facts(rung: str, names: Tensor, event: dict[str, Tensor], company: Tensor, me: int) -> Tensor:
    """(b r g 1+e) bool, the first event being the token of myself, about which nothing is a fact.

    names (b g POINTERS): the codes of those whom prompts name, from the end; event: who, row (b e); company (r l codes)
    """
    who = event["who"][:, None, None]
    about = names[..., None] == who  # b g k e
    told = [*about.unbind(2), (who == me)[:, 0].expand(-1, names.shape[1], -1)]
    if rung == HIGHEST:
        there = (company[event["row"]] > 0).permute(0, 3, 2, 1)  # b codes l e
        batch = torch.arange(len(names), device=names.device)[:, None]
        for k in range(1, POINTERS):  # whoever is named before saw what the one after did
            saw = there[batch, names[..., k]]  # b g l e
            told += [part & about[:, :, k - 1] for part in saw.unbind(2)]
    return torch.nn.functional.pad(torch.stack(told, 1), (1, 0))
