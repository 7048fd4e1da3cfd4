"""Who optimises directly, for the experiment *table*: PPO, DQN, hindsight replay and conservative Q-learning.

    pip install stable-baselines3
    python benchmarks/table_rivals.py reach tries tuned
    pip install d3rlpy
    python benchmarks/table_rivals.py stitching

d3rlpy pulls another gym, so that the last is best run in an environment of its own. Worlds, networks' sizes, amounts of
data and numbers of gradient steps are those of who asks; all else but what stands here is as the libraries have it.
Rows of a goal take the place of those that analysis/just_ask/table/measured.json had of it.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from table_worlds import Compass, Reaching

from analysis.just_ask.table import ground, stitching, tries, tuned
from analysis.just_ask.table.asking import BATCH, EACH, HIDDEN, SIDE_BY_SIDE, WARM
from analysis.just_ask.table.design import ACROSS, REACH, TRIES, TUNED, WITHIN, Design
from analysis.just_ask.table.measured import PATH, kept
from analysis.just_ask.worlds import learned as network
from analysis.just_ask.worlds.design import ACTS, STEPS, Acting
from worlds.orchard.fortune import WAYS

LATER = 0.95  # the discount
EAGER, CALM = 0.05, 8192  # acts at random in the end, and after how many steps
GOALS_OF, WORLDS = 3, 2  # tasks, and worlds, of each seed
SIMULATED, CURIOUS = 100_000, 0.01  # PPO's steps in its simulator; what entropy of its acts is worth to it
CAUTION, RELABELLED = 0.01, 4  # how conservative Q-learning is, chosen on validation; goals of each life
Told = Iterator[tuple[str, int, float]]  # a method, its amount of data, its share


def reach(seed: int, design: Design) -> Told:
    """DQN, the same with hindsight replay, and PPO, from scratch."""
    from stable_baselines3 import DQN, PPO, HerReplayBuffer
    from stable_baselines3.common.vec_env import DummyVecEnv

    def many(hindsight: bool) -> DummyVecEnv:
        return DummyVecEnv([lambda: Reaching(hindsight=hindsight)] * SIDE_BY_SIDE)

    shared = {"seed": seed, "gamma": LATER, "policy_kwargs": {"net_arch": list(HIDDEN)}, "device": "cpu"}
    steps = max(design.steps)
    replayed: dict[str, Any] = {
        "learning_rate": 1e-3, "buffer_size": steps, "learning_starts": WARM // 4, "batch_size": BATCH, "train_freq": 1,
        "gradient_steps": SIDE_BY_SIDE // EACH, "target_update_interval": 512,
    }  # fmt: skip
    relabelled = {"replay_buffer_class": HerReplayBuffer, "replay_buffer_kwargs": {"n_sampled_goal": 4}}
    cell, goal = ground.every()
    whole = ground.seen(cell, goal)
    here, there = np.split(whole, 2, 1)
    told = {"observation": here, "achieved_goal": here, "desired_goal": there}
    rolled = {"learning_rate": 1e-3, "n_steps": 128, "batch_size": BATCH, "n_epochs": 4}
    models = {
        "DQN": (explores(DQN("MlpPolicy", many(False), **shared, **replayed)), whole),
        "DQN, hindsight replay": (
            explores(DQN("MultiInputPolicy", many(True), **shared, **replayed, **relabelled)),
            told,
        ),
        "PPO": (PPO("MlpPolicy", many(False), **shared, **rolled), whole),
    }
    for name, (model, scenes) in models.items():
        for budget in design.steps:
            learn(model, budget)
            odds = worth(model, scenes)
            policy = odds.reshape(ground.SIDE**2, ground.SIDE**2, ACTS) if name == "PPO" else ground.likeliest(odds)
            yield name, budget, ground.share(policy)


def explores(model: Any) -> Any:
    """Acts at random fall by the steps that were made, however many calls make them."""
    model.exploration_schedule = lambda _: max(EAGER, 1 - (1 - EAGER) * model.num_timesteps / CALM)
    return model


def learn(model: Any, until: int) -> None:
    """Goes on until so many steps."""
    if left := until - model.num_timesteps:
        model.learn(left, reset_num_timesteps=False)


def worth(model: Any, scenes: Any) -> np.ndarray:
    """(n, a) float64: PPO's chances, or what DQN holds each act to be worth."""
    with torch.no_grad():
        told, _ = model.policy.obs_to_tensor(scenes)
        if hasattr(model, "q_net"):
            return model.q_net(told).double().numpy()
        return model.policy.get_distribution(told).distribution.probs.double().numpy()


def tried(seed: int, design: Design) -> Told:
    """PPO from scratch, in each of GOALS_OF tasks."""
    from stable_baselines3 import PPO

    generator = np.random.default_rng([seed, 40])
    shares: dict[int, list[float]] = {budget: [] for budget in design.tries}
    for goal in generator.choice(len(tries.GOALS), GOALS_OF, replace=False):
        env = Reaching(goal=int(tries.GOALS[goal]))
        model = PPO("MlpPolicy", env, seed=seed, gamma=LATER, learning_rate=1e-3, n_steps=64, batch_size=64,
                    n_epochs=10, policy_kwargs={"net_arch": list(HIDDEN)}, device="cpu")  # fmt: skip
        for budget in design.tries:
            until(model, env, budget)
            policy = worth(model, np.split(ground.seen(np.arange(ground.SIDE**2), np.arange(ground.SIDE**2)), 2, 1)[0])
            shares[budget].append(ground.share(policy[None], np.array([[tries.START], [tries.GOALS[goal]]])))
    for budget, some in shares.items():
        yield "PPO", budget, float(np.mean(some))


def until(model: Any, env: Any, episodes: int) -> None:
    """Goes on until so many lives have ended, and no update is made of more."""
    while env.episodes + (model.n_steps // STEPS) * (model.num_timesteps > 0) < episodes or not model.num_timesteps:
        if episodes * STEPS < model.n_steps:
            return
        model.learn(model.n_steps, reset_num_timesteps=False)


def tuned_there(seed: int, design: Design) -> Told:
    """PPO in one simulator, north being north, until it comes to V* there; and then on in other worlds."""
    from stable_baselines3 import PPO
    from stable_baselines3.common.vec_env import DummyVecEnv

    size = {"net_arch": list(network.HIDDEN)}
    envs = DummyVecEnv([lambda number=number: Compass(0, seed * 100 + number) for number in range(32)])
    model = PPO("MlpPolicy", envs, seed=seed, gamma=LATER, learning_rate=5e-4, n_steps=64, batch_size=512, n_epochs=4,
                ent_coef=CURIOUS, policy_kwargs=size, device="cpu")  # fmt: skip
    model.learn(SIMULATED)
    yield "PPO, its own simulator", 0, tuned.share(acting(model), design.lives, seed, "test", 0)
    weights = model.policy.state_dict()
    shares: dict[int, list[float]] = {budget: [] for budget in design.there}
    for way in np.random.default_rng([seed, 41]).choice(np.arange(1, WAYS), WORLDS, replace=False):
        env = Compass(int(way), seed * 100 + 50)
        there = PPO("MlpPolicy", env, seed=seed, gamma=LATER, learning_rate=5e-4, n_steps=128, batch_size=128,
                    n_epochs=10, ent_coef=CURIOUS, policy_kwargs=size, device="cpu")  # fmt: skip
        there.policy.load_state_dict(weights)
        for budget in design.there:
            until(there, env, budget)
            shares[budget].append(tuned.share(acting(there), design.lives, seed, "test", int(way)))
    for budget, some in shares.items():
        yield "PPO, fine-tuned", budget, float(np.mean(some))


def acting(model: Any) -> Acting:
    """Who acts as PPO has learned."""
    return lambda lives: worth(model, tuned.seen(lives))


def offline(seed: int, design: Design) -> Told:
    """Conservative Q-learning on recorded lives, each with its own later cells, and any, as goals."""
    import d3rlpy

    settings: dict[str, Any] = {
        "batch_size": BATCH, "gamma": LATER, "learning_rate": 1e-3, "alpha": CAUTION, "target_update_interval": 250,
        "encoder_factory": d3rlpy.models.VectorEncoderFactory(list(HIDDEN)),
    }  # fmt: skip
    cell, goal = ground.every()
    d3rlpy.seed(seed)
    for count in design.recorded:
        data = relabelled(stitching.recorded(count, seed), np.random.default_rng([seed, 42]))
        model = d3rlpy.algos.DiscreteCQLConfig(**settings).create(device=False)
        model.fit(data, n_steps=design.training, n_steps_per_epoch=design.training, show_progress=False,
                  logger_adapter=d3rlpy.logging.NoopAdapterFactory())  # fmt: skip
        policy = ground.likeliest(np.eye(ACTS)[model.predict(ground.seen(cell, goal))])
        yield f"{ACROSS}|CQL", count, ground.share(policy, stitching.across())
        yield f"{WITHIN}|CQL", count, ground.share(policy, stitching.within())


def relabelled(lives: Any, generator: np.random.Generator) -> Any:
    """d3rlpy's data: each life RELABELLED times, half of the goals cells that it came to, half of them any."""
    import d3rlpy

    floor = np.unique(ground.ground().pairs)
    seen, acts, rewards, ends, cuts = [], [], [], [], []
    for cell, act, length in zip(lives.cell, lives.act, lives.length, strict=True):
        for number in range(RELABELLED):
            own = number % 2 == 0 and length
            goal = cell[generator.integers(1, length + 1)] if own else generator.choice(floor)
            came = np.flatnonzero(cell[1 : length + 1] == goal)
            steps = came[0] + 1 if len(came) else length + 1  # a life that did not come there has one scene more
            seen.append(ground.seen(cell[:steps], np.full(steps, goal)))
            acts.append(act[:steps] if len(came) else np.append(act[:length], 0))
            rewards.append(np.eye(1, steps, steps - 1)[0] * bool(len(came)))
            ends.append(rewards[-1])
            cuts.append(np.eye(1, steps, steps - 1)[0] * (not len(came)))
    joined = (np.concatenate(one).astype(np.float32) for one in (seen, acts, rewards, ends, cuts))
    observations, actions, reward, terminals, timeouts = joined
    return d3rlpy.dataset.MDPDataset(observations, actions.astype(int), reward, terminals, timeouts,
                                     action_space=d3rlpy.ActionSpace.DISCRETE, action_size=ACTS)  # fmt: skip


MEASURES: dict[str, Callable[[int, Design], Told]] = {
    REACH: reach, TRIES: tried, TUNED: tuned_there, ACROSS: offline,
}  # fmt: skip


def main() -> None:
    """Trains, and writes the rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("goals", nargs="+", choices=list(MEASURES))
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2, 3, 4])
    parser.add_argument("--show", action="store_true", help="print rows, and write none")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    for of in asked.goals:
        begun, rows = time.time(), []
        for seed in asked.seeds:
            for name, budget, share in MEASURES[of](seed, Design()):
                goal, _, method = name.rpartition("|")
                told = {"of": goal or of, "method": method, "seed": seed, "budget": budget, "share": round(share, 4)}
                rows.append(told)
                print(json.dumps(told), flush=True)
        seconds = {of: round(time.time() - begun)}
        print(json.dumps(seconds))
        if not asked.show:
            PATH.write_text(json.dumps(kept(rows, seconds), indent=1) + "\n")


if __name__ == "__main__":
    main()
