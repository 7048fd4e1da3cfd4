"""The sound inputs that are spoilt: little logs of every kind, minds, generations; and the commands that read them."""

import contextlib
import io
import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOYS = "tests.worlds.arena.toys"
ORCHARD = ("--preset", "near-far", "--episodes", "4", "--steps", "8", "--agents", "3", "--threads", "1")
ARENA = ("--episodes", "4", "--steps", "6", "--visibility", "partial", "--random-linear", "4", "--random-mlp", "2")
MASKED = ("--world", f"pettingzoo:{TOYS}:field", "--arguments", '{"masked": true}')
TURNS = ("--world", f"pettingzoo:{TOYS}:rounds")
LISTED = ("--world", "pettingzoo:classic.tictactoe_v3")
CORRIDOR = ("--world", "examples.corridor:Corridor", "--arguments", '{"length": 6, "agents": 3, "steps": 8}')
HALL = ("--map", str(ROOT / "tom" / "minds" / "mirrored" / "hall-1.txt"), "--mirrors", "--fruits", "2")
GENERATION = (
    "--count", "1", "--copies", "2", "--agents", "4", "--steps", "16", "--episodes", "2", "--train-steps", "2",
    "--evaluated", "8", "--questions", "2", "--split", "validation", "--threads", "1",
)  # fmt: skip
LITTLE = ("--train-steps", "2", "--width", "32", "--batch", "2")


@dataclass
class Sound:
    """One sound input, and what the commands that read it say of it."""

    name: str
    kind: str  # log, mind or generations
    place: Path
    made: tuple[str, ...]  # the command that made it, IT in its place
    readers: dict[str, tuple[str, ...]]  # commands by name; IT in the place of the input, NEW in that of an output
    said: dict[str, dict] = field(default_factory=dict)  # by reader: the document
    left: dict[str, dict[str, bytes]] = field(default_factory=dict)  # by reader: the files after it


IT, NEW = "<it>", "<new>"
VARYING = ("seconds", "written", "made", "events_per_second", "learned_agent_steps_per_second")


def at(command: tuple[str, ...], it: Path | str, new: Path | str = "") -> list[str]:
    """A command with its places filled in."""
    return [word.replace(IT, str(it)).replace(NEW, str(new)) for word in command]


def contents(place: Path) -> dict[str, bytes]:
    """The files of a directory by their paths in it, but for curves and locks, which tell of no result."""
    found = {}
    for path in sorted(place.rglob("*")) if place.is_dir() else ():
        name = str(path.relative_to(place))
        if path.is_file() and not path.is_symlink() and "tensorboard" not in name and "writer.lock" not in name:
            found[name] = path.read_bytes()
    return found


def results(place: Path, *others: Path) -> dict[str, bytes]:
    """The files that a result is read from; times and places, which a mind's settings tell, left out."""
    found = {}
    for name, data in contents(place).items():
        if name.endswith("checkpoint/config.json"):
            found[name] = data
            with contextlib.suppress(ValueError):  # of a spoilt one
                found[name] = json.dumps(plainly(data.decode(), place, *others)).encode()
        elif not name.endswith(("checkpoint/manifest.json", "training.safetensors", ".png", ".svg")):
            found[name] = data
    return found


class Larder:
    """Makes the sound inputs in a directory, each once."""

    def __init__(self, home: Path, few: bool = False):
        """few: only what needs no long time."""
        self.home, self.few = home, few
        self.sounds: dict[str, Sound] = {}
        home.mkdir(parents=True, exist_ok=True)

    def fill(self) -> dict[str, Sound]:
        """All of them."""
        train = self._log("train", ORCHARD, split="train", mind="")
        mind = self._mind("mind", train)
        self._log("plain", ORCHARD, mind=mind)
        self._log("minds", (*ORCHARD, "--copies", "2", "--mind", mind), mind=mind)
        field_mind = self._mind("field-mind", self._log("field-train", (*ARENA, *MASKED), split="train", mind=""))
        self._log("field", (*ARENA, *MASKED), mind=field_mind)
        self._log("hidden", (*ORCHARD, "--roles", "hidden"), split="train", mind="")
        self._log("corridor", (*CORRIDOR, "--episodes", "4"), mind="")
        self._log("listed", (*ARENA, *LISTED), split="train", mind="")
        if not self.few:
            self._log("marks", (*ORCHARD, "--marks", "0.2"), split="train", mind="")
            self._log("mirrors", (*ORCHARD, *HALL), split="train", mind="")
            self._log("turns", (*ARENA, *TURNS), split="train", mind="")
            self._generations(mind)
        for sound in self.sounds.values():
            self._ask(sound)
        return self.sounds

    def _made(self, name: str, kind: str, command: tuple[str, ...]) -> Sound:
        sound = Sound(name, kind, self.home / name, command, {})
        _called(at(command, sound.place))
        self.sounds[name] = sound
        return sound

    def _log(self, name: str, settings: tuple[str, ...], mind: str, split: str = "test") -> str:
        seed = str(len(self.sounds))
        command = ("run", "--out", IT, "--split", split, "--seed", seed, *settings, "--json")
        sound = self._made(name, "log", command)
        copies = ("--mind", mind) if "--copies" in settings else ()
        sound.readers = {
            "verify": ("verify", IT, *copies, "--json"),
            "run": command,
        }
        if split == "train":
            sound.readers["train"] = ("train", IT, "--out", NEW, *LITTLE, "--json")
        if mind or settings[:2] == CORRIDOR[:2]:
            asked = ("--mind", mind) if mind else ()
            here = ("--log", IT, "--episode", "2", "--agent", self._agent(sound, 0), "--step", "3", *asked)
            other = self._agent(sound, 1)
            sound.readers["ask"] = ("ask", f"behave as {other} pretending to be me", *here, "--exact", "--json")
            sound.readers["describe"] = ("describe", "--who", other, *here, "--exact", "--json")
        if mind:
            train = str(self.home / ("field-train" if "--world" in settings else "train"))
            few = ("--episodes", "2", "--questions", "4")
            sound.readers["score"] = ("score", mind, "--log", IT, *few, "--train-log", train, "--json")
        return str(sound.place)

    def _agent(self, sound: Sound, agent: int) -> str:
        from worlds import open_log

        return open_log(sound.place)[2].names[agent]

    def _mind(self, name: str, log: str) -> str:
        command = ("train", log, "--out", IT, *LITTLE, "--json")
        sound = self._made(name, "mind", command)
        where = ("--log", log, "--episode", "2", "--agent", self._agent(self.sounds[Path(log).name], 0), "--step", "3")
        sound.readers = {
            "ask": ("ask", "behave as myself", *where, "--mind", IT, "--json"),
            "resume": ("train", log, "--out", IT, "--resume", *LITTLE, "--train-steps", "3", "--json"),
            "start": ("train", log, "--out", NEW, "--start", IT, *LITTLE, "--json"),
        }
        if "field" not in name:
            copies = ("--copies", "2", "--mind", IT)
            sound.readers["copies"] = (
                "run",
                "--out",
                NEW,
                "--seed",
                "77",
                *ORCHARD,
                "--episodes",
                "1",
                *copies,
                "--json",
            )
        return str(sound.place)

    def _generations(self, mind: str) -> None:
        command = ("generations", "--out", IT, "--mind", mind, *GENERATION, "--json")
        self._made("generations", "generations", command).readers = {"generations": command}

    def _ask(self, sound: Sound) -> None:
        """Notes what each reader says of the sound input; one that cannot read this kind is left out."""
        for name, command in list(sound.readers.items()):
            copy, new = self.home / "copy", self.home / "new"
            for place in (copy, new):
                shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(sound.place, copy)
            sound.said[name] = plainly(_called(at(command, copy, new)), copy, new)
            sound.left[name] = results(new if NEW in command else copy, copy)


def _called(arguments: list[str]) -> str:
    """What a command prints; in this process, so that what it imports and compiles is there for every child."""
    from tom.cli import main

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main(arguments)
    if status != 0:
        raise RuntimeError(f"{' '.join(arguments)}: {err.getvalue()}")
    return out.getvalue()


def plainly(out: str, *places: Path) -> dict:
    """A document without what differs from run to run: where it lies, how long it took, what was written now."""
    for place in places:
        out = out.replace(str(place), "HERE")
    return _without(json.loads(out))


def _without(value):
    if isinstance(value, dict):
        return {key: _without(one) for key, one in value.items() if key not in VARYING}
    return [_without(one) for one in value] if isinstance(value, list) else value


def prepare() -> None:
    """Imports what children need, and makes shards small, so that a little log has several."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ["FUNHOUSE_TRUST"] = f"{TOYS},tests.worlds.arena.oddities,examples.corridor"
    import torch

    torch.set_num_threads(1)
    import agents.arena.world
    import agents.world

    agents.world.SHARD_SIZE = 2
    agents.arena.world.shard_size = lambda arena: 2
