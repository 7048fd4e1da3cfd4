"""Learned agent-steps a second: copies of the reference mind in a world of 24 agents, 64 steps, half of them copies.

Everything counts that an episode takes: the world, the scripted half, what copies perceive, the passes and the draws.
The peers are the same copies without what is kept of earlier steps, for some steps of the same episodes: every event
that their roles need encoded again at each step, in the same batches; and each copy asked through `mind.ask`, which
encodes everything that it perceived. Events are those that are encoded.
"""

from collections.abc import Callable
from dataclasses import replace

import torch
from measure import best_rate, tell

import tom
from agents import Question, RunConfig
from agents.orchard.live_episode import Match
from agents.orchard.presets import PRESETS
from agents.orchard.run import MindsConfig
from tom.base_mind import BaseMind
from tom.player import SIDE_BY_SIDE, Player
from worlds import Episode

COPIES, STEPS, ASKED = 12, 64, (8, 24, 40, 56)


def main() -> None:
    """Measures the players, and what they save."""
    torch.set_num_threads(1)
    mind = tom.load()
    orchard, policy, population = PRESETS["blind"]
    orchard = replace(orchard, agents=24, steps=STEPS, height=13, width=13, fruits=17)
    run = RunConfig(orchard, policy, population, split="test", minds=MindsConfig(COPIES, mind.checkpoint))
    rate = best_rate(lambda: played(mind, run).steps, repeats=3)
    tally = played(mind, run)
    share = tally.events / tally.steps
    peers = {
        "every event of the role again at each step": best_rate(forgetful(mind, run), repeats=1),
        "mind.ask at each step": best_rate(asked(mind, run), repeats=1),
    }
    tell(f"copies, {share:.2f} events each", rate, "learned agent-steps", peers)


def played(mind: BaseMind, run: RunConfig):
    """One batch of worlds, played; what it took."""
    player = Player(mind)
    for _ in player.batches(run, range(SIDE_BY_SIDE)):
        pass
    return player.tally


def forgetful(mind: BaseMind, run: RunConfig) -> Callable[[], int]:
    """The same batch of worlds to its end, nothing kept."""

    def work() -> int:
        matches = [Match(run, index) for index in range(SIDE_BY_SIDE)]
        table = mind.seated(mind.reads(run.to_dict()), matches, range(COPIES))
        for _ in range(STEPS):
            table.forget()
            table.act()
        return len(matches) * COPIES * STEPS

    return work


def asked(mind: BaseMind, run: RunConfig) -> Callable[[], int]:
    """The copies of one world at a few steps, each asked about all that had happened by then."""
    ((episode,),) = Player(mind).batches(run, range(1))

    def work() -> int:
        for t in ASKED:
            now = until(episode, t)
            for name, prompt in list(zip(now.names, now.prompt[t], strict=True))[:COPIES]:
                mind.answer(now, [Question(name, t, prompt)])
        return len(ASKED) * COPIES

    return work


def until(episode: Episode, step: int) -> Episode:
    """What had happened by a step."""
    cut = {name: getattr(episode, name)[: step + 1] for name in ("cell", "board", "action", "reward", "role", "prompt")}
    return replace(episode, **cut)


if __name__ == "__main__":
    main()
