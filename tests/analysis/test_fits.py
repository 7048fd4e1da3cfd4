"""What is fitted for one question and kept for the next."""

import json

import numpy as np

from agents import RunConfig
from agents.recording import record, verify
from analysis import shortcuts_beside
from analysis.contenders import one_question
from analysis.questions.perception import Perception
from worlds import OrchardConfig, open_log
from worlds.kernel_cache import kept_place
from worlds.signed import signed


def test_what_is_fitted_for_one_answer_is_kept_and_made_anew_where_it_is_damaged(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    run = RunConfig(OrchardConfig(agents=4, steps=16))
    record(run, tmp_path / "log", 2)
    log = open_log(tmp_path / "log")
    me, other = log[0].names[:2]
    asked = (log[0], me, 12, f"behave as {other}")
    first, page = shortcuts_beside(*asked, log), kept_place("fits") / f"{log.mark}.json"
    assert first == shortcuts_beside(*asked)
    assert page.exists()
    with monkeypatch.context() as patch:
        patch.setattr(one_question, "training_episodes", None)
        assert shortcuts_beside(*asked, log) == first
    kept = page.read_bytes()
    told = {name: value for name, value in json.loads(kept).items() if name != "sha256"}
    other = signed({**told, "log": "0" * 64})
    strange = signed({**told, "fitted": {"behave 1": {**told["fitted"]["behave 1"], "base": [1.0]}}})
    for spoilt in (kept.replace(b"0.", b"1.", 1), other, strange, signed({**told, "fitted": 3}), b"{}", b""):
        page.write_bytes(spoilt)
        assert shortcuts_beside(*asked, log) == first
        assert page.read_bytes() == kept
    step, who, whom = np.argwhere(Perception(log[0]).sees & ~np.eye(4, dtype=bool))[-1].tolist()
    predicted = (log[0], log[0].names[who], step, f"predict {log[0].names[whom]}")
    assert "reasoner, calibrated" not in shortcuts_beside(*predicted, log)
    temperature, share = json.loads(page.read_bytes())["fitted"]["predict 1"]["calibration"]
    assert 0.5 < temperature < 2
    assert 0 < share < 1
    assert verify(tmp_path / "log")["verified"]
    assert record(run, tmp_path / "log", 3)["written"] == 1
