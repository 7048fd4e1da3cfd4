"""How a question stands to an event: what makes names pointers.

Slots are a prompt's elements counted from its end: 0 the last one named, 1 the one before, 2 the one before that. A
slot holds an agent's index, NO_ONE (a description stands there) or ABSENT (the prompt is not that deep). What bears on
the element in a slot is what it did, as those named before it could have seen it: the events of its *line*.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from tom.filter.events import SIGHTS_READ, Line, Wanted

SLOTS = 3
NO_ONE, ABSENT = -1, -2
SPANS = (4, 32)  # steps over which an event's recency fades
OPEN = 0  # the relation that holds for every event that may be attended to
LAST, SECOND, THIRD = 1, 2, 3  # it is about the last, the second-last, the third-last one named
NATIVE = 4  # its actor was itself
SEEN = 5  # from here on: it is about slot s, and was seen through that line with near (far) sight
PATHS = ((0, 0), (0, 1), (1, 0))  # (slot, how far back in the line) that SEEN tells apart
RELATIONS = SEEN + SIGHTS_READ * len(PATHS) + len(SPANS)  # that have a learned weight; one more bars
BARS = -1  # the index of the relation that bars, the last
BARRED = -30.0  # its weight; sigmoid(-30) is 1e-13
NEAR, FAR = SEEN, SEEN + 1
POINTERS = ((LAST,), (LAST, NEAR), (LAST, FAR), (SECOND,)) * 2  # what attention heads begin by looking for


def slots_of(chain: Sequence[int | str]) -> tuple[int, ...]:
    """The pointers of a canonical chain, counted from its end; descriptions are NO_ONE."""
    ends = [NO_ONE if isinstance(element, str) else element for element in reversed(chain)][:SLOTS]
    return (*ends, *[ABSENT] * (SLOTS - len(ends)))


def lines_of(me: int, chain: Sequence[int | str]) -> list[Line]:
    """Through whom the acts of each element of a chain are seen: those before it. Somebody described stands where the
    one before stood, the first of all in the place of `me`."""
    places: list[int] = []
    lines = []
    for element in chain:
        lines.append(tuple(places))
        places.append((places[-1] if places else me) if isinstance(element, str) else int(element))
    return lines


def wanted_of(me: int, chain: Sequence[int | str]) -> list[Wanted]:
    """The acts, seen through lines, that bear on a question."""
    pairs = zip(lines_of(me, chain)[-SLOTS:], chain[-SLOTS:], strict=True)
    return [(line, int(who)) for line, who in pairs if line and not isinstance(who, str)]


def line_indices(me: int, chain: Sequence[int | str], lines: dict[Line, int]) -> tuple[int, ...]:
    """The line of each slot as an index into a history's lines, ABSENT where there is none."""
    ends = [lines.get(line, ABSENT) for line in reversed(lines_of(me, chain))][:SLOTS]
    return (*ends, *[ABSENT] * (SLOTS - len(ends)))


def question_relations(event: dict[str, Tensor], question: dict[str, Tensor], dtype: torch.dtype) -> Tensor:
    """(b r q e): how each question stands to each event; the last relation is that the event must not be attended to.

    event: agent, step, line, real (b e), sights, own (b e 2); question: slot, line (b q SLOTS), step (b q). An event
    is barred that is padding, not before the question's step, in a role for certain, or about nobody named. Training
    sees few acts in roles, so an answer must not hang on them.
    """
    agent, line = event["agent"][:, None], event["line"][:, None]
    bears = event["real"] & (event["own"][..., 0] > 0)
    before = (event["step"][:, None] < question["step"][..., None]) & bears[:, None]
    about = [
        (agent == question["slot"][..., k, None]) & (line == question["line"][..., k, None]) & before
        for k in range(SLOTS)
    ]
    ready = about[0] | about[1] | about[2]
    native = event["own"][:, None, :, 0].expand_as(ready)
    seen = [about[s] & (event["sights"][:, None, :, k] == sight) for s, k in PATHS for sight in range(SIGHTS_READ)]
    ago = (question["step"][..., None] - event["step"][:, None]).clamp(min=0)
    faded = [(-ago / span).exp() for span in SPANS]
    facts = [ready, *about, native, *seen, *faded]
    return torch.stack([fact.to(dtype) for fact in (*facts, ~ready)], 1)


def pad_stack(arrays: list, fill: int = 0) -> Tensor:
    """Stacks numpy arrays (e ...) of different lengths into one tensor (b e ...), padded at the end."""
    longest = max(len(array) for array in arrays)
    tensors = [torch.from_numpy(array) for array in arrays]
    padding = [(0, 0) * (x.ndim - 1) + (0, longest - len(x)) for x in tensors]
    return torch.stack([F.pad(x, pad, value=fill) for x, pad in zip(tensors, padding, strict=True)])
