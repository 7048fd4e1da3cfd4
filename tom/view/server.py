"""The page's server: its three files, and answers in JSON, on the loopback alone."""

import errno
import json
import socket
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from tom.terminal import plain
from tom.view.desk import Busy, Desk
from tom.view.gate import HEADERS, refusal
from worlds import FunhouseError

HOST = "127.0.0.1"
PAGE = Path(__file__).parent / "page"
FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/view.mjs": ("view.mjs", "text/javascript; charset=utf-8"),
    "/view.css": ("view.css", "text/css; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
JSON = "application/json"
WORDS = {200: "OK", 202: "ACCEPTED", 400: "BAD REQUEST", 403: "FORBIDDEN", 404: "NOT FOUND", 405: "METHOD NOT ALLOWED",
         414: "URI TOO LONG", 500: "INTERNAL SERVER ERROR", 503: "SERVICE UNAVAILABLE"}  # fmt: skip
Start = Callable[[str, list[tuple[str, str]]], Any]
ASKED = ("e", "a", "t", "q")  # an episode, an agent, a step, a prompt


class Page:
    """The WSGI application: what a request is answered with."""

    def __init__(self, desk: Desk, hidden: Iterable[str] = ()):
        """hidden: paths that no message shows, such as the log's."""
        self.desk, self.port = desk, 0
        self.hidden = sorted({path for path in hidden if path}, key=len, reverse=True)
        self.routes: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
            "/api/log": (desk.about, ()),
            "/api/episode": (desk.told, ("e",)),
            "/api/ask": (desk.ask, ASKED),
            "/api/shortcuts": (desk.shortcuts, ASKED),
            "/api/beliefs": (desk.beliefs, ("e", "a", "who")),
            "/api/worth": (desk.worth, ("e",)),
            "/api/pairs": (desk.pairs, ("e",)),
            "/api/glimpses": (desk.glimpses, ("e", "a", "t", "chain")),
        }

    def __call__(self, environ: dict[str, Any], start: Start) -> list[bytes]:
        status, kind, body = self.answered(environ)
        headers = {**HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}
        start(f"{status} {WORDS[status]}", list(headers.items()))
        return [body]

    def answered(self, environ: dict[str, Any]) -> tuple[int, str, bytes]:
        """The status, the type and the body for a request."""
        if refused := refusal(environ, self.port):
            return refused[0], JSON, self._message(refused[1])
        path = environ.get("PATH_INFO", "")
        if path in FILES:
            name, kind = FILES[path]
            return 200, kind, (PAGE / name).read_bytes()
        if path not in self.routes:
            return 404, JSON, self._message("there is nothing here")
        try:
            return 200, JSON, _encoded(self._said(path, environ.get("QUERY_STRING", "")))
        except FunhouseError as error:
            return 400, JSON, self._message(error.what, error.place, error.remedy)
        except Busy as busy:
            return busy.status, JSON, self._message(str(busy), remedy="ask again")
        except Exception as error:  # nothing of the machine is told
            what = f"this could not be answered: {type(error).__name__}"
            return 500, JSON, self._message(what, remedy="ask the same with tom ask, and report it as a bug")

    def _said(self, path: str, query: str) -> Any:
        work, names = self.routes[path]
        try:
            given = parse_qs(query, keep_blank_values=True, max_num_fields=16)
        except ValueError as error:
            raise FunhouseError("the request asks too much at once", remedy="ask one question") from error
        return self.desk.do(work, *(_read(name, given) for name in names))

    def _message(self, what: str, place: str | None = None, remedy: str | None = None) -> bytes:
        return _encoded(
            {"error": {"what": self._shown(what), "place": self._shown(place), "remedy": self._shown(remedy)}}
        )

    def _shown(self, text: str | None) -> str | None:
        for path in self.hidden if text else ():
            text = text.replace(path, "the log") if text else text
        return text


def _read(name: str, given: dict[str, list[str]]) -> Any:
    """A part of a question. Raises FunhouseError where it is missing, or no number."""
    if name == "chain":
        return tuple(given.get("who", ()))
    if name not in given:
        raise FunhouseError(f"the request says no '{name}'", remedy="give it")
    text = given[name][-1]
    if name not in ("e", "t"):
        return text
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise FunhouseError(f"'{name}' is no number", remedy="give a whole number from 0")
    return int(text)


def _encoded(document: Any) -> bytes:
    return json.dumps(plain(document), allow_nan=False, separators=(",", ":")).encode()


class Handler(WSGIRequestHandler):
    """Says nothing of itself, and does not wait for ever for one who is slow."""

    timeout = 20

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nobody reads what is asked."""

    def version_string(self) -> str:
        return "tom"


def serving(page: Page, port: int) -> BaseWSGIServer:
    """The server, listening; `serve_forever` is to be called. Raises FunhouseError where the port cannot be had."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except (OSError, OverflowError) as error:
        listening.close()
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        what = f"port {port} is in use" if taken else f"port {port} cannot be listened on"
        raise FunhouseError(what, remedy="choose another, or --port 0 for any that is free") from error
    listening.listen(128)
    page.port = listening.getsockname()[1]
    return make_server(HOST, page.port, page, threaded=True, request_handler=Handler, fd=listening.detach())
