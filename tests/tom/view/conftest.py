"""A page about the little test log, served on a port of its own."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import numpy as np
import pytest

import tom
from agents import type_space
from tom.view.desk import Desk
from tom.view.export import page_of
from tom.view.server import HOST, Page, serving
from worlds import open_log

SAID = np.array([0.5, 0.2, 0.1, 0.1, 0.1])


class Stub:
    """A mind that says the same to everybody, and is asked quickly."""

    checkpoint, wishes, said = "", False, SAID

    def check(self, inputs, place):
        pass

    def reads(self, run):
        return None

    def answer(self, episode, asked: list):
        return np.tile(self.said, (len(asked), 1))

    answer_resolved = answer

    def traits(self, episode, agent, steps, who):
        values = type_space(episode).traits.items()
        return {trait: np.full((len(steps), len(several)), 1 / len(several)) for trait, several in values}


@pytest.fixture(scope="session")
def text(logs) -> str:
    """The file of the first episode, with a stub for a mind, and no shortcuts: these take long to fit."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.contenders.one_question._fitted", lambda episode, cell: None)
        patch.setattr("analysis.contenders.fits.kept_place", lambda name: None)
        return page_of(Desk(open_log(logs["test"]), Stub()), 0, lambda *_: None)


class Client:
    """Asks the server as a browser does, or as one who means harm."""

    def __init__(self, page: Page):
        self.page, self.port = page, page.port

    def get(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str):
        """(status, headers, body); underscores in the names of headers are hyphens."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=300)
        try:
            connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders(body)
            reply = connection.getresponse()
            return reply.status, reply.headers, reply.read()
        finally:
            connection.close()

    def document(self, what: str, **asked: object) -> dict:
        status, _, body = self.get(f"/api/{what}?{urlencode(asked)}")
        return {"status": status, **json.loads(body)}


@pytest.fixture(scope="session")
def client(logs) -> Iterator[Client]:
    log = open_log(logs["test"])
    with served(Page(Desk(log, tom.load("near-far")), [str(log.path), str(logs["test"])])) as client:
        yield client


@contextmanager
def served(page: Page) -> Iterator[Client]:
    server = serving(page, 0)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield Client(page)
    server.shutdown()
    server.server_close()
