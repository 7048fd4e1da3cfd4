"""A trait of one's own: its values, its words, and what it does to what an agent does; and what watching tells of it.

    python -m examples.a_new_trait

The world is the one of examples/corridor.py, in which some now dawdle. Prompts and descriptions know the new words, the
posterior the new types. In the orchard a trait is a file of agents/traits, and stands in the two lists of its
__init__.py; what it does is a column that the kernel of policies reads.
"""

import tempfile
from dataclasses import dataclass
from typing import ClassVar

from agents.plain import Trait
from examples.corridor import Corridor


class Vigour(Trait):
    """How often an agent does what it is about to do."""

    name = "vigour"
    pace = 1
    wordings: ClassVar = {
        "brisk": ("walks briskly", "brisk", "hurries along"),
        "idle": ("takes its time", "idle", "dawdles along"),
    }


@dataclass(frozen=True)
class Promenade(Corridor):
    """A corridor in which some dawdle."""

    traits = (*Corridor.traits, Vigour())  # eight types
    held_out = (("shade", "far", "idle"), ("sun", "near", "brisk"))

    def policy(self, type, history, body):
        """As in the corridor, but an idle agent stays every second time."""
        chance = super().policy(type, history, body)
        if type.vigour == "idle":
            chance = chance / 2
            chance[self.actions.index("stay")] += 0.5
        return chance


if __name__ == "__main__":
    import agents
    from agents.plain import run_of
    from agents.recording import record, verify
    from tom.ask import describe_exactly
    from worlds import open_log

    with tempfile.TemporaryDirectory() as place:
        record(run_of("examples.a_new_trait:Promenade", split="test"), place, episodes=4)
        print(f"verified: {verify(place)['verified']}")
        episode = open_log(place)[0]
    me, other, *_ = episode.names
    print(f"{other} is {episode.agents[1].description}. What {me} knows of its vigour:")
    for step in (0, 4, 8, 16, 23):
        print(f"    at step {step}:", describe_exactly(episode, me, step, other)["vigour"])
    for prompt in ("behave as a brisk agent", "behave as an agent that takes its time"):
        print(f'{me} at step 20, asked to "{prompt}":', agents.exact(episode, me, 20, prompt).probabilities)
