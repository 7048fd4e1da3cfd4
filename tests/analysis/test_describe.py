import numpy as np
import pytest

from agents import type_space
from agents.registry import reasoner_of
from analysis.questions.perception import Perception
from analysis.scores.describe import score_descriptions, subjects, trait_values
from tests.analysis.contenders import episodes
from worlds import FunhouseError


class Honest:
    """Says the posterior, trait by trait, raised to a power: 1 is honest, more is too sure of itself."""

    def __init__(self, power: float = 1.0, name: str = "mind"):
        self.power, self.name = power, name

    def traits(self, episode, agent, steps, who):
        space, reasoner = type_space(episode), reasoner_of(type_space(episode))
        rows = zip(steps, who, strict=True)
        belief = np.array([reasoner.posterior(episode, agent, t, w) for t, w in rows]) ** self.power
        said = (belief / belief.sum(axis=1, keepdims=True)) @ trait_values(space).T
        ends = np.cumsum([len(values) for values in space.traits.values()])[:-1]
        return dict(zip(space.traits, np.split(said, ends, axis=1), strict=True))


@pytest.fixture(scope="module")
def report(log):
    return score_descriptions(log, [Honest(), Honest(4.0, "boaster")])


def row(report, contender: str, trait: str) -> dict:
    (found,) = [one for one in report["rows"] if (one["contender"], one["trait"]) == (contender, trait)]
    return found


def test_the_uniform_prior_loses_the_logarithm_of_how_many_there_are(report, log):
    space = type_space(log[0])
    assert row(report, "uniform prior", "type")["log_loss"] == pytest.approx(np.log(len(space)))
    for trait, values in space.traits.items():
        assert row(report, "uniform prior", trait)["log_loss"] == pytest.approx(np.log(len(values)))


def test_the_posterior_loses_what_it_left_the_true_type(report, log):
    space, loss = type_space(log[0]), []
    for episode in log:
        reasoner = reasoner_of(space)
        for one in subjects(episode, 32):
            belief = reasoner.posterior(episode, one.agent, one.step, one.who)
            loss.append(-np.log(belief[space.index(episode.agents[one.who].type)]))
    found = row(report, "posterior", "type")
    assert found["questions"] == len(loss)
    assert found["log_loss"] == pytest.approx(np.mean(loss))
    assert found["over_posterior"] == 0


def test_a_describer_is_scored_by_the_product_of_its_traits(report):
    whole, product = row(report, "mind", "type"), row(report, "posterior, trait by trait", "type")
    assert whole["log_loss"] == pytest.approx(product["log_loss"])
    traits = ("taste", "sight", "memory", "temper")
    assert whole["log_loss"] == pytest.approx(sum(row(report, "mind", trait)["log_loss"] for trait in traits))
    for trait in traits:
        assert row(report, "mind", trait)["over_posterior"] == pytest.approx(0, abs=1e-9)


def test_the_interval_of_the_difference_is_paired(report):
    found = row(report, "boaster", "type")
    assert found["over_low"] < found["over_posterior"] < found["over_high"]
    posterior = row(report, "posterior", "type")
    assert found["over_posterior"] == pytest.approx(found["log_loss"] - posterior["log_loss"])
    apart = (found["log_loss_high"] - found["log_loss_low"]) + (posterior["log_loss_high"] - posterior["log_loss_low"])
    assert found["over_high"] - found["over_low"] < apart


def test_a_boaster_is_less_right_than_it_is_sure(report):
    def gap(name):
        rows = [one for one in report["calibration"] if one["contender"] == name and one["stated"] > 0.6]
        return sum(one["count"] * (one["stated"] - one["right"]) for one in rows) / sum(o["count"] for o in rows)

    assert gap("boaster") > gap("mind") + 0.05


def test_a_calibration_counts_every_value_of_every_trait_once(report, log):
    space = type_space(log[0])
    values = sum(map(len, space.traits.values()))
    for name in ("mind", "posterior", "uniform prior"):
        rows = [one for one in report["calibration"] if one["contender"] == name]
        assert sum(one["count"] for one in rows) == values * row(report, name, "type")["questions"]
        right = sum(one["count"] * one["right"] for one in rows)
        assert right == pytest.approx(len(space.traits) * row(report, name, "type")["questions"])


def test_more_steps_observed_leave_less_to_lose(report):
    rows = [r for r in report["by_observed"] if (r["contender"], r["trait"]) == ("posterior", "type")]
    assert rows[0]["observed"] == "0"
    assert rows[0]["log_loss"] == pytest.approx(np.log(36), abs=0.05)
    assert rows[-1]["log_loss"] < rows[0]["log_loss"] - 0.3


def test_only_whom_the_asked_agent_has_perceived_is_described(log):
    for episode in log[:5]:
        known = Perception(episode).known
        for one in subjects(episode, 20):
            assert one.agent != one.who
            assert known[one.step, one.agent, one.who]


def test_a_description_that_is_no_distribution_is_refused_by_name(log):
    class Broken(Honest):
        def traits(self, *asked):
            return {trait: 2 * said for trait, said in super().traits(*asked).items()}

    with pytest.raises(FunhouseError, match="'broken' describes"):
        score_descriptions(log[:1], [Broken(name="broken")])


def test_a_log_in_which_nobody_meets_is_an_error():
    with pytest.raises(FunhouseError, match="nobody"):
        score_descriptions(episodes(2, agents=1))
