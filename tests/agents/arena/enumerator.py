"""The truth a second time, sharing no code with the package: every row of members is written out and added up.

It reads who perceived whom, who acted natively, and a table of chances: chance[k][t][i] is what member k would do in
agent i at step t, None where that makes no sense. A chain of d elements is a sum over all members ** d rows.
"""

from itertools import product


class Enumerator:
    """One match; `kind` is the species of each member, `species` that of each agent; `believed`: in which members
    anybody believes."""

    def __init__(self, perceived, native, action, chance, kind, species, believed):
        self.perceived, self.native, self.action, self.chance = perceived, native, action, chance
        self.kind, self.species, self.believed = kind, species, believed

    def posterior(self, path, who, t):
        """The belief over members, before the acts of step t, of one who perceives through a path of places."""
        belief = []
        for k, kind in enumerate(self.kind):
            weight = 1.0 if kind == self.species[who] and self.believed[k] else 0.0
            for s in range(t):
                if weight and self.native[s][who] and all(self.perceived[s][place][who] for place in path):
                    weight *= self.chance[k][s][who][self.action[s][who]]
            belief.append(weight)
        return [b / sum(belief) for b in belief]

    def enact(self, path, body, chain, t):
        """The answer, in `body`, of one who knows what is seen through `path`; chain: indices or lists of bool."""
        answer = [0.0] * len(next(row[t][body] for row in self.chance if row[t][body]))
        members = range(len(self.kind))
        for row in product(members, repeat=len(chain)):
            weight, known = 1.0, list(path)
            for who, k in zip(chain, row, strict=True):
                if isinstance(who, int):
                    weight *= self.posterior(known, who, t)[k]
                    known.append(who)
                else:
                    fits = [fit and kind == self.species[body] for fit, kind in zip(who, self.kind, strict=True)]
                    among = [fit and known_of for fit, known_of in zip(fits, self.believed, strict=True)]
                    among = among if any(among) else fits
                    weight *= among[k] / sum(among)
                if weight == 0:
                    break
            if weight:
                answer = [a + weight * p for a, p in zip(answer, self.chance[row[-1]][t][body], strict=True)]
        return answer

    def behave(self, me, own, t, chain):
        """ "Behave as chain", asked of agent `me`, who is member `own`."""
        return self.enact([me], me, chain, t) if chain else self.chance[own][t][me]

    def predict(self, me, t, chain):
        """ "Predict chain[0] pretending to be the rest", as `me` reasons it."""
        return self.enact([me], chain[0], chain, t)
