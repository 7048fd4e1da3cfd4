"""One file shows an episode without a server, and holds the answers that the server would give."""

import base64
import hashlib
import json
import re
import zlib
from pathlib import Path

import numpy as np
import pytest

from agents import exact
from tests.tom.view.conftest import SAID
from tom.cli import main
from tom.view.export import LEVELS, as_text, coded, questions
from worlds import open_log


@pytest.fixture(scope="module")
def told(text) -> dict:
    return json.loads(re.search(r'<script id="data" type="application/json">(.*?)</script>', text, re.DOTALL)[1])


def table(told: dict, name: str, agent: int, width: int) -> np.ndarray:
    """(questions, t, width) chances, as the page reads them."""
    flat = np.frombuffer(zlib.decompress(bytes_in(told["tables"][name][agent])), np.uint8)
    return flat.reshape(width, told["episode"]["steps"], -1).T / told["levels"][name]


def bytes_in(text: str) -> bytes:
    digits = [ord({"!": "<", " ": "\\"}.get(letter, letter)) - 35 for letter in text]
    pairs = [low + 91 * high for low, high in zip(digits[::2], [*digits[1::2], 0], strict=False)]
    held = sum(number << 13 * k for k, number in enumerate(pairs))
    return held.to_bytes(len(text) * 2 + 2, "little")[: (len(text) * 13 - len(text) % 2) // 16]


def test_it_holds_the_truth_of_every_question_of_depth_0_to_2(told, logs):
    episode = open_log(logs["test"])[0]
    me, step = 1, 17
    rows = table(told, "truth", me, episode.actions)
    behave = [chain for stance, chain in questions(episode, me) if stance == "behave"]
    assert len(behave) == 1 + 4 + 16
    assert rows.shape[:2] == (len(behave), episode.steps)
    for place, chain in enumerate(behave):
        prompt = f"behave as {' pretending to be '.join(chain) if chain else 'myself'}"
        truth = list(exact(episode, episode.names[me], step, prompt).probabilities.values())
        assert rows[place, step] == pytest.approx(truth, abs=0.005)


def test_it_holds_what_the_mind_says_and_nothing_where_nobody_is_perceived(told, logs):
    episode = open_log(logs["test"])[0]
    rows = table(told, "mind", 0, episode.actions)
    every = list(questions(episode, 0))
    assert rows[0, 5] == pytest.approx(SAID, abs=0.005)
    unseen = rows[every.index(("predict", (episode.names[1],)))].sum(1) == 0
    from agents.registry import world_of

    assert (unseen == ~world_of(episode).perceived(episode)[:, 0, 1]).all()


def test_bytes_are_off_by_less_than_half_a_percent():
    chance = np.linspace(0, 1, 999)
    assert np.abs(coded(chance, LEVELS[0]) / LEVELS[0] - chance).max() < 0.005


@pytest.mark.parametrize("length", range(14))
def test_bytes_come_back_from_their_letters_which_stand_for_themselves_everywhere(length):
    data = np.random.default_rng(length).integers(0, 256, length).astype(np.uint8).tobytes()
    assert bytes_in(as_text(data)) == data
    assert not set(as_text(bytes(range(256)) * 9)) & set('<\\"')


def test_it_fetches_nothing_and_runs_its_own_script_alone(text):
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1]
    script = re.search(r'<script type="module">(.*)</script>\n</body>', text, re.DOTALL)[1]
    style = re.search(r"<style>(.*)</style>", text, re.DOTALL)[1]
    for kind, part in (("script-src", script), ("style-src", style)):
        digest = base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert not re.search(r'(src|href)="(?!data:)', text)
    assert len(text) < 1_000_000


def test_names_made_of_markup_stay_within_the_data(told, logs):
    from tom.view.export import written

    name = "</script><script>alert(1)</script>"
    assert name not in written({**told, "episode": {"name": name}})


def test_one_without_the_other_is_told(logs, tmp_path: Path, capsys):
    assert main(["view", str(logs["test"]), "--out", str(tmp_path / "x.html")]) == 1
    assert "--episode E --out FILE.html" in capsys.readouterr().err
    assert main(["view", str(logs["test"]), "--episode", "99", "--out", str(tmp_path / "x.html")]) == 1
    assert "there is no episode 99" in capsys.readouterr().err


def test_the_page_stays_small_without_a_build_step():
    from tom.view.server import PAGE

    assert sum(len(file.read_bytes()) for file in PAGE.iterdir()) < 60_000
