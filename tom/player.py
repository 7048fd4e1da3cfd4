"""A mind as an agent: episodes of the orchard in which some agents are copies of it, the others scripted reasoners.

Copies share the weights; each has a persona, its type's description, and a history of its own. What a copy does is
drawn from what `mind.ask` would say of it under the prompt of its role. Its history is not encoded anew at each step:
what is encoded is kept, and a step adds the events that are new.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from agents.orchard.live_episode import Match
from agents.orchard.run import RunConfig
from agents.orchard.strangers import Policy, decide
from tom.base_mind import BaseMind
from worlds import Episode, FunhouseError

SIDE_BY_SIDE = 16  # worlds whose copies are asked in one pass; it decides the rounding, so threads do not change it


@dataclass
class Tally:
    """What a player has done."""

    events: int = 0  # encoded
    steps: int = 0  # of copies
    seconds: float = 0.0

    def rates(self) -> dict[str, float | int | None]:
        """Learned agent-steps, and events and learned agent-steps a second; None where nothing was played."""
        a_second = (round(count / self.seconds, 1) if self.seconds else None for count in (self.events, self.steps))
        names = ("events_per_second", "learned_agent_steps_per_second")
        return {"learned_agent_steps": self.steps, **dict(zip(names, a_second, strict=True))}


class Player:
    """Plays the copies of one mind; an agents.recording.Players."""

    def __init__(self, mind: BaseMind):
        self.mind, self.tally = mind, Tally()

    def batches(
        self,
        run: RunConfig,
        span: range,
        threads: int = 1,
        logged: Sequence[Episode] | None = None,
        guests: Mapping[int, Policy] | None = None,
    ) -> Iterator[list[Episode]]:
        """The episodes of a span, as they come, played by as many threads.

        logged: episodes whose actions the copies take, instead of their own; the probabilities are worked out anew.
        guests: agents, by index and no copies, who follow policies of agents.orchard.strangers instead of their types.
        Raises FunhouseError where this is not the run's mind, it does not know that world, or a logged action is none
        that it would have drawn.
        """
        inputs = self._checked(run)
        groups = [span[at : at + SIDE_BY_SIDE] for at in range(0, len(span), SIDE_BY_SIDE)]
        held = [[logged[k - span.start] for k in group] if logged else None for group in groups]
        play = partial(self._play, run, inputs, guests or {})
        if threads == 1:
            yield from map(self._timed(play), groups, held)
            return
        for at in range(0, len(groups), threads):
            start = time.perf_counter()
            with ThreadPoolExecutor(threads) as pool:
                played = list(pool.map(play, groups[at : at + threads], held[at : at + threads]))
            self.tally.seconds += time.perf_counter() - start
            yield from played

    def _timed(self, play):
        def timed(*arguments):
            start = time.perf_counter()
            played = play(*arguments)
            self.tally.seconds += time.perf_counter() - start
            return played

        return timed

    def _checked(self, run: RunConfig) -> Any:
        """How copies read a run's world. Raises FunhouseError."""
        if run.minds is None or run.minds.checkpoint != self.mind.checkpoint:
            wanted = run.minds.checkpoint if run.minds else "none"
            raise FunhouseError(
                f"the copies are of the mind {wanted}, and this is {self.mind.checkpoint or 'on no disk'}",
                remedy="name the run that holds that mind: --mind RUN",
            )
        inputs = self.mind.reads(run.to_dict())
        self.mind.check(inputs, "the run")
        return inputs

    def _play(
        self,
        run: RunConfig,
        inputs: Any,
        guests: Mapping[int, Policy],
        span: range,
        logged: Sequence[Episode] | None,
    ) -> list[Episode]:
        """Some worlds side by side, to their end."""
        matches = [Match(run, index) for index in span]
        table = self.mind.seated(inputs, matches, range(run.copies))
        for t in range(run.orchard.steps):
            for match in matches:
                decide(match, guests)
            taken = None if logged is None else [episode.action[t, : run.copies] for episode in logged]
            table.act(taken)
        self.tally.events += table.events
        self.tally.steps += len(matches) * run.copies * run.orchard.steps
        return [match.episode() for match in matches]
