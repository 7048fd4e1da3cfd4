"""One page about everything that was measured: pictures within it, no scripts, nothing fetched from elsewhere."""

import base64
from collections.abc import Mapping, Sequence
from html import escape as escaped
from io import BytesIO
from typing import Any

from matplotlib.figure import Figure

from analysis.figures.picture import encoded
from worlds.harmless import harmless

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
img { max-width: 100%; }
table { border-collapse: collapse; font-size: 14px; margin: 1rem 0; }
th, td { text-align: right; padding: .2rem .7rem; border-bottom: 1px solid #ddd; }
th:first-child, td:first-child { text-align: left; }
"""
CONTROLS = ("name", "kind", "value", "low", "high", "threshold", "passed")
FIGURES = ("name", "value", "low", "high", "goal", "reached")


PROBES = (
    "Operational probes: what stands here is what was measured, and nothing about consciousness. A positive control "
    "must show the effect, a negative one must not; a baseline has no verdict."
)


def page(
    sections: Sequence[tuple[str, Mapping[str, Any], Mapping[str, Figure]]], title: str = "Probes", about: str = PROBES
) -> str:
    """An HTML page of probes or experiments, each (what it is about, its document, its pictures)."""
    parts = "\n".join(_section(*section) for section in sections)
    return (
        "<!DOCTYPE html>\n"
        f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style></head><body>\n'
        f"<h1>{title}</h1>\n<p>{about}</p>\n{parts}\n</body></html>\n"
    )


def _section(about: str, document: Mapping[str, Any], pictures: Mapping[str, Figure]) -> str:
    name = document.get("probe") or document["experiment"]
    drawn = "\n".join(_image(f"{name}: {title}", figure) for title, figure in pictures.items())
    figures = document.get("figures", [])
    own = [key for key in (figures[0] if figures else {}) if key not in (*FIGURES, "by_seed")]
    reached = table(figures, [*FIGURES[:1], *own, *FIGURES[1:]])
    reached = f"<h3>What the mind came to</h3>\n{reached}\n" if figures else ""
    return (
        f'<h2 id="{escape(name)}">{escape(name)}</h2>\n<p>{escape(about)}</p>\n{drawn}\n{reached}'
        f"<h3>Controls</h3>\n{table(document['controls'], CONTROLS)}"
    )


def table(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> str:
    """Rows of JSON values as an HTML table; what is undefined is a dash."""
    head = "".join(f"<th>{escape(key)}</th>" for key in keys)
    body = "\n".join("<tr>" + "".join(f"<td>{_cell(row.get(key))}</td>" for key in keys) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"


def escape(text: str) -> str:
    """Text as HTML shows it, whatever is in it."""
    return escaped(harmless(text))


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return escape(f"{value:.3f}" if isinstance(value, float) else str(value))


def _image(words: str, figure: Figure) -> str:
    drawn = BytesIO()
    encoded(figure, drawn)
    return f'<img alt="{escape(words)}" src="data:image/svg+xml;base64,{base64.b64encode(drawn.getvalue()).decode()}">'
