"""One file that shows an episode without a server: the page, and in it every answer of depth 0 to 2.

Answers stand in tables of bytes, deflated: a chance p is the byte L·p, with L 255, or less where the file would be
larger than a megabyte; of shortcuts half as much is kept, of what others see a quarter. A row of zeros is a question
that cannot be asked, such as of somebody who is not perceived. The truth about a prediction is that about whom is
predicted, and stands there.
"""

import base64
import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from agents.answer import Question, check_query
from agents.language.prompt import say
from agents.query import Query, body_of
from agents.registry import world_of
from analysis.contenders.one_question import truth_and_best
from analysis.questions.sampling import Asked, Cell
from tom.terminal import plain
from tom.view.desk import Desk, on_one_core
from tom.view.server import PAGE
from worlds import FunhouseError
from worlds.base_episode import BaseEpisode

MOST_ACTIONS = 64
LEVELS = (255, 127, 90, 63)
ROUGHER = {"shortcut": 2, "glimpses": 4}
LARGEST = 1_000_000  # bytes, as long as fewer levels help
EFFORT = 6  # zlib's: a sixth of the time of 9, and 3% more bytes
AT_ONCE = 4  # agents that are asked side by side: each waits for Python in between
Report = Callable[..., None]


class Slot(NamedTuple):
    """A question and its place in the tables."""

    question: int
    asked: Asked


def page_of(desk: Desk, index: int, report: Report) -> str:
    """The file, HTML. Raises FunhouseError where an episode has too many actions to hold all answers."""
    episode = desk.episode(index)
    if episode.actions > MOST_ACTIONS:
        what = f"the environment has {episode.actions} actions, and a file holds answers of {MOST_ACTIONS} at most"
        raise FunhouseError(what, remedy="look at it with tom view LOG")
    told = {"log": desk.about(), "episode": desk.told(index)}
    sighted = bool(told["episode"]["picture"] and told["episode"]["picture"]["sight"])
    tables: dict[str, list[np.ndarray]] = {}
    best: dict[Cell, str] = {}
    agents = range(len(episode.agents))
    with ThreadPoolExecutor(min(AT_ONCE, os.cpu_count() or 1), initializer=on_one_core) as hands:
        for agent, (found, names) in enumerate(hands.map(partial(_tables_of, desk, episode, sighted), agents)):
            for name, table in found.items():
                tables.setdefault(name, []).append(table)
            best |= names
            report(agent + 1, len(agents))
    told["best"] = {f"{stance} {depth}": name for (stance, depth), name in best.items()}
    text = ""
    for levels in LEVELS:
        text = _of(told, tables, levels)
        if len(text.encode()) < LARGEST:
            break
    return text


def _of(told: dict[str, Any], tables: dict[str, list[np.ndarray]], levels: int) -> str:
    kept = {name: levels // ROUGHER.get(name, 1) for name in tables}
    packed = {name: [deflated(coded(one, kept[name])) for one in several] for name, several in tables.items()}
    return written({**told, "levels": kept, "tables": packed})


def questions(episode: BaseEpisode, agent: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Stance and chain of every question by name of depth 0 to 2, in the order of tables: behave, then predict."""
    names = episode.names
    others = [name for name in names if name != names[agent]]
    yield "behave", ()
    for stance in ("behave", "predict"):
        yield from ((stance, (one,)) for one in others)
        yield from ((stance, (one, two)) for one in others for two in names if two != one)


def _slots(episode: BaseEpisode, agent: int) -> list[Slot]:
    """The questions that can be asked of an agent, at all steps."""
    slots, me, sees = [], episode.names[agent], world_of(episode).perceived(episode)[:, agent]
    every = [
        (Query(stance, agent, 0, tuple(map(episode.find, chain)), len(chain)), say(stance, chain, me))
        for stance, chain in questions(episode, agent)
    ]
    for step in range(episode.steps):
        for place, (query, prompt) in enumerate(every):
            if query.stance == "behave" or sees[step, body_of(query)]:
                with suppress(FunhouseError):
                    check_query(episode, put := replace(query, step=step), prompt)
                    slots.append(Slot(place, Asked(Question(me, step, prompt), put, 0, -1)))
    return slots


def _tables_of(
    desk: Desk, episode: BaseEpisode, sighted: bool, agent: int
) -> tuple[dict[str, np.ndarray], dict[Cell, str]]:
    """The tables of one asked agent, chances: who answers, what it knows of others, and, where agents have sights, what
    it sees in their minds; and the best shortcut of each stance and depth."""
    slots, others = _slots(episode, agent), [who for who in episode.names if who != episode.names[agent]]
    asked = [slot.asked for slot in slots]
    truth, shortcut, best = truth_and_best(episode, asked, desk.log)
    answered = {"shortcut": shortcut}
    if desk.mind is not None:
        answered["mind"] = desk.mind.answer_resolved(episode, [(one.query, one.question.prompt) for one in asked])
    tables = {name: _whole(episode, agent, slots, chance) for name, chance in answered.items()}
    behaves = len(others) ** 2 + len(others) + 1
    tables["truth"] = _whole(episode, agent, slots, truth)[:behaves]
    known = desk.known(episode.index, episode.names[agent], others)
    for source in ("exact", "mind"):
        if all(one[source] for one in known):
            tables[f"known {source}"] = np.array([_joined(one[source]) for one in known])
    return tables | (_glimpses(episode, agent) if sighted else {}), best


def _whole(episode: BaseEpisode, agent: int, slots: Sequence[Slot], chance: np.ndarray) -> np.ndarray:
    """The answers (slots, actions) that there are in a table of all, (questions, t, actions)."""
    whole = np.zeros((len(list(questions(episode, agent))), episode.steps, episode.actions))
    whole[[slot.question for slot in slots], [slot.asked.query.step for slot in slots]] = chance
    return whole


def _joined(traits: dict[str, list]) -> np.ndarray:
    """(t, values of all traits)."""
    return np.concatenate([np.array(rows) for rows in traits.values()], axis=1)


def _glimpses(episode: BaseEpisode, agent: int) -> dict[str, np.ndarray]:
    """(others · 4, t, cells): of another the cells that it sees, what it notices, and the same of what the asked agent
    sees in its mind."""
    world, steps = world_of(episode), range(episode.steps)
    others = [other for other in range(len(episode.agents)) if other != agent]
    seen = [world.glimpsed(episode, agent, steps, (other, agent)) for other in others]
    return {"glimpses": np.concatenate(seen).reshape(-1, *seen[0].shape[2:])} if others and len(seen[0]) else {}


def coded(chance: np.ndarray, levels: int) -> np.ndarray:
    """Chances as bytes."""
    return np.round(levels * np.clip(chance, 0, 1)).astype(np.uint8)


def deflated(table: np.ndarray) -> str:
    """A table of bytes, its axes the other way round, so that what is alike stands together; deflated, as text."""
    return as_text(zlib.compress(np.ascontiguousarray(table.T).tobytes(), EFFORT))


def as_text(data: bytes) -> str:
    """Bytes as letters that stand for themselves in JSON and HTML: 13 bits make two digits of the base 91, and the last
    6 or fewer one; a digit d is the letter 35 + d, with two others in the place of < and of the backslash."""
    bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
    number = np.pad(bits, (0, -len(bits) % 13)).reshape(-1, 13) @ (1 << np.arange(13))
    letters = (np.stack([number % 91, number // 91], 1) + 35).astype(np.uint8).tobytes()
    short = 0 < len(data) * 8 % 13 <= 6
    return letters[: len(letters) - short].decode().replace("<", "!").replace("\\", " ")


def written(told: dict[str, Any]) -> str:
    """The page as one file, which fetches nothing and runs nothing but its own script."""
    style, script = ((PAGE / name).read_text(encoding="utf-8") for name in ("view.css", "view.mjs"))
    data = json.dumps(plain(told), allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    icon = base64.b64encode((PAGE / "icon.svg").read_bytes()).decode()
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    text = (PAGE / "index.html").read_text(encoding="utf-8")
    meta = f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{policy}">'
    scripts = f'<script id="data" type="application/json">{data}</script>\n<script type="module">{script}</script>'
    for old, new in (
        ('<meta charset="utf-8">', meta),
        ('href="icon.svg"', f'href="data:image/svg+xml;base64,{icon}"'),
        ('<link rel="stylesheet" href="view.css">', f"<style>{style}</style>"),
        ('<script type="module" src="view.mjs"></script>', scripts),
    ):
        assert old in text
        text = text.replace(old, new)
    return text


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
