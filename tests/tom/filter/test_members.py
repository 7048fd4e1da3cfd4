"""In an arena the library is the bank: words make its policies, choose among them, are learned from what was done."""

import pytest
import torch

from agents.arena.bank import BankConfig
from agents.arena.run import ArenaRun
from agents.recording import record
from tom.filter.batch import TrainingBatches
from tom.filter.inputs import inputs_of
from tom.filter.member_policies import Members
from tom.filter.size import NetworkConfig
from tom.filter.vocabulary import Vocabulary
from tom.training.train import train
from worlds import FunhouseError, open_log
from worlds.arena import ArenaConfig

A, BOLD, CALM, HERON, OTTER, FOX = range(4, 10)  # words
BANK = (((A, BOLD, HERON), (A, CALM, HERON), (A, BOLD, OTTER)), ((A, CALM, FOX), (A, BOLD, FOX)))
CONFIG = NetworkConfig(12, (5,), species=(4, 3), members=BANK, library=3, width=32, heads=4, bars=True)
EVENTS = 6


@pytest.fixture
def members() -> Members:
    """Those of two small species."""
    torch.manual_seed(0)
    return Members(CONFIG)


def scenes(species: int) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """Some scenes (e a c) of a species, the last action barred."""
    option = torch.randn(EVENTS, 5, CONFIG.element_width + 2, generator=torch.Generator().manual_seed(1))
    blocked = torch.zeros(EVENTS, 5, dtype=torch.bool)
    blocked[:, -1] = True
    return option, {"blocked": blocked, "species": torch.full((EVENTS,), species)}


def policies(members: Members, species: int) -> torch.Tensor:
    """What the members of a species would do in these (e a k)."""
    return members(*scenes(species))


@torch.no_grad()
def test_what_a_word_does_all_do_who_are_described_by_it(members):
    before = policies(members, 0), policies(members, 1)
    members.judge[BOLD] += torch.randn_like(members.judge[BOLD])
    moved = [(x - policies(members, s)).abs().amax((0, 1)) > 1e-3 for s, x in enumerate(before)]
    assert moved[0].tolist() == [True, False, True]
    assert moved[1].tolist()[:2] == [False, True]
    assert torch.allclose(before[0].exp().sum(1), torch.ones(EVENTS, 3), atol=1e-5)
    assert before[0][:, -1].exp().max() < 1e-20


@torch.no_grad()
def test_words_choose_the_member_that_they_describe(members):
    texts = torch.tensor([[A, BOLD, OTTER, 0, 0], [11, A, CALM, HERON, 0]])
    meant = members.meant(texts)
    assert meant[0].argmax(-1).tolist() == [2, 1]
    assert torch.allclose(meant.sum(-1), torch.ones(2, 2))
    assert meant[1, :, 2].max() == 0, "the second species has two members"
    assert torch.allclose(meant[:, 0], members.meant(texts[:1, :3])[:, 0])


@torch.no_grad()
def test_nobody_believes_in_members_that_there_are_not(members):
    belief = torch.full((1, 2, 4, 3), 1 / 3)
    question = {"texts": torch.tensor([[A, BOLD]]), "text": torch.zeros(1, 2, dtype=int), "persona": torch.tensor([0])}
    known, said = members.known(belief, question, torch.tensor([[0, 1]]))
    assert torch.allclose(known[0, 0], torch.full((4, 3), 1 / 3))
    assert torch.allclose(known[0, 1], torch.tensor([0.5, 0.5, 0.0]).expand(4, 3))
    assert said.shape == (1, 2, 2, 3)


def test_hindsight_is_the_likelihood_under_who_acted(members):
    with torch.no_grad():
        members.judge.normal_(), members.decisive.normal_(), members.slip.normal_()
    policy, action, who = policies(members, 1), torch.arange(EVENTS) % 4, torch.tensor([3, 4] * 3)
    option, row = scenes(1)
    told = members.hindsight(option, row | {"action": action, "type": who})
    each = [policy[e, action[e], [3, 4].index(int(who[e]))] for e in range(EVENTS)]
    assert torch.allclose(told, -torch.stack(each).mean())


@torch.no_grad()
def test_words_never_met_change_nothing(members):
    members.judge[[A, BOLD, CALM]] = torch.randn_like(members.judge[[A, BOLD, CALM]])
    policy = policies(members, 0)
    assert torch.allclose(policy[..., 0], policy[..., 2]), "the bold heron and the bold otter"
    assert (policy[..., 0] - policy[..., 1]).abs().max() > 1e-2


def test_hindsight_teaches_the_words_of_who_acted_and_answers_all_of_them(members):
    option, row = scenes(0)
    members.hindsight(option, row | {"action": torch.arange(EVENTS) % 4, "type": torch.tensor([0, 1] * 3)}).backward()
    taught = members.judge.grad.abs().amax((1, 2)) > 0
    assert taught[[A, BOLD, CALM, HERON]].all()
    assert not taught[[OTTER, FOX]].any()
    members.judge.grad = None
    policies(members, 0).square().sum().backward()
    assert members.judge.grad[OTTER].abs().amax() > 0


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """A log of a small field of two species."""
    place = tmp_path_factory.mktemp("field") / "log"
    arena = ArenaConfig("tests.worlds.arena.toys:field", visibility="partial:0.5,2", steps=12)
    record(ArenaRun(arena, BankConfig(random_linear=4, random_mlp=2), seed=1), place, 6)
    return open_log(place)


def test_what_is_told_in_hindsight_was_done_by_agents_that_were_themselves(log):
    inputs = inputs_of(log.config)
    batches = TrainingBatches([log], Vocabulary(inputs.words), 2, seed=0)
    told = batches.batch(0)[0]["hindsight"]
    assert len(told["type"]) > 0
    species = torch.from_numpy(inputs.space.species)
    assert torch.equal(species[told["type"]], told["species"])
    assert not told["blocked"][torch.arange(len(told["action"])), told["action"]].any()
    assert torch.equal(told["observation"], batches.batch(0)[0]["hindsight"]["observation"])


def test_a_mind_of_an_arena_learns_and_is_loaded_again(log, tmp_path):
    settings = {"batch": 2, "width": 32, "warmup": 5, "network": "filter"}
    mind = train([log.path], tmp_path / "run", train_steps=20, **settings)
    again = train([log.path], tmp_path / "run", train_steps=40, resume=True, **settings)
    assert again.meta["done"]["steps"] == 40
    told = TrainingBatches([log], mind.vocabulary, 2, seed=5).batch(0)[0]["hindsight"]
    option = again.network.options(told)[1]
    even = -torch.log((~told["blocked"]).sum(-1).float()).mean()
    assert again.network.library.hindsight(option, told) < -even - 0.05


def test_a_mind_of_an_arena_does_not_compare(log, tmp_path):
    with pytest.raises(FunhouseError, match="compares nobody with itself"):
        train([log.path], tmp_path / "run", train_steps=1, compares=True, network="filter")
