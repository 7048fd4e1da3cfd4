"""Accuracy curves: by depth, by steps observed, by what both could see; and the calibration curve.

Each function takes what fidelity.score returns (or describe.score_descriptions), so a picture can be drawn
again from a saved table. Raises FunhouseError where the table lacks what the picture shows.
"""

from collections.abc import Iterable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.picture import BLACK, BLUE, GREY, ORANGE, called, canvas, ends, interval_line, label
from analysis.questions.perception import BUCKETS, bucket_name
from worlds import FunhouseError

AS = {1: "as Y", 2: "as Y as Z", 3: "as Y as Z as …"}
COLORS = {"behave": BLUE, "predict": ORANGE}
FEWEST_DRAWN = 30  # questions; points from fewer are left out


def by_depth(report: dict, contender: str = "mind") -> Figure:
    """Skill over depth, both stances; 1 is the truth and 0 the best shortcut."""
    rows = _skilled(report, contender)
    _need(rows, f"no skill of '{contender}' (it takes 200 kept questions)")
    stances = {stance: [row for row in rows if row["stance"] == stance] for stance in COLORS}
    told = stances["behave"] or rows
    depths, skills = (
        " / ".join(said) for said in zip(*((str(r["depth"]), f"{r['skill']:.2f}") for r in told), strict=True)
    )
    figure, (axes,) = canvas(f"Skill {skills} at depth {depths} ({told[0]['stance']})")
    for stance, own in stances.items():
        if own:
            interval_line(axes, [row["depth"] for row in own], own, "skill", COLORS[stance])
            label(axes, own[-1]["depth"], own[-1]["skill"], stance, COLORS[stance], dx=10)
    _rule(axes, 1, "the truth")
    _rule(axes, 0, "the best shortcut")
    axes.set_xticks(sorted({row["depth"] for row in rows}))
    axes.set_xlabel("depth: how many roles are nested")
    axes.set_ylabel("skill, with 95% interval")
    axes.margins(x=0.18)
    return figure


def _skilled(report: dict, contender: str) -> list[dict]:
    return [row for row in report["rows"] if row["contender"] == contender and row["skill"] is not None]


def by_observed(report: dict, contender: str = "mind", stance: str = "behave") -> Figure:
    """Nats from the truth over the steps at which the target acted as itself and was seen to."""
    rows = _deep(report["by_observed"], stance, contender)
    depths = sorted({row["depth"] for row in rows})
    names = [name for name in (bucket_name(*bucket) for bucket in BUCKETS) if any(r["observed"] == name for r in rows)]
    figure, panels = canvas(_observed_title(rows, contender), len(depths), (3.5 * len(depths) + 1.2, 4.4), share="y")
    top = max(ends(row, "excess_nats")[1] for row in rows)
    for axes, depth in zip(panels, depths, strict=True):
        _observed_panel(axes, [row for row in rows if row["depth"] == depth], contender, names, top)
        axes.set_title(f"{stance} {AS.get(depth, f'at depth {depth}')}", fontsize=11, color=BLACK)
    panels[0].set_ylabel("nats from the truth, with 95% interval")
    panels[0].set_ylim(0, top * 1.05)
    figure.supxlabel("earlier steps at which X saw Y act as itself", fontsize=11)
    return figure


def _observed_panel(axes: Axes, rows: list[dict], contender: str, names: list[str], top: float) -> None:
    lines = [
        (_of(rows, contender), BLUE, contender),
        (_best(rows), GREY, f"best shortcut:\n{rows[0]['best_shortcut']}"),
    ]
    lines = sorted((line for line in lines if line[0]), key=lambda line: line[0][-1]["excess_nats"])
    floor = 0.0
    for own, color, words in lines:
        interval_line(axes, [names.index(row["observed"]) for row in own], own, "excess_nats", color)
        at = max(
            own[-1]["excess_nats"], floor
        )  # labels at the end of the lines, the higher one pushed up off the lower
        label(axes, names.index(own[-1]["observed"]), at, words, color, dx=8)
        floor = at + 0.11 * top
    axes.set_xticks(range(len(names)), names)
    axes.set_xlim(-0.4, len(names) + 1.3)


def _observed_title(rows: list[dict], contender: str) -> str:
    """The finding at the first depth, where both lines have their last point."""
    first = [row for row in rows if row["depth"] == rows[0]["depth"]]
    mine, other = _of(first, contender)[-1], _best(first)[-1]
    found = f"{called(contender)} {AS.get(mine['depth'], '')} is {mine['excess_nats']:.2f} nats from the truth"
    return f"After {mine['observed']} observed steps {found},\nthe best shortcut {other['excess_nats']:.2f}"


def by_sight(report: dict, contender: str = "mind", stance: str = "behave") -> Figure:
    """Nats from the truth by the sight of the asked agent and of its target, beside the best shortcut."""
    rows = _deep(report["by_sight"], stance, contender)
    depths = sorted({row["depth"] for row in rows})
    figure, panels = canvas(_sight_title(rows, contender), len(depths), (3.3 * len(depths) + 1.6, 4.4), share="both")
    for axes, depth in zip(panels, depths, strict=True):
        _sight_panel(axes, [row for row in rows if row["depth"] == depth], contender, first=depth == depths[0])
        axes.set_title(f"{stance} {AS.get(depth, f'at depth {depth}')}", fontsize=11, color=BLACK)
    widest = max(ends(row, "excess_nats")[1] for row in rows)
    panels[0].set_xlim(-0.06 * widest, 1.12 * widest)
    figure.supxlabel("nats from the truth, with 95% interval", fontsize=11)
    return figure


def _sight_title(rows: list[dict], contender: str) -> str:
    shown = _of([row for row in rows if row["depth"] == rows[0]["depth"]], contender)
    worst, best = (pick(shown, key=lambda row: row["excess_nats"]) for pick in (max, min))
    said = [
        "a {}-sighted X as a {}-sighted Y ({:.2f} nats)".format(*row["sight"].split(" × "), row["excess_nats"])
        for row in (worst, best)
    ]
    return f"Hardest: {said[0]}\nEasiest: {said[1]}"


def _sight_panel(axes: Axes, rows: list[dict], contender: str, first: bool) -> None:
    names = list(dict.fromkeys(row["sight"] for row in rows))[::-1]
    for own, color, words, dy in (
        (_best(rows), GREY, "best shortcut", 13),
        (_of(rows, contender), BLUE, contender, -13),
    ):
        for row in own:
            y, x = names.index(row["sight"]), row["excess_nats"]
            axes.plot(ends(row, "excess_nats"), [y, y], color=color, linewidth=5, alpha=0.3, solid_capstyle="round")
            axes.plot([x], [y], "o", color=color, markersize=8)
            named = f"{words} " if first and y == len(names) - 1 else ""
            label(axes, x, y, f"{named}{x:.2f}", color, dx=0, dy=dy, ha="left" if named else "center")
    axes.set_yticks(range(len(names)), ["X {}, Y {}".format(*name.split(" × ")) for name in names])
    axes.set_ylim(-0.6, len(names) - 0.4)


def calibration(descriptions: dict, contender: str = "mind") -> Figure:
    """How often a trait was as stated, over the stated probability; the diagonal is honest."""
    rows = [row for row in descriptions["calibration"] if row["count"] >= FEWEST_DRAWN]
    mine = _of(rows, contender)
    _need(mine, f"no description by '{contender}'")
    off = sum(row["count"] * abs(row["right"] - row["stated"]) for row in mine) / sum(row["count"] for row in mine)
    said = called(contender)
    figure, (axes,) = canvas(f"Where {said} states a probability,\nit is off by {off:.3f} on average", size=(5.6, 5.8))
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    for name, color in ((contender, BLUE), ("posterior", ORANGE)):
        own = _of(rows, name)
        if own:
            interval_line(axes, [row["stated"] for row in own], own, "right", color)
            at, side = (own[-3:][0], -1) if name == contender else (own[-2:][0], 1)
            label(
                axes,
                at["stated"],
                at["right"],
                name,
                color,
                dx=10 * side,
                dy=-9 * side,
                ha="right" if side < 0 else "left",
            )
    axes.set_xlabel("stated probability of a trait")
    axes.set_ylabel("how often it was so, with 95% interval")
    axes.set_aspect("equal")
    axes.margins(x=0.1)
    return figure


def _deep(rows: Iterable[dict], stance: str, contender: str) -> list[dict]:
    """The rows of a contender and of the best shortcut at depth 1 and deeper that are worth a point."""
    near = [row for row in rows if row["stance"] == stance and row["depth"] >= 1 and row["questions"] >= FEWEST_DRAWN]
    found = [row for row in near if row["contender"] in (contender, row["best_shortcut"])]
    _need(_of(found, contender), f"no '{contender}' at depth 1 or deeper")
    return found


def _of(rows: Iterable[dict], contender: str) -> list[dict]:
    return [row for row in rows if row["contender"] == contender]


def _best(rows: Sequence[dict]) -> list[dict]:
    return [row for row in rows if row["contender"] == row["best_shortcut"]]


def _rule(axes: Axes, y: float, words: str) -> None:
    axes.axhline(y, color=GREY, linewidth=1, linestyle="--", zorder=1)
    axes.annotate(
        words,
        (0, y),
        xycoords=("axes fraction", "data"),
        xytext=(4, 4),
        textcoords="offset points",
        color=GREY,
    )


def _need(found: object, what: str) -> None:
    if not found:
        raise FunhouseError(
            f"there is nothing to draw: {what}", remedy="score more questions, or name another contender"
        )
