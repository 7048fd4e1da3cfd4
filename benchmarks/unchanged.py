"""Does a change of the code leave what it does as it was? Logs to the byte, answers to 1e-6, probes to the last digit.

    python benchmarks/unchanged.py --write DIR       before the change: what comes out now
    python benchmarks/unchanged.py --against DIR     after it: what differs; exit 1 where anything does

Fourteen settings are run, of two worlds, of all kinds of maps, 2 to 24 agents, hidden roles, marks, mirrors, copies,
and four environments of PettingZoo. The minds that ship are asked some 600 questions on those logs, beside the truth.
Every probe is made small, its document and its pictures. Only stable commands and calls are used, so that the same
script serves before and after.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch

import agents
import tom
import worlds

GLASS = "...|\n...|\n.#.|\n...|\n...|\n"
OLD = "--preset near-far"
SMALL = f"{OLD} --agents 2 --fruits 2"
RUNS = {
    "open": "--map open --agents 2 --steps 40",
    "blind": "",
    "mixed": "--map mixed --agents 16 --height 11 --width 11 --fruits 9 --seed 5",
    "crowd": "--map mixed --agents 24 --steps 64 --height 13 --width 13 --fruits 12",
    "hidden": "--roles hidden --types held-out --split validation",
    "copies": "--copies 4 --seed 9",
    "rooms": OLD,
    "maze": f"{OLD} --map maze --agents 4 --steps 64 --split test",
    "marks": f"{OLD} --marks 0.1",
    "mirrors": f"--map MAP --mirrors --marks 0.1 {SMALL} --steps 40 --switch 40",
    "simple_tag": "--world pettingzoo:mpe2.simple_tag_v3 --visibility partial --split test",
    "connect_four": "--world pettingzoo:pettingzoo.classic.connect_four_v3",
    "pursuit": "--world pettingzoo:pettingzoo.sisl.pursuit_v5 --visibility radius:5 --steps 16",
    "leduc_holdem": "--world pettingzoo:pettingzoo.classic.leduc_holdem_v4 --bank-seed 3",
}
EPISODES = 4
ASKED = {
    "reference": ("open", "blind", "mixed", "hidden", "copies"),
    "near-far": ("rooms", "maze"),
    "mirrorless": ("marks",),
    "mirrored": ("mirrors",),
}
PROMPTS = (
    "behave as myself", "behave as {}", "act like {} pretending to be me", "behave as {} pretending to be {}",
    "behave as an agent that likes red", "behave as {} pretending to be {} pretending to be me", "predict {}",
    "predict {} pretending to be me",
)  # fmt: skip
TOLERANCE = {"mind": 1e-6, "exact": 1e-9}


def main() -> int:
    """Makes everything; writes it, or holds it against what was written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--write", type=Path, metavar="DIR")
    where.add_argument("--against", type=Path, metavar="DIR")
    parser.add_argument("--skip-probes", action="store_true", help="logs and answers only: a minute")
    parser.add_argument("--only", choices=("probes",), help="the probes only: a few minutes")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as place:
        if not asked.only:
            found |= {"logs": logs(Path(place)), "answers": answers(Path(place))}
        if not asked.skip_probes:
            found["probes"] = probes(Path(place))
    if asked.write:
        asked.write.mkdir(parents=True, exist_ok=True)
        (asked.write / "unchanged.json").write_text(json.dumps(found))
        return 0
    before = json.loads((asked.against / "unchanged.json").read_text())
    return compared(before, json.loads(json.dumps(found)))


def told(*arguments: str) -> Any:
    """What a command prints with --json. Small probes may end with status 3: not sound."""
    command = [sys.executable, "-m", "tom", *arguments, "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE)
    if done.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(command)} ended with status {done.returncode}")
    return json.loads(done.stdout)


def probes(place: Path) -> dict[str, dict[str, Any]]:
    """By probe its document, and by picture the SHA-256 of each that is drawn, at `place`."""
    made = told("probe", "all", "--seeds", "1", "--episodes", "2", "--out", str(place / "probes"))["probes"]
    for one in made:
        one.get("moment", {}).pop("log", None)  # which lies elsewhere each time
    pictures = {path.name: hashed(path) for path in sorted((place / "probes").glob("*.png"))}
    return {"documents": {one["probe"]: one for one in made}, "pictures": pictures}


def hashed(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def logs(place: Path) -> dict[str, dict[str, str]]:
    """{setting: {file: SHA-256}} of logs that are written at `place`."""
    (place / "map.txt").write_text(GLASS)
    hashes = {}
    for name, flags in RUNS.items():
        words = flags.replace("MAP", str(place / "map.txt")).split()
        told("run", "--out", str(place / name), "--episodes", str(EPISODES), *words)
        files = sorted(path for path in (place / name).iterdir())
        hashes[name] = {path.name: hashed(path) for path in files}
    return hashes


def answers(place: Path) -> dict[str, dict[str, list[float]]]:
    """{"mind" and "exact": {question: probabilities}} of the minds that ship, on those logs."""
    found: dict[str, dict[str, list[float]]] = {"mind": {}, "exact": {}}
    for run, names in ASKED.items():
        mind = tom.load(run)
        for name in names:
            for episode in worlds.open_log(place / name):
                for agent, step, prompt in questions(episode):
                    key = f"{run}, {name} {episode.index}, {agent} at {step}: {prompt}"
                    found["mind"][key] = list(mind.ask(episode, agent, step, prompt).probabilities.values())
                    found["exact"][key] = list(agents.exact(episode, agent, step, prompt).probabilities.values())
    return found


def questions(episode: Any) -> list[tuple[str, int, str]]:
    """Who is asked what and when. Whoever is not in sight is not predicted."""
    names = [agent.name for agent in episode.agents]
    last = len(episode.action) - 1
    asked = []
    for place, step in ((0, last), (-1, last // 2), (len(names) // 2, 3 * last // 4)):
        agent = names[place]
        others = [name for name in names if name != agent] * 2
        for form in PROMPTS:
            prompt = form.format(*others[: form.count("{}")])
            try:
                agents.exact(episode, agent, step, prompt)
            except worlds.FunhouseError:
                continue
            asked.append((agent, step, prompt))
    return asked


def compared(before: dict, after: dict) -> int:
    """Tells what differs of all that was made; 1 where anything does."""
    wrong = []
    if "logs" in after:
        wrong += other("logs", "bytes", before["logs"], after["logs"])
        wrong += far_apart(before["answers"], after["answers"])
    for kind, held in after.get("probes", {}).items():
        wrong += other(kind, "as before", before["probes"][kind], held)
    return 1 if wrong else 0


def other(kind: str, what: str, before: dict, after: dict) -> list[str]:
    """The names of what differs, or is in one only."""
    names = {**before, **after}
    wrong = [name for name in names if before.get(name) != after.get(name)]
    print(f"{kind}: {len(names) - len(wrong)} of {len(names)} the same {what}; other: {wrong}")
    return wrong


def far_apart(before: dict, after: dict) -> list[str]:
    """Whose answers are further apart than they may be."""
    wrong = []
    for who, tolerance in TOLERANCE.items():
        had, made = before[who], after[who]
        far = max(
            (max(abs(p - q) for p, q in zip(had[k], made[k], strict=True)) for k in had if k in made), default=0.0
        )
        print(f"{who}: {len(had)} answers, {len(had.keys() ^ made.keys())} in one only, at most {far:.1e} apart")
        if far > tolerance or had.keys() != made.keys():
            wrong.append(who)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
