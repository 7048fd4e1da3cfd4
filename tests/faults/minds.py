"""Hostile minds and generations: settings, weights and containers, signed again; and pickles."""

import json
import pickle
import struct
from pathlib import Path

import torch
from safetensors.torch import load, save

from tests import forging
from tests.faults.hostile import HUGE, VALUES, changed, same, value_at
from tests.faults.trial import Outcome, Trial, kind

WEIGHTS, TRAINING, CONFIG = "model.safetensors", "training.safetensors", "config.json"


def _mind(trial: Trial):
    sound, copy = trial.pick("mind")
    return sound, copy, copy / "checkpoint"


@kind
def settings_of_a_mind(trial: Trial) -> Outcome:
    sound, copy, place = _mind(trial)
    document = json.loads((place / CONFIG).read_bytes())
    path, value = changed(trial, document)
    unchanged = path[-1] != "more" and same(value_at(document, path), value)
    forging.document(place, CONFIG, path, value)
    fault = f"{'.'.join(path)} = {'absent' if value is forging.ABSENT else ascii(value)[:60]}"
    return trial.read(sound, copy, fault, forged=True, immaterial=unchanged)


@kind
def size_of_a_network(trial: Trial) -> Outcome:
    sound, copy, place = _mind(trial)
    document = json.loads((place / CONFIG).read_bytes())
    path, value = changed(trial, document, ("network",), (*HUGE, *VALUES, 64, 128))
    forging.document(place, CONFIG, path, value)
    return trial.read(sound, copy, f"{'.'.join(path)} = {ascii(value)[:60]}", forged=True)


@kind
def manifest_of_a_mind(trial: Trial) -> Outcome:
    sound, copy, place = _mind(trial)
    document = json.loads((place / "manifest.json").read_bytes())
    path, value = changed(trial, document)
    forging.manifest(place, path, value)
    return trial.read(sound, copy, f"{'.'.join(path)} = {ascii(value)[:60]}", forged=True, immaterial=path[0] == "meta")


@kind
def code_in_a_mind(trial: Trial) -> Outcome:
    """A mind of an arena whose settings name code."""
    sound, copy = trial.pick("field-mind")
    place = copy / "checkpoint"
    code = trial.random.choice(["faultmarker:strike", "faultmarker", "os:system", "../faultmarker"])
    path, value = trial.random.choice(
        [("run.arena.environment", code), ("run.arena.visibility", code), ("run.bank.callables", [code])]
    )
    forging.document(place, CONFIG, path, value)
    return trial.read(sound, copy, f"{path} = {value}", forged=True)


@kind
def weights(trial: Trial) -> Outcome:
    """Weights that are NaN, infinite, huge, of another type or shape, too many, too few."""
    sound, copy, place = _mind(trial)
    file = trial.random.choice([WEIGHTS, WEIGHTS, TRAINING])
    tensors = load((place / file).read_bytes())
    name = trial.random.choice(sorted(tensors))
    one = tensors[name]
    forms = {
        "NaN": lambda: torch.full_like(one.float(), torch.nan),
        "one NaN": lambda: torch.where(torch.arange(one.numel()).reshape(one.shape) == 0, torch.nan, one.float()),
        "infinite": lambda: torch.full_like(one.float(), torch.inf),
        "1e30": lambda: torch.full_like(one.float(), 1e30),
        "double": lambda: one.double(),
        "half": lambda: one.half(),
        "int64": lambda: torch.ones(one.shape, dtype=torch.int64),
        "bool": lambda: torch.ones(one.shape, dtype=torch.bool),
        "complex": lambda: one.to(torch.complex64),
        "uint8": lambda: torch.zeros(one.shape, dtype=torch.uint8),
        "flat": lambda: one.flatten(),
        "longer": lambda: torch.cat([one.reshape(-1)] * 2),
        "scalar": lambda: torch.zeros(()),
        "empty": lambda: torch.zeros(0),
    }
    form = trial.random.choice([*sorted(forms), "missing", "more", "renamed"])
    if form == "missing":
        del tensors[name]
    elif form == "more":
        tensors["more"] = torch.ones(3)
    elif form == "renamed":
        tensors[name + "x"] = tensors.pop(name)
    else:
        tensors[name] = forms[form]()
    forging.file(place, file, save({key: tensor.contiguous().clone() for key, tensor in tensors.items()}))
    return trial.read(sound, copy, f"{file} {name}: {form}", forged=True)


@kind
def container_of_weights(trial: Trial) -> Outcome:
    """A safetensors file with a forged header: lengths, offsets and shapes that lie."""
    sound, copy, place = _mind(trial)
    file = trial.random.choice([WEIGHTS, TRAINING])
    data = (place / file).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    name = trial.random.choice([key for key in header if key != "__metadata__"])

    def packed(header: dict) -> bytes:
        text = json.dumps(header).encode()
        return struct.pack("<Q", len(text)) + text + body

    forms = {
        "length 0": struct.pack("<Q", 0) + data[8:],
        "length huge": struct.pack("<Q", 2**63) + data[8:],
        "length off": struct.pack("<Q", length + 1) + data[8:],
        "offsets": packed(header | {name: header[name] | {"data_offsets": [0, 2**62]}}),
        "overlap": packed(header | {name: header[name] | {"data_offsets": [0, 4]}}),
        "shape": packed(header | {name: header[name] | {"shape": [2**31, 2**31]}}),
        "negative": packed(header | {name: header[name] | {"shape": [-1]}}),
        "dtype": packed(header | {name: header[name] | {"dtype": "F999"}}),
        "metadata": packed(header | {"__metadata__": {"a": "b" * 100_000}}),
        "no JSON": data[:8] + b"\xff" * length + body,
        "noise": bytes(trial.random.randrange(256) for _ in range(4096)),
        "empty": b"",
    }
    form = trial.random.choice(sorted(forms))
    forging.file(place, file, forms[form])
    outcome = trial.read(sound, copy, f"{file} {name}: {form}", forged=True)
    return outcome


class _Strike:
    def __init__(self, marker: Path):
        self.marker = marker

    def __reduce__(self):
        return Path.touch, (self.marker,)


@kind
def pickles(trial: Trial) -> Outcome:
    """A pickle that runs code when it is loaded, under every name that a mind could have."""
    sound, copy, place = _mind(trial)
    poison = pickle.dumps(_Strike(trial.marker))
    where = trial.random.choice(["signed", "beside", "alone", "file", "training", "config"])
    if where in ("signed", "training", "config"):
        names = {"signed": WEIGHTS, "training": TRAINING, "config": CONFIG}
        forging.file(place, names[where], poison)
    elif where == "beside":
        (place / "pytorch_model.bin").write_bytes(poison)
    else:
        aside = copy.rename(trial.home / "aside")
        suffix = trial.random.choice([".pt", ".pth", ".bin", ".pkl", ".ckpt", ".safetensors", ""])
        if where == "alone":
            copy.mkdir()
            (copy / f"model{suffix}").write_bytes(poison)
        else:
            copy.write_bytes(poison)
        # Training with --resume is refused there, or makes a run where there was nothing.
        sound = trial.sounds[sound.name]
        assert aside.exists()
    return trial.read(sound, copy, where, forged=True)


@kind
def document_of_generations(trial: Trial) -> Outcome:
    """Scores and settings of generations with other values; whoever signs what, signs it for himself."""
    sound, copy = trial.pick("generations")
    path = trial.random.choice(
        [p for p in sorted(copy.rglob("*.json")) if p.name in ("scores.json", "generations.json")]
    )
    document = json.loads(path.read_bytes())
    where, value = changed(trial, document)
    unchanged = where[-1] != "more" and same(value_at(document, where), value)
    path.write_bytes(json.dumps(forging.put(document, where, value), indent=2, sort_keys=True).encode() + b"\n")
    fault = f"{path.relative_to(copy)} {'.'.join(where)} = {ascii(value)[:60]}"
    return trial.read(sound, copy, fault, immaterial=unchanged)
