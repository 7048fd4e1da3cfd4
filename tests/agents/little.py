"""Little episodes and chains, drawn by hypothesis, in which the slow definitions take milliseconds."""

from dataclasses import replace

from hypothesis import strategies as st

from agents.orchard.policy_config import PolicyConfig
from agents.orchard.rollout import RunConfig, play
from agents.orchard.theory import Theory, history_of
from agents.orchard.types import space_of
from agents.population import PopulationConfig, native_share
from worlds import Episode, OrchardConfig
from worlds.orchard.mirror import life_of, reflected, show

MIRROR = "....|\n.#..|\n....#\n....|\n"  # what lies behind the glass is added to it
MAPS = (("open", 5, 6), ("open", 7, 6), ("maze", 7, 7), ("rooms", 8, 9), (MIRROR, 4, 9))  # all exist in the split
DESCRIPTIONS = ("an agent that likes red", "a near-sighted agent", "a retentive agent that seeks company")
OF_FUNHOUSES = ("an agent that likes red", "an agent that likes blue")
OF_MARKS = ("a numb agent", "a sensitive agent that likes red")


@st.composite
def runs(draw, kinds=(1, 2), steps=(3, 6), marks=0.0, maps=MAPS) -> RunConfig:
    """A run of small orchards: all maps, announced and hidden roles, short and long memories."""
    kind, height, width = draw(st.sampled_from(maps))
    orchard = OrchardConfig(
        height=height,
        width=width,
        map=kind,
        mirrors=kind == MIRROR,
        kinds=draw(st.integers(*kinds)),
        fruits=draw(st.integers(1, 3)),
        agents=draw(st.integers(2, 5)),
        steps=draw(st.integers(*steps)),
        sights=draw(st.sampled_from([(1, 3), (0, 2), (2, 6)])),
        roles=draw(st.sampled_from(["announced", "hidden"])),
        marks=marks,
    )
    policy = PolicyConfig(window=draw(st.integers(1, 4)), beta=draw(st.sampled_from([0.0, 4.0, 30.0])))
    population = PopulationConfig(switch=draw(st.integers(1, 3)), description_share=0.4)
    return RunConfig(orchard, policy, population, draw(st.integers(0, 99)), "test")


# Worlds of other traits; the definition takes types ** depth terms, so they have few types.
CHOSEN = (
    ("taste", "blindness", "manner"),
    ("taste", "blindness", "manner", "temper"),
    ("taste", "sight", "blindness", "memory"),
    ("taste", "manner"),
)


@st.composite
def funhouses(draw, kinds=(2, 3), steps=(3, 5)) -> RunConfig:
    """A run of small orchards whose eyes are blind to a kind, or whose agents exaggerate, with any moves and values."""
    kind, height, width = draw(st.sampled_from(MAPS[:4]))
    orchard = OrchardConfig(
        height=height,
        width=width,
        map=kind,
        kinds=draw(st.integers(*kinds)),
        fruits=draw(st.integers(1, 3)),
        agents=draw(st.integers(2, 5)),
        steps=draw(st.integers(*steps)),
        sights=draw(st.sampled_from([(1, 3), (2, 20)])),
        moves=draw(st.sampled_from([4, 8])),
        roles=draw(st.sampled_from(["announced", "hidden"])),
    )
    policy = PolicyConfig(
        weights=draw(st.sampled_from([(1, 0.5, -1), (2, -1, 0.25)])),
        beta=draw(st.sampled_from([4.0, 36.0, 115.0])),  # the last with more than its exponentials can hold
        gamma=0.6,
        window=draw(st.integers(1, 3)),
        rankings=draw(st.sampled_from(["wheel", "cyclic"])),
        traits=draw(st.sampled_from(CHOSEN if orchard.kinds == 2 else (CHOSEN[0], CHOSEN[3]))),
        value=draw(st.sampled_from(["nearest", "sum"])),
        manners=draw(st.sampled_from([(1, 1), (1, 3)])),
    )
    believed, split = draw(st.sampled_from([("all", "test"), ("auto", "train")]))
    population = PopulationConfig(switch=draw(st.integers(1, 3)), description_share=0.4, believed=believed)
    return RunConfig(orchard, policy, population, draw(st.integers(0, 99)), split)


def played(run: RunConfig) -> Episode:
    """An episode; in a mirror, if there is one, stands the first agent's image, of some type."""
    episode = play(run, 0)
    if not run.orchard.mirrors:
        return episode
    image = replace(episode.agents[-1], name="Image")
    return show(episode, reflected(life_of(episode, 0)), image)


class Case:
    """An episode, and beside it everything the definition needs."""

    def __init__(self, run: RunConfig):
        self.run, self.episode = run, played(run)
        self.space = space_of(run.orchard, run.policy)
        self.believed = self.space.believed(run.population.believes_seen(run.split))
        share = native_share(run.orchard, run.population).tolist()
        self.theory = Theory(self.episode.geometry, self.space, share, self.believed)
        self.own = [self.space.index(agent.type) for agent in self.episode.agents]

    def history(self, agent, step):
        """H of an agent, with its own senses."""
        return history_of(self.space, self.episode, agent, step, self.theory.senses(self.own[agent]))

    def named(self, chain):
        """A query's chain as the definition has it: names, and the types that descriptions fit."""
        return tuple(self.space.consistent(who) if isinstance(who, str) else self.episode.names[who] for who in chain)


@st.composite
def asked(draw, depth: int, drawn=runs, **limits):
    """(Case, agent, step, canonical chain of that depth); mostly late steps, where there is much to know."""
    case = Case(draw(drawn(**limits)))
    n, steps = len(case.episode.agents), case.run.orchard.steps
    described = (*DESCRIPTIONS, *(OF_MARKS if case.run.orchard.marks else ())) if drawn is runs else OF_FUNHOUSES
    agent, step = draw(st.integers(0, n - 1)), draw(st.integers(steps // 2, steps - 1))
    chain: tuple[int | str, ...] = ()
    while len(chain) < depth:
        before = chain[-1] if chain else agent
        who = st.one_of(*[st.integers(0, n - 1)] * 3, st.sampled_from(described))
        chain = (*chain, draw(who.filter(lambda one, before=before: one != before)))
    return case, agent, step, chain
