"""What is found out of an environment before it is played: who its agents are, their spaces, and where masks lie."""

import contextlib
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from worlds.arena.failure import ArenaFailure
from worlds.arena.foreign import FAILS, never_ends, said, spelled
from worlds.arena.masks import (
    MASK,
    REMEDY,
    like_a_mask,
    mask_for_all,
    mask_in_tuple,
    mask_method,
    shows_mask,
    tells_mask,
)
from worlds.arena.observations import short
from worlds.arena.spaces import Form, Species, form_of
from worlds.arena.steady import Pair, check_spaces, kept, spaces_of
from worlds.arena.time_limit import TookTooLong
from worlds.errors import FunhouseError

if TYPE_CHECKING:
    from worlds.arena.environment import Environment

STEPS = 8  # that are played, for masks may come later than the reset
SEEDS = 3  # of games whose first observations are read


class Known(NamedTuple):
    """What every environment of one name and arguments shares."""

    seats: list  # its agents
    forms: list[Form]  # of each species
    seat_species: np.ndarray  # (seats,) int32
    species: list[Species]
    spaces: list[Pair]  # of each seat, as they were told at first


NOTHING_KNOWN = Known([], [], np.zeros(0, np.int32), [], [])


def first_look(environment: "Environment") -> Known:
    """Plays some steps of a new environment, which is of no more use then. Raises FunhouseError for what it is not."""
    seats = _seats(environment)
    environment.know(NOTHING_KNOWN._replace(seats=seats))
    environment.reset(0)  # spaces may be known, and masks are seen, only after a reset
    both = [kept(spaces_of(environment, agent)) for agent in seats]
    masked = environment.guard(_masked, environment, seats)
    _begin(environment, environment.guard(_sorted, environment, seats, both, masked))
    with contextlib.suppress(ArenaFailure):  # games that fail are dropped when they are played
        for step in range(STEPS):
            if environment.over:
                break
            environment.play({seat: _some_action(environment, seat, step) for seat in environment.turn()})
            environment.guard(_check_names, environment)
            if not (more := environment.guard(_masked, environment, seats)) <= masked:
                masked |= more
                _begin(environment, environment.guard(_sorted, environment, seats, both, masked))
    environment.guard(_check_unread, environment, both)
    check_spaces(environment)
    return environment.known


def _seats(environment: "Environment") -> list:
    """Its possible agents, also where they are known after a reset only."""
    for begin in (False, True):
        if begin:
            environment.guard(environment.begin, 0)
        try:
            seats, alone = environment.read(_names, environment.env)
            if seats and alone:
                return seats
            why = "its possible_agents are none" if not seats else "some of its possible_agents are there twice"
        except AttributeError:
            why = "it has no possible_agents"
        except TookTooLong as late:
            raise never_ends("to read its possible_agents", environment.spec, late) from late
        except FAILS as error:
            why = f"its possible_agents cannot be read: {said(error)}"
    what = f"{environment.spec} does not say who its agents are: {why}"
    raise FunhouseError(what, remedy="give the environment possible_agents, the names of all that ever take part")


def _names(env: Any) -> tuple[list, bool]:
    """Its possible agents, and whether each is there once."""
    told = env.possible_agents
    seats = sorted(told, key=str) if isinstance(told, (set, frozenset)) else list(told)
    return seats, len(set(seats)) == len(seats)


def _sorted(environment: "Environment", seats: list, both: list[tuple], masked: set[int]) -> Known:
    """Agents with the same spaces are one species; a species has masks where one of its seats is among the masked."""
    kinds: list[tuple] = []
    for pair in both:
        if pair not in kinds:
            kinds.append(pair)
    seat_species = np.array([kinds.index(pair) for pair in both], np.int32)
    told = {int(seat_species[seat]) for seat in masked}
    try:
        forms = [form_of(seen, done, told_mask=kind in told) for kind, (seen, done) in enumerate(kinds)]
    except FunhouseError as error:
        raise environment.refusal(error.what, error.remedy or REMEDY) from None
    return Known(seats, forms, seat_species, [form.species(kind) for kind, form in enumerate(forms)], both)


def _masked(environment: "Environment", seats: list) -> set[int]:
    """The seats that have masks now: where an info tells one, all of them, who may do anything if nothing is said."""
    found = set()
    for agent in environment.alive():
        with contextlib.suppress(ArenaFailure):  # some show nothing to those whose turn it is not
            shown, info = environment.sight(agent)
            if tells_mask(info):
                return set(range(len(seats)))
            if shows_mask(shown):
                found.add(seats.index(agent))
    return found


def _begin(environment: "Environment", known: Known) -> None:
    """Begins games until one shows what can be read. Raises FunhouseError where none of a few does."""
    environment.know(known)
    for seed in range(SEEDS):
        environment.reset(seed)
        environment.guard(_check_names, environment)
        turn = environment.turn()
        try:
            for kind in np.unique(known.seat_species[turn]):
                environment.views([seat for seat in turn if known.seat_species[seat] == kind])
            return
        except ArenaFailure as failure:
            if seed == SEEDS - 1:
                remedy = failure.remedy or "declare the space that observations have, or show what the space says"
                raise environment.refusal(failure.what, remedy) from failure


def _check_names(environment: "Environment") -> None:
    """Raises FunhouseError where somebody without a mask has what looks like one, under another name."""
    for seat in environment.turn():
        form = environment.form_of_seat[seat]
        for place, told in zip(("observation", "info"), environment.sight(environment.seats[seat]), strict=True):
            if not form.masked and (name := like_a_mask(told, form.actions)):
                who = spelled(environment.seats[seat], str)
                what = f"the {place} of {who} holds '{name}', and masks are read from '{MASK}' alone"
                raise environment.refusal(what, REMEDY)
    if name := mask_for_all(environment.infos(), environment.seats):
        what = f"its infos hold '{name}' beside the agents, and masks are read from an agent's own '{MASK}' alone"
        raise environment.refusal(what, REMEDY)


def _check_unread(environment: "Environment", both: list[tuple]) -> None:
    """Raises FunhouseError where masks lie, or seem to, where nothing is read, and the agent is told none elsewhere."""
    if not any(form.masked for form in environment.forms) and (name := mask_method(environment.env)):
        what = f"it tells masks by '{name}', and they are read from '{MASK}' alone"
        more = "; where every action may be taken, give as many ones in the infos"
        raise environment.refusal(what, f"of what that returns, make an '{MASK}': {REMEDY}{more}")
    for seat, (seen, _) in enumerate(both):
        form = environment.form_of_seat[seat]
        if not form.masked and (name := mask_in_tuple(seen, form.actions)) is not None:
            what = (
                f"part {name} of the space {short(seen)} holds as many zeros and ones as there are actions, as masks do"
            )
            other = "if it is none, make the Tuple a Dict and give it a name of its own"
            raise environment.refusal(what, f"if it is a mask, {REMEDY}; {other}")


def _some_action(environment: "Environment", seat: int, step: int) -> int:
    legal = np.flatnonzero(environment.legal(seat))
    return int(legal[(seat + step) % len(legal)])
