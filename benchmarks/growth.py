"""How the costs grow: seconds of one core as agents, steps, depth, types and weights grow, and the fitted exponents.

    python benchmarks/growth.py
    python benchmarks/growth.py --only asking reading

Each line is one quantity, measured where all else is as it is in the default world; beside it stands the exponent b of
a fit seconds = a · amount^b, with its standard error, or no fit where there is no amount. The shuffled order in which
amounts are measured keeps a machine that others use from bending a fit.
"""

import argparse
import math
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count

import numpy as np
import torch
from ask import distinct
from measure import best_rate
from train_step import tokens

from agents import Reasoned, RunConfig, type_space
from agents.answer import resolve
from agents.orchard.presets import preset
from agents.orchard.rollout import rollout
from agents.recording import record
from tom.allocation import keep_memory
from tom.architectures import architecture
from tom.mind import Mind
from tom.training.settings import TrainConfig
from tom.training.trainer import Trainer, without_denormals
from worlds import open_log

DEPTHS = {0: (1.0, 0.0, 0.0), 1: (0.0, 1.0, 0.0), 2: (0.0, 0.0, 1.0)}  # all later roles are so deep
TRAITS = ("taste", "blindness", "manner", "temper", "sight")  # the first two, three, ... of them: more types
WIDTHS = (32, 64, 128, 256, 384)
ROOM = {"height": 10, "width": 10, "fruits": 7}  # for many agents


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS))
    asked = parser.parse_args()
    torch.set_num_threads(1)
    keep_memory()
    for name in asked.only:
        for what, unit, amounts in PARTS[name]():
            tell(what, unit, amounts)


def tell(what: str, unit: str, amounts: dict[float | str, Callable[[], float]]) -> None:
    """Measures in a shuffled order, twice, and prints the seconds of each amount and the fit."""
    order, seconds = list(amounts) * 2, {}
    random.Random(0).shuffle(order)
    for amount in order:
        seconds[amount] = min(amounts[amount](), seconds.get(amount, math.inf))
    told = "  ".join(f"{amount}: {1e6 * seconds[amount]:,.1f}" for amount in amounts)
    fit = ""
    if all(isinstance(amount, int | float) and amount > 0 for amount in amounts) and len(amounts) > 3:
        exponent, error = fitted(list(amounts), [seconds[amount] for amount in amounts])
        fit = f"  ~ amount^{exponent:.2f} (±{error:.2f})"
    print(f"{what}, microseconds {unit}  {told}{fit}", flush=True)


def fitted(amounts: Sequence[float], seconds: Sequence[float]) -> tuple[float, float]:
    """The exponent, and its standard error."""
    x, y = np.log(np.array(amounts, float)), np.log(np.array(seconds))
    line, covariance = np.polyfit(x, y, 1, cov=True)
    return float(line[0]), float(covariance[0, 0] ** 0.5)


def populations() -> Iterator:
    """Episodes of scripted agents, a new role every eight steps."""
    settings = {n: _run("blind", {"agents": n, "steps": 64, **ROOM}) for n in (3, 6, 12, 24, 48)}
    yield "population episodes, agents", "an agent-step", {n: _played(run) for n, run in settings.items()}
    settings = {t: _run("blind", {"steps": t}) for t in (24, 48, 96, 192, 384)}
    yield "population episodes, steps", "an agent-step", {t: _played(run) for t, run in settings.items()}
    deep = {f"depth {d}": _run("blind", {}, {"depth_share": share}) for d, share in DEPTHS.items()}
    yield "population episodes, depth of all roles", "an agent-step", {name: _played(run) for name, run in deep.items()}
    plain = _run("blind", {})
    several = [replace(plain, policy=replace(plain.policy, traits=TRAITS[:k])) for k in range(2, len(TRAITS) + 1)]
    yield "population episodes, types", "an agent-step", {_types(run): _played(run) for run in several}


def _types(run: RunConfig) -> int:
    return len(type_space(rollout(run.orchard, run.population, run.policy, run.seed, run.split, 0, 1)[0]))


def _run(name: str, orchard: dict, population: dict | None = None) -> RunConfig:
    return RunConfig(*preset(name, orchard, population=population))


def _played(run: RunConfig, episodes: int = 16) -> Callable[[], float]:
    def work() -> int:
        made = rollout(run.orchard, run.population, run.policy, run.seed, run.split, 0, episodes)
        return sum(one.action.size for one in made)

    return lambda: 1 / best_rate(work, repeats=6)


def asking() -> Iterator:
    """Answers on one history: of the exact reasoner by depth and agents, of a network by depth and weights."""
    episode = _episode({})
    by_depth = {d: _of_depth(episode, d) for d in range(4)}
    reasoner = Reasoned(type_space(episode))
    yield "the exact reasoner, depth", "a question", {
        f"depth {d}": _answered(reasoner, episode, some) for d, some in by_depth.items()
    }  # fmt: skip
    others = {n: _episode({"agents": n, **ROOM}) for n in (3, 6, 12, 24)}
    yield "the exact reasoner at depth 2, agents", "a question", {
        n: _answered(Reasoned(type_space(one)), one, _of_depth(one, 2)) for n, one in others.items()
    }  # fmt: skip
    for_width = {width: _mind(width) for width in WIDTHS}
    yield "a network at depth 2, weights", "a question", {
        _weights(mind): _answered(mind, episode, by_depth[2]) for mind in for_width.values()
    }  # fmt: skip
    yield "a network of width 128, depth", "a question", {
        f"depth {d}": _answered(for_width[128], episode, some) for d, some in by_depth.items()
    }  # fmt: skip


def _episode(orchard: dict):
    run = RunConfig(*preset("blind", orchard), split="test")
    return rollout(run.orchard, run.population, run.policy, run.seed, run.split, 0, 1)[0]


def _of_depth(episode, depth: int) -> list:
    return [one for one in distinct(episode) if resolve(episode, one).depth == depth][:300]


def _answered(answerer, episode, questions: list) -> Callable[[], float]:
    return lambda: 1 / best_rate(lambda: len(answerer.answer(episode, questions)), repeats=3)


def _mind(width: int) -> Mind:
    trainer, batches, _ = _training(width)
    return trainer.kind.made(trainer.network, batches.vocabulary, {"run": batches.logs[0].config})


def _weights(mind: Mind) -> int:
    return sum(parameter.numel() for parameter in mind.network.parameters())


def _training(width: int = 128, orchard: dict | None = None, layers: int = 6):
    """A trainer at its beginning, its batches, and the first of them."""
    kind = architecture("transformer")
    config = kind.filled(TrainConfig(train_steps=1000, width=width, layers=layers))
    with tempfile.TemporaryDirectory() as home:
        record(replace(_run("blind", orchard or {}), split="train"), f"{home}/log", 64, threads=1)
        batches = kind.batches([open_log(f"{home}/log")], config)
        first = batches.batch(0)
        batches.batch(batches.near)  # all episodes are in memory before their log goes
    return Trainer(config, kind, kind.network(kind.size(config, batches))), batches, first


def training() -> Iterator:
    """Steps of training, a token at a time."""
    made = {width: _training(width) for width in WIDTHS}
    yield "training, weights", "a token", {
        sum(p.numel() for p in trainer.parameters): _stepped(trainer, batch) for trainer, _, batch in made.values()
    }  # fmt: skip
    some = {n: _training(64, {"agents": n, **ROOM}) for n in (3, 6, 12, 24)}
    yield "training at width 64, agents", "a history", {
        n: _stepped(trainer, batch, per=8) for n, (trainer, _, batch) in some.items()
    }  # fmt: skip


def _stepped(trainer: Trainer, batch: dict, per: int | None = None) -> Callable[[], float]:
    return lambda: 1 / best_rate(lambda: trainer.update(batch) and (per or tokens(batch)), repeats=3)


def reading() -> Iterator:
    """Making batches."""
    kind = architecture("transformer")
    config, runs = (
        kind.filled(TrainConfig(train_steps=1)),
        {n: _run("blind", {"agents": n, **ROOM}) for n in (3, 6, 12, 24)},
    )

    def read(run: RunConfig) -> float:
        with tempfile.TemporaryDirectory() as home:
            record(replace(run, split="train"), f"{home}/log", 256, threads=1)
            batches, number = kind.batches([open_log(f"{home}/log")], config), count()
            return 1 / best_rate(lambda: len(batches.batch(next(number))["event"]["real"]), repeats=6, seconds=0.5)

    yield "reading, agents", "a history", {n: (lambda run=run: read(run)) for n, run in runs.items()}


PARTS: dict[str, Callable[[], Iterator]] = {
    "populations": populations,
    "asking": asking,
    "training": training,
    "reading": reading,
}

if __name__ == "__main__":
    with without_denormals():
        main()
