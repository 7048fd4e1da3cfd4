"""One library of policies acts and reads what others did; evidence adds up; what is barred might as well not be."""

import pytest
import torch

from tests.tom.worlds_of_minds import short_log, untrained_mind
from tom.filter.attention import Attention, Beliefs, Block
from tom.filter.batch import event_tensors
from tom.filter.network import Network
from tom.filter.relations import BARS, NATIVE, OPEN, RELATIONS

WIDTH, EVENTS, ASKED = 32, 6, 3


@pytest.fixture
def network() -> Network:
    """A network of one's own, to be changed."""
    return untrained_mind.__wrapped__().network


@pytest.fixture(scope="module")
def event() -> dict:
    """The events of one history, some of them through a line."""
    history = untrained_mind().inputs.history(short_log()[0], 0, through=[((1,), 2)])
    return event_tensors([history], [0])


def related(*barred: int) -> torch.Tensor:
    """(1, r, ASKED, EVENTS): relations in which every event is about every question, but for those barred."""
    relation = torch.zeros(1, RELATIONS + 1, ASKED, EVENTS)
    relation[:, [OPEN, NATIVE]] = 1.0
    relation[:, :, :, list(barred)] = 0.0
    relation[:, BARS, :, list(barred)] = 1.0
    return relation


def readout_of(network: Network, encoded: dict) -> torch.Tensor:
    """The answers in the scenes of the first events, to fixed beliefs and states."""
    torch.manual_seed(3)
    config = network.config
    belief = torch.randn(1, ASKED, config.heads, config.library).softmax(-1)
    scene = [encoded[name][:ASKED][None] for name in ("policy", "option")]
    return network.readout(torch.randn(1, ASKED, config.width), belief, *scene)


@torch.no_grad()
def test_the_same_weights_answer_and_read_what_others_did(network, event):
    before = network.encode(event)
    answered = readout_of(network, before)
    for name, weight in network.library.named_parameters():
        kept = weight.clone()
        weight.add_(0.5 * torch.randn_like(weight))
        after = network.encode(event)
        assert (before["evidence"] - after["evidence"]).abs().max() > 1e-3, name
        assert (answered - readout_of(network, after)).abs().max() > 1e-3, name
        weight.copy_(kept)


@torch.no_grad()
def test_an_act_is_evidence_for_the_policies_that_would_have_acted_so(network, event):
    network.trust.weight.zero_()  # every act is trusted alike
    encoded, action = network.encode(event), event["rows"]["action"]
    told = encoded["policy"][torch.arange(len(action)), action]  # e k
    assert torch.equal(told.argsort(-1), encoded["evidence"][0].argsort(-1))


@torch.no_grad()
def test_evidence_adds_up(network):
    torch.manual_seed(1)
    evidence = torch.randn(1, EVENTS, network.config.library)

    def said(*barred):
        log = network.beliefs(evidence, related(*barred)).log()
        return log - log.mean(-1, keepdim=True)

    every = range(EVENTS)
    apart = said(*every[:2]) + said(*every[2:]) - said(*every)
    assert torch.allclose(said(), apart, atol=1e-4)
    assert (said() - said(*every)).abs().max() > 0.1
    assert torch.allclose(network.beliefs(evidence, related()).sum(-1), torch.ones(1, ASKED, network.config.heads))


@torch.no_grad()
@pytest.mark.parametrize("part", [Beliefs, Attention])
def test_what_relations_bar_is_as_if_it_were_not_there(network, part):
    torch.manual_seed(2)
    module: torch.nn.Module = part(network.config)
    width = network.config.library if part is Beliefs else WIDTH
    event, x, order = torch.randn(1, EVENTS, width), torch.randn(1, ASKED, WIDTH), torch.randperm(EVENTS)

    def found(event, relation):
        if part is Beliefs:
            return module(event, relation)
        return module(x, module.keys_values(event), relation)

    barred = found(event, related(1, 4))
    kept = [0, 2, 3, 5]
    assert torch.allclose(barred, found(event[:, kept], related()[..., kept]), atol=1e-5)
    assert torch.allclose(barred, found(event[:, order], related(1, 4)[..., order]), atol=1e-5)
    assert (barred - found(event, related())).abs().max() > 1e-3


@torch.no_grad()
def test_answers_and_policies_sum_to_one(network, event):
    encoded = network.encode(event)
    chance = readout_of(network, encoded).exp()
    assert torch.allclose(chance.sum(-1), torch.ones(1, ASKED), atol=1e-5)
    policy = encoded["policy"].exp().sum(1)
    assert torch.allclose(policy, torch.ones_like(policy), atol=1e-5)


def test_policies_and_their_input_stay_in_float32(network, event):
    low = network.lower()
    exact = {name for name, weight in low.named_parameters() if weight.dtype == torch.float32}
    assert exact == {name for name, _ in low.named_parameters() if name.startswith(("library.", "surroundings."))}
    assert low.dtype == torch.bfloat16
    encoded = low.encode(event)
    assert (encoded["policy"].dtype, encoded["evidence"].dtype) == (torch.float32, torch.float32)
    assert all(isinstance(block, Block) for block in low.blocks)
    assert encoded["keys_values"][0][0].dtype == torch.bfloat16
