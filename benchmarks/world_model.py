"""How much of others a transformer knows that learned what comes next: what the experiment *world-model* reads.

    python benchmarks/world_model.py --seeds 0 1 2 --out runs/world-model
    python benchmarks/world_model.py --out runs/world-model --collect

Open maps of the default world with as many kinds of fruit and agents as WORLDS says. A trunk learns by one
of OBJECTIVES; then a logistic regression is fitted, for each trait, from its state at somebody's name to that trait. A
row is added to `out`/rows.jsonl for each trunk, and what has rows is not done again. --collect writes all rows to
analysis/just_ask/world_model/measured.json. On one core.
"""

import argparse
import json
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scaling import count, done
from torch import Tensor, nn
from torch.nn import functional as F

from agents.language.prompt import say
from agents.orchard.presets import PRESETS
from agents.orchard.run import RunConfig
from agents.recording import record
from agents.registry import reasoner_of, type_space
from analysis.just_ask.world_model.design import EXCHANGED, IMITATION, MEASURED, NEXT, RANDOM, SELF
from analysis.scores.describe import Subject, losses, subjects
from analysis.scores.traits import prior_of, trait_values
from tom.allocation import keep_memory
from tom.tokens.base import UNLABELLED
from tom.tokens.tensors import Asked, Prompt, codes
from tom.tokens.words import Vocabulary
from tom.training.batch import TrainingBatches, _choose
from tom.training.settings import TrainConfig
from tom.training.trainer import Trainer, without_denormals
from tom.transforming import Transforming
from worlds import open_log

WORLDS = ((3, 2), (5, 2), (5, 6))  # kinds of fruit, agents
WHEELS = {3: (1.0, 0.0, -1.0), 5: (1.0, 0.5, 0.0, -0.5, -1.0)}  # worths by kinds
TRAITS = ("taste", "blindness")  # that acts done as oneself tell of
EPISODES = {"train": 4000, "validation": 60, "test": 120}
FITTED = 300  # episodes of the training split, that no trunk learned from, to which the reading is fitted
QUESTIONS = 32  # of each episode
EACH = 4  # steps at which training asks what somebody does next, of each that was seen
STEPS, WIDTH, LAYERS = 1000, 80, 4
RIDGES = (1e-4, 1e-3, 1e-2, 1e-1)  # of which the best on validation is taken


def main() -> None:
    """Trains what has no rows yet, or collects them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="*", default=[0])
    parser.add_argument("--out", default="runs/world-model")
    parser.add_argument("--collect", action="store_true")
    asked = parser.parse_args()
    home = Path(asked.out)
    if asked.collect:
        rows = ",\n".join(map(json.dumps, done(home)))
        MEASURED.write_text(f'{{"command": "python benchmarks/world_model.py", "rows": [\n{rows}\n]}}\n')
        return
    torch.set_num_threads(1)
    keep_memory()
    for seed in asked.seeds:
        for objective in OBJECTIVES:
            for world in WORLDS:
                one(home, *world, objective, seed)


class Foreseen(TrainingBatches):
    """Of everybody who was seen, where it was next: as the first act that leads there. No traits are said."""

    alone = False  # whether one learns it of oneself alone

    def _asked(self, reader: Any, episode: Any, me: int, types: np.ndarray, generator: np.random.Generator) -> Asked:
        native = reader.native(episode) > 0
        there, prompts = reader.sees(episode, me) & native, []
        for who in [me] if self.alone else np.flatnonzero(there.any(0)).tolist():
            words, named = about(self.vocabulary, episode, me, who)
            for step in _choose(np.flatnonzero(there[:, who]), EACH, generator).tolist():
                leads = episode.geometry.neighbor[episode.cell[step, who]]  # of each act, the cell
                came = int((leads == leads[episode.action[step, who]]).argmax())
                prompts.append(Prompt(words, named, step, 1, who, (step,), (came,)))
        persona = self.vocabulary.encode(episode.agents[me].description)
        code = codes(len(episode.agents), me, generator)
        return Asked(reader.seen(episode, me, native), persona, np.full_like(types, UNLABELLED), prompts, code)


def about(vocabulary: Vocabulary, episode: Any, me: int, who: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The words that ask what somebody does next, and whom they name."""
    return vocabulary.prompt(say("predict", (episode.names[who],), me=episode.names[me]), episode.names)


class Foreseeing(Transforming):
    """The transformer, learning what comes next; alone: of itself."""

    def __init__(self, alone: bool = False):
        self.alone = alone

    def batches(self, logs, config: TrainConfig) -> Foreseen:
        whole = super().batches(logs, config)
        made = Foreseen(logs, whole.vocabulary, whole.size, config.seed)
        made.alone = self.alone
        return made


OBJECTIVES: dict[str, Transforming] = {NEXT: Foreseeing(), SELF: Foreseeing(alone=True), IMITATION: Transforming()}


def run(split: str, kinds: int, agents: int, seed: int) -> RunConfig:
    """A log's world; everybody of seen types."""
    orchard, policy, population = PRESETS["blind"]
    orchard = replace(orchard, kinds=kinds, agents=agents)
    policy = replace(policy, weights=WHEELS[kinds])
    return RunConfig(orchard, policy, replace(population, types="seen", switch=5), seed=seed, split=split)


def logged(home: Path, kinds: int, agents: int, part: str, split: str, episodes: int) -> Any:
    """A log, made where it is not there yet."""
    place = home / f"{part}-{kinds}-{agents}"
    seed = sorted((*EPISODES, "fitted")).index(part)
    record(run(split, kinds, agents, 60 + seed), place, episodes, threads=1)
    return open_log(place)


def one(home: Path, kinds: int, agents: int, objective: str, seed: int) -> None:
    """One trunk and its rows, unless they are there."""
    told: dict[str, Any] = {"kinds": kinds, "agents": agents, "seed": seed}
    if any(row["objective"] == objective and all(row[key] == told[key] for key in told) for row in done(home)):
        return
    logs = {part: logged(home, kinds, agents, part, part, n) for part, n in EPISODES.items()}
    fitted = logged(home, kinds, agents, "fitted", "train", FITTED)
    kind = OBJECTIVES[objective]
    config = kind.filled(TrainConfig(train_steps=STEPS, seed=seed, width=WIDTH, layers=LAYERS, describe=0.0))
    batches = kind.batches([logs["train"]], config)
    torch.manual_seed(seed)
    network = kind.network(kind.size(config, batches))
    trainer, began = Trainer(config, kind, network), time.process_time()
    shown = [Shown(log) for log in (fitted, logs["validation"], logs["test"])]
    made = partial(kind.made, network, batches.vocabulary, {"run": logs["train"].config})
    before = [states(made(), one) for one in shown] if objective == NEXT else []
    with without_denormals():
        came = [float(trainer.update(batches.batch(step))["action"]) for step in range(STEPS)]
    after = [states(made(), one) for one in shown]
    found = {objective: read(after, shown)}
    if objective == NEXT:
        found |= {RANDOM: read(before, shown), EXCHANGED: read(after, shown, exchanged=True)}
    told |= {"weights": count(network), "seconds": round(time.process_time() - began)}
    told |= {"loss": round(float(np.mean(came[-100:])), 4)}
    with (home / "rows.jsonl").open("a") as file:
        file.writelines(json.dumps(told | {"objective": name} | bits) + "\n" for name, bits in found.items())
    found["posterior"] = {"bits": found[objective]["posterior"]}
    for name, gained in found.items():
        print(told, name, {trait: round(float(np.mean(x)), 3) for trait, x in gained["bits"].items()}, flush=True)


class Shown:
    """The episodes of a log, whom to ask about in each, and what is true and exactly known of them; q questions."""

    def __init__(self, log: Any):
        self.episodes = [log[k] for k in range(len(log))]
        self.asked = [subjects(episode, QUESTIONS) for episode in self.episodes]
        space = type_space(self.episodes[0])
        reasoner = reasoner_of(space)
        self.traits = {trait: len(values) for trait, values in space.traits.items() if trait in TRAITS}
        every = [(episode, one) for episode, asked in self.pairs for one in asked]
        types = np.array([space.index(episode.agents[one.who].type) for episode, one in every])
        self.true = space.trait_index[types][:, [list(space.traits).index(trait) for trait in self.traits]]
        belief = np.array([reasoner.posterior(episode, one.agent, one.step, one.who) for episode, one in every])
        values, prior = trait_values(space).T, np.tile(prior_of(space, 0), (len(types), 1))
        self.posterior, self.prior = (losses(stated @ values, values[types], space) for stated in (belief, prior))

    @property
    def pairs(self) -> list[tuple[Any, list[Subject]]]:
        """Each episode and whom to ask about in it."""
        return list(zip(self.episodes, self.asked, strict=True))

    def per_episode(self, nats: np.ndarray) -> list[float]:
        """The mean of (q,) nats in each episode, in bits."""
        ends = np.cumsum([len(asked) for asked in self.asked])[:-1]
        return [round(float(part.mean() / np.log(2)), 5) for part in np.split(nats, ends)]


@torch.no_grad()
def states(mind: Any, shown: Shown) -> Tensor:
    """(q, 2d): the trunk's state at somebody's name, when it is asked what that one does next, and at the last of its
    acts that were seen, 0 where there is none."""
    network, parts = mind.network, []
    readout, network.trait = network.trait, nn.Identity()
    try:
        for episode, asked in shown.pairs:
            found = torch.zeros(len(asked), 2 * network.size.width)
            for me in {one.agent for one in asked}:
                mine = [k for k, one in enumerate(asked) if one.agent == me]
                found[mine] = _states(mind, episode, me, [asked[k] for k in mine])
            parts.append(found)
            mind._histories.clear()
    finally:
        network.trait = readout
    return torch.cat(parts)


def _states(mind: Any, episode: Any, me: int, asked: list[Subject]) -> Tensor:
    past = mind._history(episode, me, "own")
    prompts = [Prompt(*about(mind.vocabulary, episode, me, one.who), one.step, 1, one.who) for one in asked]
    said, event = mind._pass(past, prompts, None)[1].float(), past.event
    known, last = mind.network.encode(past.rows, event)[1][0].float(), torch.zeros_like(said)
    for k, one in enumerate(asked):
        acts = (event["who"][0] == past.asked.code[one.who]) & event["real"][0] & (event["step"][0] < one.step)
        if acts.any():
            last[k] = known[1 + int(acts.nonzero()[-1])]
    return torch.cat([said, last], 1)


def read(x: list[Tensor], shown: list[Shown], exchanged: bool = False) -> dict[str, Any]:
    """{"bits", "posterior"}: by trait, the bits beyond the prior that a reading of states tells, and those that the
    posterior does, in each test episode; exchanged: fitted to the traits of others than were asked about."""
    fitted, _, test = shown
    mean, spread = x[0].mean(0), x[0].std(0) + 1e-6
    x = [(one - mean) / spread for one in x]
    bits, exact = {}, {}
    for column, (trait, values) in enumerate(fitted.traits.items()):
        true = [torch.from_numpy(one.true[:, column]).long() for one in shown]
        if exchanged:
            true[0] = true[0].roll(QUESTIONS * 7 + 1)
        readers = [fit(x[0], true[0], values, ridge) for ridge in RIDGES]
        with torch.no_grad():
            best = min(readers, key=lambda reader: float(F.cross_entropy(reader(x[1]), true[1])))
            nats = F.cross_entropy(best(x[2]), true[2], reduction="none").numpy()
        bits[trait] = test.per_episode(test.prior[trait] - nats)
        exact[trait] = test.per_episode(test.prior[trait] - test.posterior[trait])
    return {"bits": bits, "posterior": exact}


def fit(x: Tensor, true: Tensor, values: int, ridge: float) -> nn.Linear:
    """A logistic regression, its weights held near 0 by a ridge."""
    reader = nn.Linear(x.shape[1], values)
    nn.init.zeros_(reader.weight)
    nn.init.zeros_(reader.bias)
    optimizer = torch.optim.LBFGS(reader.parameters(), max_iter=60, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        total = F.cross_entropy(reader(x), true) + ridge * (reader.weight**2).sum()
        total.backward()
        return total

    optimizer.step(loss)
    return reader


if __name__ == "__main__":
    main()
