"""Scripts do in the real environment what their sentences say."""

import numpy as np
import pytest

from agents.arena.bank import Bank
from agents.arena.scripted import LISTED, scripts_of
from agents.arena.words import SCRIPTED
from tests.agents.arena.played import Game, observations, scripted
from worlds.arena import ArenaConfig
from worlds.trust import trusting

PATHS = {
    "battlefield": "magent2.environments.battlefield_v5",
    "gather": "magent2.environments.gather_v5",
    "connect_four": "classic/connect_four_v3",
    "knights_archers_zombies": "pettingzoo.butterfly.knights_archers_zombies_v11",
    "leduc_holdem": "pettingzoo.classic.leduc_holdem_v4",
    "pursuit": "sisl.pursuit_v5",
    "rps": "classic.rps_v2",
    "tictactoe": "classic.tictactoe_v3",
    "simple_tag": "mpe2.simple_tag_v3",
    "simple_adversary": "mpe2.simple_adversary_v3",
    "simple_world_comm": "mpe2.simple_world_comm_v3",
}


@pytest.mark.parametrize("name", LISTED)
def test_every_species_of_a_listed_environment_has_at_least_three_scripts_that_differ(name):
    bank = scripted(PATHS[name])
    seen = observations(bank, 25, 1 if name == "gather" else 5)
    for species, (observation, mask) in enumerate(seen):
        assert len(bank.kin[species]) >= 3
        chances = bank.chances(species, observation[:1000], mask[:1000])
        apart = np.array([[0.5 * np.abs(one - other).sum(-1).mean() for one in chances] for other in chances])
        assert (apart + np.eye(len(apart))).min() > 0.1


def test_every_name_of_the_word_list_is_a_script_of_some_listed_environment():
    made = {one.name for name in LISTED for one in scripted(PATHS[name]).members}
    assert made == set(SCRIPTED)


def test_scripts_step_aside_where_they_do_not_know_the_observation():
    config = ArenaConfig("mpe2.simple_tag_v3", {"num_good": 1, "num_adversaries": 3, "num_obstacles": 0})
    assert scripts_of(config.environment, config.keywords, config.species[0]) == []
    image = ArenaConfig(
        "butterfly.knights_archers_zombies_v11",
        {"obs_method": "image"},
    )
    with trusting(*image.code):  # pictures are large: they need trust
        assert scripts_of(image.environment, image.keywords, image.species[0]) == []


# The places of mpe2, of which a test may know more than the agents.


def place(game: Game, name: str) -> np.ndarray:
    """Where an agent stands; nan where the game has ended."""
    where = game.environment.positions()
    assert where is not None
    return where[game.seat(name)]


def distances(bank: Bank, cast: dict[str, str], one: str, other: str, games: int = 8) -> tuple[float, float]:
    """Mean distance between two agents over the games, in the first steps and in the last."""
    first, last = [], []
    for seed in range(games):
        game = Game(bank, seed)
        seats = {game.seat(name): member for name, member in cast.items()}
        track = []
        for _ in range(24):
            track.append(np.linalg.norm(place(game, one) - place(game, other)))
            game.step(seats)
        first.append(np.mean(track[:4]))
        last.append(np.mean(track[-6:]))
    return float(np.mean(first)), float(np.mean(last))


TAG = {"num_good": 1, "num_adversaries": 1, "num_obstacles": 2}


def test_a_chaser_gets_to_its_prey_an_ambusher_too_and_an_evader_gets_away():
    bank = scripted("mpe2.simple_tag_v3", **TAG)
    for hunter in ("chaser", "ambusher"):
        before, after = distances(bank, {"adversary_0": hunter}, "adversary_0", "agent_0")
        assert after < 0.6 * before, hunter
    _, chased = distances(bank, {"adversary_0": "chaser"}, "adversary_0", "agent_0")
    _, fled = distances(bank, {"adversary_0": "chaser", "agent_0": "evader"}, "adversary_0", "agent_0")
    assert fled > 1.3 * chased


def test_a_wall_hugger_stays_at_the_wall_a_circler_goes_round_and_an_evader_does_not_run_off():
    bank = scripted("mpe2.simple_tag_v3", **TAG)
    far, turned = [], []
    for seed in range(6):
        game = Game(bank, seed)
        game.play({game.seat("agent_0"): "wall-hugger"}, 24)
        far.append(abs(np.abs(place(game, "agent_0")).max() - 1.0))
        game, track = Game(bank, seed), []
        for _ in range(24):
            game.step({game.seat("agent_0"): "circler"})
            track.append(place(game, "agent_0"))
        angle = np.unwrap(np.arctan2(*np.array(track)[:, ::-1].T))
        turned.append(angle[-1] - angle[6])
    assert np.mean(far) < 0.25
    assert np.mean(turned) > 1.0


def test_sentinel_and_prowler_go_where_they_say():
    bank = scripted("mpe2.simple_tag_v3", **TAG)
    near, far = [], []
    for seed in range(6):
        game = Game(bank, seed)
        game.play({game.seat("adversary_0"): "sentinel"}, 24)
        observation, _ = game.environment.observe(game.seat("adversary_0"))
        near.append(np.linalg.norm(observation[4:8].reshape(2, 2), axis=1).min())
        game = Game(bank, seed).play({0: "prowler"}, 24)
        far.append(np.linalg.norm(place(game, "adversary_0")))
    assert np.mean(near) < 0.45  # a rock is .2 wide, a hunter .075
    assert abs(np.mean(far) - 1.0) < 0.35


def test_a_flanker_comes_from_where_its_team_is_not():
    bank = scripted("mpe2.simple_tag_v3", num_good=1, num_adversaries=3, num_obstacles=1)

    def beside_team(member: str) -> float:
        """Mean cosine, seen from the prey, between the first hunter and the middle of the two others."""
        cosines = []
        for seed in range(16):
            game = Game(bank, seed)
            cast = {game.seat(f"adversary_{i}"): "chaser" if i else member for i in range(3)}
            for step in range(24):
                game.step(cast)
                mine, *team = (place(game, f"adversary_{i}") - place(game, "agent_0") for i in range(3))
                mate = np.mean(team, axis=0)
                if step >= 10:
                    cosines.append(mine @ mate / np.linalg.norm(mine) / np.linalg.norm(mate))
        return float(np.mean(cosines))

    assert beside_team("flanker") < beside_team("chaser") - 0.2


def test_the_adversary_and_the_agents_go_where_they_say():
    bank = scripted("mpe2.simple_adversary_v3")

    def last(cast: dict[str, str]) -> list[np.ndarray]:
        """The last observations of the adversary, and of the first agent."""
        ends = []
        for seed in range(6):
            game = Game(bank, seed)
            game.play({game.seat(name): member for name, member in cast.items()}, 24)
            ends.append([game.environment.observe(game.seat(name))[0] for name in ("adversary_0", "agent_0")])
        return [np.array(parts) for parts in zip(*ends, strict=True)]

    def pairs(part: np.ndarray) -> np.ndarray:
        return np.linalg.norm(part.reshape(len(part), -1, 2), axis=-1)

    adversary, agent = last({"adversary_0": "spy", "agent_0": "goal-seeker", "agent_1": "goal-seeker"})
    assert pairs(agent)[:, 0].mean() < 0.35
    assert pairs(adversary)[:, :2].min(1).mean() < 0.35
    crowd = pairs(adversary)[:, 2:].min(1).mean()
    adversary, _ = last({"adversary_0": "contrarian", "agent_0": "goal-seeker", "agent_1": "goal-seeker"})
    assert pairs(adversary)[:, :2].min(1).mean() < 0.5
    assert pairs(adversary)[:, 2:].min(1).mean() > 2 * crowd
    adversary, agent = last({"adversary_0": "shadow", "agent_0": "decoy"})
    assert pairs(adversary)[:, 2:].min(1).mean() < 0.4
    assert (pairs(agent)[:, 0] > 0.2).mean() > 0.5
    adversary, agent = last({"adversary_0": "shadow", "agent_0": "companion", "agent_1": "goal-seeker"})
    assert pairs(agent)[:, -1].mean() < 0.5
    _, agent = last({"adversary_0": "shadow", "agent_0": "dodger"})
    _, drawn = last({"adversary_0": "shadow", "agent_0": "decoy"})
    assert pairs(agent)[:, 3].mean() > pairs(drawn)[:, 3].mean()
    adversary, _ = last({"adversary_0": "recluse"})
    assert pairs(adversary)[:, 2:].min(1).mean() > 0.6


def test_leader_soldier_and_prey_of_world_comm_do_what_they_say():
    bank = scripted("mpe2.simple_world_comm_v3")
    eaten, fled = [], []
    for seed in range(5):
        game = Game(bank, seed)
        lead, soldier, forager, forester = map(game.seat, ("leadadversary_0", "adversary_0", "agent_0", "agent_1"))
        cast = {lead: "herald", soldier: "soldier", forager: "forager", forester: "forester"}
        start = place(game, "leadadversary_0")
        said = []
        for _ in range(24):
            # The leader hears its own last word, as its soldiers do.
            heard = game.environment.observe(soldier)[0][-4:]
            moves = game.step(cast, greedy=True)
            assert moves[lead] % 5 == 0
            if heard.any():
                assert moves[soldier] == 1 + heard.argmax()
            said.append(moves[lead] // 5)
        assert len(set(said)) >= 1
        assert np.linalg.norm(place(game, "leadadversary_0") - start) < 0.5
        observation = game.environment.observe(forager)[0]
        eaten.append(np.linalg.norm(observation[6:10].reshape(2, 2), axis=1).min())
        observation = game.environment.observe(forester)[0]
        fled.append(np.linalg.norm(observation[10:14].reshape(2, 2), axis=1).min())
    assert np.mean(eaten) < 0.15
    assert np.mean(fled) < 0.3


def test_the_herald_says_on_which_side_the_prey_is_and_the_captain_keeps_to_one_word():
    bank = scripted("mpe2.simple_world_comm_v3")
    right = 0
    for seed in range(10):
        game = Game(bank, seed)
        lead = game.seat("leadadversary_0")
        here = place(game, "leadadversary_0")
        prey = min((place(game, f"agent_{i}") - here for i in range(2)), key=np.linalg.norm)
        side = (0 if prey[0] < 0 else 1) if abs(prey[0]) > abs(prey[1]) else (2 if prey[1] < 0 else 3)
        observation, mask = game.environment.views([lead])
        right += int(bank.act(bank.index("herald"), observation, mask)[0].argmax() // 5 == side)
        assert bank.act(bank.index("captain"), observation, mask)[0].argmax() < 5
    assert right == 10


def test_pursuers_catch_more_than_watchers_and_loners_spread_while_followers_crowd():
    bank = scripted("sisl.pursuit_v5", max_cycles=200)

    def run(member: str) -> tuple[float, float]:
        """Reward, and mean distance between pursuers in the end."""
        reward, spread = 0.0, []
        for seed in range(2):
            game = Game(bank, seed)
            game.play(dict.fromkeys(range(8), member), 60)
            reward += game.rewards.sum()
            where = game.environment.positions()
            spread.append(np.linalg.norm(where[:, None] - where[None], axis=-1).mean())
        return reward, float(np.mean(spread))

    caught, _ = run("pursuer")
    waited, _ = run("watcher")
    assert caught > waited
    assert run("loner")[1] > run("follower")[1] + 1.0


def test_a_climber_goes_up():
    bank = scripted("sisl.pursuit_v5")
    game = Game(bank, 0)
    before = game.environment.positions()
    game.play(dict.fromkeys(range(8), "climber"), 15)
    moved = game.environment.positions() - before
    assert (moved[:, 1] >= 1).all()  # up is more
    assert moved[:, 1].mean() > 3


def test_shooters_hit_zombies_and_cowards_keep_away():
    bank = scripted("butterfly.knights_archers_zombies_v11", spawn_delay=5, max_cycles=300)

    def run(member: str) -> tuple[float, float]:
        reward, steps = 0.0, 0
        for seed in range(3):
            game = Game(bank, seed).play(dict.fromkeys(range(4), member), 250)
            reward, steps = reward + game.rewards.sum(), steps + game.steps
        return reward, steps

    assert run("shooter")[0] > 3 + run("coward")[0]


def test_a_shooter_turns_to_the_zombie_a_charger_approaches_it_and_a_coward_leaves():
    bank = scripted("butterfly.knights_archers_zombies_v11")
    observation = np.zeros((2, 27, 5), np.float32)
    observation[:, 0] = (0, 0.5, 0.8, 0, -1)  # heading up
    observation[0, -1] = (0.3, 0.3, 0, 0, 1)  # to the right
    observation[1, -1] = (0.3, 0, -0.4, 0, 1)  # straight above
    mask = np.ones((2, 6), bool)

    def likeliest(member: str) -> list[int]:
        return bank.act(bank.index(member), observation, mask).argmax(-1).tolist()

    assert likeliest("shooter") == [3, 4]
    assert likeliest("charger") == [3, 0]
    assert likeliest("sentry") == [5, 4]
    assert likeliest("coward")[0] == 2


def test_rps_scripts_answer_the_last_move():
    bank = scripted("classic.rps_v2")
    for member, shift in (("copier", 0), ("answerer", 1), ("yielder", 2)):
        game, last = Game(bank, 3), None
        for _ in range(10):
            moves = game.step({0: member}, greedy=True)
            if last is not None:
                assert moves[0] == (last + shift) % 3
            last = moves[1]
    game = Game(bank, 3).play({0: "answerer", 1: "stubborn"}, 12, greedy=True)
    assert game.rewards[0] >= 11  # it beats who never changes, from the second round on


@pytest.mark.parametrize("name", ["classic.tictactoe_v3", "classic.connect_four_v3"])
def test_a_winner_beats_who_moves_at_random(name):
    bank = scripted(name)
    score = sum(Game(bank, seed).play({seed % 2: "winner"}, 50).rewards[seed % 2] for seed in range(20))
    lost = sum(Game(bank, seed).play({}, 50).rewards[seed % 2] for seed in range(20))
    assert score > lost + 6


def test_a_blocker_blocks_and_a_winner_wins_in_connect_four():
    bank = scripted("classic.connect_four_v3")
    board = np.zeros((2, 6, 7, 2), np.uint8)
    board[0, 5, 1:4, 1] = 1  # the other has three in the bottom row, beside the left wall
    board[0, 5, 0, 0] = 1
    board[1, 3:6, 6, 0] = 1  # I have three on top of one another
    mask = np.ones((2, 7), bool)
    assert bank.act(bank.index("blocker"), board, mask)[0].argmax() == 4
    assert bank.act(bank.index("winner"), board, mask)[1].argmax() == 6
    assert bank.act(bank.index("stacker"), board, mask)[1].argmax() == 6
    assert bank.act(bank.index("left-lover"), board, mask)[0].argmax() == 0


def test_leduc_scripts_play_their_cards():
    bank = scripted("classic.leduc_holdem_v4")
    hand = np.zeros((2, 36), np.float32)
    hand[0, 0] = hand[1, 2] = 1  # a jack, a king
    mask = np.ones((2, 4), bool)
    mask[:, 3] = False  # something has been raised
    likeliest = {one.name: bank.act(k, hand, mask).argmax(-1).tolist() for k, one in enumerate(bank.members)}
    assert likeliest == {"tight": [2, 1], "caller": [0, 0], "bluffer": [1, 1], "trapper": [1, 0]}


def test_fighters_find_and_strike_those_who_only_walk():
    bank = scripted("magent2.environments.battlefield_v5", map_size=46)
    game = Game(bank, 1)
    red = np.array([str(name).startswith("red") for name in game.environment.seats])
    game.play({seat: "wanderer" if red[seat] else "fighter" for seat in range(len(red))}, 150)
    assert game.rewards[~red].sum() > game.rewards[red].sum() + 5


def test_eaters_eat_and_wanderers_walk_to_the_right():
    bank = scripted("magent2.environments.gather_v5")
    game = Game(bank, 1)
    seats = range(len(game.environment.seats))
    before = game.environment.positions()
    cast = {seat: ("eater", "grazer", "wanderer")[seat % 3] for seat in seats}
    game.play(cast, 25)
    reward = [game.rewards[part::3].mean() for part in range(3)]
    assert reward[0] > reward[2] + 0.3
    moved = game.environment.positions() - before
    assert np.nanmean(moved[2::3], axis=0).max() > 2
    assert np.abs(np.nanmean(moved[1::3], axis=0)).max() < 0.6
