"""Tokens a second in training on one core, beside a plain GPT of the same size in the same run.

The mind's tokens are events, words and answers, padding left out; a token of the peer is a number, embedded, in causal
sequences of 256, with what its attention is fastest at. Both attend in bf16, with masters in float32 and the same
optimisers. Reading a batch from a log (decoding, replaying, perceiving, wording) is timed by itself.
"""

import tempfile
from itertools import count

import torch
from measure import best_rate, tell
from torch import nn
from torch.nn import functional as F

from agents.orchard.presets import PRESETS
from agents.orchard.rollout import RunConfig
from agents.recording import record
from tom.allocation import keep_memory
from tom.architectures import architecture
from tom.training.settings import TrainConfig
from tom.training.trainer import Trainer, without_denormals
from worlds import open_log

EPISODES, SEQUENCE, NUMBERS = 256, 256, 128


class PlainGPT(nn.Module):
    """A decoder-only transformer as in nanoGPT: pre-norm, GELU, causal attention of the library, tied to nothing."""

    def __init__(self, width: int, layers: int, heads: int, feedforward: int):
        super().__init__()
        self.heads = heads
        self.token, self.place = nn.Embedding(NUMBERS, width), nn.Embedding(SEQUENCE, width)
        self.mix = nn.ModuleList([nn.Linear(width, 3 * width, bias=False) for _ in range(layers)])
        self.out = nn.ModuleList([nn.Linear(width, width, bias=False) for _ in range(layers)])
        self.up = nn.ModuleList([nn.Linear(width, feedforward * width) for _ in range(layers)])
        self.down = nn.ModuleList([nn.Linear(feedforward * width, width) for _ in range(layers)])
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(2 * layers + 1)])
        self.head = nn.Linear(width, NUMBERS, bias=False)

    def forward(self, token: torch.Tensor) -> torch.Tensor:
        """Logits (b t numbers)."""
        x = self.token(token) + self.place.weight[: token.shape[1]]
        for k, (mix, out, up, down) in enumerate(zip(self.mix, self.out, self.up, self.down, strict=True)):
            q, k_, v = (
                part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in mix(self.norms[2 * k](x)).chunk(3, -1)
            )
            told = F.scaled_dot_product_attention(q, k_, v, is_causal=True)
            x = x + out(told.transpose(1, 2).flatten(2))
            x = x + down(F.gelu(up(self.norms[2 * k + 1](x))))
        return self.head(self.norms[-1](x))


class Plain:
    """The peer as a kind of network that a trainer trains."""

    @staticmethod
    def lowered(network: PlainGPT) -> PlainGPT:
        return network.bfloat16()

    @staticmethod
    def loss(network: PlainGPT, token: torch.Tensor, config: TrainConfig, added: object = None):
        """The next number's negative log likelihood."""
        loss = F.cross_entropy(network(token[:, :-1]).float().flatten(0, 1), token[:, 1:].flatten())
        return {"action": loss}, loss


def main() -> None:
    """Measures reading and training."""
    torch.set_num_threads(1)
    keep_memory()
    kind = architecture("transformer")
    config = kind.filled(TrainConfig(train_steps=1000))
    with tempfile.TemporaryDirectory() as home:
        record(RunConfig(*_blind(), split="train"), f"{home}/log", EPISODES, threads=1)
        batches = kind.batches([open_log(f"{home}/log")], config)
        number = count()
        reading = best_rate(lambda: tokens(batches.batch(next(number))), repeats=10)
        size, batch = kind.size(config, batches), batches.batch(0)
    trainer = Trainer(config, kind, kind.network(size))
    rate = best_rate(lambda: trainer.update(batch) and tokens(batch), repeats=5)
    plain = PlainGPT(size.width, size.layers, size.heads, size.feedforward)
    sequences = torch.randint(NUMBERS, (tokens(batch) // SEQUENCE, SEQUENCE))
    peer = Trainer(config, Plain, plain)  # type: ignore[arg-type]
    theirs = best_rate(lambda: peer.update(sequences) and sequences.numel(), repeats=5)
    tell("a training step", rate, "tokens", {"a plain GPT of the same size": theirs, "reading a log": reading})


def _blind() -> tuple:
    orchard, policy, population = PRESETS["blind"]
    return orchard, policy, population


def tokens(batch: dict) -> int:
    """Events, words and answers."""
    prompt = batch["prompt"]
    return int(batch["event"]["real"].sum()) + int((prompt["word"] > 0).sum()) + len(prompt["answer"])


if __name__ == "__main__":
    with without_denormals():
        main()
