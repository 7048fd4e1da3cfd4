"""Pixel art of the orchard: 16×16 tiles of fruit and agents, drawn as text, and a 5×7 font for initials.

A sprite is text, one character a pixel; `INK` says what each character stands for. `render` colours them in.
"""

import numpy as np

TILE = 16
"""Pixels on a side of one cell, before enlargement."""

INK = {".": 0, "#": 1, "o": 2, "-": 3, "+": 4, "s": 5, "l": 6, "w": 7}
"""A pixel's place in the palette: transparent, outline, body, shade, light, stem, leaf, white."""

OUTLINE, STEM, LEAF, WHITE = (46, 38, 52), (112, 72, 44), (92, 156, 70), (255, 255, 255)

FRUIT_COLOUR = ((222, 62, 62), (72, 112, 224), (96, 186, 62), (246, 190, 46), (160, 86, 206), (238, 236, 228))
"""Body colours in the order of `worlds.KINDS`: apple, blueberry, pear, lemon, grapes, mushroom."""

APPLE = """
.......s....
......s.ll..
..###.slll..
.#ooo###l##.
#o++oooooo-#
#o++ooooo-o#
#o+oooooo-o#
#ooooooooo-#
#oooooooo-o#
.#oooooo--#.
.#ooo-o---#.
..###.####..
"""
BLUEBERRY = """
............
...##.##.l..
..#--#--#ll.
.#oo#-#oo#l.
#o+oo#ooo-#.
#++ooooooo-#
#+oooooooo-#
#ooooooooo-#
#oooooooo--#
.#oooooo--#.
..#oo----#..
...######...
"""
PEAR = """
......ss....
.....s.ll...
....##sll...
...#oo#.....
...#+oo#....
..#o+ooo#...
..#+oooo-#..
.#o+ooooo-#.
#o++ooooo-o#
#o+oooooo--#
.#ooooo---#.
..########..
"""
LEMON = """
............
.....ll.....
....lls.....
...#####....
..#oooo-##..
.#o++oooo-#.
#o++ooooo-o#
#o+oooooo--#
.#ooooooo-#.
..#ooo---#..
...##o-##...
.....##.....
"""
GRAPES = """
......s.....
...ll.s.ll..
..llls#ll...
.##.##o##...
#o+#o+#o+#..
#oo#oo#o-##.
.##o+##o+-#.
..#oo-#oo-#.
..###o+###..
....#oo-#...
....#o--#...
.....###....
"""
MUSHROOM = """
............
....####....
..##o+oo##..
.#o++ooo--#.
#o++oo--oo-#
#oooooo-oo-#
#o--oooooo-#
.##########.
...#++o-#...
...#+oo-#...
...#ooo-#...
....####....
"""
FRUIT = (APPLE, BLUEBERRY, PEAR, LEMON, GRAPES, MUSHROOM)

AGENT = """
....########....
..##++++oooo##..
.#++++oooooooo#.
.#+oooooooooo-#.
#+oooooooooooo-#
#+oooooooooooo-#
#+oooooooooooo-#
#+oooooooooooo-#
#ooooooooooooo-#
#ooooooooooooo-#
#ooooooooooooo-#
#oooooooooooo--#
#oooooooooooo--#
#ooooo--oooo---#
.#ooo-##-oo--##.
..###...####....
"""
BUST = """
.------.
-++oooo-
-+ooooo-
-oooooo-
-oooooo-
-oooooo-
-oooooo-
.------.
"""

_FONT = (
    "A7c1211127c B7f49494936 C3e41414122 D7f4141413e E7f49494941 F7f09090901 G3e41495138 H7f0808087f "
    "I00417f4100 J2040413f01 K7f08142241 L7f40404040 M7f020c027f N7f0408107f O3e4141413e P7f09090906 "
    "Q3e4151215e R7f09192946 S2649494932 T01017f0101 U3f4040403f V1f2040201f W3f4038403f X6314081463 "
    "Y0304780403 Z6151494543 03e5149453e 100427f4000 26251494946 32241494936 41814127f10 52745454539 "
    "63c4a494930 70171090503 83649494936 9064949291e ?0201510906 +08083e0808"
)


def sprite(text: str) -> np.ndarray:
    """A sprite's pixels as palette indices, (rows columns) uint8; see `INK`."""
    return np.array([[INK[mark] for mark in line] for line in text.strip().splitlines()], dtype=np.uint8)


def _glyph(columns: str) -> np.ndarray:
    bits = np.frombuffer(bytes.fromhex(columns), dtype=np.uint8)
    return (bits[None, :] >> np.arange(7, dtype=np.uint8)[:, None] & 1).astype(bool)


GLYPH = {entry[0]: _glyph(entry[1:]) for entry in _FONT.split()}
"""Capital letters, digits, "?" and "+", each (7 5) bool."""


def glyphs(label: str) -> np.ndarray:
    """The pixels of a word in capitals, (7 6·length−1) bool, with "?" for what has no glyph."""
    column = np.zeros((7, 1), dtype=bool)
    parts = [part for mark in label.upper() for part in (GLYPH.get(mark, GLYPH["?"]), column)]
    return np.concatenate(parts[:-1], axis=1)
