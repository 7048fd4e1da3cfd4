"""Funhouse: one mind, asked to act as another, through another.

    mind = tom.load("runs/demo")        # tom.load() loads the reference mind that ships with the package
    mind.ask(log[3], agent="Ada", step=40, prompt="behave as Bo pretending to be me")

Names are imported when they are first used, so that `import tom` stays quick. Training: tom.training.train.train.
"""

from importlib import import_module

from tom.own_packages import stranger

_HOMES = {"Mind": "tom.mind", "load": "tom.mind"}
__all__ = list(_HOMES)


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module 'tom' has no attribute '{name}'")
    if problem := stranger():
        raise ImportError(problem)
    return getattr(import_module(_HOMES[name]), name)
