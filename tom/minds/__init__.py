"""The minds that come with the package, by name."""

from pathlib import Path

REFERENCE = "reference"  # the transformer, of the default world
NEAR_FAR = "near-far"  # a transformer of that world, which the probes and generations live in
FILTER = "filter"  # its rival there
WISHES = "wishes"  # a transformer of the same world that is asked wishes, of agents that are alone
IN_MARKS = ("mirrorless", "mirrored")  # transformers of near-far with marks, which differ in that one has mirrors
SHIPPED = {name: Path(__file__).parent / name for name in (REFERENCE, WISHES, NEAR_FAR, FILTER, *IN_MARKS)}
RENAMED = {"mirror": "mirrorless"}  # names of before
