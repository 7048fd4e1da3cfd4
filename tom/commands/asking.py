"""`tom ask` and `tom describe`: what the mind says, and beside it what is true."""

from dataclasses import dataclass
from typing import Annotated, Any

import tyro

from tom.commands.base import Command, Flag, LogDir, MaybeRunDir, Name, episode_of, mind_for
from tom.terminal import show, show_table, tell


@dataclass(kw_only=True)
class Asked(Command):
    """Where a question is asked: an agent, at a step of an episode of a log."""

    log: LogDir
    """The log that holds the episode."""
    episode: int
    """Which episode of the log, from 0."""
    agent: Name
    """The name of the agent that is asked."""
    step: int
    """The step at which it is asked, from 0; it has seen that step's scene, but not its actions."""
    mind: MaybeRunDir = None
    """The mind's run directory; without it, the mind of the package that knows the log's world."""
    exact: Flag = False
    """Put the exact answer beside the mind's."""

    def asked(self):
        """The mind, the log and the episode it is asked about; None for the mind where there is none and --exact is
        given. Raises FunhouseError where nobody can answer."""
        from tom.knowing import unread
        from worlds import open_log

        log = open_log(self.log)
        episode = episode_of(log, self.episode)
        mind = mind_for(self.mind, episode.run)
        if mind is None and not self.exact:
            raise unread(episode.run)
        return mind, log, episode


@dataclass(kw_only=True)
class Ask(Asked):
    """Ask one agent a prompt, such as "behave as Bo pretending to be me", or a wish, such as "collect 3 fruits and end
    in the north in 12 steps"; print what it would do, and with --exact what it should, and what comes of a wish."""

    prompt: Annotated[tyro.conf.Positional[str], tyro.conf.arg(metavar='"PROMPT"')]
    """What to ask, in words."""

    def work(self) -> dict[str, Any]:
        from agents import exact
        from agents.language.wishes import is_wish

        return self._wished() if is_wish(self.prompt) else self._behaved(exact)

    def _wished(self) -> dict[str, Any]:
        """What a mind that learned of wishes says to one, and what is exact about it."""
        from agents import exact_wish
        from worlds import FunhouseError, open_log

        episode = episode_of(open_log(self.log), self.episode)
        mind = mind_for(self.mind, episode.run, wish=True)
        if mind is None and not self.exact:
            remedy = "ask exactly: --exact; or ask a mind that tom train --wishes made: --mind RUN"
            raise FunhouseError("no mind that ships answers a wish in this world", place=self.prompt, remedy=remedy)
        asked = (episode, self.agent, self.step, self.prompt)
        document = dict.fromkeys(("wish", "steps", "chance", "asked", "best", "exact", "shortcuts"))
        document |= vars(mind.ask(*asked)) if mind else {"probabilities": None}
        if self.exact:
            said = vars(exact_wish(*asked))
            document = {**said, "probabilities": document["probabilities"], "exact": said["probabilities"]}
        return document

    def _behaved(self, exact: Any) -> dict[str, Any]:
        from analysis.contenders.one_question import shortcuts_beside

        mind, log, episode = self.asked()
        asked = (episode, self.agent, self.step, self.prompt)
        document = {**vars(mind.ask(*asked)), "exact": None, "shortcuts": None} if mind else {}
        if self.exact:
            said = vars(exact(*asked))
            document = document or {**said, "probabilities": None}
            document |= {"exact": said["probabilities"], "shortcuts": shortcuts_beside(*asked, log)}
        return document

    def show(self, document: dict[str, Any]) -> None:
        from tom.view.links import command, moment

        wished = document["stance"] == "do"
        columns = {
            "the mind": document["probabilities"],
            ("do, estimated" if document.get("estimated") else "do") if wished else "the truth": document["exact"],
            **(document["shortcuts"] or {}),
        }
        columns = {name: column for name, column in columns.items() if column is not None}
        actions = next(iter(columns.values()))
        rows = [(action, *(column[action] for column in columns.values())) for action in actions]
        title = f'{self.agent} at step {self.step}, asked to "{self.prompt}" (depth {document["depth"]})'
        show_table(("action", *columns), rows, title)
        tell(f"see it: {command(self.log, moment(self.episode, self.agent, self.step, self.prompt), self.mind)}")
        if document.get("chance") is not None:
            self._show_figures(document)

    @staticmethod
    def _show_figures(document: dict[str, Any]) -> None:
        said = [("chance", "nobody is asked"), ("asked", "it acts by do"), ("best", "every act is the best there is")]
        error = f" ± {document['standard_error']:.2g}, estimated" if document["estimated"] else ""
        rows = [
            (name, f"{document[name]:.3g}{error}", f"how likely it comes true if {what}")
            for name, what in said
            if document[name] is not None
        ]
        show_table(("figure", "probability", "meaning"), rows, document["wish"])
        if document["estimated"]:
            show(f"do and chance are estimated from {document['rollouts']} roll-outs; ± is one standard error.")
            if document["chance"] == 0:
                show("In none of them did that come about.")
        elif document["chance"] == 0:
            show(f"Nobody who acts like those it could be would bring that about; best is {document['best']:.3g}.")


@dataclass(kw_only=True)
class Describe(Asked):
    """Ask one agent what kind of agent another is; print the probability of every trait."""

    who: Name
    """The name of the agent to describe."""

    def work(self) -> dict[str, Any]:
        from tom.ask import describe_exactly

        mind, _, episode = self.asked()
        asked = (episode, self.agent, self.step, self.who)
        exact = describe_exactly(*asked) if self.exact else None
        told = mind.describe(*asked) if mind else None
        return {"agent": self.agent, "who": self.who, "traits": told, "exact": exact}

    def show(self, document: dict[str, Any]) -> None:
        told = {"the mind": document["traits"], "the posterior": document["exact"]}
        told = {name: traits for name, traits in told.items() if traits is not None}
        columns = ["trait", "value", *told]
        rows = [
            (trait, value, *(traits[trait][value] for traits in told.values()))
            for trait, values in next(iter(told.values())).items()
            for value in values
        ]
        show_table(columns, rows, f"{self.who}, as {self.agent} knows it at step {self.step}")
