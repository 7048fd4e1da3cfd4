"""What structure is worth: trainings of the rungs, or of the mind without each thing that it is given, on equal logs.

    python benchmarks/ladder.py --preset near-far --log logs/near-far-8 --minutes 10 --seeds 0 1 2 --out runs/ladder
    python benchmarks/ladder.py --set gifts --log logs/reference --minutes 10 --seeds 0 --out runs/gifts
    python benchmarks/ladder.py --out runs/ladder --table --picture docs/pictures/ladder.png

Each training is a run of its own under `out`, on one core, of as many steps as its minutes would hold on a quiet core:
how long a step takes is measured first, by half a minute's training (`--pace` measures and does no more: on a machine
that does nothing else; `out`/pace.json). A row of figures on the validation split and one on the test split is added to
`out`/rows.jsonl when it ends. What has a row there is not done again, so that a ladder can be made in several sittings;
a training that was interrupted goes on. The filter reads the worlds of near-far alone.
"""

import argparse
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

import torch
from matplotlib.figure import Figure
from variants import GIFTS, RUNGS

from agents import RunConfig
from agents.orchard.presets import PRESETS
from agents.recording import record
from analysis import Sampling, score
from analysis.figures.picture import BLUE, GREY, ORANGE, canvas
from tom.training.train import train
from worlds import open_log

SPLITS = {"validation": 401, "test": 402}  # seeds of the logs that are scored
KEYS = [("behave", d) for d in range(4)] + [("predict", d) for d in (1, 2)]
PANELS, COLOURS = KEYS[:3] + KEYS[4:5], (BLUE, ORANGE)  # of the picture; a colour for each budget
FIGURES = ("skill", "skill_low", "skill_high", "strict_skill", "excess_nats", "kept", "questions")


def main() -> None:
    """Trains and scores what is asked for, or prints the table of what there is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", default="rungs", choices=("rungs", "gifts"))
    parser.add_argument("--only", nargs="*", help="some of the set's names")
    parser.add_argument("--preset", default="blind", choices=("blind", "near-far"), help="the logs' world")
    parser.add_argument("--log", nargs="*", default=["logs/reference"])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seeds", type=int, nargs="*", default=[0])
    parser.add_argument("--episodes", type=int, default=128, help="that are scored, of each split")
    parser.add_argument("--questions", type=int, default=96, help="of each episode")
    parser.add_argument("--out", default="runs/ladder")
    parser.add_argument("--pace", action="store_true", help="measure how long steps take, and no more")
    parser.add_argument("--picture", help="where to draw the table")
    parser.add_argument("--table", action="store_true", help="print the table of what is done, and train nothing")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    names = [name for name in (RUNGS if asked.set == "rungs" else GIFTS) if not asked.only or name in asked.only]
    if not asked.table:
        for name in names:
            pace(asked, name)
    if asked.pace:
        return
    if not asked.table:
        for seed in asked.seeds:
            for name in names:
                one(asked, name, seed)
    print("\n".join(table(list(rows(asked.out)), "test")))
    if asked.picture:
        picture(list(rows(asked.out)), "test").savefig(asked.picture)


def rows(out: str) -> Iterator[dict]:
    """The rows that are done."""
    path = Path(out) / "rows.jsonl"
    if path.exists():
        yield from map(json.loads, path.read_text().splitlines())


def trained(asked: argparse.Namespace, name: str, place: Path, **bound):
    """The mind of a training that is without a gift, or of a rung."""
    settings, patch = (RUNGS[name], None) if asked.set == "rungs" else GIFTS[name]
    with ExitStack() as stack:
        if patch:
            patch(stack)
        resume = (place / "checkpoint").exists()
        return train(asked.log, place, resume=resume, device="cpu", **settings, **bound)


def pace(asked: argparse.Namespace, name: str) -> float:
    """Seconds a step, measured once for each name."""
    path = Path(asked.out) / "pace.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    if name not in known:
        for minutes in (0.05, 0.5):  # the first compiles, and warms the files
            with TemporaryDirectory() as place:
                done = trained(asked, name, Path(place) / "run", minutes=minutes).meta["done"]
        known[name] = done["seconds"] / done["steps"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(known))
        print(f"{name}: {known[name]:.3f} seconds a step", flush=True)
    return known[name]


def one(asked: argparse.Namespace, name: str, seed: int) -> None:
    """One training and its rows, unless they are there."""
    told = {"name": name, "seed": seed, "minutes": asked.minutes}
    if any(all(row[key] == value for key, value in told.items()) for row in rows(asked.out)):
        return
    place = Path(asked.out) / f"{name.replace(' ', '-')}-{seed}-{asked.minutes:g}"
    steps = round(60 * asked.minutes / pace(asked, name))
    mind = trained(asked, name, place, train_steps=steps, seed=seed)
    told |= {"steps": steps, "histories_a_second": mind.meta["train"]["batch"] / pace(asked, name)}
    made = [told | {"split": split, "rows": scored(asked, mind, split)} for split in SPLITS]
    with (Path(asked.out) / "rows.jsonl").open("a") as file:
        file.writelines(json.dumps(row) + "\n" for row in made)


def scored(asked: argparse.Namespace, mind, split: str) -> list[dict]:
    """The mind's figures on a split, all types, and with its history blanked."""
    place = Path(asked.out) / f"log-{split}"
    record(RunConfig(*PRESETS[asked.preset], seed=SPLITS[split], split=split), place, asked.episodes)
    sampling = Sampling(episodes=asked.episodes, questions=asked.questions)
    controls = [one for one in mind.controls() if one.name == "mind, no history"]
    document = score(open_log(place), [mind], controls=controls, sampling=sampling, partial=True)
    shown = ("mind", "mind, no history", "reasoner", "reasoner, calibrated")
    return [
        {key: row[key] for key in ("stance", "depth", "contender", *FIGURES)}
        for row in document["rows"]
        if row["contender"] in shown and (row["stance"], row["depth"]) in KEYS
    ]


def table(done: list[dict], split: str) -> list[str]:
    """Markdown: a line for each name and budget, skill by stance and depth, the mean over seeds."""
    lines = [
        "| what | minutes | trainings | histories/s | " + " | ".join(f"{stance} {d}" for stance, d in KEYS) + " |",
        "| --- " * (4 + len(KEYS)) + "|",
    ]
    done = [row for row in done if row["split"] == split]
    for name, minutes in dict.fromkeys((row["name"], row["minutes"]) for row in done):
        some = [row for row in done if (row["name"], row["minutes"]) == (name, minutes)]
        told = [name, f"{minutes:g}", str(len(some)), f"{mean(row['histories_a_second'] for row in some):.1f}"]
        lines.append("| " + " | ".join(told + [_cell(some, key) for key in KEYS]) + " |")
    return lines


def _cell(some: list[dict], key: tuple[str, int]) -> str:
    """The mean skill over trainings, and how far they lie apart."""
    found = [row["skill"] for one in some for row in _of_mind(one, key)]
    if not found:
        return "–"
    return f"{mean(found):.2f}" + (f" ({min(found):.2f} to {max(found):.2f})" if len(found) > 1 else "")


def picture(done: list[dict], split: str) -> Figure:
    """A panel for each stance and depth, a line for each name, a dot with its interval for each training."""
    done = [row for row in done if row["split"] == split]
    names, minutes = (list(dict.fromkeys(row[key] for row in done)) for key in ("name", "minutes"))
    drawn, panels = canvas(_finding(done, names), len(PANELS), (3.2 * len(PANELS), 1.6 + 0.5 * len(names)), "y")
    for axes, key in zip(panels, PANELS, strict=True):
        for row in done:
            for one in _of_mind(row, key):
                color = COLOURS[minutes.index(row["minutes"]) % len(COLOURS)]
                y = names.index(row["name"]) + 0.16 * (row["seed"] - 1)
                axes.plot([one["skill_low"], one["skill_high"]], [y, y], color=color, linewidth=2)
                axes.plot(one["skill"], y, marker="o", color=color)
        axes.set_title(f"{key[0]} {key[1]}", loc="left", fontsize=11)
        axes.axvline(0, color=GREY, linewidth=1, linestyle="--", zorder=1)
        axes.set_xlabel("skill")
    panels[0].set_yticks(range(len(names)), names)
    panels[0].set_ylim(len(names) - 0.5, -0.5)
    return drawn


def _finding(done: list[dict], names: list[str]) -> str:
    """Who comes closer to the truth than any shortcut at the greatest depth that is drawn."""
    nest = [name for name in names if min(one["skill"] for row in done if row["name"] == name
                                          for one in _of_mind(row, ("behave", 2))) > 0]  # fmt: skip
    return f"At depth 2, better than any shortcut: {', '.join(nest) or 'none'}"


def _of_mind(row: dict, key: tuple[str, int]) -> list[dict]:
    """A training's figures at a stance and depth, if anything was asked there."""
    return [
        one
        for one in row["rows"]
        if one["contender"] == "mind" and (one["stance"], one["depth"]) == key and one["skill"] is not None
    ]


if __name__ == "__main__":
    main()
