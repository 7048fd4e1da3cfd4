"""A page about the little test log, served on a port of its own."""

import http.client
import json
import threading
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

import tom
from tom.view.desk import Desk
from tom.view.server import HOST, Page, serving
from worlds import open_log


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
    page = Page(Desk(log, tom.load("near-far")), [str(log.path), str(logs["test"])])
    server = serving(page, 0)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield Client(page)
    server.shutdown()
    server.server_close()
