"""Training on wishes: sentences come first, all that came true are kept, and nothing tells of what type an agent is."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch

from agents.language.wishes import HELD_OUT, parse_wish, say_wish
from agents.orchard.hindsight import ground_at, hindsight
from agents.wishes.drawing import drawn_wish
from agents.wishes.held_out import held_out
from agents.wishes.styles import ANIMALS, EXTENTS, Explore, MoveLike
from agents.wishes.wish import Collect, EndIn, Order, StayOut, Wish
from tests.tom.worlds_of_minds import alone_log, short_log
from tom.architectures import architecture
from tom.cli import main
from tom.tokens import reader_of
from tom.training import wishes
from tom.training.sentences import Followed, Scene, drawn
from tom.training.settings import TrainConfig
from tom.training.train import train
from tom.training.wishes import Hopes, WishBatches, drawn_wishes, wish_of
from tom.transformer import ME
from worlds import FunhouseError

ALL = Hopes(ordinary=0.0)
SMALL = {"batch": 8, "width": 32, "layers": 2, "wishes": True}


def batches(log=None, hopes: Hopes = ALL) -> WishBatches:
    kind, log = architecture("transformer"), log or alone_log()
    made = kind.batches([log], kind.filled(TrainConfig(train_steps=1, seed=5, **SMALL)))
    return WishBatches([log], made.vocabulary, 4, 5, hopes)


def labels(made: WishBatches) -> list[tuple]:
    """Each label of a batch, as (history, step, words, act)."""
    heard = []
    for place, episode in enumerate(made.logs[0]):
        asked = made._asked(made.inputs[0], episode, 0, np.zeros((1, 3)), np.random.default_rng(place))
        heard += [(place, one.step, one.words, one.action) for one in asked.prompts]
    return heard


def said_in(episode, hopes: Hopes = ALL, seed: int = 0) -> list[tuple[int, Wish]]:
    """Every sentence that is drawn for an episode and can be, as (step, wish)."""
    space, generator = batches().inputs[0].space, np.random.default_rng(seed)
    said, told = drawn_wishes(episode, Scene(episode), space, hopes, generator)
    return [one for d in range(len(told)) if (one := wish_of(said, told, d))]


def changed_after(episode, step: int):
    """The same episode with other acts from a step on, and other places and fruits after it."""
    cell, board = np.roll(episode.cell, 1, 0), np.zeros_like(episode.board)
    cell[: step + 1], board[: step + 1] = episode.cell[: step + 1], episode.board[: step + 1]
    return replace(episode, action=episode.action[::-1], cell=cell, board=board)


def test_a_sentence_that_came_true_is_a_label_whatever_else_came_true(monkeypatch):
    """Where labels are drawn among those that came true, or are at most so many, it is not."""
    monkeypatch.setattr(wishes, "_prompt", lambda episode, vocabulary, step, wish, generator: (step, wish))
    made, came_true, chosen = batches(), Followed.came_true, []
    for judge in (lambda true: true, lambda true: ~true, np.ones_like):
        monkeypatch.setattr(Followed, "came_true", lambda *asked, judge=judge: judge(came_true(*asked)))
        told = [made._asked(made.inputs[0], one, 0, np.zeros((1, 3)), np.random.default_rng(0)) for one in made.logs[0]]
        chosen.append([(place, *one) for place, asked in enumerate(told) for one in asked.prompts])
    real, false, every = chosen
    assert sorted(map(str, real + false)) == sorted(map(str, every))
    assert min(len(real), len(false)) > 20


def test_what_came_true_of_many_wishes_is_what_hindsight_says_of_each():
    heard = set()
    for place, episode in enumerate(alone_log(count=96, switch=100)):
        said = drawn(Scene(episode), np.arange(600) % 12, 12 - np.arange(600) % 12, np.random.default_rng(place))
        true = Followed(episode).came_true(said)
        for d in range(600):
            if one := wish_of(said, [""] * 600, d):
                assert hindsight(episode, 0, *one) == true[d], one
                heard |= {(clause, bool(true[d])) for clause in one[1].clauses}
    assert {(MoveLike(animal), so) for animal in ANIMALS for so in (True, False)} <= heard
    assert {(Explore(extent), so) for extent in EXTENTS for so in (True, False)} <= heard
    assert {type(clause) for clause, _ in heard} == {Collect, Order, EndIn, StayOut, Explore, MoveLike}


def test_wishes_drawn_together_are_as_those_that_are_drawn_one_by_one():
    episode, generator, count = alone_log()[0], np.random.default_rng(0), 6000
    one_by_one = [drawn_wish(ground_at(episode, 0, 3), generator, 1 + k % 2) for k in range(count)]
    said = drawn(Scene(episode), np.full(count, 3), np.full(count, 9), generator)
    at_once = [one[1] for d in range(count) if (one := wish_of(said, [""] * count, d))]
    shares = []
    for some in (one_by_one, at_once):
        alone = [one for one in some if len(one.clauses) == 1]
        found = Counter(type(one.clauses[0]) for one in alone) + Counter(one.steps for one in alone)
        found += Counter(one.clauses[0].place for one in alone if isinstance(one.clauses[0], EndIn))
        shares.append({key: number / len(alone) for key, number in found.items()})
    assert shares[0].keys() == shares[1].keys()
    assert all(abs(shares[0][key] - shares[1][key]) < 0.04 for key in shares[0])


def test_sentences_are_drawn_without_a_look_at_what_follows():
    episode = alone_log()[0]
    assert {step for step, _ in said_in(episode)} == set(range(episode.steps))
    first = Hopes(wishes=0, described=400)
    drawn = [said_in(one, first) for one in (episode, changed_after(episode, 0))]
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) > 40


def test_common_sentences_are_said_less_often_whatever_follows_them():
    episode, common, count, shares = alone_log()[0], batches(alone_log(count=24)).common, 2000, []
    for one in (episode, changed_after(episode, 0)):
        said = drawn(Scene(one), np.zeros(count, int), np.full(count, 12), np.random.default_rng(0))
        shares.append(common.share(Scene(one), said))
    assert np.array_equal(*shares)
    rare, usual = Collect(4), Collect(0, 3)
    found = {clause: [] for clause in (rare, usual)}
    for d, share in enumerate(shares[0].tolist()):
        if (made := wish_of(said, [""] * count, d)) and made[1].clauses in ((rare,), (usual,)):
            found[made[1].clauses[0]].append(share)
    assert np.mean(found[usual]) < 0.2 < np.mean(found[rare])


def test_the_label_is_the_act_that_followed_and_the_sentence_came_true():
    episode = alone_log()[0]
    asked = batches()._asked(batches().inputs[0], episode, 0, np.zeros((1, 3)), np.random.default_rng(1))
    for prompt in asked.prompts:
        assert prompt.action == (episode.action[prompt.step, 0],)
        assert prompt.when == (prompt.step,)
    said = [wish for _, wish in said_in(episode, seed=2)]
    assert {one.steps is None for one in said} == {True, False}
    assert {len(one.clauses) for one in said} == {1, 2}


def test_no_label_is_of_a_wish_that_is_held_out(monkeypatch):
    monkeypatch.setattr(wishes, "_prompt", lambda episode, vocabulary, step, wish, generator: (step, wish))
    made, said = batches(), []
    for place, episode in enumerate(made.logs[0]):
        asked = made._asked(made.inputs[0], episode, 0, np.zeros((1, 3)), np.random.default_rng(place))
        said += [wish.clauses for _, wish in asked.prompts]
    assert not any(map(held_out, said))
    drawn = [wish.clauses for episode in made.logs[0] for _, wish in said_in(episode)]
    assert sum(map(held_out, drawn)) > 20
    colours = {one.kind for clauses in said for one in clauses if isinstance(one, Collect)}
    assert colours > {None, "red"}
    assert any(isinstance(one, EndIn) for clauses in said for one in clauses)


def test_every_wish_of_training_says_its_deadline():
    made = batches()
    ends = {made.vocabulary.encode(word)[0] for word in ("step", "steps", "over")}
    assert {words[-1] for _, _, words, _ in labels(made)} <= ends


def test_wishes_are_of_steps_in_which_an_agent_acts_as_itself():
    log = alone_log(count=6, switch=4)
    for episode in log:
        roles = np.array([bool(role[0]) for role in episode.role])
        for step, wish in said_in(episode):
            assert not roles[step : step + (wish.steps or episode.steps)].any()
    assert roles.any()


def test_what_is_described_is_true_and_is_wished_before_anything_was_done():
    space = batches().inputs[0].space
    for episode in alone_log():
        said = [one for one in said_in(episode, seed=3) if one[1].chain]
        assert len(said) > 3
        for step, wish in said:
            assert step == 0
            assert space.consistent(wish.chain[0])[space.index(episode.agents[0].type)]


def test_wishes_can_be_wished_for_where_they_are_drawn_and_no_held_out_form_is_said():
    episode, generator = alone_log()[1], np.random.default_rng(0)
    for k in range(300):
        ground = ground_at(episode, 0, k % episode.steps)
        wish = drawn_wish(ground, generator, 1 + k % 2)
        if wish:
            assert parse_wish(say_wish(wish, k, HELD_OUT), episode.names, ground) == wish
            assert len(wish.clauses) == 1 + k % 2
    words = batches().vocabulary
    unseen = {words.encode(form) for form in ("gather up", "take in", "finish up in", "keep away from")}
    for _, _, said, _ in labels(batches()):
        assert not any(said[at : at + len(one)] == one for one in unseen for at in range(len(said)))


def test_nothing_tells_of_what_type_an_agent_is_but_what_it_did():
    episode = alone_log()[0]
    reader = reader_of(episode.run, wishes=True)
    other = replace(episode, agents=[replace(episode.agents[0], type={**episode.agents[0].type, "blindness": "red"})])
    assert other.agents[0].type != episode.agents[0].type
    one, two = (reader.overlooked(each, 0) for each in (episode, other))
    assert all(np.array_equal(one.look[name], two.look[name]) for name in one.look)
    batch = batches().batch(0)
    assert batch["event"]["persona"].shape[1] == 0
    assert (batch["event"]["who"] == ME).all()


def test_a_mind_learns_of_wishes_and_goes_on_being_asked_what_others_are(monkeypatch, tmp_path):
    log = alone_log(count=24)
    monkeypatch.setattr("tom.training.train.open_log", lambda place: log)
    mind = train(["a log"], tmp_path / "run", train_steps=25, warmup=5, **SMALL)
    kind, batch = architecture("transformer"), batches(log).batch(99)
    config = TrainConfig(train_steps=1, **SMALL)
    untrained = kind.lowered(kind.network(mind.network.size))
    loss, before = (kind.loss(network, batch, config)[0] for network in (mind.network, untrained))
    assert loss["action"] < before["action"] - 0.05
    assert mind.meta["train"]["wishes"]
    asked = batches(log, Hopes(ordinary=1.0)).batch(0)
    assert asked["event"]["persona"].shape[1] > 3
    assert torch.isfinite(kind.loss(mind.network, asked, config)[1])


@pytest.mark.parametrize(
    ("settings", "log", "what"),
    [({}, short_log, "agents that are alone"), ({"network": "filter"}, alone_log, "the filter learns no wishes")],
)
def test_what_cannot_learn_wishes_is_refused(monkeypatch, tmp_path, settings, log, what):
    monkeypatch.setattr("tom.training.train.open_log", lambda place: log())
    with pytest.raises(FunhouseError, match=what):
        train(["a log"], tmp_path / "run", train_steps=1, wishes=True, **settings)


def test_the_command_line_has_the_setting(logs, tmp_path, capsys):
    assert main(["train", str(logs["train"]), "--wishes", "--out", str(tmp_path / "run"), "--train-steps", "1"]) == 1
    assert "tom run --agents 1 --no-regrow --out LOG" in capsys.readouterr().err


def test_wishes_have_a_batch_and_a_rate_of_their_own_unless_others_are_given():
    kind = architecture("transformer")
    made = [
        kind.filled(TrainConfig(train_steps=1, **more)) for more in ({}, {"wishes": True}, {"wishes": True, "batch": 3})
    ]
    assert [(one.batch, one.rate, one.layers) for one in made] == [(8, 3e-3, 3), (32, 4e-3, 3), (3, 4e-3, 3)]
