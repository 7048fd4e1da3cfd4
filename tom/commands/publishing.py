"""Writing what was measured: a page of all, and of each its document and its pictures."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tom.terminal import plain, tell


def publish(
    out: Path, stem: str, ones: Sequence[Any], documents: Sequence[Mapping[str, Any]], whole: bool, **words: str
) -> None:
    """Writes NAME.json and pictures (PNG, SVG) of each of some probes or experiments and STEM.html, a page of them;
    whole: also STEM.json, the document of all; words: of the page, as analysis.figures.report.page takes them."""
    from analysis.figures.picture import save
    from analysis.figures.report import page

    out.mkdir(parents=True, exist_ok=True)
    sections = []
    for one, document in zip(ones, documents, strict=True):
        drawn = one.draw(document)
        for name, figure in drawn.items():
            save(figure, out, name)
        sections.append((one.about, document, drawn))
        write(out / f"{one.name}.json", document)
    if whole:
        write(out / f"{stem}.json", {stem: list(documents)})
    (out / f"{stem}.html").write_text(page(sections, **words), encoding="utf-8")
    tell(f"the page is {out / f'{stem}.html'}")


def write(path: Path, document: Mapping[str, Any]) -> None:
    """One JSON document in a file, with the SHA-256 of itself."""
    from worlds.atomic_files import write_file
    from worlds.signed import signed

    write_file(path, signed(plain(document)))
