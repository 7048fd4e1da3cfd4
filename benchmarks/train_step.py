"""Labelled questions a second: reading them from a log into training batches, beside what a training step consumes.

The log is of near-far. Reading counts everything from the shards' bytes to tensors: decoding, replaying the
worlds, working out what was perceived, wording the prompts. One core each.
"""

import tempfile
from itertools import count

import torch
from measure import best_rate, tell

from agents.orchard.rollout import RunConfig
from agents.recording import record
from tom.filter.network import Network
from tom.filter.vocabulary import Vocabulary
from tom.training.batch import UNLABELLED, TrainingBatches
from tom.training.beginning import network_size
from tom.training.settings import TrainConfig
from tom.training.trainer import Trainer, keep_memory
from worlds import open_log

EPISODES = 256


def main() -> None:
    """Measures reading and training."""
    torch.set_num_threads(1)
    keep_memory()
    with tempfile.TemporaryDirectory() as home:
        record(RunConfig(), f"{home}/log", EPISODES, threads=1)
        config = TrainConfig(train_steps=1000)
        batches = TrainingBatches([open_log(f"{home}/log")], Vocabulary(), config.batch, seed=0)
        number = count()
        rate = best_rate(lambda: _labels(batches.batch(next(number))), repeats=10)
        trainer, batch = Trainer(config, Network(network_size(config, batches))), batches.batch(0)
        step = best_rate(lambda: trainer.update(*batch) and _labels(batch), repeats=10)
    tell("reading a log into batches", rate, "labelled questions", {"a training step": step})


def _labels(batch: tuple[dict, dict]) -> int:
    return int((batch[1]["action"] != UNLABELLED).sum())


if __name__ == "__main__":
    main()
