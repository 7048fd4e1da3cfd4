"""What worlds demand, side by side: the need of each ingredient of the nesting, depth by depth."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.contenders.partial import models_nobody
from analysis.figures.picture import BLACK, BLUE, GREY, ORANGE, PURPLE, canvas, label

COLORS = (BLUE, ORANGE, PURPLE)
LONGEST = 3.0  # of a bar: a need above it is written beside one of this length


def needs_picture(title: str, worlds: Mapping[str, Mapping], depths: Sequence[int] = (2, 3)) -> Figure:
    """Bars with intervals, a panel for each depth of *behave*; worlds: by name, documents of `tom score --needs`."""
    picture, panels = canvas(title, len(depths), (13, 6))
    for axes, depth in zip(panels, depths, strict=True):
        rows = {name: _of(document, depth) for name, document in worlds.items()}
        found = dict.fromkeys(name for one in rows.values() for name in one)
        names = sorted(found, key=lambda name: not models_nobody(name))
        for place, (world, one) in enumerate(rows.items()):
            _bars(axes, names, one, place, len(worlds), COLORS[place])
            axes.plot([], [], color=COLORS[place], linewidth=8, label=world)
        axes.axvline(1, color=GREY, linewidth=1, linestyle=":", zorder=0)
        axes.set_yticks(range(len(names)), names[::-1])
        axes.set_xlim(0, LONGEST * 1.12)
        axes.set_title(f"behave, depth {depth}", loc="left", fontsize=12, color=BLACK)
        axes.set_xlabel("need (1, dotted: as wrong as to know nobody)")
    picture.legend(*panels[0].get_legend_handles_labels(), loc="outside lower left", ncols=len(worlds), frameon=False)
    return picture


def _of(document: Mapping, depth: int) -> dict[str, dict]:
    return {row["ingredient"]: row for row in document["needs"] if (row["stance"], row["depth"]) == ("behave", depth)}


def _bars(axes: Axes, names: Sequence[str], found: Mapping[str, dict], place: int, worlds: int, color: str) -> None:
    """One world's bars."""
    height = 0.8 / worlds
    for at, name in enumerate(reversed(names)):
        if name not in found:
            continue
        row, y = found[name], at + 0.4 - height * (place + 0.5)
        axes.barh(y, min(row["need"], LONGEST), height * 0.92, color=color)
        low, high = (min(row[end], LONGEST) for end in ("need_low", "need_high"))
        axes.plot([low, high], [y, y], color=BLACK, linewidth=1.1)
        label(axes, high, y, f"{row['need']:.2f}", color, dx=4, fontsize=9)
