"""What a mind reads of anybody's environment: of a member held out nothing, neither a word nor a place of its own."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from agents.arena.bank import BankConfig
from agents.arena.run import ArenaRun
from agents.arena.words import SENTENCES
from agents.recording import record
from analysis.scores.describe import losses
from tom.mind import OWN as AS_PERCEIVED
from tom.mind import Mind
from tom.size import Size
from tom.tokens import reader_of
from tom.tokens.base import UNLABELLED
from tom.tokens.words import BLANK, Vocabulary
from tom.training.batch import TrainingBatches
from tom.training.train import train
from tom.transformer import Transformer
from worlds import FunhouseError, open_log
from worlds.arena import ArenaConfig

OWN = ["nobody:asks", "nobody:them", "nobody:ever"]  # each has a word that describes nobody else


def run_of() -> ArenaRun:
    """A field of two species."""
    arena = ArenaConfig("tests.worlds.arena.toys:field", visibility="partial:0.5,2", steps=12)
    return ArenaRun(arena, BankConfig(random_linear=4, random_mlp=2), seed=1)


def words_of(members) -> set[str]:
    return {word for one in members for wording in SENTENCES[one.name] for word in wording.split()}


@pytest.fixture(scope="module")
def reader():
    told = run_of().to_dict()
    return reader_of({**told, "bank": {**told["bank"], "callables": OWN}})


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    place = tmp_path_factory.mktemp("logs") / "field"
    record(run_of(), place, 6)
    return open_log(place)


def test_no_word_that_only_held_out_members_have_is_in_the_vocabulary(reader):
    held, met = (words_of(one for one in reader.space if one.held_out is out) for out in (True, False))
    alone = held - met
    assert alone
    assert not alone & set(reader.words)
    assert met <= set(reader.words)


def test_no_tensor_has_a_row_for_a_held_out_member(reader):
    met = sum(not one.held_out for one in reader.space)
    assert met < len(reader.space)
    size = Size(len(Vocabulary(reader.words)), **reader.network(), width=36, layers=1)
    assert size.traits == (met,)
    shapes = [tuple(p.shape) for p in Transformer(size).parameters()]
    assert not [shape for shape in shapes if len(reader.space) in shape]
    assert (met, 36) in shapes


def test_a_word_that_training_never_held_is_blank_and_names_nobody(reader):
    unmet = next(one for one in reader.space if one.held_out and not words_of([one]) <= set(reader.words))
    vocabulary = Vocabulary(reader.words)
    assert BLANK in vocabulary.encode(unmet.description)
    numbers, who = vocabulary.prompt(f"behave as Bo pretending to be {unmet.description}", ("Ada", "Bo"))
    assert BLANK in numbers
    assert [one for one in who if one >= 0] == [1]


def test_who_is_held_out_is_no_label_and_others_are_their_places_among_the_rest(reader):
    class Match:
        agents = [type("One", (), {"type": one.to_dict()}) for one in reader.space]  # noqa: RUF012

    labels = reader.types(Match)[:, 0]
    out = np.array([one.held_out for one in reader.space])
    assert (labels[out] == UNLABELLED).all()
    assert labels[~out].tolist() == list(range((~out).sum()))


def test_a_member_held_out_is_told_nothing_of_itself(log):
    reader = reader_of(log.config)
    vocabulary = Vocabulary(reader.words)
    mind = Mind(Transformer(Size(len(vocabulary), **reader.network(), width=32, layers=1)), vocabulary, log.config)
    met, unmet = (next(one for one in reader.space if one.held_out is out) for out in (False, True))
    for member, words in ((met, vocabulary.encode(met.description)), (unmet, ())):
        played = [replace(one, type=member.to_dict(), description=member.description) for one in log[0].agents]
        assert mind._encoded(replace(log[0], agents=played), 0, AS_PERCEIVED).asked.persona == words


def test_half_of_the_histories_of_training_tell_nobody_what_it_is_itself(log):
    reader = reader_of(log.config)
    batches = TrainingBatches([log], Vocabulary(reader.words), 8, seed=0)
    told = np.concatenate([(batches.batch(k)["event"]["persona"] > 0).any(1) for k in range(16)])
    assert 0.3 < told.mean() < 0.7


def test_describe_gives_a_held_out_member_no_chance_and_is_scored_all_the_same(log):
    reader = reader_of(log.config)
    vocabulary = Vocabulary(reader.words)
    network = Transformer(Size(len(vocabulary), **reader.network(), width=32, layers=1))
    mind, episode, space = Mind(network, vocabulary, log.config), log[0], reader.space
    said = mind.traits(episode, 0, [5], [1])["policy"]
    assert said.shape == (1, len(space))
    assert said.sum() == pytest.approx(1)
    assert (said[0] > 0).tolist() == [not one.held_out for one in space]
    true = np.eye(len(space))[[space.held_out.argmax()]]
    assert np.isfinite(losses(said, true, space)["policy"]).all()
    named = mind.describe(episode, episode.names[0], 5, episode.names[1])["policy"]
    assert [named[one.name] for one in space if one.held_out] == [0] * int(space.held_out.sum())


def test_a_mind_of_an_arena_learns_and_goes_on(log, tmp_path):
    settings = {"batch": 2, "width": 32, "layers": 2, "warmup": 5}
    train([log.path], tmp_path / "run", train_steps=5, **settings)
    mind = train([log.path], tmp_path / "run", train_steps=40, resume=True, **settings)
    assert mind.meta["done"]["steps"] == 40
    batch = TrainingBatches([log], mind.vocabulary, 4, seed=5).batch(0)
    log_chance, _ = answered(mind.network, batch)
    even = (~batch["rows"]["blocked"]).sum(-1)[batch["prompt"]["row"]].log().mean()
    assert -log_chance.gather(1, batch["prompt"]["action"][:, None]).mean() < even - 0.05


@torch.no_grad()
def answered(network, batch):
    rows = network.read(batch["rows"])
    return network.answer(rows, network.encode(rows, batch["event"])[0], batch["event"], batch["prompt"])


def test_the_filter_does_not_read_an_environment_and_says_what_does(log, tmp_path):
    with pytest.raises(FunhouseError, match="the filter does not read the world 'pettingzoo:") as caught:
        train([log.path], tmp_path / "run", train_steps=1, network="filter")
    assert "without --network filter" in caught.value.remedy
    assert not (tmp_path / "run").exists()
