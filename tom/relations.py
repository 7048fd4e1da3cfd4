"""How a question, or an event, stands to an event: what makes names pointers and tells who could see whom.

Relations are facts of perceived geometry and of the prompt's pointers, all computable by whoever perceived the events.
They say who was in whose sight and when; what follows from that is the mind's to learn.

Slots are a prompt's names counted from its end: 0 the last one named, 1 the one before, 2 the one before that. A slot
holds an agent's index, NOBODY (a description stands there) or ABSENT (the prompt is not that deep).
"""

import torch
from torch import Tensor
from torch.nn import functional as F

SLOTS = 3
NOBODY, ABSENT = -1, -2
SPANS = (4, 32)  # steps over which an event's recency fades
OPEN = 0  # the relation that holds for every event that may be attended to
LAST, SECOND, NATIVE, NEAR, FAR = 1, 2, 6, 7, 8  # its actor is the last, the second-last one named; it acted natively;
# the second-last one named had it in near, in far sight
POINTERS = ((LAST,), (LAST, NEAR), (LAST, FAR), (SECOND,)) * 2  # what attention heads begin by looking for
RELATIONS = 17  # that have a learned weight; one more bars
BARS = RELATIONS  # the index of the relation that bars
BARRED = -30.0  # its weight; sigmoid(-30) is 1e-13


def _seen_by(event: dict[str, Tensor], slot: Tensor) -> list[Tensor]:
    """What the agent in a slot saw of each event's surroundings, shares of (b q e): by its near sight of the actor's
    near and far surroundings, then by its far sight; 0 where it did not see the actor.

    Where the slot is absent the imaginer is the asked agent itself, and a description saw what the asked agent saw.
    """
    seen_by, cover = event["seen_by"], event["cover"]
    index = slot.clamp(min=0)[..., None].expand(-1, -1, seen_by.shape[1])
    shares = []
    for k in range(4):
        share = seen_by[..., k].mT.gather(1, index).to(cover.dtype) / 255  # b q e
        shares.append(torch.where((slot < 0)[..., None], cover[:, None, :, k % 2], share))
    return shares


def question_relations(event: dict[str, Tensor], question: dict[str, Tensor], dtype: torch.dtype) -> Tensor:
    """(b r q e): how each question stands to each event; the last relation is that the event must not be attended to.

    event: agent, step, real (b e), seen_by (b e n 4), cover, own (b e 2); question: slot (b q SLOTS), step, body (b q).
    An event is barred that is padding or not before the question's step.
    """
    before = (event["step"][:, None] < question["step"][..., None]) & event["real"][:, None]
    return _relations(event, question, before, dtype)


def event_relations(event: dict[str, Tensor], dtype: torch.dtype) -> Tensor:
    """(b r e e): the same for an event that asks about its own actor; events of later steps are barred."""
    agent, step = event["agent"], event["step"]
    slot = torch.stack([agent, agent, torch.full_like(agent, ABSENT)], -1)
    ready = (step[:, None] <= step[..., None]) & event["real"][:, None]
    return _relations(event, {"slot": slot, "step": step, "body": agent}, ready, dtype)


def _relations(event: dict[str, Tensor], question: dict[str, Tensor], ready: Tensor, dtype: torch.dtype) -> Tensor:
    agent = event["agent"][:, None]  # b 1 e
    slot = question["slot"]
    same = [agent == slot[..., k, None] for k in range(SLOTS)]
    by_second = _seen_by(event, slot[..., 1])
    seen = [share > 0 for share in (*by_second[::2], *_seen_by(event, slot[..., 2])[::2])]
    ago = (question["step"][..., None] - event["step"][:, None]).clamp(min=0)
    native, mine = (event["own"][:, None, :, k].expand_as(ready) for k in range(2))
    faded = [(-ago / span).exp() for span in SPANS]
    facts = [ready, *same, agent == question["body"][..., None], mine, native, *seen, *by_second, *faded, ~ready]
    return torch.stack([fact.to(dtype) for fact in facts], 1)


def pad_stack(arrays: list, fill: int = 0) -> Tensor:
    """Stacks numpy arrays (e ...) of different lengths into one tensor (b e ...), padded at the end."""
    longest = max(len(array) for array in arrays)
    tensors = [torch.from_numpy(array) for array in arrays]
    padding = [(0, 0) * (x.ndim - 1) + (0, longest - len(x)) for x in tensors]
    return torch.stack([F.pad(x, pad, value=fill) for x, pad in zip(tensors, padding, strict=True)])
