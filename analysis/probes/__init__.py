"""Operational probes: what understanding other minds would show, each with controls that can fail.

A probe is a folder here that holds PROBE, an analysis.probes.probe.Probe: adding a folder is all that it takes. What a
score on one of them says is what its page says, and nothing about consciousness.
"""

from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules

from analysis.probes.probe import Probe, Settings, Subject, Trial, control, sound, wrong
from worlds import FunhouseError

__all__ = ["Probe", "Settings", "Subject", "Trial", "control", "find", "probes", "sound", "table", "wrong"]


@lru_cache(maxsize=1)
def probes() -> dict[str, Probe]:
    """Every probe there is, by name, in alphabetical order."""
    folders = [part.name for part in iter_modules(__path__) if part.ispkg]
    found = [getattr(import_module(f"{__name__}.{folder}"), "PROBE", None) for folder in folders]
    return {probe.name: probe for probe in sorted(filter(None, found), key=lambda probe: probe.name)}


def table() -> dict[str, str]:
    """What each probe is about, in one line."""
    return {name: probe.about for name, probe in probes().items()}


def find(name: str) -> Probe:
    """The probe of that name. Raises FunhouseError with the table of those there are."""
    if name in probes():
        return probes()[name]
    known = "\n".join(f"    {one:14} {about}" for one, about in table().items())
    raise FunhouseError(f"there is no probe '{name}'", remedy=f"choose one of these, or all:\n{known}")
