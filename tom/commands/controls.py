"""What commands say of the controls of a probe, or of an experiment on asking."""

from collections.abc import Mapping
from typing import Any

from tom.terminal import show_table, tell


def judge(name: str, document: Mapping[str, Any]) -> None:
    """Says which controls of a document are on the wrong side."""
    from analysis.probes import wrong

    if said := wrong(document):
        what = f"{name}: nothing follows about the mind, for {'; '.join(said)}"
        tell(f"{what}; more --episodes or --seeds make intervals narrower", style="yellow")


def show_controls(name: str, document: Mapping[str, Any]) -> None:
    """Prints their table."""
    from analysis.figures.report import CONTROLS

    rows = [[line[key] for key in CONTROLS] for line in document["controls"]]
    show_table(CONTROLS, rows, f"controls of {name}")
