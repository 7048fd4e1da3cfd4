"""Work that is stopped: kills, full disks, second writers, no permission; then the same command once more."""

import shutil
import signal
import time
from pathlib import Path

from tests.faults.child import Ended, Running
from tests.faults.sound import IT, NEW, Sound, at, contents, plainly, results
from tests.faults.trial import HANG, LOST, SILENT, Outcome, Trial, kind

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


def _again(trial: Trial, sound: Sound, place: Path, how: str, first: list[Ended]) -> Outcome:
    """The same command once more: it must end as one that nothing disturbed."""
    wrong = next((found for ended in first if (found := trial.fail(ended))), None)
    command = at(sound.made, place)
    if sound.kind == "mind" and (place / "checkpoint").exists():
        command += ["--resume"]
    ended = trial.tom(command)
    wrong = wrong or trial.fail(ended)
    said = first[-1].last if first else ""
    if wrong is None and ended.status != 0:
        wrong = LOST
    if wrong is None and results(place) != results(sound.place):
        wrong = SILENT
    return Outcome(wrong or "mended", sound.name, how, ended.last if wrong else said)


def _kill(trial: Trial, *kinds: str) -> Outcome:
    """A command that is killed at a random moment, and perhaps a second time."""
    chosen = [sound for sound in trial.sounds.values() if sound.kind in kinds or sound.name in kinds]
    sound = trial.random.choice(chosen)
    place, ends, told = trial.home / sound.name, [], []
    for _ in range(trial.random.randint(1, 2)):
        number = trial.random.choice(SIGNALS)
        wait = trial.random.random() ** 2 * (0.4 if sound.kind == "log" else 1.5)
        command = at(sound.made, place)
        if sound.kind == "mind" and (place / "checkpoint").exists():
            command += ["--resume"]
        running = Running(command, trial.home)
        time.sleep(wait)
        stopped = running.send(number)
        told.append(f"{signal.Signals(number).name} after {wait:.2f} s" + " (it was done)" * (not stopped))
        ends.append(running.end())
    odd = [end for end in ends if end.status == -signal.SIGKILL and not end.hung]
    return _again(trial, sound, place, ", ".join(told), [end for end in ends if end not in odd])


@kind
def run_killed(trial: Trial) -> Outcome:
    return _kill(trial, "log")


@kind
def training_killed(trial: Trial) -> Outcome:
    return _kill(trial, "mind")


@kind
def generations_killed(trial: Trial) -> Outcome:
    return _kill(trial, "generations")


@kind
def disk_full(trial: Trial) -> Outcome:
    """No file may grow beyond a limit; then there is room again."""
    sound = trial.random.choice([one for one in trial.sounds.values() if one.kind in ("log", "mind")])
    place = trial.home / sound.name
    largest = trial.random.choice([0, 100, 1000, 4096, 20_000, 200_000])
    ended = Running(at(sound.made, place), trial.home, largest=largest).end()
    how = f"files of at most {largest} bytes"
    if ended.status == 0 and results(place) != results(sound.place):
        return Outcome(SILENT, sound.name, how, ended.last)
    if not (place / "manifest.json").exists() and sound.kind == "mind" and not (place / "checkpoint").exists():
        shutil.rmtree(place, ignore_errors=True)
    return _again(trial, sound, place, how, [ended])


@kind
def disk_full_over_what_is_there(trial: Trial) -> Outcome:
    """A mind is trained on, or a log is extended, on a full disk: what was there stays."""
    sound, copy = trial.pick("log", "mind")
    before = contents(copy)
    more = [*at(sound.made, copy), "--episodes", "6"]
    command = at(sound.readers["resume"], copy) if sound.kind == "mind" else more
    largest = trial.random.choice([0, 100, 1000, 4096])
    ended = Running(command, trial.home, largest=largest).end()
    result = trial.fail(ended) or ("refused" if ended.status else "another")
    if result == "refused" and sound.kind == "mind" and results(copy) != results(sound.place):
        result = LOST
    if result == "refused" and sound.kind == "log":
        after = contents(copy)
        kept = [name for name in before if name.endswith("parquet")]
        result = LOST if any(after.get(name) != before[name] for name in kept) else result
    return Outcome(result, sound.name, f"files of at most {largest} bytes", ended.last)


@kind
def two_writers(trial: Trial) -> Outcome:
    """The same command twice at once: one may be refused, and the bytes are those of one."""
    sound = trial.random.choice([one for one in trial.sounds.values() if one.kind in ("log", "mind", "generations")])
    place = trial.home / sound.name
    both = []
    for _ in range(2):
        both.append(Running(at(sound.made, place), trial.home))
        time.sleep(trial.random.choice([0, 0, 0.05, 0.2]))
    ends = [running.end() for running in both]
    if any(ended.hung for ended in ends):
        return Outcome(HANG, sound.name, "twice at once")
    if all(ended.status for ended in ends):
        return Outcome(LOST, sound.name, "twice at once", ends[0].last + " / " + ends[1].last)
    return _again(trial, sound, place, "twice at once", ends)


@kind
def no_permission(trial: Trial) -> Outcome:
    """A directory that may not be written, or files that may not be read; root has no power here."""
    sound, copy = trial.pick("log", "mind")
    form = trial.random.choice(["unreadable", "read-only", "absent"])
    name = trial.random.choice(sorted(sound.readers))
    if form == "unreadable":
        path = trial.random.choice([one for one in sorted(copy.rglob("*")) if one.is_file()])
        path.chmod(0)
    elif form == "read-only":
        for path in [copy, *copy.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
    command = at(sound.readers[name], copy, trial.new if form != "absent" else "/proc/none")
    before = contents(copy)
    ended = Running(command, trial.home, powerless=True).end()
    result = trial.fail(ended)
    if result is None and ended.status == 0:
        result = "same"
        if IT in sound.readers[name] and NEW not in sound.readers[name]:
            result = "same" if plainly(ended.out, copy, trial.new) == sound.said[name] else SILENT
    if result is None:
        result = LOST if contents(copy) != before else "refused"
    return Outcome(result, f"{sound.name} {name}", form, ended.last, "remedy:" in ended.err or ended.status != 1)


@kind
def journal(trial: Trial) -> Outcome:
    """The journal of an unfinished log: torn, flipped, garbled, signed anew with other values; and shards beside it."""
    from tests import forging

    sound, copy = trial.pick("log")
    forging.journal(copy, ("meta", "episodes"), 4)
    path = copy / "unfinished.jsonl"
    data = path.read_bytes()
    form = trial.random.choice(["whole", "torn", "flip", "garbage", "no header", "twice", "shard gone", "shard cut"])
    forms = {
        "torn": data[: trial.random.randrange(len(data))],
        "garbage": data + b'\xff\x00{"steps-00000.parquet": 7}\n',
        "no header": data.split(b"\n", 1)[1],
        "twice": data + data,
        "flip": bytearray(data),
    }
    if form == "flip":
        forms["flip"][trial.random.randrange(len(data))] ^= 1 << trial.random.randrange(8)
    if form in forms:
        path.write_bytes(bytes(forms[form]))
    elif form.startswith("shard"):
        shard = trial.random.choice(sorted(copy.glob("*.parquet")))
        shard.unlink() if form.endswith("gone") else shard.write_bytes(shard.read_bytes()[:-9])
    ended = trial.tom(at(sound.made, copy))
    result = trial.fail(ended)
    if result is None and ended.status == 0:
        result = "mended" if contents(copy) == contents(sound.place) else SILENT
    return Outcome(result or "refused", sound.name, form, ended.last, "remedy:" in ended.err or ended.status != 1)


@kind
def journal_signed_anew(trial: Trial) -> Outcome:
    """A journal with another value and right checksums: the same command refuses it, or ends with the same bytes, or
    with a log that does not verify."""
    from tests import forging
    from tests.faults.hostile import VALUES, changed, manifest_of

    sound, copy = trial.pick("log")
    document = manifest_of(copy)
    both = {"meta": document["meta"], "files": document["files"]}
    both["meta"].pop("versions", None)
    path, value = changed(trial, both, values=tuple(one for one in VALUES if one != "\ud800"))
    forging.journal(copy, path, value)
    ended = trial.tom(at(sound.made, copy))
    result = trial.fail(ended)
    if result is None and ended.status == 0:
        result = "mended" if contents(copy) == contents(sound.place) else None
    if result is None and ended.status == 0:
        checked = trial.tom(at(sound.readers["verify"], copy))
        result = trial.fail(checked) or (SILENT if checked.status == 0 else "another")
    fault = f"{'.'.join(path)} = {ascii(value)[:60]}"
    return Outcome(result or "refused", sound.name, fault, ended.last, "remedy:" in ended.err or ended.status != 1)
