"""Wishes a second time, sharing no code with the package: every course of a little world is written out and judged.

A world is [cells][moves] -> cell, {cell: colour}, the size of the map, and how likely each action becomes each move. A
wish is a list of tuples: ("count", colour or "", least, most), ("order", colour, colour), ("end", row, column) and
("shun", row, column), these two naming the third of the rows and of the columns, ("thirds", least, most) of how many
such pairs are entered, and ("snail",), ("mouse",), ("moth",), ("bee",). Nothing is restated: a wish is judged once, on
a whole course.
"""

from itertools import product


def third(index, size):
    """Which third of a side the middle of a row or column lies in."""
    middle = (index + 0.5) / size
    return 0 if middle < 1 / 3 else 1 if middle < 2 / 3 else 2


class Enumerator:
    """All courses of so many steps from a cell."""

    def __init__(self, neighbor, fruit, size, policy, outcome, weights):
        self.neighbor, self.fruit, self.size = neighbor, fruit, size
        self.policy, self.outcome, self.weights = policy, outcome, weights
        self.actions = range(len(outcome))

    def follow(self, start, moves):
        """The cells that moves lead through, and the colours eaten there, None for none."""
        at, left, cells, eaten = start, dict(self.fruit), [], []
        for move in moves:
            at = self.neighbor[at][move]
            cells.append(at)
            eaten.append(left.pop(at, None))
        return cells, eaten, left

    def true(self, wish, start, moves):
        """Whether a wish came true in a course."""
        cells, eaten, _ = self.follow(start, moves)
        where = [(third(c // self.size[1], self.size[0]), third(c % self.size[1], self.size[1])) for c in cells]
        for name, *what in wish:
            if name == "count":
                colour, least, most = what
                count = sum(one == colour if colour else one is not None for one in eaten)
                good = least <= count <= most
            elif name == "order":
                either = [one for one in eaten if one in what]
                good = either[:1] == what[:1] and what[1] in either
            elif name == "end":
                good = where[-1] == tuple(what)
            elif name == "shun":
                good = tuple(what) not in where
            elif name == "thirds":
                good = what[0] <= len(set(where)) <= what[1]
            else:
                alike = self.alike(name, start, cells)
                good = all(alike) if name == "mouse" else 2 * sum(alike) >= len(alike)
            if not good:
                return False
        return True

    def alike(self, animal, start, cells):
        """Of each step of a course, whether it was such as an animal's."""
        before, gone = [start, *cells[:-1]], set()
        alike, course = [], None
        for here, there in zip(before, cells, strict=True):
            leap = there - here
            lay = set(self.fruit) - gone
            gone.add(there)
            walled = any(self.neighbor[there][m] == there for m in (1, 2, 3, 4))
            turned = leap != 0 and course not in (None, leap)
            course = leap or course
            near = any(cell in lay for cell in (there, *self.neighbor[there]))
            alike.append({"snail": leap == 0, "mouse": walled, "moth": turned, "bee": near}[animal])
        return alike

    def weight(self, b, start, moves, more):
        """How likely type b makes some (action, move) pairs after a course of moves."""
        likely, done = 1.0, list(moves)
        for action, move in more:
            cells, _, left = self.follow(start, done)
            at = cells[-1] if cells else start
            likely *= self.policy(b, at, frozenset(left))[action] * self.outcome[action][move]
            done.append(move)
        return likely

    def share(self, wish, start, moves, steps, first=None):
        """Σ_b P(b) of all that makes the wish true after a course of moves, the first act being `first`."""
        pairs = [(a, m) for a in self.actions for m in self.actions if self.outcome[a][m] > 0]
        total = 0.0
        for more in product(pairs, repeat=steps - len(moves)):
            if first is not None and more[0][0] != first:
                continue
            if self.true(wish, start, [*moves, *(m for _, m in more)]):
                total += sum(w * self.weight(b, start, moves, more) for b, w in enumerate(self.weights))
        return total

    def do(self, wish, start, moves, steps):
        """The law of the next act among all courses in which the wish comes true."""
        shares = [self.share(wish, start, moves, steps, first=a) for a in self.actions]
        return [share / sum(shares) if sum(shares) else 0.0 for share in shares]

    def asked(self, wish, start, moves, steps):
        if len(moves) == steps:
            return float(self.true(wish, start, moves))
        total = 0.0
        for a, chance in enumerate(self.do(wish, start, moves, steps)):
            for m in self.actions:
                if chance * self.outcome[a][m] > 0:
                    total += chance * self.outcome[a][m] * self.asked(wish, start, [*moves, m], steps)
        return total

    def best(self, wish, start, moves, steps):
        if len(moves) == steps:
            return float(self.true(wish, start, moves))
        return max(
            sum(p * self.best(wish, start, [*moves, m], steps) for m, p in enumerate(self.outcome[a]) if p > 0)
            for a in self.actions
        )
