"""A world of one's own in one file: agents in numbered places, and everything else that a world is, made of that."""

from agents.plain.places import HIDDEN, Percept, Places, Seen
from agents.plain.run import PlainRun, run_of
from agents.traits.trait import Trait

__all__ = ["HIDDEN", "Percept", "Places", "PlainRun", "Seen", "Trait", "run_of"]
