"""What people bring: maps, options, surroundings, and environments that fail in every way."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.faults.child import Ended
from tests.faults.hostile import NAMES
from tests.faults.sound import ARENA, ORCHARD, ROOT, TOYS, at, plainly
from tests.faults.trial import HANG, SILENT, TRACEBACK, Outcome, Trial, kind

MAP = "#########\n#...#...#\n#.......#\n#...#...#\n#########\n"
FAULTS = (
    "raise", "nan", "infinite", "reward", "vanish", "stranger", "shape", "missing", "mask", "few", "sleep", "hang",
    "dice",
)  # fmt: skip
HOLDS, VARIES = 0, 3  # the statuses of tom verify: proven; sound, and an environment that does not keep to its seed


def _ran(trial: Trial, ended: Ended, log: Path, target: str, fault: str) -> Outcome:
    """What came of a run: refused, or a log that is whole where it was asked for, and proves to be one."""
    result = trial.fail(ended)
    if result is None and ended.status == 0:
        checked = trial.tom(["verify", str(log), "--patience", "0.5"])
        result = trial.fail(checked) or ("another" if checked.status in (HOLDS, VARIES) else SILENT)
    remedy = "remedy:" in ended.err or ended.status != 1
    return Outcome(result or "refused", target, fault, ended.last, remedy)


@kind
def map_file(trial: Trial) -> Outcome:
    path = trial.home / "map.txt"
    noise = bytearray(MAP.encode())
    for _ in range(trial.random.randint(1, 5)):
        noise[trial.random.randrange(len(noise))] = trial.random.choice(b"#. |:x\t\n\r\x00\xff@~")
    forms = {
        "noise": bytes(noise), "CRLF": MAP.replace("\n", "\r\n").encode(), "BOM": b"\xef\xbb\xbf" + MAP.encode(),
        "blanks": MAP.replace("\n", "  \t\n").encode(), "no newline": MAP.rstrip().encode(), "empty": b"",
        "NUL": b"\0" * 99,
        "walls": b"#########\n" * 5, "UTF-16": MAP.encode("utf-16"), "wide": b"#" * 10_000_000,
        "cut": MAP[:37].encode(),
        "holes": MAP.replace("#", ".").encode(), "tall": (MAP * 5000).encode(), "latin": b"\xe9" + MAP.encode(),
    }  # fmt: skip
    form = trial.random.choice([*sorted(forms), "noise", "fifo", "directory", "/dev/zero", "/dev/null", "nothing"])
    if form == "fifo":
        os.mkfifo(path)
    elif form == "directory":
        path.mkdir()
    elif form in forms:
        path.write_bytes(forms[form])
    else:
        path = Path(form)
    log = trial.home / "log"
    command = ["run", "--out", str(log), *ORCHARD, "--fruits", "2", "--map", str(path)]
    return _ran(trial, trial.tom(command), log, "run --map", form)


@kind
def environment_that_fails(trial: Trial) -> Outcome:
    fault = trial.random.choice(FAULTS)
    # In short games it fails while the bank is measured, in long ones in one match of two.
    arguments = {"fault": fault, "always": trial.random.random() < 0.2, "length": trial.random.choice([6, 200])}
    log = trial.home / "log"
    world = ("--world", f"pettingzoo:{TOYS}:field", "--arguments", json.dumps(arguments))
    command = ["run", "--out", str(log), *ARENA, *world, "--episodes", "2", "--patience", "0.2"]
    return _ran(trial, trial.tom(command), log, "run --world", json.dumps(arguments))


VALUES = (
    "0", "-1", "1", "2", "7", "1000000000000", str(2**31), str(2**63), "1" + "0" * 30, "nan", "inf", "-inf",
    "1e308", "0.5",
    "", " ", "x", "--", "-", "None", "true", "[]", "{}", '{"a": ' * 50 + "1" + "}" * 50, "/dev/zero", "/dev/null/x",
    "..",
    "\udcff", "é", "a\nb", "--help", "=", "'; rm -rf ~", "x" * 5000, *NAMES[:4],
)  # fmt: skip


def _options(command: str) -> list[str]:
    import dataclasses

    from tom.commands import COMMANDS

    # Work that is asked for in earnest takes its time: how much there is to do is no fault.
    leave = {"json", "trust", "out", "logs", "train_steps", "minutes", "count", "questions", "seeds", "evaluated"}
    names = [field.name for field in dataclasses.fields(COMMANDS[command]) if field.name not in leave]
    return [name for name in names if name not in ("name", "run", "prompt")]


@kind
def command_line(trial: Trial) -> Outcome:
    """An option with a value that nobody foresaw."""
    name = trial.random.choice(["plain", "field", "mind", "field-mind", "minds"])
    sound = trial.sounds[name]
    reader = trial.random.choice(sorted(set(sound.readers) - {"copies", "resume", "start"}))
    command = at(sound.readers[reader], sound.place, trial.new)
    option = trial.random.choice(_options(command[0]))
    value = trial.random.choice(VALUES)
    if command[0] == "run":
        command = ["run", "--out", str(trial.home / "log"), *command[3:]]
    if option == "episodes" and command[0] == "run" and value.isdigit() and int(value) > 7:
        command += ["--steps", "4096"] if "--world" not in command else []
    flag = "--" + option.replace("_", "-")
    ended = trial.tom([*command, f"{flag}={value}"])
    result = trial.fail(ended)
    if result is None and ended.status == 0 and command[0] == "run" and (trial.home / "log").exists():
        checked = trial.tom(at(sound.readers["verify"], trial.home / "log"))
        result = trial.fail(checked) or ("another" if checked.status in (0, 3) else SILENT)
    if result is None and ended.status == 0:
        result = "another"
    told = "remedy:" in ended.err or ended.status != 1
    return Outcome(result or "refused", f"{name} {reader}", f"{flag} {value[:40]!r}", ended.last, told)


@kind
def question(trial: Trial) -> Outcome:
    """A prompt, an agent, a step, an episode that there is not."""
    sound = trial.sounds[trial.random.choice(["plain", "field", "minds"])]
    command = at(sound.readers[trial.random.choice(["ask", "describe"])], sound.place)
    words = [
        "behave as",
        "pretending to be",
        "Bo",
        "me",
        "myself",
        "predict",
        "an agent that",
        "likes red",
        "\u202e",
        "'",
        "",
    ]
    if command[0] == "ask" and trial.random.random() < 0.6:
        command[1] = " ".join(trial.random.choices(words, k=trial.random.choice([0, 1, 3, 9, 400])))
        fault = command[1][:60]
    else:
        flag = trial.random.choice(["--agent", "--step", "--episode"])
        command[command.index(flag) + 1] = trial.random.choice(VALUES)
        fault = f"{flag} {command[command.index(flag) + 1][:40]!r}"
    ended = trial.tom(command)
    result = trial.fail(ended) or ("refused" if ended.status else "another")
    if ended.status == 0 and "--help" not in fault:
        from tests.faults.trial import proper

        result = "another" if proper(plainly(ended.out)) else SILENT
    return Outcome(result, f"{sound.name} {command[0]}", fault, ended.last, "remedy:" in ended.err or ended.status != 1)


@kind
def surroundings(trial: Trial) -> Outcome:
    """Variables that are unset or odd, and a standard output that takes nothing."""
    forms: dict[str, dict[str, str | None]] = {
        "no HOME": {"HOME": None}, "HOME nowhere": {"HOME": "/nowhere"}, "no TERM": {"TERM": None},
        "dumb": {"TERM": "dumb"},
        "columns": {"COLUMNS": "0"}, "columns x": {"COLUMNS": "x"}, "TMPDIR": {"TMPDIR": "/nowhere"},
        "XDG": {"XDG_CONFIG_HOME": "/dev/null"}, "trust": {"FUNHOUSE_TRUST": ",, ;;\n"}, "PATH": {"PATH": None},
        "zone": {"TZ": "x/y"}, "colour": {"NO_COLOR": "1", "FORCE_COLOR": "1"}, "lines": {"LINES": "-1"},
    }  # fmt: skip
    form = trial.random.choice([*sorted(forms), "/dev/full", "/dev/null"])
    sound = trial.sounds[trial.random.choice(["plain", "mind", "minds"])]
    reader = trial.random.choice(sorted(set(sound.readers) - {"run", "resume"}))
    command = at(sound.readers[reader], sound.place, trial.new)
    stdout = form if form.startswith("/dev") else None
    ended = trial.tom(command, environment=forms.get(form), stdout=stdout)
    result = trial.fail(ended)
    if result is None and ended.status == 0 and stdout is None:
        result = "same" if plainly(ended.out, sound.place, trial.new) == sound.said[reader] else SILENT
    if result is None and ended.status == 0:
        result = "same" if form == "/dev/null" else SILENT
    return Outcome(result or "refused", f"{sound.name} {reader}", form, ended.last)


@kind
def fresh_process(trial: Trial) -> Outcome:
    """A process of its own, with an encoding, a cache of kernels or a working directory that serve it badly."""
    sound = trial.sounds["plain"]
    home = trial.home / "house"
    home.mkdir()
    forms = {
        "ascii": {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}, "hash seed": {"PYTHONHASHSEED": "7"},
        "cache nowhere": {"NUMBA_CACHE_DIR": "/proc/none"}, "optimised": {"PYTHONOPTIMIZE": "2"},
        "namesake": {}, "no HOME": {"HOME": "/nowhere"},
    }  # fmt: skip
    form = trial.random.choice(sorted(forms))
    if form == "namesake":
        for name in ("agents", "worlds", "json", "torch"):
            (home / f"{name}.py").write_text((trial.home / "faultmarker.py").read_text())
    command = [sys.executable, "-m", "tom", *at(sound.readers["ask"], sound.place)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **forms[form]}
    try:
        done = subprocess.run(command, cwd=home, env=environment, capture_output=True, timeout=240, check=False)
    except subprocess.TimeoutExpired:
        return Outcome(HANG, "plain ask", form)
    ended = Ended(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"), False)
    result = trial.fail(ended) or ("refused" if ended.status else None)
    if result is None:
        try:
            result = "same" if plainly(ended.out) == sound.said["ask"] else SILENT
        except ValueError:
            result = TRACEBACK
    return Outcome(result, "plain ask", form, ended.last)
