"""Experiments on asking for what one wants: whoever answers wishes beside the exact answers and shortcuts.

An experiment is a folder here that holds EXPERIMENT, an analysis.just_ask.experiment.Experiment, and otherwise the
files of a probe.
"""

from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules

from analysis.just_ask.experiment import Experiment
from worlds import FunhouseError

__all__ = ["Experiment", "experiments", "find"]


@lru_cache(maxsize=1)
def experiments() -> dict[str, Experiment]:
    """Every experiment there is, by name, in alphabetical order."""
    folders = sorted(part.name for part in iter_modules(__path__) if part.ispkg)
    found = [import_module(f"{__name__}.{folder}").EXPERIMENT for folder in folders]
    return {one.name: one for one in found}


def find(name: str) -> Experiment:
    """The experiment of that name. Raises FunhouseError with the table of those there are."""
    if name in experiments():
        return experiments()[name]
    known = "\n".join(f"    {one.name:14} {one.about}" for one in experiments().values())
    raise FunhouseError(f"there is no experiment '{name}'", remedy=f"choose one of these, or all:\n{known}")
