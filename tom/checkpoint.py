"""A mind on disk: weights as safetensors, its settings as JSON, a manifest with the SHA-256 of each; nothing
is executed.

A run's directory holds `checkpoint/` and, beside it, curves. A new checkpoint is written whole under another
name and then swapped in, so that a kill at any moment leaves the old one or the new one. What training needs
to go on lies in a file of its own, `training.safetensors`, which may be deleted.
"""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load as from_bytes
from safetensors.torch import save as to_bytes

from worlds import FunhouseError
from worlds.atomic_files import explained, make_directory, sync_directory, write_file
from worlds.log.manifest import MANIFEST, Manifest, entry, read_manifest, versions, write_manifest
from worlds.schema import Document, parsed, shown
from worlds.signed import canonical

WEIGHTS, CONFIG, TRAINING = "model.safetensors", "config.json", "training.safetensors"
NEW = "checkpoint.new"  # one that is being written
PICKLES = (".pt", ".pth", ".bin", ".pkl", ".pickle", ".ckpt")
Tensors = Mapping[str, torch.Tensor]
Read = TypeVar("Read")


def save(run: str | Path, tensors: Tensors, meta: dict, training: Tensors | None = None) -> Path:
    """Puts a checkpoint into a run's directory in place of the one before; returns the checkpoint's own
    directory.

    tensors: the weights, of any dtype and device; meta: JSON values; training: what `--resume` needs besides
    the weights. Raises FunhouseError where a tensor holds what is no number, the disk is full or the place cannot
    be written; the one before then stays.
    """
    place = Path(run) / "checkpoint"
    new = place.with_name(NEW)
    for part in (tensors, training or {}):
        _check_finite(part, str(place), "the checkpoint before it, if there is one, stays; train with a lower --rate")
    mend(run)
    files = {WEIGHTS: _packed(tensors), CONFIG: canonical(meta)}
    if training is not None:
        files[TRAINING] = _packed(training)
    with explained("clear", new):
        shutil.rmtree(new, ignore_errors=True)
    make_directory(new)
    for name, data in files.items():
        write_file(new / name, data)
    listed = {name: entry(data) for name, data in files.items()}
    if training is not None:
        listed[TRAINING]["optional"] = True
    write_manifest(new, "checkpoint", {"versions": versions("funhouse", "safetensors", "torch")}, listed)
    _swap(new, place)
    return place


def _packed(tensors: Tensors) -> bytes:
    """The same bytes for the same tensors. Copies, because safetensors refuses tensors that share memory."""
    return to_bytes({name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in tensors.items()})


def _check_finite(tensors: Tensors, place: str, remedy: str) -> None:
    """Raises FunhouseError naming a tensor that holds NaN or an infinity."""
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise FunhouseError(f"{shown(name)} holds what is no finite number", place=place, remedy=remedy)


def is_there(run: str | Path) -> bool:
    """Whether a run has a checkpoint, under either of the names that it has while another takes its place."""
    return any((Path(run) / name).exists() for name in ("checkpoint", "checkpoint.old"))


def mend(run: str | Path) -> None:
    """Gives the checkpoint its name back where a kill came between the two renames of `_swap`; for who may write here.

    It is the one before, which readers have seen meanwhile. Raises FunhouseError where that cannot be done.
    """
    place = Path(run) / "checkpoint"
    old = place.with_name("checkpoint.old")
    if old.is_dir() and not place.exists():
        with explained("restore", place):
            old.rename(place)
            sync_directory(place.parent)


def _swap(new: Path, place: Path) -> None:
    """Gives a whole new checkpoint its name; between the two renames the old one has a second name."""
    old = place.with_name("checkpoint.old")
    with explained("replace", place):
        if place.exists():
            shutil.rmtree(old, ignore_errors=True)
            place.rename(old)
        new.rename(place)
        sync_directory(place.parent)
        shutil.rmtree(old, ignore_errors=True)


def load(run: str | Path) -> tuple[dict[str, torch.Tensor], Document]:
    """A checkpoint's weights and meta, on the CPU, from a run's directory or from the checkpoint's own.

    Raises FunhouseError for a pickle, a directory without a checkpoint, and any file that is not what was
    written.
    """
    return load_marked(run)[:2]


def load_marked(run: str | Path) -> tuple[dict[str, torch.Tensor], Document, str]:
    """The same, and what a mind is known by: the SHA-256 of the file of its weights. Raises as `load` does."""
    return _steadily(Path(run), _marked)


def _marked(found: Manifest) -> tuple[dict[str, torch.Tensor], Document, str]:
    return _unpacked(found, WEIGHTS), _document(found), found.files[WEIGHTS]["sha256"]


def _document(found: Manifest) -> Document:
    """What a checkpoint says of itself; tom.checkpoint_document has its shape."""
    try:
        meta = parsed(found.read(CONFIG))
    except ValueError as error:
        raise found.damage(CONFIG, f"is no JSON that can be read: {error}") from error
    if not isinstance(meta, dict):
        raise found.damage(CONFIG, "says nothing by name")
    return Document(meta, found.directory / CONFIG)


def load_training(run: str | Path) -> dict[str, torch.Tensor]:
    """What training needs to go on. Raises FunhouseError where the checkpoint has none, or as `load` does."""
    return _steadily(Path(run), _training)


def _training(manifest: Manifest) -> dict[str, torch.Tensor]:
    if TRAINING not in manifest.files or not (manifest.directory / TRAINING).exists():
        raise FunhouseError(
            "this checkpoint holds a mind but not the state of its training",
            place=str(manifest.directory),
            remedy="train anew without --resume",
        )
    return _unpacked(manifest, TRAINING)


def _steadily(run: Path, read: Callable[[Manifest], Read]) -> Read:
    """What `read` finds in a run's checkpoint; again, where training swapped the checkpoint meanwhile."""
    for _ in range(3):
        before = _identity(run)
        try:
            return read(_found(run))
        except FunhouseError:
            if _identity(run) == before:
                raise
    return read(_found(run))


def _identity(run: Path) -> int | None:
    try:
        return (run / "checkpoint").stat().st_ino
    except OSError:
        return None


def _unpacked(manifest: Manifest, name: str) -> dict[str, torch.Tensor]:
    if name not in manifest.files:
        raise manifest.damage(name, "is not listed")
    try:
        tensors = from_bytes(manifest.read(name))
    except SafetensorError as error:
        raise manifest.damage(name, f"is no safetensors file: {error}") from error
    _check_finite(tensors, str(manifest.directory / name), "restore a copy, or train again with a lower --rate")
    return tensors


def _found(run: Path) -> Manifest:
    """The manifest of the checkpoint that a path means."""
    for place in (run / "checkpoint", run / "checkpoint.old"):
        if place.is_dir():
            return read_manifest(place, "checkpoint")
    if not (run / MANIFEST).exists():
        _refuse_files(next((path for path in sorted(run.glob("*")) if path.suffix.lower() in PICKLES), run))
    return read_manifest(run, "checkpoint")


def _refuse_files(path: Path) -> None:
    """Raises FunhouseError for a path that is a file, a pickle among them by its name."""
    if path.suffix.lower() in PICKLES:
        raise FunhouseError(
            f"{path.name} may be a pickle, and loading a pickle runs whatever code it holds",
            place=str(path),
            remedy="save its tensors with tom.checkpoint.save where you trust it, and name that directory",
        )
    if path.is_file():
        raise FunhouseError(f"{path} is a file", remedy=f"name the directory of a run: {path.parent}")
