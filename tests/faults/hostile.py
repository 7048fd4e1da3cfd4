"""Hostile logs: documents that say what no run wrote, signed again so that every checksum holds."""

import json
import os
from pathlib import Path
from typing import Any

from tests import forging
from tests.faults.trial import Outcome, Trial, kind

DEEP: Any = 0
for _ in range(60):
    DEEP = [DEEP]
VALUES: tuple[Any, ...] = (
    None, True, False, "", "x", "-1", 0, -1, 1, 2, 3, 7, 0.5, -0.0, 1e308, 2**31, 2**63, 2**64, 10**30, -(10**30),
    [], {},
    [[]], [1], {"a": {}}, DEEP, "../../../etc/passwd", "/dev/zero", "x" * 100_000, "\x1b[2J", "\u202e", "a\0b",
    "\ud800", forging.ABSENT,
)  # fmt: skip
HUGE = (2**31 - 1, 2**31, 2**40, 2**62, 2**63 - 1, 10**9, 10**18, 8000, 10**30, 1e300)
NAMES = (
    "\x1b[31mBo", "\x1b]0;title\x07", "a\u202eb", "$\\frac{1}{0}$", "<&'\">", "", " ", "x" * 5000, "a\nb", "\r", "me",
    "Bo pretending to be me", "__class__", "=1+1", "\u0000", "\x9b2J",
)  # fmt: skip


def leaves(values: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The path of every value in a document, what holds others among them."""
    items: Any = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    return [found for key, value in items for found in [(*path, str(key)), *leaves(value, (*path, str(key)))]]


def value_at(values: Any, path: tuple[str, ...]) -> Any:
    """The value at a path."""
    for key in path:
        values = values[int(key) if isinstance(values, list) else key]
    return values


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same in JSON."""
    return type(one) is type(other) and repr(one) == repr(other)


def manifest_of(place: Path) -> dict:
    """The document of a finished directory."""
    return json.loads((place / "manifest.json").read_bytes())


def changed(trial: Trial, document: dict, within: tuple[str, ...] = (), values: tuple = VALUES) -> tuple:
    """A path in a document and another value for it; now and then a key that there is not."""
    paths = [path for path in leaves(document) if path[: len(within)] == within and path != ("sha256",)]
    path = trial.random.choice(paths)
    value = trial.random.choice(values)
    if trial.random.random() < 0.1:
        path = (*path[:-1], "more")
        while isinstance(value_at(document, path[:-1]), list):
            path = (*path[:-2], "more")
        value = trial.random.choice([one for one in values if one is not forging.ABSENT])
    return path, value


def _forged(trial: Trial, within: tuple[str, ...], values: tuple = VALUES) -> Outcome:
    sound, copy = trial.pick("log")
    document = manifest_of(copy)
    path, value = changed(trial, document, within, values)
    missing = path[-1] == "more"
    unchanged = not missing and same(value_at(document, path), value)
    forging.manifest(copy, path, value)
    # Arguments of an environment that lead to the same episodes are as good as the ones that were given.
    told = unchanged or path[:2] == ("meta", "versions") or path[-1] == "optional" or "arguments" in path
    fault = f"{'.'.join(path)} = {'absent' if value is forging.ABSENT else ascii(value)[:60]}"
    return trial.read(sound, copy, fault, forged=True, immaterial=told)


@kind
def manifest_value(trial: Trial) -> Outcome:
    return _forged(trial, ())


@kind
def settings_value(trial: Trial) -> Outcome:
    return _forged(trial, ("meta", "config"))


@kind
def huge_value(trial: Trial) -> Outcome:
    return _forged(trial, ("meta",), HUGE)


@kind
def path_in_a_setting(trial: Trial) -> Outcome:
    """A file that a log would have opened: a device, a FIFO, somebody's secrets."""
    os.mkfifo(trial.home / "fifo")
    paths = ("/dev/zero", "/dev/random", str(trial.home / "fifo"), "/etc/passwd", "~/.ssh/id_rsa", "file:///etc/passwd")
    return _forged(trial, ("meta", "config"), paths)


@kind
def file_list(trial: Trial) -> Outcome:
    """Names of files that lead elsewhere, and lengths and checksums that are none."""
    sound, copy = trial.pick("log")
    document = manifest_of(copy)
    name = trial.random.choice(sorted(document["files"]))
    listed = document["files"].pop(name)
    new = trial.random.choice(
        ["../" + name, "/etc/passwd", "/dev/zero", "..", ".", "", "a/b", name + "\0", "steps-x.parquet",
        "manifest.json",
         "steps--0001.parquet", "steps-00009.parquet", "steps-99999999999999999999.parquet"]
    )  # fmt: skip
    document["files"][new] = listed | trial.random.choice([{}, {"bytes": -1}, {"bytes": 0}, {"optional": True}])
    forging.sign(copy, document)
    return trial.read(sound, copy, f"{name} listed as {new!r}", forged=True)


@kind
def code_in_a_log(trial: Trial) -> Outcome:
    """Names of code, in every place of a log that may hold some."""
    sound, copy = trial.pick("field", "listed", "turns", "plain", "field-train")
    touch = str(trial.marker)
    code: list[tuple[str, dict]] = [
        ("faultmarker:strike", {}), ("faultmarker", {}), ("os:system", {"command": f"touch {touch}"}),
        ("builtins:exec", {"source": f"open({touch!r}, 'w')"}), ("pathlib:Path.touch", {}), ("runpy:run_module", {}),
        ("subprocess:getoutput", {"cmd": f"touch {touch}"}), ("classic.tictactoe_v3", {"render_mode": "faultmarker"}),
        ("pettingzoo.classic.faultmarker", {}), ("../faultmarker", {}), ("faultmarker/x", {}), ("os", {}),
    ]  # fmt: skip
    name, arguments = trial.random.choice(code)
    place = trial.random.choice(["world", "visibility", "callables", "orchard"])
    document = manifest_of(copy)
    config = document["meta"]["config"]
    if place == "world" or "arena" not in config:
        document["meta"]["world"] = f"pettingzoo:{name}"
        config["arena"] = config.get("arena", {"steps": 4, "visibility": "all"})
        config["arena"] |= {"environment": name, "arguments": arguments}
    elif place == "visibility":
        config["arena"]["visibility"] = name
    elif place == "callables":
        config["bank"]["callables"] = [trial.random.choice([name, name + "@0"])]
    else:
        config["orchard"] = {"map": name}
    forging.sign(copy, document)
    return trial.read(sound, copy, f"{place}: {name}", forged=True)
