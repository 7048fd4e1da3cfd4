"""What to do next with a log, as commands that can be pasted as they stand."""

from pathlib import Path
from typing import Any

from agents.registry import world_of
from tom.knowing import readable, shipped_for
from worlds import open_log
from worlds.harmless import harmless, quoted
from worlds.trust import flags

TRAINED = "--minutes 8"


def next_steps(log: str, mind: str | None = None) -> list[str]:
    """Lines that say how an agent of the log's first episode is asked; `mind`: the run whose copies live in it."""
    opened = open_log(log)
    episode = opened[0]
    said = f"its first episode has {harmless(', '.join(episode.names))} in it"
    question = _question(episode)
    if question is None:
        return [f"{said}; none of them acts"]
    prompt, whom = question
    trusted = "".join(f" {option}" for option in [flags(world_of(opened).code(opened.config))] if option)
    asked = f"tom ask {prompt} --log {quoted(log)} --episode 0 {whom}{trusted}"
    if mind is not None:
        return [f"{said}; to ask one of them:", f"{asked} --mind {quoted(mind)}"]
    if not readable(opened.config):
        exactly = [f"{asked} --exact", f"tom score --log {quoted(log)} --needs{trusted}"]
        return [f"{said}; no mind reads its world yet. To ask one exactly, and to see what the log demands:", *exactly]
    if shipped_for(opened.config) is not None:
        return [f"{said}; to ask one of them:", asked]
    nobody = f"{said}; no mind that ships with the package knows this world"
    if opened.split != "train":
        return [f"{nobody}: train one on a log of its train split, and name it with --mind"]
    run = quoted(str(Path("runs") / Path(log).resolve().name))
    train = f"tom train {quoted(log)} --out {run} {TRAINED}"
    return [f"{nobody}. To train one, and to ask it:", train, f"{asked} --mind {run}"]


def next_to_a_part(part: str) -> list[str]:
    """What becomes of a part of a log, K/N, in words."""
    return [
        f"this is part {part} of a log; when all are there, tom merge PART [PART ...] --out LOG makes the log of them"
    ]


def _question(episode: Any) -> tuple[str, str] | None:
    """A prompt, and whom to ask it at which step: somebody in the middle of its acts, and another it could act as.
    None where nobody acts."""
    import numpy as np

    acting = np.flatnonzero(episode.acts.any(0)).tolist()
    if not acting:
        return None
    species = world_of(episode).species(episode)
    pairs = [(a, b) for a in acting for b in acting if a != b and species[a] == species[b]]
    me, other = pairs[0] if pairs else (acting[0], None)
    when = np.flatnonzero(episode.acts[:, me])
    prompt = "behave as myself" if other is None else f"behave as {episode.names[other]} pretending to be me"
    return quoted(prompt), f"--agent {quoted(episode.names[me])} --step {int(when[len(when) // 2])}"
