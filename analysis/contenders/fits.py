"""What was fitted for one question about a log is kept, so that the next one is answered without fitting anew.

It is kept with what else this user's machine keeps (worlds/kernel_cache.py) and not in the log: whoever reads a log
leaves it as it is, and whoever hands one on hands on no figures. A file is named after the SHA-256 of a log's manifest
and holds its own; it may be deleted at any time, and is made anew where it is damaged.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Annotated

import numpy as np
from annotated_types import Interval

from analysis.contenders.calibrating import HOTTEST, Calibration
from analysis.contenders.fitting import Fitted
from analysis.contenders.shortcuts import BASE
from analysis.questions.survey import Survey
from worlds import FunhouseError, schema
from worlds.atomic_files import write_file
from worlds.kernel_cache import kept_place
from worlds.log.reader import Log
from worlds.signed import read_signed, signed

_LOCK = Lock()
VERSION = 3  # of what is fitted, and on which episodes

Rate = Annotated[float, Interval(ge=0, le=1)]
Temperature = Annotated[float, Interval(ge=1 / HOTTEST, le=HOTTEST)]


class KeptFit(schema.TypedDict):
    """A Fitted in plain JSON values; None: training holds no such question."""

    base: list[Rate]
    base_of: dict[str, list[Rate]]
    share: dict[str, Rate]
    weight: list[tuple[str, Rate]]  # in the order in which they are added up
    best: str
    best_unfiltered: str
    calibration: tuple[Temperature, Rate] | None  # of the reasoner: temperature, share of the base rate


class Kept(schema.TypedDict):
    """The document."""

    log: schema.Sha256
    version: int
    fitted: dict[str, KeptFit | None]


def fitted_for(log: Log | None, survey: Survey, fit: Callable[[], Fitted | None]) -> Fitted | None:
    """What `fit` makes of the one stance and depth of a survey, worked out once for a log; without one, each time.
    None: training holds no question of them."""
    place = None if log is None else kept_place("fits")
    if log is None or place is None:
        return fit()
    ((stance, depth),) = survey.cells()
    with _LOCK:  # several threads may ask about a log at once
        return _kept_or_made(log.mark, place / f"{log.mark}.json", f"{stance} {depth}", survey, fit)


def _kept_or_made(mark: str, path: Path, name: str, survey: Survey, fit: Callable[[], Fitted | None]) -> Fitted | None:
    kept = _read(path, mark)
    if name in kept and ((there := kept[name]) is None or _suits(there, survey)):
        return None if there is None else _fitted(there)
    made = fit()
    kept[name] = None if made is None else _plain(made)
    with suppress(FunhouseError):  # on a full disk nothing is kept
        write_file(path, signed({"log": mark, "version": VERSION, "fitted": kept}))
    return made


def _suits(kept: KeptFit, survey: Survey) -> bool:
    """Whether what is kept is of the world and of the shortcuts that are asked."""
    actions, answered = survey.members[0].actions, {*survey.answer, *survey.guess, BASE}
    rates = [kept["base"], *kept["base_of"].values()]
    kinds = all(kind.isdecimal() for kind in kept["base_of"])
    return (
        kinds
        and {len(rate) for rate in rates} == {actions}
        and set(kept["share"]) == set(survey.guess)
        and (set(dict(kept["weight"])) <= answered)
    )


def _read(path: Path, mark: str) -> dict[str, KeptFit | None]:
    """What is kept of this very log; nothing where it is damaged, or of another state of it."""
    with suppress(FunhouseError):
        document = read_signed(path, "")
        schema.read(Kept, document)
        if (document["log"], document["version"]) == (mark, VERSION):
            return dict(document["fitted"])
    return {}


def _plain(fitted: Fitted) -> KeptFit:
    base_of = {str(kind): rate.tolist() for kind, rate in fitted.base_of.items()}
    return KeptFit(
        base=fitted.base.tolist(), base_of=base_of, share=fitted.share, weight=[*fitted.weight.items()],
        best=fitted.best, best_unfiltered=fitted.best_unfiltered, calibration=fitted.calibration,
    )  # fmt: skip


def _fitted(kept: KeptFit) -> Fitted:
    base_of = {int(kind): np.array(rate) for kind, rate in kept["base_of"].items()}
    base, weight = np.array(kept["base"]), dict(kept["weight"])
    calibration = None if kept["calibration"] is None else Calibration(*kept["calibration"])
    return Fitted(base, base_of, kept["share"], weight, kept["best"], kept["best_unfiltered"], calibration)
