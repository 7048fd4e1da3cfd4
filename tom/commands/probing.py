"""`tom probe`: one of the probes, or all of them on one page."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from tom.commands.base import Command, MaybeAddress, load_mind
from tom.commands.controls import judge, show_controls
from tom.minds import NEAR_FAR
from tom.terminal import Report, progress, show, show_table, tell
from tom.workers import workers

ALL, PAGE, PLACE = "all", "probes", "runs/probes"


@dataclass(kw_only=True)
class Probe(Command):
    """Probe the mind: whether it shows an effect, beside controls that must and controls that must not. Exit status 3
    where one of these does what it must not: then nothing follows about the mind."""

    name: Annotated[tyro.conf.Positional[str], tyro.conf.arg(metavar="NAME")]
    """Which probe, such as stranger; all: every one of them."""
    run: Annotated[tyro.conf.Positional[str | None], tyro.conf.arg(metavar="[RUN]")] = None
    """The mind's run directory; without it, near-far, which ships: probes live in that world."""
    out: Annotated[str | None, tyro.conf.arg(metavar="DIR")] = None
    """Where to write the page (HTML), the documents (JSON), the pictures (PNG, SVG) and a log of the moment at which
    the mind was farthest off, to be looked at with tom view; of all: runs/probes."""
    seeds: Annotated[int | None, tyro.conf.arg(metavar="N")] = None
    """How many evaluation seeds; by default as many as the probe's figures take."""
    seed: int = 0
    """The first of them."""
    episodes: Annotated[int | None, tyro.conf.arg(metavar="N")] = None
    """Episodes of each seed and condition; by default as many as the probe's figures take."""
    split: Literal["validation", "test"] = "test"
    """Probe on validation whatever is still to be decided."""
    permute: int = 0
    """Ask the mind about the same episodes with tastes permuted: every colour so many places on."""
    ray: MaybeAddress = None
    """Have a Ray cluster probe, one probe on each core: auto, host:port, or local, which starts one here."""

    def work(self) -> dict[str, Any]:
        from analysis.probes import find, probes
        from tom.commands.publishing import publish
        from tom.joining import cluster

        chosen = list(probes()) if self.name == ALL else [find(self.name).name]
        self.settings()
        mind = load_mind(self.run or NEAR_FAR)  # one that is none is told of before anything is made
        with cluster(self.ray) as crew:
            if crew:
                documents = self._elsewhere(crew, mind, chosen)
            else:
                documents = self._side_by_side(chosen) if len(chosen) > 1 else [self._one(chosen[0])]
        if out := self._place():
            publish(out, PAGE, [find(name) for name in chosen], documents, self.name == ALL)
        for document in documents:
            judge(document["probe"], document)
        return {"probes": documents} if self.name == ALL else documents[0]

    def status(self, document: dict[str, Any]) -> int:
        from analysis.probes import sound

        return 0 if all(map(sound, document.get("probes", [document]))) else 3

    def _one(self, name: str) -> dict[str, Any]:
        with progress(f"probe {name}") as report:
            return self.probed(name, report)

    def _side_by_side(self, names: list[str]) -> list[dict[str, Any]]:
        """The documents of several probes, each made in a process of its own, as many at a time as there are cores."""
        count = min(len(names), os.cpu_count() or 1)
        with progress("probes") as report, workers(count) as pool:
            documents = []
            for document in pool.map(self.probed, names):
                documents.append(document)
                report(len(documents), len(names), document["probe"])
        return documents

    def _elsewhere(self, crew: Any, mind: Any, names: list[str]) -> list[dict[str, Any]]:
        """The same, each made by a core of a cluster; moments are kept here."""
        from tom.moments import Noting

        documents = {}
        with progress("probes") as report:
            for name, (document, noted) in crew.each(_measured, (self, mind), names):
                documents[name] = self._kept(document, Noting(mind, noted))
                report(len(documents), len(names), name)
        return [documents[name] for name in names]

    def probed(self, name: str, report: Report | None = None) -> dict[str, Any]:
        """One probe's document."""
        return self._kept(*self.measured(name, load_mind(self.run or NEAR_FAR), report))

    def measured(self, name: str, mind: Any, report: Report | None = None) -> tuple[dict[str, Any], Any]:
        """One probe's document of a mind, and a tom.moments.Noting, the mind with what it was asked."""
        from analysis.contenders.permuted import Permuted
        from analysis.probes import Subject, find
        from tom.moments import Noting
        from tom.player import Player

        noted = Noting(mind)
        asked = [Permuted(one, self.permute) if self.permute else one for one in (noted, *mind.controls())]
        subject = Subject(asked[0], asked[1:], Player(mind), mind.checkpoint, self._in_marks())
        return find(name).run(subject, self.settings(), report), noted

    def _kept(self, document: dict[str, Any], noted: Any) -> dict[str, Any]:
        """A document, and in it where a log of the farthest moment was written, if one was."""
        place = f"{document['probe']}-moment"
        if (out := self._place()) and not self.permute and (moment := noted.keep(out / place)):
            document["moment"] = moment
        return document

    def _place(self) -> Path | None:
        """Where to write, None for nowhere."""
        return Path(out) if (out := self.out or (PLACE if self.name == ALL else None)) else None

    def settings(self):
        """On what to probe, an analysis.probes.Settings. Raises FunhouseError."""
        from analysis.probes import Settings

        return Settings(self.seeds, self.seed, self.episodes, self.split)

    @staticmethod
    def _in_marks() -> dict[str, Any]:
        """The minds that know marks, by the names under which they ship with the package."""
        from analysis.probes import Subject
        from tom.minds import IN_MARKS

        minds = {name: load_mind(name) for name in IN_MARKS}
        return {name: Subject(mind, mind.controls()) for name, mind in minds.items()}

    def show(self, document: dict[str, Any]) -> None:
        for one in document.get("probes", [document]):
            self._show(one)

    def _show(self, document: Mapping[str, Any]) -> None:
        from analysis.probes import find
        from tom.view.links import command

        for table in find(document["probe"]).tables(document):
            show(table)
        figures = document.get("figures", [])
        if figures:
            keys = [key for key in figures[0] if key != "by_seed"]
            show_table(keys, [[one[key] for key in keys] for one in figures], "what the mind came to")
        show_controls(document["probe"], document)
        if moment := document.get("moment"):
            tell(f"a moment at which the mind was {moment['nats']:.2f} nats off, which this shows:")
            tell(command(moment["log"], moment["at"], self.run))


def _measured(shared: tuple[Probe, Any], name: str) -> tuple[dict[str, Any], list]:
    """In a worker of a cluster: a probe's document, and what the mind was asked."""
    command, mind = shared
    document, noted = command.measured(name, mind)
    return document, noted.noted
