"""A question in the form that everything below the words works on."""

from dataclasses import dataclass

from worlds.base_episode import BaseEpisode

DO = "do"  # the stance of a wish


@dataclass(frozen=True)
class Query:
    """What is asked of one agent at one step.

    The chain is canonical; of predict, its first element is the target. `depth` is its length; of a wish, of which the
    chain says as whom it is to be brought about, the number of its clauses.
    """

    stance: str  # behave or predict; of a wish, DO
    agent: int
    step: int
    chain: tuple[int | str, ...]  # agents' indices and the texts of descriptions
    depth: int


def body_of(query: Query) -> int:
    """In whose place the action is taken, by index."""
    return int(query.chain[0]) if query.stance == "predict" else query.agent


def really(query: Query) -> Query:
    """The question whose exact answer is the truth: who is predicted acts on its own percepts."""
    if query.stance == "behave":
        return query
    return Query("behave", int(query.chain[0]), query.step, query.chain[1:], query.depth - 1)


def role_asked(episode: BaseEpisode, step: int, agent: int) -> Query:
    """The question that an agent answers by what it does at a step: to behave as its role says."""
    chain = tuple(who if " " in who else episode.names.index(who) for who in episode.role[step][agent])
    return Query("behave", agent, step, chain, len(chain))
