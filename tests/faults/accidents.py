"""Accidents: what disks, copies and hands do to files. Their checksums are those of the sound input."""

import json
import os
from pathlib import Path

from tests.faults.trial import Outcome, Trial, kind

EVERYTHING = ("log", "mind", "generations")


def _file(trial: Trial, copy: Path) -> Path:
    """A file of the copy that a result is read from."""
    files = [p for p in sorted(copy.rglob("*")) if p.is_file() and "tensorboard" not in str(p) and p.suffix != ".png"]
    return trial.random.choice([path for path in files if path.suffix != ".svg"])


def _spoilt(trial: Trial, change, *kinds: str) -> Outcome:
    """A trial in which one file's bytes are changed; `change` returns them, and what it did."""
    sound, copy = trial.pick(*(kinds or EVERYTHING))
    path = _file(trial, copy)
    data = path.read_bytes()
    spoilt, what = change(data)
    path.write_bytes(spoilt)
    return trial.read(sound, copy, f"{path.relative_to(copy)}: {what}", immaterial=spoilt == data)


@kind
def bit_flip(trial: Trial) -> Outcome:
    def change(data: bytes):
        spoilt = bytearray(data)
        bits = [trial.random.randrange(8 * len(data)) for _ in range(trial.random.randint(1, 3))] if data else []
        for bit in bits:
            spoilt[bit // 8] ^= 1 << bit % 8
        return bytes(spoilt), f"bits {bits}"

    return _spoilt(trial, change)


@kind
def truncation(trial: Trial) -> Outcome:
    def change(data: bytes):
        left = trial.random.choice([0, 1, len(data) // 2, max(0, len(data) - 1), trial.random.randrange(len(data) + 1)])
        return data[:left], f"cut to {left} bytes"

    return _spoilt(trial, change)


@kind
def bytes_after_the_end(trial: Trial) -> Outcome:
    def change(data: bytes):
        more = trial.random.choice([b"\n", b"\0", b" ", data, b"PAR1", os.urandom(0) + b"x" * 4096])
        return data + more, f"{len(more)} bytes more"

    return _spoilt(trial, change)


@kind
def sector_of_zeros(trial: Trial) -> Outcome:
    def change(data: bytes):
        start = trial.random.randrange(max(1, len(data) - 1))
        return data[:start] + bytes(len(data[start : start + 512])) + data[start + 512 :], f"zeros from {start}"

    return _spoilt(trial, change)


@kind
def text_of_a_document(trial: Trial) -> Outcome:
    """A manifest or settings that an editor or another tool has written anew."""
    sound, copy = trial.pick(*EVERYTHING)
    path = trial.random.choice([p for p in sorted(copy.rglob("*.json")) if p.is_file()])
    data = path.read_bytes()
    values = json.loads(data)
    forms = {
        "compact": json.dumps(values, separators=(",", ":")).encode(),
        "unsorted": json.dumps(dict(reversed(values.items())), indent=2).encode() + b"\n",
        "a byte order mark": b"\xef\xbb\xbf" + data,
        "CRLF": data.replace(b"\n", b"\r\n"),
        "UTF-16": data.decode().encode("utf-16"),
        "no last newline": data.rstrip(b"\n"),
        "a list": b"[" + data + b"]",
        "null": b"null\n",
        "a key twice": data.replace(b"{\n", b'{\n  "format": 1,\n', 1),
        "NaN": data.replace(b": 1,", b": NaN,", 1),
        "a thousand brackets": b"[" * 100_000,
    }
    name = trial.random.choice(sorted(forms))
    path.write_bytes(forms[name])
    return trial.read(sound, copy, f"{path.relative_to(copy)}: {name}", immaterial=forms[name] == data)


@kind
def swapped_files(trial: Trial) -> Outcome:
    sound, copy = trial.pick(*EVERYTHING)
    one, other = _file(trial, copy), _file(trial, copy)
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    return trial.read(sound, copy, f"{one.relative_to(copy)} <-> {other.relative_to(copy)}", immaterial=first == second)


@kind
def file_of_another(trial: Trial) -> Outcome:
    """The same file of another input of the kind: an older copy, or another run's."""
    sound, copy = trial.pick("log", "mind")
    path = _file(trial, copy)
    others = [
        s.place / path.relative_to(copy)
        for s in trial.sounds.values()
        if s.kind == sound.kind and s is not sound and (s.place / path.relative_to(copy)).exists()
    ]
    if not others:  # no other input has a file of this name
        others = [p for s in trial.sounds.values() if s.kind == sound.kind for p in s.place.glob(f"*{path.suffix}")]
    other = trial.random.choice(others)
    data = path.read_bytes()
    path.write_bytes(other.read_bytes())
    fault = f"{path.relative_to(copy)} of {other.relative_to(sound.place.parent)}"
    return trial.read(sound, copy, fault, immaterial=path.read_bytes() == data)


@kind
def file_removed(trial: Trial) -> Outcome:
    sound, copy = trial.pick("log", "mind")
    path = _file(trial, copy)
    path.unlink()
    # The state of a training may be absent: only --resume needs it.
    return trial.read(sound, copy, f"{path.relative_to(copy)} removed", immaterial=path.name == "training.safetensors")


@kind
def file_renamed(trial: Trial) -> Outcome:
    sound, copy = trial.pick("log", "mind")
    path = _file(trial, copy)
    name = trial.random.choice(
        [path.name + ".bak", path.name.upper(), f"{path.stem} (1){path.suffix}", "." + path.name]
    )
    path.rename(path.with_name(name))
    return trial.read(sound, copy, f"{path.relative_to(copy)} renamed to {name}")


@kind
def file_added(trial: Trial) -> Outcome:
    sound, copy = trial.pick("log", "mind")
    path = _file(trial, copy)
    name = trial.random.choice(
        [
            "notes.txt",
            "steps-00009.parquet",
            ".DS_Store",
            "unfinished.jsonl",
            "é\udcff",
            "a\nb",
            "manifest.json.partial",
        ]
    )
    path.with_name(name).write_bytes(trial.random.choice([b"", b"{}", path.read_bytes()]))
    # A run clears away what a killed one left half written; nobody else minds it.
    return trial.read(sound, copy, f"{name!r} added to {path.parent.name}", immaterial=name.endswith(".partial"))


@kind
def something_else_in_its_place(trial: Trial) -> Outcome:
    """A directory, a FIFO (which makes a reader wait for ever), a device or a link where a file should be."""
    sound, copy = trial.pick(*EVERYTHING)
    path = _file(trial, copy)
    data = path.read_bytes()
    path.unlink()
    what = trial.random.choice(
        ["directory", "fifo", "dangling", "loop", "/dev/zero", "/dev/null", "/dev/stdin", "same"]
    )
    if what == "directory":
        path.mkdir()
    elif what == "fifo":
        os.mkfifo(path)
    elif what == "same":
        (trial.home / "elsewhere").write_bytes(data)
        path.symlink_to(trial.home / "elsewhere")
    else:
        path.symlink_to({"dangling": "nowhere", "loop": path.name}.get(what, what))
    return trial.read(sound, copy, f"{path.relative_to(copy)}: {what}", immaterial=what == "same")


@kind
def something_else_as_the_input(trial: Trial) -> Outcome:
    """A file, a FIFO, a device, a link to itself, or nothing at all in the place of the whole directory."""
    sound, copy = trial.pick("log", "mind")
    aside = copy.rename(trial.home / "aside")
    what = trial.random.choice(["nothing", "file", "fifo", "loop", "empty", "/dev/null", "linked"])
    if what == "file":
        copy.write_bytes(b"a file")
    elif what == "fifo":
        os.mkfifo(copy)
    elif what == "empty":
        copy.mkdir()
    elif what != "nothing":
        copy.symlink_to({"loop": copy.name, "linked": aside}.get(what, what))
    return trial.read(sound, copy, f"in its place: {what}", immaterial=what in ("linked", "empty", "nothing"))
