"""`tom score` and `tom graph`: how near the mind comes to the truth, as a table and as pictures."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import tyro

from tom.commands.base import Command, Flag, LogDir, OutDir, episode_of, mind_for
from tom.terminal import progress, show, show_table, tell

WORST = 3  # moments that tom graph names


@dataclass(kw_only=True)
class Scored(Command):
    """A mind, and questions from a log on which it is compared with the truth."""

    run: Annotated[tyro.conf.Positional[str | None], tyro.conf.arg(metavar="[RUN]")] = None
    """The mind's run directory; without it, the mind of the package that knows the log's world."""
    log: LogDir
    """The log to score on: one that the mind was not trained on."""
    episodes: Annotated[int | None, tyro.conf.arg(metavar="N")] = None
    """Ask about the first N episodes only."""
    questions: int = 64
    """Questions to each episode, shared out over stances and depths."""
    types: Literal["all", "held-out"] = "all"
    """Whom to ask about; held-out: only agents of types that training never holds."""
    paraphrases: Literal["all", "trained", "held-out"] = "all"
    """Which wordings to ask in; held-out: only those that training never holds."""
    description_share: float = 0.0
    """The share of the later persons in a question who are described, as "a near-sighted agent" is, and not named."""
    seed: int = 0
    """Decides which questions are asked."""
    train_log: Annotated[str | None, tyro.conf.arg(metavar="LOG")] = None
    """A log of the train split on whose first episodes shortcuts are fitted; without it, some are made for that."""

    def opened(self):
        """The minds, one or none, and the log. Raises FunhouseError where one was ever trained on the other."""
        from tom.training.seen_logs import check_unseen
        from worlds import open_log

        log = open_log(self.log)
        mind = mind_for(self.run, log.config)
        if mind is None:
            return [], log
        check_unseen(mind.meta, log, self.run or "the mind that ships")
        return [mind], log

    def fitted_on(self, log):
        """The episodes that the shortcuts are fitted on, None where they are to be made. Raises FunhouseError."""
        from agents.registry import world_of
        from analysis.scores.fidelity import TRAINING_EPISODES
        from worlds import FunhouseError, open_log

        if self.train_log is None:
            return None
        train = open_log(self.train_log)
        if train.split != "train":
            what = f"this log is of the {train.split} split, and shortcuts are fitted on training episodes"
            raise FunhouseError(what, place=self.train_log, remedy="name one that was run with --split train")
        for part in world_of(log).parts:
            if train.config.get(part) != log.config.get(part):
                what = f"this log is of another world than {self.log}: their settings of '{part}' differ"
                remedy = f"run it with {f'--bank {self.log}' if part == 'bank' else 'the same ones'}, or leave it out"
                raise FunhouseError(what, place=self.train_log, remedy=remedy)
        return train[:TRAINING_EPISODES]

    def sampling(self):
        """The questions to draw, an analysis.questions.sampling.Sampling."""
        from analysis.questions.sampling import Sampling

        return Sampling(
            questions=self.questions,
            episodes=self.episodes,
            types=self.types,
            paraphrases=self.paraphrases,
            description_share=self.description_share,
            seed=self.seed,
        )


@dataclass(kw_only=True)
class Score(Scored):
    """Print how near the mind comes to the truth, beside the best shortcut; --all: every contender in full."""

    all: Flag = False
    """Print a row for every shortcut, partial reasoner, oracle and control, and how well others are described; --json
    has all of it."""
    needs: Flag = False
    """Print what the log demands: how far exact reasoning falls short that leaves one thing out. Needs no mind."""
    acting: Flag = False
    """Have a mind that was trained on wishes act on those of the log, too: how often they come true."""

    def work(self) -> dict[str, Any]:
        from analysis import exchanges, score, score_acting, score_descriptions, score_wishes
        from tom.knowing import unread
        from worlds import open_log

        by_itself = self.needs and self.run is None
        minds, log = ([], open_log(self.log)) if by_itself else self.opened()
        if not (minds or by_itself):
            tell(f"{unread(log.config).what}: the exact contenders stand alone", style="yellow")
        controls = [control for mind in minds for control in (*mind.controls(), *exchanges(mind))]
        told = controls if self.all or self.json else []  # the short table has no line for them
        train, settings = self.fitted_on(log), {"controls": told, "sampling": self.sampling()}
        settings["partial"] = self.all or self.needs or self.json
        with progress(f"scoring on {self.log}") as report:
            table = score(log, minds, train, **settings, progress=report)
            del settings["partial"]
            table["rows"] += score_wishes(log, minds, train, **settings, progress=report)
            if self.acting:
                table["acting"] = score_acting(log, minds, sampling=self.sampling(), progress=report)
        if len(log[0].agents) == 1:  # who has nobody to describe
            return {**table, "describe": {"rows": []}}
        return {**table, "describe": score_descriptions(log[: self.episodes], minds, seed=self.seed)}

    def show(self, document: dict[str, Any]) -> None:
        from analysis import (
            beside_the_reasoner,
            description_table,
            fidelity_table,
            meaning,
            needs_table,
            paired_table,
            summary_table,
        )

        if acted := document.get("acting"):
            figures = ("success", "asked", "best", "chance")
            rows = [
                (one["contender"], one["clauses"], one["wishes"], *(one[name][0] for name in figures)) for one in acted
            ]
            show_table(
                ("contender", "clauses", "wishes", *figures), rows, "how often a wish that is acted on comes true"
            )
        if self.needs:
            show(needs_table(document))
            show(description_table(document["describe"]["rows"]))
            return
        if not self.all:
            show(summary_table(document["rows"]))
            show(meaning(document["rows"]))
            if paired := beside_the_reasoner(document["rows"]):
                show(paired)
            return
        show(fidelity_table(document["rows"]))
        show(paired_table(document["rows"]))
        show(description_table(document["describe"]["rows"]))


@dataclass(kw_only=True)
class Graph(Scored):
    """Draw the imitation-accuracy graphs (PNG, SVG, GraphML) and the accuracy curves; of wishes nothing is drawn."""

    out: OutDir
    """The directory of the pictures."""
    episode: int = 0
    """The episode whose agents have a graph of their own."""

    def work(self) -> dict[str, Any]:
        from analysis import examine, publish, score_descriptions
        from tom.knowing import unread

        minds, log = self.opened()
        one = episode_of(log, self.episode)
        if not minds:
            raise unread(log.config)
        train = self.fitted_on(log)
        with progress(f"asking about {self.log}") as report:
            scores = examine(log, minds, train, sampling=self.sampling(), progress=report)
        described = score_descriptions(log[: self.episodes], minds, seed=self.seed)
        files = publish(scores, self.out, descriptions=described, episode=one, answerers=minds)
        return {"files": [str(file) for file in files], "worst": self._worst(one, minds[0], log)}

    @staticmethod
    def _worst(episode: Any, mind: Any, log: Any) -> list[dict[str, Any]]:
        """Of the pairs of the episode's graph that the mind is farthest from, the moments at which it is so most."""
        from tom.view.worth import pairs

        edges = sorted(pairs(episode, mind, log)["edges"], key=lambda edge: -edge["mind"])
        return [edge["worst"] for edge in edges[:WORST]]

    def show(self, document: dict[str, Any]) -> None:
        from tom.view.links import command

        show_table(("file",), [(name,) for name in document["files"]])
        for one in document["worst"]:
            what = f"{one['agent']} at step {one['step']}, {one['mind']:.2f} nats off"
            tell(f"{what}: {command(self.log, one['at'], self.run)}")
