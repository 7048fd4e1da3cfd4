"""Where compiled kernels are kept: where the user may write, also when the package lies in a read-only folder."""

import os
import zlib
from pathlib import Path

import numba


def keep_kernels(*folders: Path) -> None:
    """Keeps what is compiled from now on in a place of its own for each state of the folders' sources.

    Numba looks only at the file that a kernel stands in, and kernels call kernels of other files: without this a
    changed file would leave its callers as they were. A NUMBA_CACHE_DIR that the user has set is left alone.
    """
    if "NUMBA_CACHE_DIR" in os.environ:
        return
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    sources = [path.read_bytes() for folder in folders for path in sorted(folder.rglob("*.py"))]
    numba.config.CACHE_DIR = str(home / "funhouse" / "kernels" / f"{zlib.crc32(b''.join(sources)):08x}")
