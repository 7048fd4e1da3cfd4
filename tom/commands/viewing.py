"""`tom view`: a page on which an episode is looked at, and its agents are asked."""

import sys
from dataclasses import dataclass
from typing import Annotated, Any

import tyro

from tom.commands.base import Command, Flag, MaybeRunDir, mind_for
from tom.terminal import progress, show, tell


@dataclass(kw_only=True)
class View(Command):
    """Look at a log in a browser, and ask its agents by clicking: the mind's answer, the truth and the best shortcut,
    on the map. It goes on until Ctrl-C, and is open to this machine alone; from elsewhere, make a tunnel, such as
    ssh -L PORT:127.0.0.1:PORT."""

    log: Annotated[tyro.conf.Positional[str], tyro.conf.arg(metavar="LOG")]
    """The log to look at."""
    mind: MaybeRunDir = None
    """The mind's run directory; without it, the mind of the package that knows the log's world."""
    port: int = 0
    """Where to listen; 0: any port that is free."""
    open: Flag = False
    """Open the page in a browser."""
    at: Annotated[str | None, tyro.conf.arg(metavar="PLACE")] = None
    """Where to begin, as tom ask prints it: e=EPISODE&a=AGENT&t=STEP&q=PROMPT."""

    episode: int | None = None
    """With --out: the episode that is written."""
    out: Annotated[str | None, tyro.conf.arg(metavar="FILE")] = None
    """Write the page of one --episode into a file that needs no server, with all answers of depth 0 to 2 in it."""

    def work(self) -> dict[str, Any]:
        from tom.view.desk import Desk
        from worlds import FunhouseError, open_log

        if (self.out is None) != (self.episode is None):
            what = "a file holds one episode" if self.out else "one episode is for a file"
            raise FunhouseError(what, remedy="give both: --episode E --out FILE.html; or neither")
        log = open_log(self.log)
        mind = mind_for(self.mind, log.config)
        if mind is None:
            tell("no mind that ships knows this world: the page shows what is true alone", style="yellow")
        desk = Desk(log, mind)
        desk.about(), desk.episode(0)  # what cannot be read, or may not be run, is told now
        if self.out is None or self.episode is None:
            return self._listening(desk)
        return self._written(desk, self.episode, self.out)

    def _listening(self, desk: Any) -> dict[str, Any]:
        from pathlib import Path

        from tom.view.server import HOST, Page, serving

        hidden = [path for name in (self.log, self.mind) if name for path in (str(Path(name).resolve()), name)]
        page = Page(desk, hidden)
        self.server = serving(page, self.port)
        place = f"#{self.at.lstrip('#').replace(' ', '+')}" if self.at else ""
        return {"url": f"http://{HOST}:{page.port}/{place}", "log": self.log, "episodes": len(desk.log)}

    def _written(self, desk: Any, episode: int, out: str) -> dict[str, Any]:
        from pathlib import Path

        from tom.view.export import page_of
        from worlds.atomic_files import write_file

        with progress(f"asking everything about episode {episode}") as report:
            text = page_of(desk, episode, report).encode()
        path = Path(out)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, text)
        return {"file": out, "bytes": len(text), "episode": episode}

    def show(self, document: dict[str, Any]) -> None:
        if self.out is not None:
            show(f"{document['file']}: open it in a browser ({document['bytes'] / 1000:.0f} KB)")
            return
        show(document["url"])
        tell("Ctrl-C ends it")

    def status(self, document: dict[str, Any]) -> int:
        """Serves the page, whose address has been printed, until it is stopped."""
        import webbrowser

        if self.out is not None:
            return 0
        sys.stdout.flush()
        with self.server:
            if self.open and not webbrowser.open(document["url"]):
                tell("no browser was found here: open the address in one", style="yellow")
            self.server.serve_forever(poll_interval=0.2)
        return 0

    def stopped(self) -> str:
        return "nothing is written" if self.out is not None else "the page is closed"
