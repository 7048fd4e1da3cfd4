"""The truth a second time, sharing no code with the package: every row of types is written out and added up.

It reads the plain arrays of an episode (walls, fruit, position, action, role) and the policy's constants. A
type is a tuple (weights of the kinds, sight radius, window, push of company). Nothing is recursive: for a
chain of d elements it sums over all types ** d rows, asking of each cell at each step who could see it.
"""

from collections import deque
from fractions import Fraction
from functools import cache
from itertools import product
from math import exp, floor

MOVES = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))


class Enumerator:
    """One episode; `share` (t) is the stated share of natives where roles are hidden, else None."""

    def __init__(self, walls, fruit, position, action, role, types, constants, share=None):
        self.floor = {(r, c) for r, row in enumerate(walls) for c, wall in enumerate(row) if not wall}
        self.fruit, self.action, self.role, self.share = fruit, action, role, share
        self.at = [[tuple(int(x) for x in cell) for cell in row] for row in position]
        self.types, self.constants = types, constants
        self.steps_from, self.sees = cache(self.steps_from), cache(self.sees)
        self.policy, self.likelihood = cache(self.policy), cache(self.likelihood)
        self.posterior = cache(self.posterior)

    def steps_from(self, cell):
        """{cell: walking distance}, by breadth-first search."""
        found, queue = {cell: 0}, deque([cell])
        while queue:
            r, c = queue.popleft()
            for dr, dc in MOVES[1:]:
                there = (r + dr, c + dc)
                if there in self.floor and there not in found:
                    found[there] = found[r, c] + 1
                    queue.append(there)
        return found

    def sees(self, one, other, radius):
        """Chebyshev radius, and no wall on the straight line, followed from the upper left of the two."""
        (r, c), (r2, c2) = sorted((one, other))
        length = max(r2 - r, abs(c2 - c))
        half = Fraction(1, 2)
        points = [Fraction(k, length) for k in range(1, length)]
        line = [(floor(r + p * (r2 - r) + half), floor(c + p * (c2 - c) + half)) for p in points]
        return length <= radius and all(cell in self.floor for cell in line)

    def reaches(self, path, cell, s):
        """Whether all along a path ((agent, radius), ...) see a cell, and those that come after them."""
        places = [*(self.at[s][agent] for agent, _ in path), cell]
        pairs = [(i, j) for j in range(len(places)) for i in range(j)]
        return all(self.sees(places[i], places[j], path[i][1]) for i, j in pairs)

    def policy(self, path, kind_of_agent, t):
        """What a type does in the place of the last agent of a path, who perceives through the whole path."""
        weights, radius, window, push = kind_of_agent
        beta, gamma, uniform = self.constants
        body = path[-1][0]
        path = (*path, (body, radius))
        latest = {}
        for s in range(max(0, t - window + 1), t + 1):
            for cell in self.floor:
                if self.reaches(path, cell, s):
                    latest[cell] = self.fruit[s][cell[0]][cell[1]]
        kinds = set(latest.values()) - {-1}
        others = [at for agent, at in enumerate(self.at[t]) if agent != body and self.reaches(path, at, t)]
        odds = []
        for dr, dc in MOVES:
            r, c = self.at[t][body]
            after = (r + dr, c + dc) if (r + dr, c + dc) in self.floor else (r, c)
            away = self.steps_from(after)
            near = {kind: min(away[cell] for cell in latest if latest[cell] == kind) for kind in kinds}
            wish = [weights[kind] * gamma ** near[kind] for kind in kinds]
            company = push * gamma ** min(away[other] for other in others) if others else 0
            odds.append(exp(beta * (max(wish, default=0) + company)))
        return [(1 - uniform) * odd / sum(odds) + uniform / 5 for odd in odds]

    def likelihood(self, path, who, s):
        """How likely each type makes the act of `who` at step s, for one who perceives through a path."""
        at, action = self.at[s][who], self.action[s][who]
        if (self.share is None and self.role[s][who]) or not self.reaches(path, at, s):
            return [1.0] * len(self.types)
        native = 1.0 if self.share is None else self.share[s]
        pi = [self.policy((*path, (who, one[1])), one, s)[action] for one in self.types]
        mean = sum(pi) / len(pi)
        values = []
        for one, chance in zip(self.types, pi, strict=True):
            view = [cell for cell in self.floor if self.sees(at, cell, one[1])]
            c = sum(self.reaches(path, cell, s) for cell in view) / len(view)
            values.append(native * (c * chance + (1 - c) * mean) + (1 - native) * mean)
        return values

    def posterior(self, path, who, t):
        """The belief over types, before the acts of step t, of one who perceives through a path."""
        belief = [1.0] * len(self.types)
        for s in range(t):
            belief = [b * x for b, x in zip(belief, self.likelihood(path, who, s), strict=True)]
        return [b / sum(belief) for b in belief]

    def enact(self, path, scene, body, chain, t):
        """The answer of one who knows what is seen through `path`, and in `body` sees through `scene`.

        chain: agents' indices, or lists of bool over the types for descriptions; not one twice in a row.
        """
        answer = [0.0] * 5
        for row in product(range(len(self.types)), repeat=len(chain)):
            weight, known, shown = 1.0, path, scene
            for who, k in zip(chain, row, strict=True):
                described = not isinstance(who, int)
                belief = [fit / sum(who) for fit in who] if described else self.posterior(known, who, t)
                weight *= belief[k]
                known = (*known, (known[-1][0] if described else who, self.types[k][1]))
                shown = (*shown, (body, self.types[k][1]))
                if weight == 0:
                    break
            if weight:
                acts = self.policy(shown, self.types[row[-1]], t)
                answer = [a + weight * p for a, p in zip(answer, acts, strict=True)]
        return answer

    def behave(self, me, own, t, chain):
        """ "Behave as chain", asked of agent `me` of type `own`."""
        path = ((me, own[1]),)
        return self.enact(path, path, me, chain, t) if chain else self.policy(path, own, t)

    def predict(self, me, own, t, chain):
        """ "Predict chain[0] pretending to be the rest", as `me` reasons it."""
        path = ((me, own[1]),)
        return self.enact(path, path, chain[0], chain, t)
