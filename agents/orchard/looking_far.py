"""What a lens shows where distances are not packed: with any number of actions, and all fruits of a kind counting.

First the fruits are listed; from them comes either what each kind of them is worth to every taste, as factors of
exp(β·Q) of which each fruit's is looked up, or, where those might overflow or the best fruit alone counts, γ^distance.
"""

from numba import int64, uint64

from agents.orchard.lens import compiled, in_lens, sees, shows
from agents.orchard.registers import LANES, eight, put, times
from worlds.orchard.geometry import lowest_bit, popcount


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
def lures_of(ground, at, lure, look, memories, kinds, lures):
    """Writes lures (memories, all kinds, blocks, actions · LANES), exp(β·weight · the sum of γ^distance) from the cell
    `at`, of some kinds, as bits; lure is that of Powers. Three actions at a time: each product has to wait for the one
    before."""
    distance, neighbor, actions = ground.distance, ground.neighbor, ground.neighbor.shape[1]
    for memory in range(memories):
        for kind in range(len(lure)):
            if not kinds >> kind & 1:
                continue
            first, last = look.first[memory * len(lure) + kind], look.first[memory * len(lure) + kind + 1]
            for block in range(lure.shape[1]):
                row, due = lure[kind, block], lures[memory, kind, block]
                shorter = lures[memory - 1, kind, block] if memory > 0 else lures[0, -1, block]
                for a in range(0, actions, 3):
                    b, c = min(a + 1, actions - 1), min(a + 2, actions - 1)
                    here, there, yonder = uint64(neighbor[at, a]), uint64(neighbor[at, b]), uint64(neighbor[at, c])
                    x, y, z = eight(shorter, LANES * a), eight(shorter, LANES * b), eight(shorter, LANES * c)
                    for f in range(first, last):
                        away = distance[look.fruit[f]]  # as far as from there to here
                        x = times(x, eight(row, LANES * int64(away[here])))
                        y = times(y, eight(row, LANES * int64(away[there])))
                        z = times(z, eight(row, LANES * int64(away[yonder])))
                    put(x, due, LANES * a)
                    put(y, due, LANES * b)
                    put(z, due, LANES * c)
