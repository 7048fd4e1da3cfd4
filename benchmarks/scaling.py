"""How far a mind is from the exact answers as episodes, weights and steps grow: the law of the experiment *scaling*.

    python benchmarks/scaling.py --seeds 0 1 2 --out runs/scaling
    python benchmarks/scaling.py --out runs/scaling --collect

Two agents of seen types, on one core. Each training is asked the same validation questions every so many steps, and the
weights of its best moment the questions of the test split; a training that gets no better for PATIENCE looks ends. A
row is added to `out`/rows.jsonl when a training ends, and what has a row is not done again. --collect writes all rows
to analysis/just_ask/scaling/measured.json.
"""

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from agents.orchard.presets import preset
from agents.orchard.run import RunConfig
from agents.recording import record
from analysis.questions.sampling import Sampling
from analysis.questions.survey import Survey, conduct
from analysis.scores.measures import divergence
from tom.allocation import keep_memory
from tom.architectures import architecture
from tom.training.settings import TrainConfig
from tom.training.trainer import Trainer, without_denormals
from worlds import open_log

EPISODES = (8, 25, 80, 250, 800, 2500, 8000)
WIDTHS = (8, 16, 32, 56, 80)  # of four blocks; the greatest is that of all trainings on fewer episodes
STEPS, LAYERS = 1500, 4
LOOKS = (25, 50, 100, 200, 300, 400, 600, 800, 1000, 1250, 1500)  # steps after which it is asked
PATIENCE = 4  # looks
CELLS = [("behave", 0), ("behave", 1), ("behave", 2), ("predict", 1)]
ASKED = Sampling(questions=48, depths=(0, 1, 2), weights=(1, 1, 2))
SCORED = {"validation": 32, "test": 96}  # episodes
OUT = Path("analysis/just_ask/scaling/measured.json")


def main() -> None:
    """Trains what has no row yet, or collects the rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="*", default=[0])
    parser.add_argument("--out", default="runs/scaling")
    parser.add_argument("--collect", action="store_true")
    asked = parser.parse_args()
    home = Path(asked.out)
    if asked.collect:
        document = {"command": "python benchmarks/scaling.py", "rows": list(done(home))}
        OUT.write_text(json.dumps(document, indent=1) + "\n")
        return
    torch.set_num_threads(1)
    keep_memory()
    questions = {split: Questions(home, split) for split in SCORED}
    for seed in asked.seeds:
        for episodes, width in [(EPISODES[-1], WIDTHS[-1]), *((n, WIDTHS[-1]) for n in EPISODES[-2::-1]),
                                *((EPISODES[-1], w) for w in WIDTHS[-2::-1])]:  # fmt: skip
            one(home, episodes, width, seed, questions)


def done(home: Path) -> Iterator[dict]:
    """The rows that there are."""
    path = home / "rows.jsonl"
    if path.exists():
        yield from map(json.loads, path.read_text().splitlines())


def world(split: str, seed: int) -> RunConfig:
    """Two agents of seen types in the default world."""
    orchard, policy, population = preset("blind", {"agents": 2}, population={"types": "seen", "switch": 5})
    return RunConfig(orchard, policy, population, seed=seed, split=split)


class Questions:
    """Questions of one split and their exact answers, worked out once."""

    def __init__(self, home: Path, split: str):
        place = home / split
        record(world(split, 7), place, SCORED[split], threads=1)
        self.log = [open_log(place)[k] for k in range(SCORED[split])]
        self.survey: Survey = conduct(self.log, sampling=ASKED)

    def nats(self, mind) -> dict[str, list[float]]:
        """By stance and depth, the mean nats of a mind from the exact answers in each episode that asks any."""
        answers = np.zeros_like(self.survey.truth)
        for k, episode in enumerate(self.log):
            mine = np.flatnonzero(self.survey.episode == k)
            answers[mine] = mind.answer(episode, [self.survey.asked[q].question for q in mine])
        away, told = divergence(self.survey.truth, answers), {}
        for stance, depth in CELLS:
            here = self.survey.within((stance, depth))
            places = self.survey.episode[here]
            told[f"{stance} {depth}"] = [float(away[here][places == k].mean()) for k in np.unique(places)]
        return told


def count(module: torch.nn.Module) -> int:
    """How many weights it has."""
    return sum(parameter.numel() for parameter in module.parameters())


def one(home: Path, episodes: int, width: int, seed: int, questions: dict[str, Questions]) -> None:
    """One training and its row, unless it is there."""
    told = {"network": "transformer", "episodes": episodes, "width": width, "layers": LAYERS, "seed": seed}
    if any(all(row[key] == value for key, value in told.items()) for row in done(home)):
        return
    log = home / f"train-{episodes}"
    record(world("train", 3), log, episodes, threads=1)
    kind = architecture("transformer")
    config = kind.filled(TrainConfig(train_steps=STEPS, seed=seed, width=width, layers=LAYERS))
    batches = kind.batches([open_log(log)], config)
    torch.manual_seed(seed)
    network = kind.network(kind.size(config, batches))
    trainer, curve, best, kept = Trainer(config, kind, network), [], np.inf, None
    meta, began, since = {"run": batches.logs[0].config}, time.process_time(), 0
    with without_denormals():
        for step in range(1, STEPS + 1):
            trainer.update(batches.batch(step - 1))
            if step not in LOOKS:
                continue
            mind = kind.made(network, batches.vocabulary, meta)
            looked = {name: float(np.mean(some)) for name, some in questions["validation"].nats(mind).items()}
            network.train()
            curve.append({"step": step, **looked})
            since += 1
            if (total := sum(looked.values())) < best:
                best, since, kept = total, 0, {name: part.clone() for name, part in network.state_dict().items()}
            if since >= PATIENCE:
                break
    network.load_state_dict(kept)
    test = questions["test"].nats(kind.made(network, batches.vocabulary, meta))
    told |= {"weights": count(network), "blocks": count(network.blocks), "histories": config.batch}
    told |= {"seconds": round(time.process_time() - began)}
    with (home / "rows.jsonl").open("a") as file:
        file.write(json.dumps(told | {"curve": curve, "nats": test}) + "\n")
    print(told, {name: round(float(np.mean(some)), 4) for name, some in test.items()}, flush=True)


if __name__ == "__main__":
    main()
