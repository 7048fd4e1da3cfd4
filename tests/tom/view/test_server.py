"""The page's server answers its own page and nobody else, and nothing that is sent to it ends it."""

import json
import re
import shutil
import socket
import threading

import pytest

from agents import exact
from tom.cli import main
from tom.view.desk import DEEPEST, WORKING
from tom.view.server import FILES, HOST, PAGE
from worlds import FunhouseError, open_log

LARGEST = 60_000  # bytes: the page, all of its files


@pytest.fixture
def episode(logs):
    return open_log(logs["test"])[0]


def alive(client) -> bool:
    return client.get("/api/log")[0] == 200


def test_the_page_is_there_whole_and_small(client):
    for path, (name, kind) in FILES.items():
        status, headers, body = client.get(path)
        assert (status, headers["Content-Type"], body) == (200, kind, (PAGE / name).read_bytes())
    assert sum(path.stat().st_size for path in PAGE.iterdir()) < LARGEST


def test_the_page_names_nothing_outside_itself():
    for path in PAGE.iterdir():
        outside = set(re.findall(r"https?://[\w./]+", path.read_text()))
        assert outside <= {"http://www.w3.org/2000/svg"}, path.name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", path.read_text())


def test_an_answer_is_that_of_the_mind_and_of_the_definition(client, episode):
    me, other, *_ = episode.names
    prompt = f"behave as {other} pretending to be me"
    said = client.document("ask", e=0, a=me, t=20, q=prompt)
    assert said["chain"] == [other, me]
    assert said["truth"] == pytest.approx(list(exact(episode, me, 20, prompt).probabilities.values()))
    mind = client.page.desk.mind.ask(episode, me, 20, prompt).probabilities
    assert said["mind"] == pytest.approx(list(mind.values()), abs=1e-6)


def test_shortcuts_come_with_the_best_of_them(client, episode):
    said = client.document("shortcuts", e=0, a=episode.names[0], t=20, q="behave as myself")
    assert said["best"] in said["shortcuts"]


def test_what_is_known_is_told_at_every_step_beside_what_the_mind_says(client, episode):
    me, other, *_ = episode.names
    said = client.document("beliefs", e=0, a=me, who=other)
    for source in ("exact", "mind"):
        assert {trait: len(rows) for trait, rows in said[source].items()} == dict.fromkeys(
            ("taste", "sight", "memory", "temper"), episode.steps
        )
        assert sum(said[source]["sight"][20]) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"])
def test_nothing_but_get_is_answered(client, method):
    assert client.get("/api/log", method=method)[0] in (405, 501)
    assert alive(client)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1", "localhost:1", "", "127.0.0.1:80@evil"]
)
def test_a_foreign_host_is_refused_so_that_no_name_can_be_bound_to_this_machine(client, host):
    assert client.get("/api/log", Host=host)[0] in (400, 403)


def test_the_machine_may_be_called_localhost(client):
    assert client.get("/api/log", Host=f"localhost:{client.port}")[0] == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost"])
def test_a_foreign_origin_is_refused(client, origin):
    assert client.get("/api/log", Origin=origin)[0] == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "?"])
def test_what_a_page_of_another_site_asks_for_is_refused(client, site):
    assert client.get("/api/log", Sec_Fetch_Site=site)[0] == 403
    assert client.get("/view.mjs", Sec_Fetch_Site=site)[0] == 403


@pytest.mark.parametrize("path", ["/", "/api/log", "/api/nothing", "/api/ask?e=x"])
def test_a_browser_is_told_to_run_and_fetch_nothing_else(client, path):
    headers = client.get(path)[1]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert not any(name.lower().startswith("access-control") for name in headers)
    assert headers["Server"] == "tom"


@pytest.mark.parametrize(
    "path",
    [
        "/../server.py",
        "/%2e%2e/server.py",
        "/..%2fserver.py",
        "/page/index.html",
        "//etc/passwd",
        "/view.mjs/",
        "/a%00b",
    ],
)
def test_no_path_leads_to_another_file(client, path):
    assert client.get(path)[0] in (400, 403, 404)
    assert alive(client)


@pytest.mark.parametrize(
    "asked",
    [
        "", "e=0", "e=-1&a=x&t=0&q=x", "e=999&a=x&t=0&q=x", "e=1e3&a=x&t=0&q=x", "e=0&a=%00&t=0&q=behave+as+me",
        "e=0&a=<b>&t=0&q=behave+as+me", "e=٣&a=x&t=0&q=x", "e=0&a=%ff&t=99999999999&q=x", "e=0;a=1", "&" * 30,
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_an_error_with_what_it_is(client, asked):
    from urllib.parse import quote

    status, _, body = client.get(f"/api/ask?{quote(asked, safe='=&%+;')}")
    assert status == 400
    assert json.loads(body)["error"]["what"]
    assert b"Traceback" not in body


def test_a_prompt_that_does_not_parse_is_told_with_a_caret_and_a_remedy(client, episode):
    error = client.document("ask", e=0, a=episode.names[0], t=9, q="behave as Nobody")["error"]
    assert "nobody here is called Nobody" in error["what"]
    assert "behave as Nobody\n              ^^^^^^" in error["place"]
    assert error["remedy"]


def test_no_message_tells_a_path_of_this_machine(client, logs, monkeypatch):
    def lost(index):
        raise FunhouseError(f"{logs['test']}/steps-0.parquet is damaged", place=str(logs["test"]), remedy="restore it")

    monkeypatch.setitem(client.page.routes, "/api/lost", (lost, ("e",)))
    said = json.dumps(client.document("lost", e=0))
    assert "the log/steps-0.parquet is damaged" in said
    assert str(logs["test"]) not in said


def test_a_fault_of_ours_tells_neither_traceback_nor_path(client, monkeypatch):
    def broken():
        raise RuntimeError(f"in {PAGE}")

    monkeypatch.setitem(client.page.routes, "/api/broken", (broken, ()))
    status, _, body = client.get("/api/broken")
    assert status == 500
    assert b"RuntimeError" in body
    assert not any(told in body for told in (str(PAGE).encode(), b"Traceback"))


def test_questions_that_nest_too_deeply_are_refused_here(client, episode):
    a, b, *_ = episode.names
    chain = ([b, a] * DEEPEST)[: DEEPEST + 1]
    said = client.document("ask", e=0, a=a, t=9, q=f"behave as {' pretending to be '.join(chain)}")
    assert f"{DEEPEST + 1} deep" in said["error"]["what"]


def test_a_prompt_of_a_megabyte_is_refused_and_the_server_lives(client):
    status, *_ = client.get("/api/ask?q=" + "x" * 2**20)
    assert status == 414
    assert client.get("/api/ask?q=" + "x" * 5000)[0] == 414
    assert alive(client)


def test_a_header_of_a_megabyte_and_bytes_that_are_no_request_do_not_end_it(client):
    for sent in (b"GET / HTTP/1.1\r\nX: " + b"x" * 2**20, b"\x16\x03\x01\x00\xa5" * 9, b"GET\r\n\r\n", b""):
        with socket.create_connection((HOST, client.port), timeout=5) as connection:
            try:
                connection.sendall(sent)
                connection.shutdown(socket.SHUT_WR)
                connection.recv(1000)
            except OSError:
                pass
    assert alive(client)


def test_fifty_clients_at_once_all_get_their_answer_or_are_told_to_come_again(client, episode):
    statuses: list[int] = []

    def asks(step):
        statuses.append(client.document("ask", e=0, a=episode.names[0], t=step % 24, q="behave as myself")["status"])

    threads = [threading.Thread(target=asks, args=(k,)) for k in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {200, 202, 503}
    assert statuses.count(200) >= 25
    assert alive(client)


def test_who_asks_while_kernels_are_compiled_is_told_so_and_has_the_answer_later(client, monkeypatch):
    from numba.core import event

    ready = threading.Event()

    def compiled():
        with event.trigger_event("numba:compile"):
            ready.wait(30)
        return {"ready": True}

    monkeypatch.setattr("tom.view.desk.PATIENCE", 0.05)
    monkeypatch.setitem(client.page.routes, "/api/cold", (compiled, ()))
    said = client.document("cold")
    assert said["status"] == 202
    assert "kernels are compiled" in said["error"]["what"]
    ready.set()
    monkeypatch.setattr("tom.view.desk.PATIENCE", 30)
    assert client.document("cold") == {"status": 200, "ready": True}


def test_what_takes_long_is_not_called_a_crowd(client, monkeypatch):
    ready = threading.Event()
    monkeypatch.setattr("tom.view.desk.PATIENCE", 0.05)
    monkeypatch.setitem(client.page.routes, "/api/slow", (lambda: ready.wait(30), ()))
    said = client.document("slow")
    ready.set()
    assert (said["status"], said["error"]["what"]) == (202, WORKING)


def test_what_another_thread_compiles_is_not_told_of_here(client, monkeypatch):
    from numba.core import event

    ready = threading.Event()

    def slow():
        return {"ready": ready.wait(30)}

    def later():
        return slow()

    def asked(what: str, patience: float) -> dict:
        monkeypatch.setattr("tom.view.desk.PATIENCE", patience)
        return client.document(what)

    monkeypatch.setitem(client.page.routes, "/api/slow", (slow, ()))
    monkeypatch.setitem(client.page.routes, "/api/later", (later, ()))
    said = [asked("slow", 0.05)]
    with event.trigger_event("numba:compile"):  # it begins while somebody is answered, and ends after that
        said.append(asked("slow", 0.05))
        ready.set()
        assert asked("slow", 30)["status"] == 200
    ready.clear()
    said.append(asked("later", 0.05))
    ready.set()
    assert [one["error"]["what"] for one in said] == [WORKING] * 3


def test_names_made_of_markup_come_as_the_text_that_they_are(logs):
    from dataclasses import replace

    from tom.view.telling import episode_told

    episode = open_log(logs["test"])[0]
    name = "<script>alert(1)</script>"
    agents = [replace(episode.agents[0], name=name), *episode.agents[1:]]
    assert episode_told(replace(episode, agents=agents))["agents"][0]["name"] == name


def test_the_server_listens_on_the_loopback_alone_and_a_port_in_use_is_told(client, logs, capsys):
    assert HOST == "127.0.0.1"
    assert main(["view", str(logs["test"]), "--port", str(client.port)]) == 1
    assert f"port {client.port} is in use" in capsys.readouterr().err


def test_a_mind_of_another_world_is_refused_at_the_start(logs, capsys):
    assert main(["view", str(logs["test"]), "--mind", "reference"]) == 1
    assert "this mind knows" in capsys.readouterr().err


def test_a_log_that_is_none_is_told(tmp_path, capsys):
    assert main(["view", str(tmp_path)]) == 1
    assert "remedy" in capsys.readouterr().err


@pytest.fixture
def serves_nobody(monkeypatch):
    monkeypatch.setattr("werkzeug.serving.BaseWSGIServer.serve_forever", lambda *_, **__: None)


def test_a_damaged_log_is_told_before_a_page_is_opened(logs, tmp_path, capsys, serves_nobody):
    copy = shutil.copytree(logs["test"], tmp_path / "damaged")
    steps = copy / "steps-00000.parquet"
    steps.write_bytes(bytes(steps.stat().st_size))
    assert main(["view", str(copy)]) == 1
    said = capsys.readouterr()
    assert "steps-00000.parquet is not what was written" in said.err
    assert not said.out


def test_code_that_is_not_trusted_is_told_before_a_page_is_opened(tmp_path, capsys, monkeypatch, serves_nobody):
    monkeypatch.setenv("FUNHOUSE_TRUST", "")
    log = str(tmp_path / "corridor")
    assert main(["run", "--world", "examples.corridor:Corridor", "--out", log, "--episodes", "1"]) == 0
    assert main(["view", log]) == 1
    assert "--trust examples.corridor:Corridor" in capsys.readouterr().err


def test_without_a_browser_the_address_is_to_be_opened_in_one(logs, capsys, monkeypatch, serves_nobody):
    monkeypatch.setattr("webbrowser.open", lambda url: False)
    assert main(["view", str(logs["test"]), "--open"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("http://127.0.0.1:")
    assert "no browser was found here" in said.err


def test_an_episodes_worst_moments_and_pairs_lead_to_what_they_say(client, episode):
    from urllib.parse import parse_qs

    def nats(place):
        asked = {key: values[0] for key, values in parse_qs(place).items()}
        return client.document("ask", **asked)["nats"]

    told = client.document("worth", e=0)
    assert told["worst"]["mind"]["mind"] == pytest.approx(nats(told["worst"]["mind"]["at"]), abs=1e-4)
    assert told["worst"]["mind"]["mind"] >= told["mind"] > 0
    edges = client.document("pairs", e=0)["edges"]
    assert {(edge["from"], edge["to"]) for edge in edges} <= {(a, b) for a in range(5) for b in range(5) if a != b}
    edge = max(edges, key=lambda edge: edge["mind"])
    assert edge["worst"]["agent"] == episode.names[edge["from"]]
    assert edge["worst"]["mind"] == pytest.approx(nats(edge["worst"]["at"]), abs=1e-4)


def test_tom_ask_says_where_to_see_it_and_the_page_begins_there(client, episode, logs, capsys, serves_nobody):
    import shlex

    me, other, *_ = episode.names
    where = ("--log", str(logs["test"]), "--episode", "0", "--agent", me, "--step", "9")
    assert main(["ask", f"behave as {other}", *where]) == 0
    line = next(line for line in capsys.readouterr().err.splitlines() if line.startswith("see it: "))
    assert main(shlex.split(line.removeprefix("see it: tom "))) == 0
    assert f"/#e=0&a={me}&t=9&q=behave+as+{other}" in capsys.readouterr().out


def test_a_wish_is_answered_as_tom_ask_answers_it(client, episode, monkeypatch):
    from agents.wishes.answer import WishAnswer

    def estimated(of, agent, step, prompt):
        assert (agent, step) == (episode.names[0], 9)
        do = dict(zip(episode.action_names, (0.6, 0.1, 0.1, 0.1, 0.1), strict=True))
        return WishAnswer(prompt, "eat 1 fruit", (), "do", 1, 5, do, 0.25, None, None, {"s": do}, estimated=True)

    monkeypatch.setattr("tom.view.desk.exact_wish", estimated)
    asked = {"e": 0, "a": episode.names[0], "t": 9, "q": "collect 1 fruit in 5 steps"}
    said = client.document("ask", **asked)
    assert (said["stance"], said["truth"][0], said["chance"], said["best"]) == ("do", 0.6, 0.25, None)
    assert said["estimated"]
    assert client.document("shortcuts", **asked)["shortcuts"]["s"][0] == 0.6
