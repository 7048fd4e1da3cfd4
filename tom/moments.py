"""The moment at which a mind was farthest from the truth while it was probed, kept so that one can look at it.

The episodes of probes stand in no log, so the one in question is written into a log of its own. A log holds what was
done, and not what was changed afterwards, such as a fruit that is moved: only moments of episodes that come out of it
as they were can be kept. Such a log opens, and need not verify.
"""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from agents.answer import Question, Truth
from agents.registry import run_of, type_space, world_of
from analysis.scores.measures import divergence
from tom.view.links import moment
from worlds import FunhouseError
from worlds.base_episode import BaseEpisode
from worlds.log.manifest import MANIFEST, UNFINISHED
from worlds.log.reader import open_log
from worlds.log.writer import LogWriter

NOTED = 64  # questions, drawn of all that are asked
ALIKE = 1e-6  # by how much an answer in the log may differ
Noted = list[tuple[BaseEpisode, Question, np.ndarray]]


class Noting:
    """A mind that notes some of what it is asked, and is otherwise as it is."""

    def __init__(self, mind: Any, noted: Noted | None = None):
        self.mind, self._asked = mind, 0
        self.noted: Noted = noted or []
        self._generator = np.random.default_rng(0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.mind, name)

    def answer(self, episode: BaseEpisode, questions: Sequence[Question]) -> np.ndarray:
        """What the mind says, (q, actions)."""
        said = self.mind.answer(episode, questions)
        for one in zip(questions, said, strict=True):
            self._asked += 1
            if len(self.noted) < NOTED:
                self.noted.append((episode, *one))
            elif (place := int(self._generator.integers(self._asked))) < NOTED:
                self.noted[place] = episode, *one
        return said

    def keep(self, directory: Path) -> dict[str, Any] | None:
        """Writes the log with the farthest moment that one can hold: {"log", "at", "nats"}; None where none can."""
        noted = [(_nats(*one), *one) for one in self.noted]
        for nats, episode, question, said in sorted(noted, key=lambda one: -one[0]):
            _clear(directory)
            with suppress(FunhouseError):
                _write(episode, directory)
                if self._comes_again(open_log(directory)[0], episode, question, said):
                    place = moment(0, question.agent, question.step, question.prompt)
                    return {"log": str(directory), "at": place, "nats": nats}
        _clear(directory)
        return None

    def _comes_again(self, again: BaseEpisode, episode: BaseEpisode, question: Question, said: np.ndarray) -> bool:
        """Whether an episode looks as it did, and the mind answers as it did."""
        picture, was = (world_of(one).pictured(one) for one in (again, episode))
        answered = np.abs(self.mind.answer(again, [question])[0] - said).max() < ALIKE
        return bool(answered) and _until(picture, episode.steps) == _until(was, episode.steps)


def _until(picture: dict[str, Any] | None, steps: int) -> dict[str, Any]:
    """A picture, nothing in it told of later steps."""
    return {name: part[:steps] if isinstance(part, list) else part for name, part in (picture or {}).items()}


def _nats(episode: BaseEpisode, question: Question, said: np.ndarray) -> float:
    return float(divergence(Truth(type_space(episode)).answer(episode, [question]), said[None])[0])


def _write(episode: Any, directory: Path) -> None:
    """A log of one episode, which may end early."""
    part = world_of(episode).part
    settings = {**episode.run, part: {**episode.run[part], "steps": episode.steps}}
    with LogWriter(directory, run_of(settings).meta, 1) as writer:
        writer.write_shard(0, [replace(episode, index=0, run=settings)])
        writer.finish()


def _clear(directory: Path) -> None:
    """Removes the log of an earlier probe, or try; what is no log stays."""
    if any((directory / name).exists() for name in (MANIFEST, UNFINISHED)):
        shutil.rmtree(directory)
