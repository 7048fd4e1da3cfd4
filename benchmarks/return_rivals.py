"""A published Decision Transformer (d3rlpy's) on the questions of the experiment *returns*: the mind's rival there.

    pip install d3rlpy==2.8.1        (in an environment of its own: it needs the old gym)
    python benchmarks/return_rivals.py --steps 3000 --seeds 0 1 2

It learns from lone agents' episodes of the training split, as long as those of the experiment, from what the whole map
holds, as zeros and ones, with the fruits that are eaten as rewards; asked for n fruits, it is given n as the return to
come. Of its settings those named here are given, the rest is the library's. Its acts are drawn from its answer, as the
mind's are, and success is counted by the experiment's own code.
"""

import argparse
import json
from itertools import chain

import numpy as np
from d3rlpy.algos import DiscreteDecisionTransformer, DiscreteDecisionTransformerConfig
from d3rlpy.algos.transformer.inputs import TransformerInput
from d3rlpy.dataset import MDPDataset
from d3rlpy.logging import NoopAdapterFactory

from agents.answer import Question
from agents.orchard.hindsight import meals
from agents.orchard.presets import DEFAULT, preset
from agents.orchard.rollout import rollout
from analysis.just_ask.asking import wish_at
from analysis.just_ask.returns.design import Design, asked_of
from analysis.just_ask.success import act_out
from analysis.probes.probe import Settings, Subject, Trial
from worlds import Episode

AT_ONCE = 2000  # episodes


def world() -> tuple:
    """Orchard, policy and population of the experiment's episodes."""
    steps = Design().steps
    return preset(DEFAULT, {"agents": 1, "fruits": 1, "regrow": False, "steps": steps}, population={"switch": steps})


def episodes(count: int):
    """Those that it learns from."""
    orchard, policy, population = world()
    for first in range(0, count, AT_ONCE):
        yield from rollout(orchard, population, policy, 11, "train", first, min(AT_ONCE, count - first))


def seen(episode: Episode) -> np.ndarray:
    """(t, features) float32: walls, fruits of each kind, where the agent stands."""
    fruit, kinds = episode.fruit.reshape(episode.steps, -1), np.arange(episode.config.kinds)
    walls = np.broadcast_to(episode.walls.ravel(), fruit.shape)
    here = episode.cell[:, :1] == np.arange(fruit.shape[1])
    there = (fruit[:, None] == kinds[:, None]).reshape(episode.steps, -1)
    return np.concatenate([walls, there, here], 1).astype(np.float32)


def eaten(episode: Episode) -> np.ndarray:
    """(t,) float32: how many fruits each step brought."""
    return (meals(episode)[:, 0] >= 0).astype(np.float32)


def dataset(count: int) -> MDPDataset:
    """All that it learns from."""
    parts = [
        (seen(one), one.action[:, 0], eaten(one), np.arange(one.steps) == one.steps - 1) for one in episodes(count)
    ]
    observation, action, reward, over = (np.concatenate(part) for part in zip(*parts, strict=True))
    ended = over.astype(np.float32)
    return MDPDataset(observation, action.astype(np.int32)[:, None], reward, np.zeros_like(ended), ended)


class Rival:
    """A trained one as an answerer of the questions of returns."""

    wishes = True

    def __init__(self, name: str, network: DiscreteDecisionTransformer, actions: int):
        self.name, self.network, self.actions = name, network, actions

    def answer(self, episode: Episode, questions: list[Question]) -> np.ndarray:
        """(q, actions)."""
        return np.array([self._row(episode, one) for one in questions])

    def _row(self, episode: Episode, one: Question) -> np.ndarray:
        now = one.step + 1
        left = wish_at(episode, one).clauses
        due = float(left[0].least) if left else 0.0  # nothing is left to ask for but to eat no more
        reward = np.concatenate([[0.0], eaten(episode)[: one.step]]).astype(np.float32)  # of the step before
        before = np.cumsum(reward[::-1])[::-1] - reward  # what each step of the past still had to bring
        told = TransformerInput(
            observations=seen(episode)[:now],
            actions=np.append(episode.action[: one.step, 0], 0)[:, None].astype(np.int32),
            rewards=reward[:, None],
            returns_to_go=(due + before)[:, None].astype(np.float32),
            timesteps=np.arange(1, now + 1),
        )
        logits = self.network.predict(told)
        chance = np.exp(logits - logits.max())
        return chance / chance.sum()


def learned(data: MDPDataset, seed: int, steps: int, size: dict[str, int], actions: int) -> Rival:
    """One training."""
    import torch

    torch.manual_seed(seed)
    np.random.seed(seed)  # noqa: NPY002 (d3rlpy draws its batches from it)
    config = DiscreteDecisionTransformerConfig(
        context_size=Design().steps, max_timestep=Design().steps + 1, warmup_tokens=10_000 * size["batch_size"],
        final_tokens=steps * size["batch_size"] * Design().steps, **size,
    )  # fmt: skip
    network = config.create(device=False)
    network.fit(data, n_steps=steps, n_steps_per_epoch=steps, logger_adapter=NoopAdapterFactory(), show_progress=False)
    return Rival(f"Decision Transformer (d3rlpy), {steps} steps, seed {seed}", network, actions)


def main() -> None:
    """Trains, plays, prints a line of JSON for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=40_000)
    parser.add_argument("--steps", type=int, nargs="*", default=[3_000])
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    parser.add_argument("--split", default="test", choices=("validation", "test"))
    asked = parser.parse_args()
    trial = Trial(Subject(None), Settings(split=asked.split), Design())  # type: ignore[arg-type]
    size, data = {"num_heads": 4, "num_layers": 3, "batch_size": 64}, dataset(asked.episodes)
    actions = len(world()[0].action_names)
    for steps, seed in chain.from_iterable([(steps, seed) for seed in asked.seeds] for steps in asked.steps):
        rival = learned(data, seed, steps, size, actions)
        for row in act_out(trial, asked_of, [rival]).rows({}):
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
