"""Copies of a mind in the orchard: what they do is what the mind says of them, and the log proves it."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import torch

from agents import Question
from agents.orchard.live_episode import draws_of
from agents.orchard.run import MindsConfig, RunConfig
from agents.population import PopulationConfig
from agents.recording import record, verify
from tests.tom.worlds_of_minds import untrained_mind, untrained_transformer
from tom.base_mind import BaseMind
from tom.mind import Mind
from tom.player import SIDE_BY_SIDE, Player
from tom.side_by_side import SideBySide
from worlds import FunhouseError, OrchardConfig, open_log
from worlds.log.manifest import entry, write_manifest
from worlds.log.tables import decode, encode

COPIES, WORLDS = 3, 4


def the_mind(dtype: torch.dtype = torch.float32) -> BaseMind:
    """An untrained mind with a checkpoint."""
    mind = untrained_transformer.__wrapped__()
    if dtype == torch.bfloat16:
        mind = Mind(mind.network.lower(), mind.vocabulary, mind.run)
    mind.checkpoint = "5" * 64
    return mind


def run_of(roles: str = "announced", copies: int = COPIES, **more) -> RunConfig:
    """A little run in which copies of a mind take part."""
    world = OrchardConfig(agents=6, steps=40, map="mixed", height=9, width=9, fruits=4, roles=roles)
    return RunConfig(world, seed=11, split="test", minds=MindsConfig(copies, "5" * 64), **more)


def played(mind: BaseMind, run: RunConfig, count: int = WORLDS, threads: int = 1) -> list:
    """The first episodes of a run."""
    return [episode for batch in Player(mind).batches(run, range(count), threads) for episode in batch]


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """A log in which copies take part."""
    home = tmp_path_factory.mktemp("minds") / "log"
    record(run_of(), home, WORLDS, players=Player(the_mind()))
    return home


@pytest.mark.parametrize("roles", ["announced", "hidden"])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.bfloat16, 1e-2)])
def test_a_copy_does_what_the_mind_says_of_it_when_asked_at_the_end(roles, dtype, tolerance):
    mind = the_mind(dtype)
    depths = set()
    for episode in played(mind, run_of(roles)):
        for i in range(COPIES):
            asked = [Question(episode.names[i], t, episode.prompt[t][i]) for t in range(episode.steps)]
            said = mind.answer(episode, asked)[np.arange(episode.steps), episode.action[:, i]]
            assert np.abs(said - episode.probability[:, i]).max() <= tolerance
            depths |= {len(episode.role[t][i]) for t in range(episode.steps)}
    assert depths == {0, 1, 2}


def test_the_filter_answers_and_is_not_put_into_a_world():
    mind = untrained_mind.__wrapped__()
    mind.checkpoint = "5" * 64
    with pytest.raises(FunhouseError, match="the filter answers, and does not act"):
        played(mind, run_of(), 1)


def test_actions_are_drawn_from_the_probabilities():
    (episode, *_) = played(the_mind(), run_of(), 1)
    mind = the_mind()
    for i in range(COPIES):
        asked = [Question(episode.names[i], t, episode.prompt[t][i]) for t in range(episode.steps)]
        upper = np.cumsum(mind.answer(episode, asked), 1)
        key = np.full(1, episode.seed, np.uint64)
        draw = [draws_of(key, t, np.array([i]))[0] for t in range(episode.steps)]
        assert (episode.action[:, i] == [(upper[t, :4] <= draw[t]).sum() for t in range(episode.steps)]).all()


def test_everybody_begins_as_itself_and_copies_are_told_to_imitate_later():
    for episode in played(the_mind(), run_of()):
        assert not any(episode.role[t][i] for t in range(8) for i in range(6))
        assert any(episode.role[t][i] for t in range(8, 40) for i in range(COPIES))
        assert [agent.mind for agent in episode.agents] == ["5" * 64] * COPIES + [""] * (6 - COPIES)


def test_scripted_agents_reason_on_what_copies_do():
    """The same world with other weights: what scripted agents do in their roles follows what copies did."""
    run, one = run_of(), the_mind()
    other = the_mind()
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in other.network.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    same = [np.array_equal(a.action[:, COPIES:], b.action[:, COPIES:])
            for a, b in zip(played(one, run), played(other, run), strict=True)]  # fmt: skip
    assert not all(same)


def test_threads_and_what_is_forgotten_change_nothing(monkeypatch):
    run, mind, count = run_of(), the_mind(), SIDE_BY_SIDE + 2
    whole, threaded = played(mind, run, count), played(mind, run, count, threads=2)
    act = SideBySide.act
    monkeypatch.setattr(SideBySide, "act", lambda table, logged=None: (table.forget(), act(table, logged)))
    forgetful = played(mind, run, count)
    for one, two, three in zip(whole, threaded, forgetful, strict=True):
        assert np.array_equal(one.action, two.action)
        assert np.array_equal(one.probability, two.probability)
        assert np.allclose(one.probability, three.probability, atol=1e-5)


def test_what_is_encoded_once_is_not_encoded_again():
    """Of every copy, each native act that it perceived, once."""
    run, player = run_of(), Player(the_mind())
    (episodes,) = player.batches(run, range(WORLDS))
    assert player.tally.steps == WORLDS * COPIES * 40
    acts = [player.mind.inputs.seen(episode, i) for episode in episodes for i in range(COPIES)]
    assert player.tally.events == sum(int((one.native & (one.step < 39)).sum()) for one in acts)


def test_the_log_says_who_is_a_mind_and_verifies(log):
    told = open_log(log)
    assert told.config["minds"] == {"copies": COPIES, "checkpoint": "5" * 64}
    assert RunConfig.from_dict(told.config) == run_of()
    assert [agent.mind for agent in told[2].agents] == ["5" * 64] * COPIES + [""] * (6 - COPIES)
    assert told[0].probability.dtype == np.float32
    summary = verify(log, players=Player(the_mind()))
    assert (summary["verified"], summary["copies"], summary["checkpoint"]) == (True, COPIES, "5" * 64)


def test_a_log_of_scripted_agents_says_nothing_of_minds(tmp_path):
    run = run_of()
    record(replace(run, minds=None), tmp_path / "log", 2)
    log = open_log(tmp_path / "log")
    assert "minds" not in log.config
    assert "mind" not in log.table("agents").column_names
    assert "probability" not in log.table("steps").column_names
    assert log[0].probability is None


def forged(log, home, column: str, row: int, value):
    """A copy of the log with another value in the steps, every checksum right."""
    manifest = open_log(log).manifest
    home.mkdir()
    for name in manifest.files:
        (home / name).write_bytes(manifest.read(name))
    name = "steps-00000.parquet"
    rows = decode(manifest.read(name))
    values = rows[column].to_pylist()
    values[row] = value(values[row])
    place, field = rows.column_names.index(column), rows.schema.field(column)
    data = encode(rows.set_column(place, field, pa.array(values, field.type)))
    (home / name).write_bytes(data)
    write_manifest(home, "log", manifest.meta, {**manifest.files, name: entry(data)})
    return home


@pytest.mark.parametrize(
    ("column", "row", "value", "message"),
    [
        ("probability", 1, lambda p: p + 0.02, "probability is"),  # a copy's
        ("probability", 5, lambda p: p + 1e-3, "probability is"),  # a scripted agent's
        ("probability", 1, lambda p: float("nan"), "probability is"),
        ("action", 5, lambda a: (a + 1) % 5, "action is"),
        ("action", 1, lambda a: 7, "action is"),
    ],
)
def test_a_forged_value_is_found(log, tmp_path, column, row, value, message):
    with pytest.raises(FunhouseError, match=message):
        verify(forged(log, tmp_path / "forged", column, row, value), players=Player(the_mind()))


def test_a_probability_that_rounding_explains_passes(log, tmp_path):
    near = forged(log, tmp_path / "near", "probability", 1, lambda p: p + 5e-3)
    assert verify(near, players=Player(the_mind()))["verified"]


def test_an_action_that_the_mind_would_not_have_drawn_is_found(log, tmp_path):
    episode = open_log(log)[0]
    least = int(np.argmin(episode.probability[0, :COPIES]))
    other = (int(episode.action[0, least]) + 2) % 5
    with pytest.raises(FunhouseError, match="would not have drawn"):
        verify(forged(log, tmp_path / "forged", "action", least, lambda a: other), players=Player(the_mind()))


def test_another_mind_is_refused(log, tmp_path):
    other = the_mind()
    other.checkpoint = "6" * 64
    with pytest.raises(FunhouseError, match="copies are of the mind 555") as caught:
        verify(log, players=Player(other))
    assert "--mind RUN" in caught.value.remedy
    with pytest.raises(FunhouseError, match="that mind is not here"):
        record(run_of(), tmp_path / "log", 1)


def test_a_world_that_the_mind_does_not_know_is_refused():
    run = run_of()
    with pytest.raises(FunhouseError, match="this mind knows"):
        played(the_mind(), replace(run, policy=replace(run.policy, rankings="all")))


@pytest.mark.parametrize(("copies", "message"), [(1, "copy of itself"), (7, "7 of 6 agents")])
def test_too_few_or_too_many_copies_are_refused(copies, message):
    with pytest.raises(FunhouseError, match=message):
        run_of(copies=copies)


def test_the_command_plays_and_verifies_a_mind(trained, tmp_path, capsys):
    from tom.cli import main

    little = ("--preset", "near-far", "--episodes", "2", "--steps", "16", "--agents", "5", "--threads", "1", "--json")
    assert main(["run", "--out", str(tmp_path / "log"), "--mind", str(trained), "--copies", "2", *little]) == 0
    assert '"learned_agent_steps": 64' in capsys.readouterr().out
    assert main(["verify", str(tmp_path / "log"), "--mind", str(trained), "--threads", "1"]) == 0
    assert main(["verify", str(tmp_path / "log"), "--threads", "1"]) == 1
    assert "copies are of the mind" in capsys.readouterr().err


def test_guests_follow_their_policies_and_the_copies_draw_from_their_own():
    east = np.array([0.0, 0, 0, 0, 1])
    run = run_of(population=PopulationConfig(switch=40))
    [batch] = Player(the_mind()).batches(run, range(2), guests={5: lambda scene: east})
    for episode, alone in zip(batch, played(the_mind(), run, 2), strict=True):
        assert (episode.action[:, 5] == 4).all()
        assert not (alone.action[:, 5] == 4).all()
        assert episode.names == alone.names
        asked = [Question(episode.names[0], t, episode.prompt[t][0]) for t in range(episode.steps)]
        said = the_mind().answer(episode, asked)[np.arange(episode.steps), episode.action[:, 0]]
        assert np.allclose(episode.probability[:, 0], said, atol=1e-2)
