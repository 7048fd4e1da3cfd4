"""Maps that stay apart: in splits whose maps differ in three cells or more, however each is turned or reflected.

Fold a map along both its middles, so that a row is counted from the nearer edge, and a column too. A cell is even
where the two numbers have an even sum, else odd; no rotation or reflection makes an even cell odd. Let s be the number
of walls on even cells less that on odd ones. Who changes one cell changes s by 1, and who changes two changes it by 0
or 2. On the circle of nine the residues of the splits, 0, 3 and 6, lie three apart. So maps of two splits differ in at
least three cells, and so do all that they can be turned into. Maps of other residues are of no split. Even and odd
cells lie side by side all over the map, so that no split has its walls in other parts of it.
"""

import numpy as np
from numba import njit

APART = 3  # cells
_AT_ONCE = 1 << 22  # distances


@njit(cache=True, nogil=True)
def split_apart(walls):
    """The index into dice.SPLITS of the split to which a map (h, w) bool belongs, -1 where it belongs to none."""
    height, width = walls.shape
    total = 0
    for r in range(height):
        for c in range(width):
            if walls[r, c]:
                total += 1 - 2 * ((min(r, height - 1 - r) + min(c, width - 1 - c)) % 2)
    return total % 9 // 3 if total % 3 == 0 else -1


def turned(maps: np.ndarray) -> np.ndarray:
    """Every map (m, h, w) as all that it can be turned and reflected into, with h at most w: (m, n, h, w), n being
    eight for squares and four otherwise.
    """
    height, width = maps.shape[1:]
    flat = maps.transpose(0, 2, 1) if height > width else maps
    both = [flat, flat.transpose(0, 2, 1)] if height == width else [flat]
    return np.stack([one[:, ::down, ::right] for one in both for down in (1, -1) for right in (1, -1)], axis=1)


def fewest_cells(maps: np.ndarray, others: np.ndarray) -> tuple[int, int, int] | None:
    """In how many cells the two most similar maps differ, one of `maps` and one of `others`, however they are turned;
    and their places among them. None where those maps have another size.

    maps (m, h, w) bool, others (k, h, w) bool.
    """
    upright, faces = turned(maps)[:, 0], turned(others)
    if upright.shape[1:] != faces.shape[2:] or not len(maps) or not len(others):
        return None
    here = upright.reshape(len(maps), -1).astype(np.float32)
    there = faces.reshape(-1, here.shape[1]).astype(np.float32)
    rows, best = max(1, _AT_ONCE // len(there)), None
    for first in range(0, len(here), rows):  # |a| + |b| - 2 a·b: the cells that are wall on one side only
        some = here[first : first + rows]
        cells = some.sum(1)[:, None] + there.sum(1) - 2 * (some @ there.T)
        at, face = np.unravel_index(cells.argmin(), cells.shape)
        found = int(cells[at, face]), first + int(at), int(face) // faces.shape[1]
        best = found if best is None else min(best, found)
    return best
