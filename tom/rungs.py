"""The rungs of the ladder between the plain transformer and the filter: facts that attention may be biased by.

plain     none: a name finds its events because both hold the same code
pointers  an event is about the last one named, the one before, the one before that; about myself
sight     these, and: who is named before saw this act, within each of the sights that the world has
lens      these, and: it is about the last one named, and everybody named before saw it

A fact is 0 or 1 for each token of a prompt and each event; every head of every block has a learned weight for each,
0 at first.
"""

import torch
from torch import Tensor

RUNGS = ("plain", "pointers", "sight", "lens")
LOWEST, _, SIGHT, HIGHEST = RUNGS
POINTERS = 3  # of the names of a prompt, from its end


def count(rung: str, layers_seen: int) -> int:
    """How many facts a rung has."""
    pointers = POINTERS + 1 if rung != LOWEST else 0
    saw = layers_seen * (POINTERS - 1) if rung in (SIGHT, HIGHEST) else 0
    return pointers + saw + (layers_seen if rung == HIGHEST else 0)


def facts(rung: str, prompt: dict[str, Tensor], event: dict[str, Tensor], company: Tensor, me: int, none: int):
    """(l r t p+e) bool, None for the lowest rung; nothing is a fact about the p tokens of the persona.

    prompt: history (l,), names (l t POINTERS), the codes of those whom a token's prompt names, from the end; event:
    who, row (b e); company (r l codes); me, none: the codes of oneself and of nobody
    """
    if rung == LOWEST:
        return None
    of, names = prompt["history"], prompt["names"]
    who = event["who"][of][:, None]
    about = [names[..., k, None] == who for k in range(POINTERS)]  # l t e
    told = [*about, (who == me).expand_as(about[0])]
    if rung in (SIGHT, HIGHEST):
        there = (company[event["row"]] > 0)[of].permute(0, 3, 2, 1)  # l codes layers e
        line = torch.arange(len(names), device=names.device)[:, None]
        saw = [there[line, names[..., k]] for k in range(1, POINTERS)]  # l t layers e
        for k, parts in enumerate(saw):  # whoever is named before saw what the one after did
            told += [part & about[k] for part in parts.unbind(2)]
        if rung == HIGHEST:
            nobody = [(names[..., k] == none)[..., None, None] for k in range(1, POINTERS)]
            lens = torch.stack([parts | absent for parts, absent in zip(saw, nobody, strict=True)]).all(0)
            told += [part & about[0] for part in lens.unbind(2)]
    return torch.nn.functional.pad(torch.stack(told, 1), (1 + event["persona"].shape[1], 0))
