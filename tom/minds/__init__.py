"""The minds that come with the package, by name."""

from pathlib import Path

IN_MARKS = ("mirror", "mirrored")  # of worlds with marks; the second lived among mirrors too
SHIPPED = {name: Path(__file__).parent / name for name in ("reference", *IN_MARKS)}
