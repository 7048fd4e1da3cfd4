"""mirror: is the one behind the glass me?

An agent lives alone in a room one wall of which is a mirror. Behind the glass stands an image: it has a name like any
agent's, it plays no role, and what it does is

- live: the reflection of what the agent does, at the same step
- replay: what the same agent did in another episode, with the fruits that there were then
- twin: what another agent of its type does by itself, from the same start on
- other: what an agent of another type does by itself, from the same start on
- imitator: what an agent of another type does that behaves as the agent, having watched it through the glass
- delay 1, 2, 4, 8: the reflection of what was so many steps ago
- left-right: the reflection with north and south changed about, itself and the room
- colours: the reflection, each kind of fruit shown as another
- contingent .75, .5, .25: a twin that does what the agent does at that share of the steps
- wall: the reflection, behind a wall

All share the map, the agent, and all that it does; whoever is shown eats and moves on as the agent does. The agent is
far-sighted, and sees all of the room behind the glass at every step. It is asked after k steps to "behave as" the image
and as itself, and to "predict" the image where its next act is known; and where there are marks, an agent that does not
feel one on itself is asked to behave as itself. It is marked from step 4 on and so is its live image (seen); nobody is
(sham); a twin behind the glass is (on the other); it is, before a wall (no mirror); and, before a wall, it feels its
mark (felt).

The mind of near-far is asked in a world without marks and is no judge of washing. Two more are asked in a world with
marks, where nobody has one but in the last readout: the *mirrorless mind*, which lived with marks and no mirror,
and the *mirrored mind*, which lived among mirrors too, and predicted images that nobody told it were such.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from agents.orchard.live_episode import Match, sample
from agents.orchard.reasoner import fill_natives
from agents.orchard.run import RunConfig
from agents.population import NAMES, PopulationConfig
from agents.registry import reasoner_of
from analysis.probes.orchard import during, run_of
from analysis.probes.probe import Trial
from worlds import SPLITS, Agent, Episode, dice
from worlds.orchard.maps import GLASS, WALL
from worlds.orchard.mirror import Life, life_of, reflected, show

ME, IMAGE = 0, 1
LIVE, REPLAY, TWIN, OTHER, IMITATOR, BLANK = "live", "replay", "twin", "other", "imitator", "wall"
FLIPPED, COLOURS = "left-right", "colours"
DELAYS = {f"delay {steps}": steps for steps in (1, 2, 4, 8)}
SHARES = {f"contingent {share}": float(share) for share in (".75", ".5", ".25")}
FORESEEN = (LIVE, REPLAY)  # the conditions in which the image's own next act is known to whoever knows the agent
CONDITIONS = (LIVE, REPLAY, TWIN, OTHER, IMITATOR, *DELAYS, FLIPPED, COLOURS, *SHARES, BLANK)
SEEN, SHAM, ON_OTHER, NO_MIRROR, FELT = "seen", "sham", "on the other", "no mirror", "felt"
MARKED = 4  # the step from which on there is a mark
# What is behind the glass, whether the agent is marked and whether the other is.
SCENES = {
    SEEN: (LIVE, True, True), SHAM: (LIVE, False, False), ON_OTHER: (TWIN, False, True),
    NO_MIRROR: (BLANK, True, True), FELT: (BLANK, True, True),
}  # fmt: skip
_SWAPPED = np.array([0, 2, 1, 3, 4, 5], np.int8)  # actions with north and south changed about
_NEVER = 1e-12  # a chance that never comes true
_LATE = {LIVE: 0, BLANK: 0, **DELAYS}  # by condition, how many steps ago was what is shown
_SHARED = {TWIN: 0.0, **SHARES}  # by condition, the share of the steps at which it does what the agent does
_AWAY = 1_000_000  # so many episodes on is another of the same run


@dataclass(frozen=True)
class Design:
    """What the episodes are like, and when is asked. The room is narrow: far sight reaches its farthest reflection."""

    room: str = "...|\n" * 7
    fruits: int = 2  # of each kind
    observed: tuple[int, ...] = (0, 1, 2, 4, 8, 16)  # k: steps that the agent has spent before the mirror
    lead: int = max(DELAYS.values())  # steps that nobody is asked about, and delayed images show
    each: int = 16  # episodes of each seed
    seeds: int = 5  # of an evaluation that is reported
    marks: bool = False  # whether there are marks; nobody gets one by chance
    conditions: tuple[str, ...] = CONDITIONS

    @property
    def steps(self) -> int:
        """Of an episode that is asked about."""
        return max(self.observed) + 1

    def run(self, seed: int, split: str) -> RunConfig:
        """The run of the agent's own episodes."""
        steps = self.lead + self.steps
        marks = _NEVER if self.marks else 0.0
        return run_of(
            seed, split, PopulationConfig(switch=steps), map=self.room, fruits=self.fruits, agents=1, steps=steps,
            mirrors=True, marks=marks,
        )  # fmt: skip


class Mirror:
    """An agent's life in an episode of a run, and what mirrors make of it."""

    def __init__(self, design: Design, run: RunConfig, index: int):
        self.design, self.run, self.index, self.space = design, run, index, run.space
        # Of all that is drawn besides the agent's own life.
        self.key = np.uint64(dice.key(run.seed, SPLITS.index(run.split), index + _AWAY))
        drawn = Match(run, index)
        self.type = self._apt(int(drawn.cast.type_index[ME]))
        self.foil = self._another()
        self.played = _lived(self._match(self.type))
        self.life = life_of(self.played, ME)

    def episode(self, condition: str) -> Episode:
        """The episode with the image of one condition."""
        asked = slice(self.design.lead, None)
        life = Life(*(part[asked] for part in reflected(self._shown(condition))))
        before = during(self.played, asked)
        if condition == BLANK:
            before = replace(before, run=_walled(before.run))
        return show(before, life, replace(before.agents[ME], name=self.name))

    @cached_property
    def name(self) -> str:
        """The image's: one that no agent bears."""
        free = [name for name in NAMES if name not in self.played.names]
        return free[int(dice.pick(self.key, 0, ME, dice.NAME, len(free)))]

    def sensitive(self, episode: Episode) -> Episode:
        """The episode with an agent that feels a mark on itself."""
        type = self.space.index({**episode.agents[ME].type, "feeling": "feels"})
        return replace(episode, agents=[self.agent(type, episode.names[ME]), *episode.agents[IMAGE:]])

    def agent(self, type: int, name: str = "") -> Agent:
        """An agent of a type; the foil's is whom a likelihood is held against."""
        return Agent(name, self.space[type].to_dict(), self.space.descriptions[type])

    def _apt(self, type: int) -> int:
        """The type of an agent that sees all behind the glass, and, where there are marks, does not feel its own."""
        numb = {"feeling": "numb"} if self.design.marks else {}
        return self.space.index({**self.space[type].to_dict(), "sight": "far", **numb})

    def _another(self) -> int:
        """A far-sighted type of another taste."""
        table = self.space.table
        apt = np.flatnonzero((table.sight == 1) & (table.taste != table.taste[self.type]))
        return int(apt[dice.pick(self.key, 0, ME, dice.OPTION, len(apt))])

    def _match(self, type: int, away: int = 0, later: np.uint64 | None = None) -> Match:
        """A life to be lived by an agent of a type, in an episode so many away."""
        one = np.array([type], np.int64)
        return Match(self.run, self.index + away, lambda drawn: replace(drawn, type_index=one), later)

    def _shown(self, condition: str) -> Life:
        """Whose life is shown, before it is reflected."""
        if condition in _LATE:
            return Life(*(np.roll(part, _LATE[condition], axis=0) for part in self.life))
        if condition in _SHARED:
            return self._contingent(_SHARED[condition])
        make: dict[str, Callable[[], Life]] = {
            FLIPPED: lambda: _flipped(self.life), COLOURS: lambda: _recoloured(self.life), IMITATOR: self._imitated,
            REPLAY: lambda: life_of(_lived(self._match(self.type, _AWAY)), ME),
            OTHER: lambda: life_of(_lived(self._match(self.foil, later=self.key)), ME),
        }  # fmt: skip
        return make[condition]()

    def _contingent(self, share: float) -> Life:
        """A twin from the same start on, which at that share of the steps does what the agent does."""
        match = self._match(self.type, later=self.key)
        steps = range(len(match.given))
        same = np.array([dice.pick(self.key, 1 + t, ME, dice.OPTION, 100) < 100 * share for t in steps])
        match.given[same, ME] = self.life.action[same]
        return life_of(_lived(match), ME)

    def _imitated(self) -> Life:
        """An agent that does what the agent would do in its place, as far as an onlooker knows the agent's type."""
        match = self._match(self.foil, later=self.key)
        watched = show(self.played, reflected(self.life), replace(self.played.agents[ME], name=self.name))
        belief = reasoner_of(self.space).posteriors(watched, IMAGE, ME)
        would, drawn = np.empty((len(match.chance[0, ME]), len(self.space))), np.empty(1, np.int8)
        for t in range(len(match.given)):
            fill_natives(match.stage, ME, self.foil, ME, t, would)
            match.chance[t, ME] = would @ belief[t]
            sample(np.full(1, self.key), t, np.array([ME]), match.chance[t], drawn)
            match.given[t] = drawn
            match.play(1)
        return life_of(match.episode(), ME)


def mirrors(trial: Trial, part: int, design: Design) -> Iterator[Mirror]:
    """The episodes of all seeds, of one of three parts of a trial."""
    for _, seed, _, index in trial.part(part, 3).places({"": design.each}):
        yield Mirror(design, design.run(seed, trial.settings.split), index)


def marked(mirror: Mirror) -> Iterator[tuple[str, Episode]]:
    """(condition, episode) of a design with marks: of a numb agent, but for "felt"."""
    for condition, (shown, mine, theirs) in SCENES.items():
        episode = mirror.episode(shown)
        mark = np.zeros(episode.action.shape, bool)
        mark[MARKED:, ME], mark[MARKED:, IMAGE] = mine, theirs
        episode = replace(episode, mark=mark)
        yield condition, mirror.sensitive(episode) if condition == FELT else episode


def _lived(match: Match) -> Episode:
    """A life, lived to its end."""
    match.play(len(match.given))
    return match.episode()


def _flipped(life: Life) -> Life:
    height, width = life.fruit.shape[-2:]
    cell = (height - 1 - life.cell // width) * width + life.cell % width
    return Life(cell.astype(np.int16), _SWAPPED[life.action], life.fruit[..., ::-1, :], life.mark)


def _recoloured(life: Life) -> Life:
    """Each kind shown as the next one."""
    return life._replace(fruit=np.roll(life.fruit, 1, axis=1))


def _walled(run: dict) -> dict:
    """A run in whose map the glass is wall."""
    return {**run, "orchard": {**run["orchard"], "map": run["orchard"]["map"].replace(GLASS, WALL)}}
