"""One trial: a sound input is copied and spoilt, commands read it, and what comes of it is judged.

Outcomes that are right: `refused` (with a message), `same` (the answer of the sound input), `mended` (the bytes of
the sound input again), `another` (a forgery whose values are sound in themselves: another log, or another mind, and
`tom verify` has told it from the original where it could). Outcomes that are not: see WRONG.
"""

import math
import random
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.faults.child import Ended, Running
from tests.faults.sound import NEW, Sound, at, contents, plainly, results

SILENT, EXECUTED, TRACEBACK, LOST, HANG = "silent", "executed", "traceback", "lost", "hang"
WRONG = (SILENT, EXECUTED, TRACEBACK, LOST, HANG)
RIGHT = ("refused", "same", "mended", "another")
KINDS: dict[str, Callable[["Trial"], "Outcome"]] = {}


def kind(maker: Callable[["Trial"], "Outcome"]) -> Callable[["Trial"], "Outcome"]:
    """Enters a kind of fault: its name is that of the function."""
    KINDS[maker.__name__] = maker
    return maker


@dataclass(frozen=True)
class Outcome:
    """What came of a trial."""

    result: str
    target: str  # the sound input, and the command
    fault: str  # what was done to it
    said: str = ""  # the command's last word
    remedy: bool = True  # whether a refusal says what to do


class Trial:
    """The means of one trial, a function of (seed, number) but for moments in time."""

    def __init__(self, seed: int, number: int, home: Path, sounds: dict[str, Sound]):
        self.random = random.Random(f"{seed}/{number}")
        self.seed, self.number, self.sounds = seed, number, sounds
        self.home = home / f"trial-{number}"
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        self.words: list[str] = []  # what commands wrote for a person
        self.marker, self.new = self.home / "MARKER", self.home / "new"
        (self.home / "faultmarker.py").write_text(_MARKER.format(str(self.marker)))

    def clean(self) -> None:
        """Removes what the trial made."""
        shutil.rmtree(self.home, ignore_errors=True)

    def pick(self, *kinds: str) -> tuple[Sound, Path]:
        """A sound input of one of these kinds, or names, and a copy of it to be spoilt."""
        chosen = [sound for sound in self.sounds.values() if sound.kind in kinds or sound.name in kinds]
        sound = self.random.choice(chosen)
        return sound, Path(shutil.copytree(sound.place, self.home / sound.name))

    def tom(self, arguments: list[str], **limits) -> Ended:
        """A command, to its end."""
        return Running(arguments, self.home, **limits).end()

    def fail(self, ended: Ended) -> str | None:
        """What is wrong with the way in which a command ended, whatever it was given."""
        self.words.append(ended.err[-3000:])
        if self.marker.exists():
            return EXECUTED
        if ended.hung:
            return HANG
        odd = ended.status not in (0, 1, 2, 3, 130, 143, -signal.SIGINT, -signal.SIGTERM)  # which a shell calls so too
        return TRACEBACK if ended.traceback or odd else None

    def read(self, sound: Sound, copy: Path, fault: str, forged: bool = False, immaterial: bool = False) -> Outcome:
        """Has one command read the spoilt copy, and judges.

        forged: checksums were made anew; immaterial: nothing could tell, or nothing changed.
        """
        name = self.random.choice(["verify"] * 2 * (sound.kind == "log") + list(sound.readers))
        before = contents(copy)
        ended = self.tom(at(sound.readers[name], copy, self.new))
        judge = self._judged(sound, copy, name, ended, before, forged, immaterial)
        if judge == LOST and forged and sound.kind == "mind":
            judge = "another"
        return Outcome(judge, f"{sound.name} {name}", fault, ended.last, "remedy:" in ended.err or ended.status != 1)

    def _judged(self, sound: Sound, copy: Path, name: str, ended: Ended, before, forged: bool, immaterial: bool) -> str:
        if wrong := self.fail(ended):
            return wrong
        writes = name in ("run", "resume", "generations")
        after, whole = contents(copy), contents(sound.place)
        if not writes and after != before:
            return LOST
        if ended.status in (1, 2, 3):
            # A run that cannot mend a log leaves it unfinished: the journal says what the manifest said.
            stood = [file for file in whole if before.get(file) == whole[file]]
            taken = {"manifest.json"} if "unfinished.jsonl" in after else set()
            gone = [file for file in stood if after.get(file) != whole[file] and file not in taken]
            return LOST if gone else "refused"
        try:
            said = plainly(ended.out, copy, self.new)
        except ValueError:
            return SILENT
        if not proper(said):
            return SILENT
        if name == "run" and after == whole:
            return "mended"
        spoilt = {file for file in {*before, *whole} if before.get(file) != whole.get(file)}
        left = results(copy)
        if NEW in sound.readers[name]:
            left, spoilt = results(self.new, copy), set()
        files = {*left, *sound.left[name]} - spoilt
        as_before = said == sound.said[name] and all(left.get(file) == sound.left[name].get(file) for file in files)
        if immaterial or (as_before and name not in ("verify", "run")):
            return "same" if said == sound.said[name] else SILENT
        if not forged:
            return "same" if after == whole else SILENT
        if sound.kind == "log" and (name == "verify" or self._verifies(sound, copy)) and not self._makes(copy):
            return SILENT
        return "another"

    def _makes(self, copy: Path) -> bool:
        """Whether what a forged log says of itself makes this very log: then it is one in its own right."""
        from agents.recording import record
        from agents.registry import run_of
        from worlds import FunhouseError, open_log

        log, again = open_log(copy), self.home / "again"
        try:
            record(run_of(log.config), again, len(log))
        except FunhouseError:  # nobody here plays copies of a mind
            return False
        tables = [name for name in contents(copy) if name.endswith(".parquet")]
        return all((again / name).read_bytes() == (copy / name).read_bytes() for name in tables)

    def _verifies(self, sound: Sound, copy: Path) -> bool:
        return self.tom(at(sound.readers["verify"], copy)).status == 0


def proper(document: dict) -> bool:
    """Whether what a document gives as distributions are some: finite, and of sum 1."""
    for key, value in document.items():
        if value is None:  # where no mind reads the world, none answers
            continue
        if key in ("probabilities", "exact") and isinstance(value, dict) and all(map(_number, value.values())):
            if abs(sum(value.values()) - 1) > 1e-3:
                return False
        elif key in ("probabilities", "traits") and not _finite(value):
            return False
    return True


def _number(value) -> bool:
    return isinstance(value, float | int) and math.isfinite(value)


def _finite(value) -> bool:
    return all(map(_finite, value.values())) if isinstance(value, dict) else _number(value)


_MARKER = """# What a data file names and nobody trusts.
from pathlib import Path

Path({0!r}).touch()


def strike(*arguments, **keywords):
    Path({0!r}).touch()


parallel_env = env = raw_env = strike
"""
