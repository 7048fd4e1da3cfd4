"""Copies of the filter that play: events that their roles have needed are kept, and a step adds those that are new."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from agents.orchard.live_episode import Match
from tom.filter.batch import TextTable
from tom.filter.encoded_history import Kept
from tom.filter.events import Line, Wanted, with_bodies
from tom.filter.inputs.orchard import OrchardInputs
from tom.filter.mind import FilterMind
from tom.filter.new_events import Found, Lookout, Watch, lookouts
from tom.filter.relations import SLOTS, line_indices, lines_of, question_relations, slots_of
from tom.table import Table

AT_ONCE = 48  # questions in one pass: those with about as many events go together


@dataclass
class Copy:
    """One copy: where it sits, what it is asked now, and the rows of the events that its roles have needed so far."""

    world: int
    agent: int
    sight: int
    persona: int  # a text
    prompt: int = 0  # a text
    slot: tuple[int, ...] = ()
    line: tuple[int, ...] = ()
    company: list[Wanted] = field(default_factory=list)  # that it reads whatever its role is
    asked: list[Wanted] = field(default_factory=list)
    lines: dict[Line, int] = field(default_factory=lambda: {(): 0})
    rows: dict[Wanted, list[int]] = field(default_factory=lambda: defaultdict(list))
    seen: dict[Wanted, int] = field(default_factory=dict)  # up to which step

    def role(self, prompt: int, chain: tuple[int | str, ...]) -> None:
        """Begins a role, a canonical chain of indices and descriptions."""
        ways = lines_of(self.agent, chain)
        for line in ways:
            self.lines.setdefault(line, len(self.lines))
        self.prompt, self.slot, self.line = prompt, slots_of(chain), line_indices(self.agent, chain, self.lines)
        pairs = zip(ways[-SLOTS:], chain[-SLOTS:], strict=True)
        named = [(line, int(who)) for line, who in pairs if not isinstance(who, str)]
        self.asked = list(dict.fromkeys(named + self.company))

    def events(self) -> list[int]:
        """The rows of the events that bear on its role."""
        return [row for one in self.asked for row in self.rows[one]]


class Texts:
    """Texts, each encoded once: vector (u d)."""

    def __init__(self, mind: FilterMind):
        self._mind, self._table, self._vector = mind, TextTable(mind.vocabulary), torch.empty(0)

    def add(self, text: str) -> int:
        """The place of a text."""
        return self._table.add(text)

    def vector(self) -> Tensor:
        """The vectors of all texts that have been added."""
        if len(self._vector) < len(self._table.index):
            self._vector = self._mind.network.text(self._table.tensor())
        return self._vector


class SideBySide(Table):
    """As Table has it."""

    def __init__(self, mind: FilterMind, inputs: OrchardInputs, matches: Sequence[Match], seats: range):
        super().__init__(mind, inputs, matches)
        self.texts, self.kept, self.window = Texts(mind), Kept(mind.network), inputs.policy.window
        table = inputs.space.table
        everybody = range(inputs.orchard.agents) if mind.network.config.compares else ()
        company: list[Wanted] = [((), who) for who in everybody]
        self.copies = [
            Copy(w, i, int(table.sight[one.type_index[i]]), self.texts.add(one.descriptions[i]), company=company)
            for w, one in enumerate(match.cast for match in matches)
            for i in seats
        ]
        self._watches: list[Watch] = []

    def forget(self) -> None:
        self.kept = Kept(self.mind.network)
        for copy in self.copies:
            copy.rows.clear()
            copy.seen.clear()
        for watch in self._watches:
            watch.first[:] = 0

    def _new_roles(self, phase: int, step: int) -> None:
        """Posts look-outs too: what an earlier role has seen is not looked at again."""
        posts: list[list[Lookout]] = [[] for _ in self.matches]
        for k, copy in enumerate(self.copies):
            cast = self.matches[copy.world].cast
            chain = tuple(who if " " in who else cast.names.index(who) for who in cast.role(phase, copy.agent))
            copy.role(self.texts.add(cast.prompt(phase, copy.agent)), chain)
            for line, who in copy.asked:
                first = copy.seen.get((line, who), 0)
                posts[copy.world] += lookouts(k, copy.agent, copy.sight, who, line, first)
            posts[copy.world].append(Lookout(k, copy.agent, copy.sight, copy.agent, scene=True))
        self._watches = [Watch(mine, match, self.window) for mine, match in zip(posts, self.matches, strict=True)]

    def _see(self, step: int) -> tuple[dict[str, Tensor], np.ndarray]:
        """Encodes what is new: every copy's scene, and acts, which are kept. Returns the scenes, and whose they are."""
        found, orchard = [watch.find(step) for watch in self._watches], self.inputs.orchard
        posts = [watch.posts[r] for watch, new in zip(self._watches, found, strict=True) for r in new.source]
        scene = np.array([post.scene for post in posts])
        owner = np.array([post.owner for post in posts])
        placed = self._placed(found, posts)
        rows = {name: np.concatenate([new.look[name] for new in found]) for name in found[0].look}
        if orchard.marks:
            rows = with_bodies(rows, self._marked(found, posts), orchard.kinds)
        told = {name: torch.from_numpy(array) for name, array in (rows | {"own": placed["own"]}).items()}
        seen = self.mind.network.look(told)
        act = np.flatnonzero(~scene)
        done = {"action": self._actions(found, [post.who for post in posts])}
        if self.mind.network.config.compares:
            done["mine"] = self._actions(found, [post.me for post in posts])
        self._keep([posts[k] for k in act], act, placed, done, seen)
        for copy in self.copies:
            copy.seen.update(dict.fromkeys(copy.asked, step))
        self.events += len(posts)
        mine = torch.from_numpy(np.flatnonzero(scene))
        return {name: x[mine] for name, x in seen.items()}, owner[scene]

    def _placed(self, found: Sequence[Found], posts: Sequence[Lookout]) -> dict[str, np.ndarray]:
        """What relations read of some events."""
        native = [match.events.native[new.step, new.agent] for match, new in zip(self.matches, found, strict=True)]
        agent = np.concatenate([new.agent for new in found]).astype(np.int64)
        me = np.array([post.me for post in posts])
        return {
            "agent": agent,
            "step": np.concatenate([new.step for new in found]).astype(np.int64),
            "line": np.array([self.copies[post.owner].lines[post.line] for post in posts]),
            "sights": np.array([post.sights for post in posts]),
            "own": np.stack([np.concatenate(native), agent == me], -1).astype(np.float32),
        }

    def _marked(self, found: Sequence[Found], posts: Sequence[Lookout]) -> np.ndarray:
        """(e,) bool: whether whoever watches in some events knows of a mark on the one who is watched."""
        mark = [match.events.mark[new.step, new.agent] for match, new in zip(self.matches, found, strict=True)]
        own = [self.matches[self.copies[post.owner].world].cast.type_index[post.me] for post in posts]
        feels = self.inputs.space.feels(np.array(own, np.int64))
        return np.concatenate(mark) & (np.array([post.me != post.who for post in posts]) | feels)

    def _actions(self, found: Sequence[Found], who: Sequence[int]) -> np.ndarray:
        """What agents did at the steps of some events; in a scene nothing yet, and what stands there is not read."""
        parts = np.split(np.array(who, np.int64), np.cumsum([len(new.step) for new in found])[:-1])
        pairs = zip(self.matches, found, parts, strict=True)
        return np.concatenate([match.events.action[new.step, agent] for match, new, agent in pairs]).astype(np.int64)

    def _keep(self, posts: Sequence[Lookout], act: np.ndarray, placed: dict, done: dict, seen: dict) -> None:
        """Encodes the acts among some events and notes whose they are."""
        if not len(act):
            return
        network, index = self.mind.network, torch.from_numpy(act)
        row = {name: torch.from_numpy(action[act]) for name, action in done.items()}
        evidence, x = network.acts(seen["scene"][index], seen["policy"][index], row)
        kept = self.kept.add({name: p[act] for name, p in placed.items()}, evidence, network.offered(x[None]))
        for at, post in zip(kept, posts, strict=True):
            self.copies[post.owner].rows[post.line, post.who].append(at)

    def _answers(self, step: int) -> np.ndarray:
        scenes, owner = self._see(step)
        rows = [self.copies[k].events() for k in owner]
        order = np.argsort([len(mine) for mine in rows], kind="stable")
        network = self.mind.network
        chance = np.empty((len(owner), network.config.actions))
        for at in range(0, len(order), AT_ONCE):
            part = order[at : at + AT_ONCE]
            copies = [self.copies[owner[k]] for k in part]
            event, encoded = self.kept.events([rows[k] for k in part])
            question = {
                name: torch.tensor([getattr(copy, name) for copy in copies]) for name in ("slot", "line", "persona")
            }
            question = {name: x[:, None] if x.ndim == 2 else x for name, x in question.items()}
            question["text"] = torch.tensor([[copy.prompt] for copy in copies])
            question["step"] = torch.full((len(part), 1), step)
            question["place"] = torch.from_numpy(part)[:, None]
            question["relation"] = question_relations(event, question, self.mind.dtype, network.config.compares)
            log, _ = network.answer_said(scenes | encoded, question, self.texts.vector())
            chance[owner[part]] = torch.softmax(log[:, 0].double(), -1).numpy()
        return chance
