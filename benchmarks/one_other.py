"""How fast a network learns to imitate, in minutes: one other is seen to act up to ten times, then act as it would.

    python benchmarks/one_other.py --steps 800
    python benchmarks/one_other.py --steps 800 --rate 0.006 --size heads=8 layers=4

The scenes are those of the default world, as are tastes, blind spots and manners. All else is left out: nobody has eyes
of its own, nobody is in a role, there are two wordings, "behave as myself" and "behave as Bo". So the exact answer is a
few lines, and what a recipe is worth shows after two minutes of a core: nats from the exact answer, every fifteenth of
the training; "knowing nobody" is how far the prior is from it. What helps here is a guess for the whole, to be tried
there.
"""

import argparse
import tempfile
import time
from collections import defaultdict
from statistics import mean

import torch
from torch import Tensor
from torch.nn import functional as F

from agents.orchard.presets import preset
from agents.orchard.run import RunConfig
from agents.recording import record
from tom.allocation import keep_memory
from tom.architectures import architecture
from tom.size import Size
from tom.tokens.around import BINS
from tom.training.settings import TrainConfig
from tom.training.trainer import Trainer, without_denormals
from tom.transformer import CODES, ME, NOBODY, Transformer
from worlds import open_log

KINDS, TYPES, ACTS, ANSWERS = 5, 25, 10, 6  # type = KINDS * taste + blindness
TASTE, BLIND, MANNER, BEHAVE, AS, MYSELF, NAME = (
    1,
    6,
    11,
    13,
    14,
    15,
    16,
)  # words; the first three have one for each value
GROUPS = ("as myself", "as Bo, plainly", "as Bo, exaggerating")


def main() -> None:
    """Trains and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--histories", type=int, default=48, help="of a step")
    parser.add_argument("--rate", type=float, default=0.003)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--size", nargs="*", default=[], metavar="FIELD=NUMBER", help="of the network: tom.transformer.Size"
    )
    asked = parser.parse_args()
    torch.set_num_threads(1)
    keep_memory()
    world = World(asked.seed)
    size = {"layers": 6, **{name: int(value) for name, value in (one.split("=") for one in asked.size)}}
    torch.manual_seed(asked.seed)
    network = Transformer(
        Size(NAME + 1, (KINDS, KINDS, 2), world.rows["around"].shape[1], world.rows["around"].shape[2], 1, **size)
    )
    config = TrainConfig(train_steps=asked.steps, rate=asked.rate, cooldown=0.3)
    trainer, found = Trainer(config, Imitating, network), defaultdict(list)  # type: ignore[arg-type]
    with without_denormals():
        began = time.process_time()
        for step in range(1, asked.steps + 1):
            for name, value in trainer.update(world.batch(asked.histories)).items():
                if value == value:  # no nan: a batch may lack a group
                    found[name].append(value.item())
            if step % max(1, asked.steps // 15) == 0:
                told = "  ".join(
                    f"{name} {mean(found[name]):.3f}" for name in (*GROUPS, "knowing nobody") if found[name]
                )
                print(f"step {step:>5}  {time.process_time() - began:>5.0f} s  {told}", flush=True)
                found.clear()


class World:
    """Scenes of the default world, what each type does in them, and batches of questions."""

    def __init__(self, seed: int):
        run = RunConfig(*preset("blind"))
        kind = architecture("transformer")
        with tempfile.TemporaryDirectory() as home:
            record(run, f"{home}/log", 64, threads=1)
            batches = kind.batches([open_log(f"{home}/log")], kind.filled(TrainConfig(train_steps=1)))
            some = [batches.batch(16 * k)["rows"] for k in range(4)]
        self.rows = {name: torch.cat([rows[name] for rows in some]) for name in some[0]}
        self.generator, policy = torch.Generator().manual_seed(seed), run.policy
        near = policy.gamma ** torch.arange(BINS)
        near[-1] = 0  # far away
        counts = self.rows["around"][..., : KINDS * BINS].float().unflatten(-1, (KINDS, BINS))
        reach, weights, may = counts @ near, torch.tensor(policy.weights), ~self.rows["blocked"]
        acts = []
        for type_ in range(TYPES):
            weight = weights[(torch.arange(KINDS) - type_ // KINDS) % KINDS].clone()
            weight[type_ % KINDS] = 0
            best = (policy.beta * reach @ weight).masked_fill(~may, -torch.inf).softmax(-1)
            acts.append((1 - policy.floor) * best + policy.floor * may / may.sum(-1, keepdim=True))
        self.acts = torch.stack(acts, 1)  # rows, types, actions
        prior = torch.tensor([type_ // KINDS != type_ % KINDS for type_ in range(TYPES)]).float()
        self.prior = prior / prior.sum()
        self.exaggerating = policy.manners[1] / sum(policy.manners)

    def below(self, bound: int, *shape: int) -> Tensor:
        """Whole numbers from 0."""
        return torch.randint(bound, shape, generator=self.generator)

    def batch(self, b: int) -> dict:
        """Histories of another, who acts 0 to ACTS times, one question about each, and its exact answers."""
        mine, its = (torch.multinomial(self.prior, b, True, generator=self.generator) for _ in range(2))
        manner = (torch.rand(b, generator=self.generator) < self.exaggerating).long()
        myself, real = self.below(5, b) == 0, torch.arange(ACTS) < self.below(ACTS + 1, b)[:, None]
        seen, row = self.below(len(self.acts), b, ACTS), self.below(len(self.acts), b * ANSWERS)
        chances = self.acts[seen]  # b acts types actions
        did = self._drawn(chances[torch.arange(b)[:, None], torch.arange(ACTS), its[:, None]])
        told = chances.gather(-1, did[..., None, None].expand(-1, -1, TYPES, 1))[..., 0].log()
        belief = ((told * real[..., None]).sum(1) + self.prior.log()).softmax(-1)
        every = torch.arange(TYPES).expand(b, -1)
        bent = (2 * (every // KINDS) - mine[:, None] // KINDS) % KINDS * KINDS + every % KINDS
        as_whom, of = torch.where(manner[:, None] == 1, bent, every), torch.arange(b).repeat_interleave(ANSWERS)
        answers = []
        for held in (belief, self.prior.expand(b, -1)):
            meant = torch.zeros(b, TYPES).scatter_add_(1, as_whom, held.contiguous())
            meant = torch.where(myself[:, None], F.one_hot(mine, TYPES).float(), meant)
            answers.append((meant[of, None] @ self.acts[row])[:, 0])
        code, rows = (
            self.below(CODES, b),
            {name: part[torch.cat([row, seen.flatten()])] for name, part in self.rows.items()},
        )
        return {
            "rows": rows, "event": _events(b, code, did, real, mine, manner), "prompt": _prompts(b, code, myself),
            "action": self._drawn(answers[0]), "exact": answers[0], "ignorant": answers[1],
            "group": torch.where(myself, 0, 1 + manner)[of], "traits": _traits(its), "mine": (*_traits(mine), manner),
        }  # fmt: skip

    def _drawn(self, chances: Tensor) -> Tensor:
        flat = chances.flatten(0, -2)
        return torch.multinomial(flat, 1, generator=self.generator).view(chances.shape[:-1])


def _traits(type_: Tensor) -> tuple[Tensor, Tensor]:
    return type_ // KINDS, type_ % KINDS


def _events(b: int, code: Tensor, did: Tensor, real: Tensor, mine: Tensor, manner: Tensor) -> dict[str, Tensor]:
    """As Transformer.encode takes them; their rows come after those of the answers."""
    taste, blind = _traits(mine)
    return {
        "row": (b * ANSWERS + torch.arange(b * ACTS)).view(b, ACTS), "step": torch.arange(1, ACTS + 1).repeat(b, 1),
        "who": code[:, None].repeat(1, ACTS), "action": did, "real": real,
        "persona": torch.stack([TASTE + taste, BLIND + blind, MANNER + manner], 1),
    }  # fmt: skip


def _prompts(b: int, code: Tensor, myself: Tensor) -> dict[str, Tensor]:
    """As Transformer.answer takes them: three words and ANSWERS answers on a line."""
    length = 3 + ANSWERS
    word, until, place = (torch.zeros(b, length, dtype=torch.int64) for _ in range(3))
    word[:, 0], word[:, 1], word[:, 2] = BEHAVE, AS, torch.where(myself, MYSELF, NAME)
    until[:, :3], place[:, :3] = length, torch.arange(3)
    who = torch.full((b, length), NOBODY)
    who[:, 2] = torch.where(myself, NOBODY, code)
    return {
        "word": word, "who": who, "place": place, "until": until, "when": torch.full((b, length), ACTS + 1),
        "names": torch.full((b, length, 3), NOBODY), "history": torch.arange(b), "row": torch.arange(b * ANSWERS),
        "answer": (length * torch.arange(b)[:, None] + 3 + torch.arange(ANSWERS)).flatten(),
        "body": torch.full((b * ANSWERS,), ME),
    }  # fmt: skip


class Imitating:
    """What is minimised, as a trainer takes it; and the nats from the exact answers, which are not."""

    @staticmethod
    def lowered(network: Transformer) -> Transformer:
        """As the mind is."""
        return network.lower()

    @staticmethod
    def loss(
        network: Transformer, batch: dict, config: TrainConfig, added: object = None
    ) -> tuple[dict[str, Tensor], Tensor]:
        """Of actions, and of traits where somebody acts, is named and perceives."""
        rows, event, exact = network.read(batch["rows"]), batch["event"], batch["exact"]
        past, known = network.encode(rows, event)
        log, words = network.answer(rows, past, event, batch["prompt"])
        named, real = batch["prompt"]["word"][:, 2] == NAME, event["real"]
        acting = [one[:, None].expand_as(real)[real] for one in batch["traits"]]
        traits = (
            _untold(network, known[:, 0], batch["mine"])
            + _untold(network, known[:, 1:][real], acting)
            + _untold(network, words[:, 2][named], [one[named] for one in batch["traits"]])
        )
        away = [
            F.kl_div(guess, exact, reduction="none").sum(-1)
            for guess in (log.detach(), batch["ignorant"].clamp(min=1e-9).log())
        ]
        told = {name: away[0][batch["group"] == k].mean() for k, name in enumerate(GROUPS)}
        told["knowing nobody"] = away[1][batch["group"] > 0].mean()
        return told, F.nll_loss(log, batch["action"]) + config.describe * traits


def _untold(network: Transformer, known: Tensor, traits) -> Tensor:
    """The cross entropy of the first traits of those that there are."""
    parts = network.trait(known).float().split(list(network.size.traits), -1)
    return torch.stack([F.cross_entropy(part, trait) for part, trait in zip(parts, traits, strict=False)]).sum()


if __name__ == "__main__":
    main()
