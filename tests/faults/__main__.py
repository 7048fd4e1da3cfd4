"""`python -m tests.faults --seed 1 --count 2000`: faults of every kind, a table of what came of them, every trial a
line of JSON. The same seed and number make the same fault. Exits 1 where anything was silent, executed, lost, hung, or
showed a traceback.
"""

import argparse
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from tests.faults.sound import Larder, Sound, prepare

SLOW = ("fresh_process", "generations_killed", "document_of_generations")  # kinds whose trials take ten seconds
SLOW_TURN = 4  # in so many rounds of all kinds, these have one turn


def main() -> int:
    """Carries out the trials; the exit status."""
    asked = _arguments()
    prepare()
    home = Path(tempfile.mkdtemp(prefix="faults-"))
    try:
        began = time.monotonic()
        sounds = Larder(home / "sound", asked.few).fill()
        print(f"{len(sounds)} sound inputs in {time.monotonic() - began:.0f} s", file=sys.stderr)
        told = _carried_out(asked, home, sounds)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    if asked.out:
        asked.out.write_text("".join(json.dumps(one) + "\n" for one in told))
    return _tell(told, asked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0, help="the number of the first trial")
    parser.add_argument("--kind", action="append", help="of this kind only; can be given several times")
    parser.add_argument("--few", action="store_true", help="fewer sound inputs")
    parser.add_argument("--out", type=Path, help="a file for every trial, as lines of JSON")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def _carried_out(asked: argparse.Namespace, home: Path, sounds: dict[str, Sound]) -> list[dict]:
    """Every trial, shared out over processes that fork a child for each command."""
    context = multiprocessing.get_context("fork")
    numbers, results = context.SimpleQueue(), context.SimpleQueue()
    for number in [*range(asked.first, asked.first + asked.count), *[None] * asked.workers]:
        numbers.put(number)
    workers = [
        context.Process(target=_work, args=(asked, home, sounds, numbers, results)) for _ in range(asked.workers)
    ]
    for worker in workers:
        worker.start()
    told = []
    for done in range(asked.count):
        told.append(results.get())
        if done % 100 == 99:
            print(f"{done + 1} of {asked.count}", file=sys.stderr, flush=True)
    for worker in workers:
        worker.join()
    return sorted(told, key=lambda one: one["number"])


def _work(asked: argparse.Namespace, home: Path, sounds: dict[str, Sound], numbers, results) -> None:
    while (number := numbers.get()) is not None:
        results.put(carry_out(asked.seed, number, home, sounds, asked.kind))


def carry_out(seed: int, number: int, home: Path, sounds: dict[str, Sound], chosen: list[str] | None = None) -> dict:
    """One trial, by its seed and number, as a line of JSON tells it."""
    from tests.faults import accidents, brought, hostile, minds, stopped, tables  # noqa: F401  they enter their kinds
    from tests.faults.trial import KINDS, WRONG, Trial

    kinds = chosen or [name for name in KINDS if "generations" in sounds or name not in SLOW]
    turn, place = divmod(number, len(kinds))
    trial, began = Trial(seed, number, home, sounds), time.monotonic()
    name = kinds[place]
    if not chosen and name in SLOW and turn % SLOW_TURN:
        name = trial.random.choice([one for one in kinds if one not in SLOW])
    try:
        outcome = asdict(KINDS[name](trial))
        if outcome["result"] in WRONG:
            outcome["words"] = trial.words
    except Exception as error:  # of the harness itself
        outcome = {"result": "broken", "target": "", "fault": "", "said": repr(error), "remedy": True}
    trial.clean()
    return {"seed": seed, "number": number, "kind": name, **outcome, "seconds": round(time.monotonic() - began, 2)}


def _tell(told: list[dict], asked: argparse.Namespace) -> int:
    """Prints the table of kinds and outcomes, and whatever was wrong; the exit status."""
    from tests.faults.trial import RIGHT, WRONG

    columns = (*RIGHT, *WRONG, "broken")
    counts = Counter((one["kind"], one["result"]) for one in told)
    print(f"{'kind':32}" + "".join(f"{column:>10}" for column in columns))
    for name in dict.fromkeys(one["kind"] for one in told):
        print(f"{name:32}" + "".join(f"{counts[name, column] or '':>10}" for column in columns))
    print(f"{f'all {len(told)}':32}" + "".join(f"{sum(o['result'] == c for o in told):>10}" for c in columns))
    wrong = [one for one in told if one["result"] not in RIGHT]
    for one in wrong:
        print(f"{one['result']}: seed {one['seed']} number {one['number']}: {one['kind']}, {one['target']}: "
              f"{ascii(one['fault'])[:160]}: {ascii(one['said'])[:200]}")  # fmt: skip
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
