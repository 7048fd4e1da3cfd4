"""What an agent perceived, against a slow count with sets of cells."""

import numpy as np
import pytest

from tests.tom.worlds_of_minds import short_log
from tom.batch import Perception
from tom.events import AGENT_ELEMENTS, ELEMENTS, FAR_KEPT, FAR_NOW, NEAR_KEPT, NEAR_NOW


def cells_of(board: np.ndarray) -> set[int]:
    """The cells in a bitboard."""
    return {64 * w + bit for w, word in enumerate(board) for bit in range(64) if int(word) >> bit & 1}


class Slow:
    """What agent `me` perceives, by sets."""

    def __init__(self, episode, me):
        self.episode, self.me = episode, me
        self.sight = int(episode.agents[me].type["sight"] == "far")

    def visible(self, sight, cell):
        return cells_of(self.episode.geometry.visible[sight, cell])

    def mask(self, t, who, sight):
        """Cells that `me` perceives at t and `who` could see; none where `who` is out of view."""
        mine = self.visible(self.sight, self.episode.cell[t, self.me])
        place = int(self.episode.cell[t, who])
        return mine & self.visible(sight, place) if place in mine else set()

    def kept(self, t, who, sight, window, kind):
        """Cells whose latest view within the window held a fruit of that kind."""
        known, fruit = set(), set()
        for s in range(t, max(t - window, -1), -1):
            fresh = self.mask(s, who, sight) - known
            known |= fresh
            fruit |= fresh & cells_of(self.episode.board[s, kind])
        return fruit


@pytest.mark.parametrize("me", [0, 3])
def test_events_are_what_the_perceiver_saw(me):
    log = short_log()
    episode, perception = log[0], Perception(log.config)
    history, slow = perception.history(episode, me), Slow(episode, me)
    expected = [
        (t, j) for t in range(episode.steps) for j in range(5)
        if int(episode.cell[t, j]) in slow.visible(slow.sight, episode.cell[t, me])
    ]  # fmt: skip
    assert list(zip(history.step, history.agent, strict=True)) == expected
    assert all(history.at[t, j] == e for e, (t, j) in enumerate(expected))
    assert (history.action == [episode.action[t, j] for t, j in expected]).all()
    assert (history.native == [not episode.role[t][j] for t, j in expected]).all()


def test_elements_flags_and_cover_are_exact():
    log = short_log()
    episode, perception = log[1], Perception(log.config)
    history, slow, window = perception.history(episode, 2), Slow(episode, 2), perception.policy.window
    cap = (ELEMENTS - AGENT_ELEMENTS) // 3
    for e in range(0, len(history), 7):
        t, who = int(history.step[e]), int(history.agent[e])
        place = int(episode.cell[t, who])
        for sight in (0, 1):
            mask = slow.mask(t, who, sight)
            assert history.cover[e, sight] == pytest.approx(len(mask) / len(slow.visible(sight, place)))
        for kind in range(3):
            bits = {}
            for flag, sight, kept in ((NEAR_NOW, 0, 0), (FAR_NOW, 1, 0), (NEAR_KEPT, 0, 1), (FAR_KEPT, 1, 1)):
                now = slow.mask(t, who, sight) & cells_of(episode.board[t, kind])
                for cell in slow.kept(t, who, sight, window, kind) if kept else now:
                    bits[cell] = bits.get(cell, 0) | flag
            after = episode.geometry.neighbor[place]
            rows = sorted((tuple(episode.geometry.distance[after, cell]), bits[cell]) for cell in bits)
            own = history.kind[e] == 2 + kind
            found = sorted(
                (tuple(d), int(f)) for d, f in zip(history.distance[e][own], history.flag[e][own], strict=True)
            )
            assert set(found) <= set(rows)
            assert len(found) == min(cap, len(rows))
            assert [d[0] for d, _ in found] == [d[0] for d, _ in rows][: len(found)]


def test_seen_by_is_the_share_that_others_saw():
    log = short_log()
    episode, history, slow = log[0], Perception(log.config).history(log[0], 1), Slow(log[0], 1)
    for e in range(0, len(history), 5):
        t, j = int(history.step[e]), int(history.agent[e])
        place = int(episode.cell[t, j])
        for p in range(5):
            for s in (0, 1):
                theirs = slow.visible(s, episode.cell[t, p])
                for other in (0, 1):
                    shared = len(slow.mask(t, j, other) & theirs)
                    seen = history.at[t, p] >= 0 and place in theirs
                    expected = 255 * shared // len(slow.visible(other, place)) if seen else 0
                    assert history.seen_by[e, p, 2 * s + other] == expected


def test_hidden_roles_leave_the_stated_share():
    log = short_log(roles="hidden")
    history = Perception(log.config).history(log[0], 0)
    first = history.step < log.config["population"]["switch"]
    assert (history.native[first] == 1).all()
    assert np.allclose(history.native[~first], log.config["population"]["depth_share"][0])


def test_until_cuts_after_a_step():
    history = Perception(short_log().config).history(short_log()[0], 0)
    cut = history.until(10)
    assert cut.step.max() == 10
    assert len(cut) == (history.step <= 10).sum()
    assert len(cut.at) == 11
