"""`tom just-ask`: one of the experiments on asking for what one wants, or all of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from tom.commands.base import Command, MaybeAddress, load_mind
from tom.commands.controls import judge, show_controls
from tom.minds import WISHES
from tom.terminal import progress, show

ALL, STEM = "all", "experiments"
ABOUT = (
    "One network, trained on what many policies did and what came of it, is asked for what one wants; beside it stand "
    "the exact answer and shortcuts. A positive control must show the effect, a negative one must not."
)


@dataclass(kw_only=True)
class JustAsk(Command):
    """Ask for what one wants, and measure what comes of it, beside exact answers, shortcuts and controls. Exit status 3
    where a control does what it must not: then nothing follows about the mind."""

    name: Annotated[tyro.conf.Positional[str], tyro.conf.arg(metavar="NAME")]
    """Which experiment, such as clauses; all: every one of them."""
    mind: Annotated[str | None, tyro.conf.arg(metavar="RUN")] = None
    """Who is asked: a run that was trained with --wishes; without it, the mind of the package that is asked wishes."""
    out: Annotated[str | None, tyro.conf.arg(metavar="DIR")] = None
    """Where to write the page (HTML), the documents (JSON) and the pictures (PNG, SVG); of all, one picture besides."""
    seeds: Annotated[int | None, tyro.conf.arg(metavar="N")] = None
    """How many evaluation seeds; by default five."""
    seed: int = 0
    """The first of them."""
    episodes: Annotated[int | None, tyro.conf.arg(metavar="N")] = None
    """Episodes of each seed; by default as many as the experiment says."""
    split: Literal["validation", "test"] = "test"
    """Ask on validation whatever is still to be decided."""
    ray: MaybeAddress = None
    """Have a Ray cluster ask, one experiment on each core: auto, host:port, or local, which starts one here."""

    def work(self) -> dict[str, Any]:
        from analysis.figures.picture import save
        from analysis.just_ask import experiments, find
        from analysis.just_ask.picture import overview
        from analysis.probes import Settings
        from tom.commands.publishing import publish
        from tom.joining import cluster

        chosen = list(experiments().values()) if self.name == ALL else [find(self.name)]
        settings = Settings(self.seeds, self.seed, self.episodes, self.split)
        mind = load_mind(self.mind or WISHES)
        with cluster(self.ray) as crew:
            documents = list(_elsewhere(crew, chosen, mind, settings) if crew else _here(chosen, mind, settings))
        if self.out:
            whole = self.name == ALL
            publish(Path(self.out), STEM, chosen, documents, whole, title="Just ask", about=ABOUT)
            if whole and (drawn := overview(documents)):
                save(drawn, self.out, "just-ask")
        return {"experiments": documents} if self.name == ALL else documents[0]

    def status(self, document: dict[str, Any]) -> int:
        from analysis.probes import sound

        return 0 if all(map(sound, document.get("experiments", [document]))) else 3

    def show(self, document: dict[str, Any]) -> None:
        from analysis.just_ask import find

        for one in document.get("experiments", [document]):
            for table in find(one["experiment"]).tables(one):
                show(table)
            show_controls(one["experiment"], one)


def _here(chosen: list[Any], mind: Any, settings: Any) -> Iterator[dict[str, Any]]:
    """The documents of experiments, one after another."""
    for one in chosen:
        with progress(f"just ask {one.name}") as report:
            document = one.run(mind, settings, report)
        judge(one.name, document)
        yield document


def _elsewhere(crew: Any, chosen: list[Any], mind: Any, settings: Any) -> list[dict[str, Any]]:
    """The same, each made by a core of a cluster."""
    documents, names = {}, [one.name for one in chosen]
    with progress("just ask") as report:
        for name, document in crew.each(_asked, (mind, settings), names):
            documents[name] = document
            report(len(documents), len(names), name)
            judge(name, document)
    return [documents[name] for name in names]


def _asked(shared: tuple[Any, Any], name: str) -> dict[str, Any]:
    """In a worker of a cluster: an experiment's document."""
    from analysis.just_ask import find

    return find(name).run(*shared)
