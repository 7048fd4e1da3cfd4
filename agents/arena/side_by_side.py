"""Matches that are played side by side: who takes part in each, and what each agent does in its turn."""

import contextlib
from collections.abc import Iterator, Sequence

import numpy as np

from agents.arena.beliefs import NO_AGENT, Minds, choose, learn, make_minds, take_role
from agents.arena.population import draw_arena_population, draw_members
from agents.arena.reasoner import Belief, last_of
from agents.arena.run import ArenaRun
from agents.language.description_bank import meant
from worlds import dice
from worlds.arena import ArenaEpisode
from worlds.arena.failure import HANGS, ArenaFailure
from worlds.arena.match import Match
from worlds.arena.recorder import Recorder, View

AT_ONCE = 1 << 17  # actions of those who choose together: every one of them has a chance under every member
UNNAMED = 64  # agents outside the cast draw their chances beyond its names


class Seated:
    """One match at the table, its cast in their roles. Raises ArenaFailure where the environment fails."""

    def __init__(self, run: ArenaRun, key: int, slot: int):
        self.run, self.key, self.slot = run, key, slot
        self.match = Match(run.arena, key)
        self.recorder = Recorder(self.match)
        self.failure: ArenaFailure | None = None
        kinds = self.match.environment.seat_species
        self.member = draw_members(run.space, run.population, key, run.split, kinds)
        seats, self._seats = self.match.cast.seats, self.match.cast.seats.tolist()
        phases = -(-len(self.recorder.action) // run.population.switch)
        self.cast = draw_arena_population(
            run.space, run.population, key, run.split, kinds[seats], self.member[seats], phases
        )
        self._believed = run.space.believed(run.population.believes_seen(run.split))
        self.answers: dict[tuple[int, int], np.ndarray] = {}  # by step and agent, where they are kept
        self._phase = [-1] * len(seats)
        self._wake = 0  # the next step at which a role may end
        self._role_now: list[tuple[str, ...]] = [()] * len(seats)
        self._prompt_now = [self.cast.said(0, agent)[1] for agent in range(len(seats))]
        self._role: list[list[tuple[str, ...]]] = []  # of the steps so far
        self._prompt: list[list[str]] = []

    @property
    def playing(self) -> bool:
        """Whether it goes on."""
        return self.failure is None and not self.match.over

    def fail(self, failure: ArenaFailure) -> None:
        """What the environment did wrong ends the match, and nothing else."""
        self.failure = failure
        self.match.close()

    def look(self, minds: Minds) -> list[View]:
        """The scene of this step; whoever has made all moves of its role takes on the next."""
        views, step = self.recorder.look(), self.match.step
        if step >= self._wake:
            self._take_roles(minds, [agent for view in views for agent in view.agents.tolist() if agent >= 0])
        self._role.append(self._role_now)
        self._prompt.append(self._prompt_now)
        return views

    def episode(self, index: int, settings: dict, dropped: tuple[int, ...]) -> ArenaEpisode:
        """The record of the finished match; closes it."""
        self.match.close()
        return ArenaEpisode(
            index=index, seed=self.key, split=self.run.split, run=settings, role=self._role, prompt=self._prompt,
            agents=self.cast.agents, dropped=dropped, **self.recorder.arrays(),
        )  # fmt: skip

    def _take_roles(self, minds: Minds, acting: list[int]) -> None:
        """Of those who act, whoever has made all moves of its role takes on the next."""
        self._role_now, self._prompt_now = list(self._role_now), list(self._prompt_now)
        for agent in acting:
            if self._left(agent) == 0:
                self._phase[agent] += 1
                self._take_role(minds, agent)
                self._role_now[agent], self._prompt_now[agent] = self.cast.said(self._phase[agent], agent)
        # Nobody makes more than one move in a step: until then there is nothing to be done here.
        self._wake = self.match.step + max(1, min(map(self._left, range(len(self._phase)))))

    def _left(self, agent: int) -> int:
        """How many moves of its role an agent has still to make."""
        return (self._phase[agent] + 1) * self.run.population.switch - self.match.moves[self._seats[agent]]

    def _take_role(self, minds: Minds, agent: int) -> None:
        bank, species = self.run.space, self.recorder.species[agent]
        chain = self.cast.elements(self._phase[agent], agent)
        last, who, place = last_of(chain, agent), NO_AGENT, agent
        weight, believed = np.zeros(len(bank.kin[species])), self._believed[bank.rows[species]]
        if isinstance(last, Belief):
            who, place = last.who, next((one for one in last.places if one != agent), agent)
            weight[believed > 0] = 1.0
        elif last:
            weight = meant(bank.consistent(last)[None, bank.rows[species]], believed)[0]
        else:
            weight[self.cast.member[agent] - bank.rows[species].start] = 1.0
        take_role(minds, self.slot, agent, self.match.step, who, place, weight, not chain)


class _Hanging(Exception):
    """One match after another hangs at the same step, and none gets on."""


class Table:
    """The matches of some keys, the minds of all who play in them, and their turns."""

    def __init__(self, run: ArenaRun, keys: Sequence[int], keep: bool = False):
        self.run, self.keep = run, keep
        self._hangs = 0  # in a row, since a step began
        self.seated: list[Seated | ArenaFailure | None] = [None] * len(keys)
        with contextlib.suppress(_Hanging):
            for slot, key in enumerate(keys):
                self._sit(key, slot)
        casts = {one.slot: one.recorder for one in self.seated if isinstance(one, Seated)}
        n = max((len(recorder.species) for recorder in casts.values()), default=0)
        steps = max((len(recorder.action) for recorder in casts.values()), default=0)
        self.minds = make_minds(len(keys), n, max(map(len, run.space.kin)), steps)
        for slot, recorder in casts.items():
            recorder.perceived = self.minds.perceived[slot]  # the minds read what is recorded there

    def _sit(self, key: int, slot: int) -> None:
        try:
            self.seated[slot] = Seated(self.run, key, slot)
            self._hangs = -len(self.seated)
        except ArenaFailure as failure:
            self.seated[slot] = failure
            self._count(failure)

    @contextlib.contextmanager
    def _failing(self, one: Seated) -> Iterator[None]:
        """Within it, what the environment does wrong ends that match. Raises _Hanging."""
        try:
            yield
            self._hangs = -len(self.seated)
        except ArenaFailure as failure:
            one.fail(failure)
            self._count(failure)

    def _count(self, failure: ArenaFailure) -> None:
        """Raises _Hanging where nobody gets on: all the others would cost as much patience, one by one."""
        self._hangs += failure.late
        if self._hangs == HANGS:
            raise _Hanging

    def play(self) -> list[Seated | ArenaFailure | None]:
        """Plays all matches to their ends: each one's record, or how its environment failed. Where the first few all
        hang at one step, those that have not failed are None, and were not played to the end."""
        live = [one for one in self.seated if isinstance(one, Seated)]
        step = 0
        try:
            while live := [one for one in live if one.playing]:
                self._step(live, step)
                step += 1
        except _Hanging:
            for one in live:
                one.match.close()
            left = {one.slot for one in live if one.failure is None}
            return [None if slot in left else self._found(slot) for slot in range(len(self.seated))]
        return [self._found(slot) for slot in range(len(self.seated))]

    def _found(self, slot: int) -> Seated | ArenaFailure | None:
        one = self.seated[slot]
        return one.failure or one if isinstance(one, Seated) else one

    def _step(self, live: list[Seated], step: int) -> None:
        """One step of all matches that go on. Raises _Hanging."""
        looked: list[list[tuple[Seated, View]]] = [[] for _ in self.run.space.kin]
        self._hangs = 0
        for one in live:
            with self._failing(one):
                for view in one.look(self.minds):
                    looked[view.species].append((one, view))
        actions: dict[int, dict[int, int]] = {one.slot: {} for one in live}
        for kind, group in enumerate(looked):
            if group:
                self._act(kind, group, step, actions)
        self._hangs = 0
        for one in live:
            if one.failure is None:
                with self._failing(one):
                    one.recorder.play(actions[one.slot])
        learn(self.minds, np.array([one.slot for one in live]), step)

    def _act(self, kind: int, group: list[tuple[Seated, View]], step: int, actions: dict) -> None:
        """The actions of all agents of one species, into {slot: {seat: action}}."""
        many = [len(view.seats) for _, view in group]
        slot = np.repeat([one.slot for one, _ in group], many)
        key = np.repeat(np.array([one.key for one, _ in group], np.uint64), many)
        _, *parts = zip(*(view for _, view in group), strict=True)
        seat, agent, shown, legal = map(np.concatenate, parts)
        action = np.empty(len(agent), np.int64)
        if (named := agent >= 0).all():
            action = self._choose(kind, step, slot, agent, key, shown, legal)
        else:
            rows, other = np.flatnonzero(named), np.flatnonzero(~named)
            action[rows] = self._choose(kind, step, *(x[rows] for x in (slot, agent, key, shown, legal)))
            member = np.concatenate([one.member[view.seats] for one, view in group])[other]
            chance, drawn = self.run.space.act_each(member, shown[other], legal[other]), np.empty(len(other), np.int64)
            dice.actions(key[other], step, UNNAMED + seat[other], chance, drawn)
            action[other] = drawn
        for one, its_seat, its_action in zip(slot.tolist(), seat.tolist(), action.tolist(), strict=True):
            actions[one][its_seat] = its_action

    def _choose(self, kind: int, step: int, slot, agent, key, shown, legal) -> np.ndarray:
        """What members of the cast of one species do, (rows,) int64."""
        if len(agent) > (most := max(1, AT_ONCE // legal.shape[1])):
            parts = [slice(at, at + most) for at in range(0, len(agent), most)]
            rows = slot, agent, key, shown, legal
            return np.concatenate([self._choose(kind, step, *(x[part] for x in rows)) for part in parts])
        chances = self.run.space.chances(kind, shown, legal)
        answer, action = np.empty(chances.shape[1:]), np.empty(chances.shape[1], np.int64)
        choose(self.minds, slot, agent, step, key, chances, answer, action)
        if self.keep:
            for one, who, row in zip(slot.tolist(), agent.tolist(), answer, strict=True):
                seated = self.seated[one]
                assert isinstance(seated, Seated)
                seated.answers[step, who] = row
        return action
