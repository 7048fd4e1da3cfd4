"""Questions in words become queries, or errors that say what to do; the exact answers stand behind them."""

import numpy as np
import pytest

import agents
from agents.answer import Question, Reasoned, Truth, exact, posterior, resolve
from agents.orchard.rollout import RunConfig, play
from agents.query import Query
from agents.registry import perceives, type_space
from worlds import ACTIONS, FunhouseError
from worlds.drawing.frame import Frame
from worlds.drawing.render import image

EPISODE = play(RunConfig(split="validation"), 0)
ME, OTHER, THIRD = EPISODE.names[:3]
STEP = 30


def ask(prompt, step=STEP, agent=ME):
    return resolve(EPISODE, Question(agent, step, prompt))


def pair(seen, step=STEP):
    """The names of two agents of which the first perceives the second at a step, or does not."""
    n = len(EPISODE.names)
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j and perceives(EPISODE, i, j, step) == seen]
    return tuple(EPISODE.names[i] for i in pairs[0])


@pytest.mark.parametrize(
    ("prompt", "chain"),
    [
        ("behave as myself", ()),
        (f"behave as {ME} pretending to be me", ()),
        (f"behave as {OTHER}", (1,)),
        (f"behave as {OTHER} pretending to be me", (1, 0)),
        (f"behave as me pretending to be {OTHER} pretending to be {OTHER}", (1,)),
        (f"act like an agent that likes red pretending to be {THIRD}", ("an agent that likes red", 2)),
        (f"predict me pretending to be {OTHER}", (1,)),
    ],
)
def test_what_a_prompt_asks(prompt, chain):
    assert ask(prompt) == Query("behave", 0, STEP, chain, len(chain))


def test_a_prediction_counts_its_target():
    me, other = (EPISODE.names.index(name) for name in pair(seen=True))
    asked = ask(f"predict {EPISODE.names[other]} pretending to be me", agent=EPISODE.names[me])
    assert asked == Query("predict", me, STEP, (other, me), 2)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (("Zork", STEP, "behave as myself"), "nobody is called 'Zork'"),
        ((ME, 48, "behave as myself"), "no step 48"),
        ((ME, -1, "behave as myself"), "no step -1"),
        ((ME, STEP, "frobnicate"), "does not parse"),
        ((ME, STEP, "behave as Zork"), "nobody here is called Zork"),
        ((ME, STEP, "behave as an agent that likes white"), "no type of this world"),
        ((ME, STEP, "predict an agent that likes red"), "imagined"),
        ((ME, STEP, "behave as " + " pretending to be ".join([OTHER, ME] * 4)), "deeper"),
        ((ME, STEP, "behave as " + "x" * 500), "characters"),
    ],
)
def test_errors_name_the_thing_and_the_remedy(question, said):
    with pytest.raises(FunhouseError, match=said) as error:
        resolve(EPISODE, Question(*question))
    assert error.value.remedy or "expected" in error.value.what


def test_the_unseen_are_not_predicted():
    me, other = pair(seen=False)
    with pytest.raises(FunhouseError, match=f"{me} does not perceive {other} at step {STEP}") as error:
        ask(f"predict {other}", agent=me)
    assert f"behave as {other}" in error.value.remedy
    assert ask(f"behave as {other}", agent=me).depth == 1


def test_exact_is_a_distribution_over_the_actions_by_name():
    answer = exact(EPISODE, agent=ME, step=STEP, prompt=f"behave as {OTHER} pretending to be me")
    assert (answer.chain, answer.stance, answer.depth) == ((OTHER, ME), "behave", 2)
    assert tuple(answer.probabilities) == ACTIONS
    assert sum(answer.probabilities.values()) == pytest.approx(1)


def test_truth_and_reasoned_differ_where_one_predicts_and_nowhere_else():
    space = type_space(EPISODE)
    seen = [(i, j) for i in range(8) for j in range(8) if i != j and perceives(EPISODE, i, j, STEP)]
    questions = [Question(EPISODE.names[i], STEP, f"predict {EPISODE.names[j]}") for i, j in seen]
    true, reasoned = Truth(space).answer(EPISODE, questions), Reasoned(space).answer(EPISODE, questions)
    assert np.abs(true - reasoned).max() > 0.1
    really = [Question(EPISODE.names[j], STEP, "behave as myself") for _, j in seen]
    assert np.array_equal(true, Truth(space).answer(EPISODE, really))
    assert np.array_equal(true, Reasoned(space).answer(EPISODE, really))
    assert (Truth(space).name, Reasoned(space).name) == ("truth", "reasoner")


def test_the_posterior_finds_the_type_of_those_it_sees_much_of():
    space = type_space(EPISODE)
    assert posterior(EPISODE, agent=ME, step=0, who=OTHER) == pytest.approx(1 / 36)
    true = [space.index(agent.type) for agent in EPISODE.agents]
    everybody = list(enumerate(EPISODE.names))
    scores = [posterior(EPISODE, me, STEP, who)[true[k]] for _, me in everybody for k, who in everybody]
    assert np.mean(np.log(scores)) > np.log(1 / 36) + 0.3
    for bad in (("Zork", 3, ME), (ME, 3, "Zork"), (ME, 99, OTHER)):
        with pytest.raises(FunhouseError):
            posterior(EPISODE, *bad)


MISTYPED = {
    "agent = 0 is no name": lambda: Frame.of(EPISODE, 40, 0),
    "agent = None is no name": lambda: posterior(EPISODE, ME, 3, None),
    "step = 1.5 is no whole number": lambda: posterior(EPISODE, ME, 1.5, OTHER),
    "step = '3' is no whole number": lambda: exact(EPISODE, ME, "3", "behave as myself"),
    "prompt = 7 is no text": lambda: exact(EPISODE, ME, 3, 7),
    "scale = 0 leaves nothing": lambda: image(Frame.of(EPISODE, 3), scale=0),
    "scale = 1.5 is no whole number": lambda: image(Frame.of(EPISODE, 3), scale=1.5),
    "None is of no world": lambda: type_space(None),
    "'logs/mine' is of no world": lambda: agents.world_of("logs/mine"),
}


@pytest.mark.parametrize("said", MISTYPED)
def test_a_value_of_another_type_is_named_with_the_remedy(said):
    with pytest.raises(FunhouseError) as caught:
        MISTYPED[said]()
    assert said in caught.value.what
    assert caught.value.remedy


def test_numbers_of_numpy_count_like_those_of_python():
    assert (posterior(EPISODE, ME, np.int64(3), OTHER) == posterior(EPISODE, ME, 3, OTHER)).all()


def test_type_space_reads_settings_as_well_as_an_episode():
    settings = EPISODE.run
    assert type_space(settings) is type_space(EPISODE)
    assert len(agents.type_space(settings)) == 36
