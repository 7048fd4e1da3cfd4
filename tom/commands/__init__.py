"""The commands of `tom`, one dataclass each: its fields are the command line, its docstring the help."""

from tom.commands.asking import Ask, Describe
from tom.commands.base import Command
from tom.commands.generations import Generations
from tom.commands.just_asking import JustAsk
from tom.commands.merging import Merge
from tom.commands.probing import Probe
from tom.commands.running import Run
from tom.commands.scoring import Graph, Score
from tom.commands.training import Train
from tom.commands.verifying import Verify
from tom.commands.viewing import View

COMMANDS: dict[str, type[Command]] = {
    "run": Run,
    "merge": Merge,
    "verify": Verify,
    "train": Train,
    "ask": Ask,
    "describe": Describe,
    "score": Score,
    "graph": Graph,
    "probe": Probe,
    "just-ask": JustAsk,
    "generations": Generations,
    "view": View,
}
