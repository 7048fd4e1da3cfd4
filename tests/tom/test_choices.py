"""Where actions are many only what is legal is read: memory is bounded by that, answers are of all actions."""

import numpy as np
import pytest
import torch

from agents import resolve
from agents.answer import Question
from agents.arena import members as member
from agents.arena import reasoner
from agents.arena import side_by_side as table
from agents.arena.bank import BankConfig
from agents.arena.reasoner import BankReasoner
from agents.arena.rollout import rollout
from agents.arena.run import ArenaRun
from agents.recording import record
from tom import choices
from tom.cli import main
from tom.mind import load
from tom.size import Size
from tom.tokens import reader_of
from tom.training.batch import TrainingBatches
from tom.training.train import train
from tom.transformer import CODES, Transformer
from tom.transforming import losses
from worlds import FunhouseError, open_log
from worlds.arena import ArenaConfig

ODD = "tests.worlds.arena.oddities:"
BANK = BankConfig(random_linear=6, random_mlp=4)


def run_of(name="board", **arguments) -> ArenaRun:
    return ArenaRun(ArenaConfig(f"{ODD}{name}", arguments, 12, "partial:0.5,2"), BANK)


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    place = tmp_path_factory.mktemp("logs") / "board"
    record(run_of(), place, 6)
    return open_log(place)


def test_what_is_narrowed_and_widened_again_is_what_it_was():
    blocked = torch.rand(7, 90, generator=torch.Generator().manual_seed(0)) > 0.1
    blocked[:, 3] = False
    action = torch.tensor([int(np.flatnonzero(~row)[-1]) for row in blocked.numpy()])
    told = choices.narrowed({"blocked": blocked})
    assert told["choice"].shape[1] == (~blocked).sum(1).max()
    place = choices.place_of(action, told, torch.arange(7))
    assert torch.equal(told["choice"].gather(1, place[:, None])[:, 0], action)
    log = told["choice"].float()
    wide = choices.widened(log, told["choice"], 90)
    assert torch.equal(wide[~blocked], torch.nonzero(~blocked)[:, 1].float())
    assert (wide[blocked] < -60).all()


def test_a_mind_of_many_actions_learns_answers_what_is_legal_and_is_loaded_again(log, tmp_path):
    mind = train([log.path], tmp_path / "run", train_steps=60, batch=2, width=32, layers=2, warmup=5)
    assert mind.network.many
    batch = TrainingBatches([log], mind.vocabulary, 4, seed=5).batch(0)
    even = (~batch["rows"]["blocked"]).sum(-1)[batch["prompt"]["row"]].log().mean()
    assert losses(mind.network, batch)["action"] < even - 0.05
    episode = log[1]
    questions = [Question(episode.names[0], step, "behave as myself") for step in range(4)]
    chance = mind.answer(episode, questions)
    legal = np.stack([episode.mask_of(0, step) for step in range(4)])
    np.testing.assert_allclose(chance.sum(1), 1)
    assert (chance[~legal] == 0).all()
    np.testing.assert_allclose(load(tmp_path / "run").answer(episode, questions), chance)


@torch.no_grad()
def test_what_more_may_be_done_in_another_row_changes_nothing(log):
    reader = reader_of(log.config)
    network = Transformer(Size(9, **reader.network(), width=32, layers=1)).eval()
    seen = reader.seen(log[0], 0)
    look = {name: torch.from_numpy(part[:2]) for name, part in seen.look.items()}
    look["company"] = torch.zeros(2, 1, CODES + 2)
    event = {
        "row": torch.tensor([[0]]), "step": torch.tensor([[0]]), "who": torch.tensor([[3]]),
        "action": torch.tensor([[seen.action[0]]]), "real": torch.tensor([[True]]), "persona": torch.tensor([[5]]),
    }  # fmt: skip
    known = []
    for legal in (1, look["blocked"].shape[1]):
        look["blocked"][1] = torch.arange(look["blocked"].shape[1]) >= legal
        known.append(network.encode(network.read(look), event)[1])
    torch.testing.assert_close(*known)


def test_so_many_legal_at_once_that_no_mind_learns_them_are_refused_before_anything_is_made():
    with pytest.raises(FunhouseError, match="5,000 actions are legal at once") as caught:
        reader_of(run_of("acts", kind="most").to_dict())
    assert caught.value.remedy


def test_a_run_says_at_its_beginning_that_no_mind_can_be_trained_on_so_many_actions(tmp_path, capsys):
    world = ("--world", f"pettingzoo:{ODD}acts", "--arguments", '{"kind": "most"}')
    assert main(["run", *world, "--out", str(tmp_path / "log"), "--episodes", "1", "--steps", "2"]) == 0
    said = capsys.readouterr().err
    assert "no mind can be trained on this log: 5,000 actions may be taken at once" in said
    assert "at most 1,024; give the environment an action mask" in said


def test_members_choose_the_same_in_parts_and_of_what_is_legal_alone(monkeypatch):
    run = run_of()
    whole = rollout(run, 0, 3)
    monkeypatch.setattr(table, "AT_ONCE", 300)
    monkeypatch.setattr(
        member, "logits_of_legal", lambda feature, eye, habit, _, out: member.logits_of_all(feature, eye, habit, out)
    )
    for one, other in zip(whole, rollout(run, 0, 3), strict=True):
        np.testing.assert_array_equal(one.action, other.action)


def test_the_reasoner_says_the_same_where_it_keeps_no_chances(log, monkeypatch):
    episode, space = log[0], run_of().space
    names = episode.names
    asked = [f"behave as {names[1]} pretending to be me", f"predict {names[1]}", "behave as myself"]
    seen = [step for step in range(episode.steps) if episode.perceived[step, 0, 1]]
    queries = [resolve(episode, Question(names[0], seen[-1], prompt)) for prompt in asked]
    found = BankReasoner(space).enact(episode, queries)
    monkeypatch.setattr(reasoner, "MANY_ACTIONS", 1000)
    np.testing.assert_array_equal(BankReasoner(space).enact(episode, queries), found)
