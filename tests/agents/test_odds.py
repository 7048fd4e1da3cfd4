"""Types that are more common than others, and types that nobody believes in."""

import numpy as np
import pytest

from agents.language.description_bank import meant
from agents.orchard.policy_config import PolicyConfig
from agents.orchard.presets import preset
from agents.orchard.run import RunConfig
from agents.population import PopulationConfig
from agents.query import Query
from agents.registry import played, reasoner_of
from worlds import FunhouseError

AGENTS = {"agents": 6, "steps": 24}


def run(split="test", manners=(1, 1), **population):
    orchard, policy, _ = preset("blind", AGENTS)
    policy = PolicyConfig.from_dict({**policy.to_dict(), "manners": list(manners)})
    return RunConfig(orchard, policy, PopulationConfig(**population), 3, split)


def test_manners_are_as_common_as_their_odds_say():
    episodes = played(run(manners=(1, 4)), range(80))
    exaggerate = np.mean([agent.type["manner"] == "exaggerating" for one in episodes for agent in one.agents])
    assert 0.74 < exaggerate < 0.86


def test_before_anything_is_seen_types_are_believed_in_by_their_odds():
    one = run(manners=(1, 4))
    (episode,) = played(one, range(1))
    belief = reasoner_of(one.space).posterior(episode, 0, 0, 1)
    assert belief[one.space.table.manner > 0].sum() == pytest.approx(0.8)


def test_settings_without_odds_are_written_as_before():
    assert "manners" not in run().to_dict()["policy"]
    assert "believed" not in run().to_dict()["population"]
    assert RunConfig.from_dict(run(manners=(2, 3)).to_dict()).policy.manners == (2, 3)


@pytest.mark.parametrize("manners", [(0, 1), (1,), (1, 1000)])
def test_odds_that_are_none_are_refused(manners):
    with pytest.raises(FunhouseError, match="manners"):
        PolicyConfig(manners=manners)


def test_in_training_nobody_believes_in_held_out_types():
    one = run(split="train", believed="auto")
    reasoner, held_out = reasoner_of(one.space), one.space.held_out
    for episode in played(one, range(4)):
        assert reasoner.posteriors(episode, 0, 1)[:, held_out].max() == 0


def test_in_test_everybody_believes_in_them():
    one = run(believed="auto")
    (episode,) = played(one, range(1))
    assert reasoner_of(one.space).posteriors(episode, 0, 1)[0, one.space.held_out].min() > 0


def test_an_exaggeration_that_would_be_a_held_out_type_is_not_played_in_training():
    space = run().space
    seen = space.believed(True)
    played_in_training = space.played_among(seen)
    assert not space.held_out[played_in_training[:, ~space.held_out]].any()
    assert space.held_out[space.played[:, ~space.held_out]].any()  # as it would be otherwise


def test_a_description_means_those_who_are_believed_in_and_else_all_whom_it_fits():
    fits = np.array([[True, True, False], [False, False, True]])
    assert meant(fits, np.array([1, 3, 0])).tolist() == [[0.25, 0.75, 0], [0, 0, 1]]


def test_agents_who_believe_otherwise_act_otherwise():
    one, other = (played(run("train", believed=believed), range(2))[1] for believed in ("all", "auto"))
    assert [agent.type for agent in one.agents] == [agent.type for agent in other.agents]
    query = [Query("behave", 0, 20, (1,), 1)]
    reasoner = reasoner_of(run().space)
    assert not np.array_equal(reasoner.enact(one, query), reasoner.enact(other, query))
