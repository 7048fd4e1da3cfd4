"""A mirror is a wall that one sees through, and behind it is the room once more."""

import numpy as np
import pytest

from agents.orchard.rollout import play
from agents.orchard.run import RunConfig
from agents.recording import record, verify
from worlds import FunhouseError, OrchardConfig, open_log
from worlds.drawing.frame import Frame
from worlds.drawing.render import SILVER, ansi, image
from worlds.orchard.config import ACTIONS
from worlds.orchard.geometry import NO_WAY, geometry_of, has
from worlds.orchard.maps import glass_of, map_text, parse_map
from worlds.orchard.mirror import behind, closed, life_of, reflected, show

DRAWN = "...|\n.#.|\n...#\n...|\n"
WHOLE = "...|:::\n.#.|:#:\n...#:::\n...|:::"
WORLD = {"map": DRAWN, "fruits": 1, "agents": 2, "steps": 12, "mirrors": True}


def test_a_mirror_in_the_last_column_has_the_room_behind_it_once_more():
    walls, glass = parse_map(DRAWN), glass_of(DRAWN)
    assert map_text(walls, glass) == WHOLE
    assert np.array_equal(parse_map(WHOLE), walls)
    assert np.array_equal(walls, walls[:, ::-1])
    assert glass.sum() == 3
    assert np.array_equal(behind(glass), np.broadcast_to(np.arange(7) > 3, glass.shape))


@pytest.mark.parametrize("text", ["..|.\n....\n....", "...|\n....\n...|", "...|:::\n...|:#:\n...|:::"])
def test_a_mirror_elsewhere_or_of_another_room_is_refused(text):
    with pytest.raises(FunhouseError, match="reflects no room"):
        parse_map(text)


def test_glass_stops_a_move_and_not_a_look():
    walls, glass = parse_map(DRAWN), glass_of(DRAWN)
    through, wall = (geometry_of(walls, (2, 6), pane) for pane in (glass, None))
    here, there = 2, 4  # on either side of the glass
    assert has(through.visible[0, here], there)
    assert has(through.visible[0, there], here)
    assert not has(wall.visible[0, here], there)
    assert through.distance[here, there] == NO_WAY
    assert through.neighbor[here, ACTIONS.index("east")] == here
    pillar = 14 + 2, 14 + 4  # in the row whose mirror cell is wall
    assert not has(through.visible[0, pillar[0]], pillar[1])


def test_a_map_with_a_mirror_is_an_option():
    with pytest.raises(FunhouseError, match="mirror") as caught:
        OrchardConfig(**{**WORLD, "mirrors": False})
    assert "--mirrors" in caught.value.remedy
    config = OrchardConfig(**WORLD)
    assert config.shape == (4, 7)
    assert OrchardConfig.from_dict(config.to_dict()) == config
    assert "mirrors" not in OrchardConfig().to_dict()


def test_a_log_of_a_world_with_a_mirror_replays(tmp_path):
    run = RunConfig(OrchardConfig(**WORLD), seed=3, split="test")
    record(run, tmp_path / "log", 3)
    assert verify(tmp_path / "log")["verified"] is True
    read, lived = open_log(tmp_path / "log")[1], play(run, 1)
    assert np.array_equal(read.glass, lived.glass)
    assert np.array_equal(read.walls, lived.walls)
    assert np.array_equal(read.board, lived.board)
    assert read.images == ()


def test_nobody_and_nothing_is_ever_behind_the_glass():
    episode = play(RunConfig(OrchardConfig(**WORLD), seed=3, split="test"), 0)
    forbidden = closed(episode.walls, episode.glass).ravel()
    assert not forbidden[episode.cell].any()
    assert (episode.fruit.reshape(episode.steps, -1)[:, forbidden] < 0).all()


def test_an_image_is_a_row_more_and_its_fruits_the_reflection():
    episode = play(RunConfig(OrchardConfig(**WORLD), seed=3, split="test"), 0)
    shown = show(episode, reflected(life_of(episode, 1)), episode.agents[1])
    assert shown.images == (2,)
    assert np.array_equal(shown.fruit[:, :, 4:], episode.fruit[:, :, 2::-1])
    assert np.array_equal(shown.fruit[:, :, :4], episode.fruit[:, :, :4])
    assert np.array_equal(shown.position[:, 2, 0], episode.position[:, 1, 0])
    assert np.array_equal(shown.position[:, 2, 1], 6 - episode.position[:, 1, 1])
    assert np.array_equal(shown.cell[:, :2], episode.cell)
    assert not shown.reward[:, 2].any()
    twice = reflected(reflected(life_of(episode, 1)))
    assert all(np.array_equal(one, other) for one, other in zip(twice, life_of(episode, 1), strict=True))


def test_pictures_show_the_glass():
    episode = play(RunConfig(OrchardConfig(**WORLD), seed=3, split="test"), 0)
    frame = Frame.of(episode, 0)
    assert ansi(frame, colour=False).splitlines()[1][8:10] == "||"
    pixels = image(frame, 1)[8:-8, 8:-8]
    panes = [(pixels[16 * row : 16 * row + 16, 48:64] == SILVER).all(-1).any() for row in range(4)]
    assert panes == [True, True, False, True]


def test_a_map_that_is_drawn_at_random_holds_no_mirror():
    with pytest.raises(FunhouseError, match="mirrors = True makes no orchard"):
        OrchardConfig(mirrors=True)


def test_a_drawn_map_is_held_to_the_floor_before_the_mirror_and_where_a_wall_takes_its_place_to_all():
    with pytest.raises(FunhouseError, match="its 11 cells of floor"):
        OrchardConfig(**{**WORLD, "fruits": 3})
    assert OrchardConfig(**{**WORLD, "fruits": 3, "map": WHOLE.replace("|", "#")}).room == 12
