"""The minds that come with the package, by name."""

from pathlib import Path

IN_MARKS = ("mirrorless", "mirrored")  # both of worlds with marks, which differ in that one of them has mirrors
SHIPPED = {name: Path(__file__).parent / name for name in ("reference", *IN_MARKS)}
RENAMED = {"mirror": "mirrorless"}  # names of before
