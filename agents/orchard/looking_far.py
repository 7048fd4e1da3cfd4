"""What a lens shows where distances are not packed: with any number of actions, and all fruits of a kind counting.

First the fruits are listed; from them comes either what each kind of them is worth to every taste, as factors of
exp(β·Q) of which each fruit's is looked up, or, where those might overflow or the best fruit alone counts, γ^distance.
"""

from numba import int64, uint64

from agents.orchard.lens import compiled, in_lens, sees, shows
from agents.orchard.registers import LANES, eight, put, times
from worlds.orchard.geometry import lowest_bit, popcount

FIVE = 5  # products at a time


@compiled
def look_far(events, ground, window, discount, lens, pairs, step, out):
    """As agents.orchard.lens.look, for any number of actions: writes out.fruit, by memory and kind, and where those of
    each begin, out.first, of the kinds that the first of the lens sees, and out.most; returns how many cells are
    shown."""
    board, shown, new, seen_kinds = events.board, out.shown, out.new, lens.kinds[0]
    memories, kinds, body = len(window), board.shape[1], lens.place[pairs - 1]
    longest, count, found, most = min(window[memories - 1], step + 1), 0, 0, 0.0
    away = ground.distance[events.cell[step, body]]
    for back in range(longest):
        shown[back] = sees(events, ground, lens, pairs, body, step - back)
    for word in range(board.shape[2]):
        known = uint64(0)
        for back in range(longest):
            seen = shows(events, ground, lens, pairs, step - back, word) if shown[back] else uint64(0)
            new[back, word] = seen & ~known
            known |= seen
        count += popcount(new[0, word])
    since = 0
    for memory in range(memories):
        until = min(window[memory], longest)
        for kind in range(kinds):
            out.first[memory * kinds + kind] = found
            for word in range(board.shape[2] if seen_kinds >> kind & 1 else 0):
                for back in range(since, until):
                    fruits = board[step - back, kind, word] & new[back, word]
                    while fruits != uint64(0):
                        out.fruit[found] = fruit = 64 * word + lowest_bit(fruits)
                        most += discount[max(away[fruit] - 1, 0)]  # an action leads one step nearer at most
                        found += 1
                        fruits &= fruits - uint64(1)
        since = until
    out.first[memories * kinds], out.most[0] = found, most
    return count


@compiled
def company_of(events, ground, lens, pairs, step, discount, company):
    """Writes the largest γ^distance to another agent in a lens after each action, company (actions,)."""
    body = lens.place[pairs - 1]
    at = events.cell[step, body]
    for a in range(len(company)):
        company[a] = 0.0
    for other in range(events.cell.shape[1]):
        cell = events.cell[step, other]
        if other != body and in_lens(events, ground, lens, pairs, step, cell):
            for a in range(len(company)):
                company[a] = max(company[a], discount[ground.distance[ground.neighbor[at, a], cell]])


@compiled
def field_of(ground, at, discount, summed, look, memories, kinds):
    """Writes look.field from the cell `at`: the sum, or the most, of γ^distance over the fruits of a kind."""
    field = look.field
    for memory in range(memories):
        for kind in range(kinds):
            group = memory * kinds + kind
            for a in range(field.shape[2]):
                so_far = 0.0
                for f in range(look.first[group], look.first[group + 1]):
                    near = discount[ground.distance[ground.neighbor[at, a], look.fruit[f]]]
                    so_far = so_far + near if summed else max(so_far, near)
                before = field[memory - 1, kind, a] if memory > 0 else 0.0
                field[memory, kind, a] = before + so_far if summed else max(before, so_far)


@compiled
def halves_of(kinds, half):
    """Which rows of lures are those of some kinds, as bits: of those before `half`, and of the others."""
    return kinds & (1 << half) - 1, (1 << half) + (kinds >> half)


@compiled
def lures_of(ground, at, lure, look, memories, kinds, lures):
    """Writes lures (memories, sets of kinds, blocks, actions · LANES), exp(β·weight · the sum of γ^distance) from the
    cell `at`, of some kinds, as bits; lure is that of Powers.

    The sets are those of either half of the kinds (halves_of): so the odds of any eye are one product. Of those without
    a kind, whose lures are 1, nothing is written.
    """
    half = len(lure) // 2
    for memory in range(memories):
        due, shorter = lures[memory], lures[max(memory - 1, 0)]
        for kind in range(len(lure)):
            if kinds >> kind & 1:
                group = memory * len(lure) + kind
                row = 1 << kind if kind < half else (1 << half) + (1 << kind - half)
                fruits = look.fruit[look.first[group] : look.first[group + 1]]
                before = shorter[row] if memory > 0 else lures[0, 0]
                _lures_of_kind(ground.distance, ground.neighbor[at], fruits, lure[kind], before, due[row])
        lower, upper = halves_of(kinds, half)
        for first, shown in ((0, lower), (1 << half, upper - (1 << half))):
            for some in range(3, shown + 1):
                others = some & some - 1
                if others != 0 and some & ~shown == 0:
                    _product(due[first + others], due[first + some - others], due[first + some])


@compiled
def _product(one, other, out):
    """Writes the product of two rows of lures (blocks, actions · LANES)."""
    for block in range(len(out)):
        mine, others, both = one[block], other[block], out[block]
        for lane in range(0, len(both), LANES):
            put(times(eight(mine, lane), eight(others, lane)), both, lane)


@compiled
def _lures_of_kind(distance, cells, fruits, lure, shorter, due):
    """Writes the lures of one kind, due (blocks, actions · LANES), from those of a shorter memory."""
    for block in range(len(lure)):
        _five_lures(distance, cells, fruits, lure[block], shorter[block], 0, due[block])
        if len(cells) > FIVE:
            _five_lures(distance, cells, fruits, lure[block], shorter[block], len(cells) - FIVE, due[block])


@compiled
def _five_lures(distance, cells, fruits, row, shorter, a, due):
    """Five actions of one row of lures, from `a` on, at a time: each product has to wait for the one before."""
    here, there, beyond = uint64(cells[a]), uint64(cells[a + 1]), uint64(cells[a + 2])
    left, right = uint64(cells[a + 3]), uint64(cells[a + 4])
    v, w, x = eight(shorter, LANES * a), eight(shorter, LANES * (a + 1)), eight(shorter, LANES * (a + 2))
    y, z = eight(shorter, LANES * (a + 3)), eight(shorter, LANES * (a + 4))
    for fruit in fruits:
        away = distance[fruit]  # as far as from there to here
        v = times(v, eight(row, LANES * int64(away[here])))
        w = times(w, eight(row, LANES * int64(away[there])))
        x = times(x, eight(row, LANES * int64(away[beyond])))
        y = times(y, eight(row, LANES * int64(away[left])))
        z = times(z, eight(row, LANES * int64(away[right])))
    put(v, due, LANES * a)
    put(w, due, LANES * (a + 1))
    put(x, due, LANES * (a + 2))
    put(y, due, LANES * (a + 3))
    put(z, due, LANES * (a + 4))
