"""A mind that compares reads others' acts beside its own, and those of nobody named; images come to it unlabelled."""

import numpy as np
import pytest
import torch

from agents import Question
from agents.orchard.mirror_images import with_images
from agents.orchard.rollout import play
from agents.orchard.run import RunConfig
from agents.population import PopulationConfig
from agents.recording import record
from analysis.probes.mirror.design import IMAGE, LIVE, ME, TWIN, Design, Mirror
from tests.tom.worlds_of_minds import short_log, untrained_mind
from tom.base_mind import MYSELF
from tom.filter.batch import UNLABELLED, TrainingBatches
from tom.filter.compare import WEIGHT
from tom.filter.inputs import inputs_of
from tom.filter.mind import FilterMind
from tom.filter.network import Network
from tom.filter.relations import ABSENT, BARS, COMPANY, RELATIONS
from tom.filter.vocabulary import Vocabulary
from tom.mind import load
from tom.minds import IN_MARKS
from tom.training.train import train
from worlds import OrchardConfig, open_log
from worlds.orchard.mirror import REFLECTED

ROOM = OrchardConfig(map="....|\n" * 6, fruits=1, agents=2, steps=12, mirrors=True)
RUN = RunConfig(ROOM, population=PopulationConfig(switch=12), seed=5)


@pytest.fixture
def comparing() -> FilterMind:
    """An untrained mind that compares, as ready to read those not named as those named."""
    mind = untrained_mind(compares=True)
    network = Network(mind.network.config)
    network.load_state_dict(mind.network.state_dict())
    with torch.no_grad():
        network.blocks[0].attend.relation[:, COMPANY] = 1.0
        network.itself.alike.copy_(torch.eye(5))
    return FilterMind(network, mind.vocabulary, mind.run)


def read(mind, episode, question):
    """The tensors that the network reads, as (event, question), and its answer."""
    caught = {}
    said = mind.answer(episode, [question], lambda event, asked: caught.update(event=event, question=asked))
    return caught["event"], caught["question"], said


def about(episode, step=17):
    """A question about whom the first agent has most often seen act as itself before a step."""
    inputs = untrained_mind().inputs
    known = (inputs.sees(episode, 0) & (inputs.native(episode) > 0))[:step].sum(0)
    other = 1 + int(known[1:].argmax())
    assert known[other] > 0
    return Question(episode.names[0], step, f"behave as {episode.names[other]}"), other


def test_it_may_read_what_it_perceived_of_anybody_and_never_what_is_to_come(comparing):
    episode = short_log()[0]
    question, other = about(episode)
    event, asked, _ = read(comparing, episode, question)
    relation, agent, step = asked["relation"][0, :, 0], event["agent"][0], event["step"][0]
    native = event["own"][0, :, 0] > 0
    assert relation.shape[0] == RELATIONS + 2
    assert torch.equal(relation[COMPANY] > 0, native & (step < 17) & (agent != other))
    assert torch.equal(relation[BARS] > 0, ~(native & (step < 17)))
    assert (agent[relation[COMPANY] > 0] == 0).any()


def test_as_myself_it_reads_others_and_its_own_actions_blanked_it_reads_less(comparing):
    episode = short_log()[0]
    asked = Question(episode.names[0], 17, "behave as myself")
    blind = next(one for one in comparing.controls() if one.name == "mind, own actions blanked")
    for question in (asked, about(episode)[0]):
        assert np.abs(comparing.answer(episode, [question]) - blind.answer(episode, [question])).max() > 1e-4
    plain = untrained_mind()
    blind = next(one for one in plain.controls() if one.name == "mind, own actions blanked")
    assert np.array_equal(plain.answer(episode, [asked]), blind.answer(episode, [asked]))


def test_what_it_did_at_the_same_step_bears_on_what_another_did(comparing):
    episode = short_log()[0]
    question, other = about(episode)
    event, asked, _ = read(comparing, episode, question)
    asked["relation"][0, :, 0, event["agent"][0] != other] = 0.0
    asked["relation"][0, BARS, 0, event["agent"][0] != other] = 1.0  # so that only the other's acts are read
    before, _ = comparing.network.answer(comparing.network.encode(event), asked)
    rows = event["rows"] | {"mine": (event["rows"]["mine"] + 1) % 5}
    after, _ = comparing.network.answer(comparing.network.encode(event | {"rows": rows}), asked)
    assert (before - after).abs().max() > 1e-4


def test_as_far_as_somebody_is_oneself_a_question_about_it_is_one_about_oneself(comparing):
    episode, itself = short_log()[0], comparing.network.itself
    one, other = about(episode)[0], episode.names[(about(episode)[1] % 4) + 1]
    nested = Question(one.agent, one.step, f"{one.prompt} pretending to be {other}")

    def say_myself(_, question):
        question["texts"] = torch.cat([question["texts"], torch.zeros_like(question["texts"][:1])])
        words = comparing.vocabulary.encode(MYSELF)
        question["texts"][-1, : len(words)] = torch.tensor(words)
        question["text"][:] = len(question["texts"]) - 1

    with torch.no_grad():
        itself.doubt.fill_(-50.0)
        another, at_second_hand = (comparing.answer(episode, [asked]) for asked in (one, nested))
        in_words = comparing.answer(episode, [one], say_myself)
        itself.doubt.fill_(50.0)
    assert np.allclose(comparing.answer(episode, [one]), in_words, atol=1e-6)
    assert np.abs(another - in_words).max() > 1e-4
    assert np.array_equal(comparing.answer(episode, [nested]), at_second_hand)


def test_acts_that_agree_say_so_as_often_as_they_do(comparing):
    did, mine = torch.tensor([0, 1, 2, 3]), torch.tensor([0, 2, 2, 5], dtype=torch.int8)  # 5: not known
    with torch.no_grad():
        assert comparing.network.itself.evidence(did, mine)[:, 0].tolist() == [WEIGHT, 0, WEIGHT, 0]


def test_an_event_holds_what_the_perceiver_did_at_its_step():
    episode = short_log()[0]
    history = untrained_mind().inputs.history(episode, 2)
    assert np.array_equal(history.look["mine"], episode.action[history.step, 2])


def test_everybody_has_an_image_that_bears_a_name_of_its_own_and_no_role():
    episode = play(RUN, 0)
    shown = with_images(episode)
    assert shown.images == (2, 3)
    assert len(set(shown.names)) == 4
    assert np.array_equal(shown.action[:, 2:], REFLECTED[shown.action[:, :2]])
    assert all(row[2:] == [(), ()] for row in shown.role)
    plain = play(RunConfig(OrchardConfig(agents=2, steps=8)), 0)
    assert with_images(plain) is plain


def test_a_batch_asks_about_images_and_says_of_nobody_whose_they_are(tmp_path):
    record(RUN, tmp_path / "log", 4, threads=1)
    log = open_log(tmp_path / "log")
    vocabulary = Vocabulary(inputs_of(log.config).words)
    event, question = TrainingBatches([log], vocabulary, 8, seed=1).batch(0)
    last, traits = question["slot"][..., 0], question["trait"]
    images, bodies = last >= 2, (last >= 0) & (last < 2)
    assert (question["action"][images] != UNLABELLED).any()
    assert (traits[images] == UNLABELLED).all()
    assert (traits[bodies] != UNLABELLED).any()
    assert (question["body"][last == ABSENT] < 2).all()  # only bodies are asked
    assert set(event["agent"][event["own"][..., 1] > 0].tolist()) <= {0, 1}


def test_it_is_trained_saved_and_loaded_as_what_it_is(tmp_path):
    record(RUN, tmp_path / "log", 4, threads=1)
    train([tmp_path / "log"], tmp_path / "run", train_steps=2, compares=True, network="filter")
    mind, episode = load(tmp_path / "run"), with_images(play(RUN, 1))
    assert mind.network.config.compares
    assert mind.answer(episode, [Question(episode.names[0], 6, f"behave as {episode.names[2]}")]).shape == (1, 5)


def test_of_the_minds_that_ship_the_one_that_lived_among_mirrors_takes_its_image_for_itself():
    design, apart = Design(marks=True, observed=(8,)), {}
    for index in range(4):
        mirror = Mirror(design, design.run(0, "validation"), index)
        for condition in (LIVE, TWIN):
            episode = mirror.episode(condition)
            image = f"behave as {episode.names[IMAGE]}"
            asked = [Question(episode.names[ME], 8, prompt) for prompt in (image, "behave as myself")]
            for name in IN_MARKS:
                as_image, as_myself = load(name).answer(episode, asked)
                apart.setdefault((name, condition), []).append(np.abs(as_image - as_myself).sum() / 2)
    apart = {key: np.mean(value) for key, value in apart.items()}
    assert apart["mirrored", LIVE] < 0.05 < 0.1 < apart["mirrored", TWIN]
    assert apart["mirrorless", LIVE] > 0.1
