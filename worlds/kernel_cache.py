"""Where compiled kernels are kept: where the user may write, also when the package lies in a read-only folder."""

import contextlib
import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numba
from numba.core import caching

_SEAL = hashlib.sha256().digest_size  # bytes at the end of a file


def keep_kernels(*folders: Path) -> None:
    """Keeps what is compiled from now on in a place of its own for each state of the folders' sources.

    Numba looks only at the file that a kernel stands in, and kernels call kernels of other files: without this a
    changed file would leave its callers as they were. A NUMBA_CACHE_DIR that the user has set is left alone, if it can
    be written to; where nothing can be written, kernels are compiled anew in every process.
    """
    caching.IndexDataCacheFile = Sealed
    if "NUMBA_CACHE_DIR" in os.environ and _writable(Path(os.environ["NUMBA_CACHE_DIR"])):
        return
    sources = [path.read_bytes() for folder in folders for path in sorted(folder.rglob("*.py"))]
    state = f"{zlib.crc32(b''.join(sources)):08x}"
    if place := kept_place("kernels", state):
        numba.config.CACHE_DIR = str(place)
    else:
        numba.core.dispatcher.Dispatcher.enable_caching = lambda self: None


def kept_place(*names: str) -> Path | None:
    """A folder of this user's for what costs to make and may be made anew; None where nothing can be written."""
    places = (home.joinpath("funhouse", *names) for home in _homes())
    return next((place for place in places if _writable(place)), None)


def _homes() -> Iterator[Path]:
    """Where caches may be, the best first: some users have no home, or none that can be written to."""
    if named := os.environ.get("XDG_CACHE_HOME"):
        yield Path(named)
    with contextlib.suppress(RuntimeError):  # neither HOME nor an entry in passwd
        yield Path.home() / ".cache"
    with contextlib.suppress(OSError):
        yield _private()


def _private() -> Path:
    """This user's folder among temporary files. Raises OSError where it is another's, who could put code into it."""
    place = Path(tempfile.gettempdir()) / f"funhouse-{os.geteuid()}"
    with contextlib.suppress(FileExistsError):
        place.mkdir(mode=0o700)
    found = place.lstat()
    if found.st_uid != os.geteuid() or found.st_mode & 0o170077 != 0o040000:  # a directory that nobody else may use
        raise PermissionError(f"{place} is not this user's own")
    return place


def _writable(place: Path) -> bool:
    """Whether files can be made in a directory, which is made where it is not there."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            return True
    except (OSError, ValueError):
        return False


class Sealed(caching.IndexDataCacheFile):
    """Numba's files of what is compiled, each under a checksum at its end: what is damaged is compiled anew."""

    def save(self, key, data) -> None:
        with contextlib.suppress(OSError):  # on a full disk nothing is kept
            super().save(key, data)

    def _load_index(self) -> dict:
        return super()._load_index() if _whole(self._index_path) else {}

    def _load_data(self, name: str):
        if not _whole(path := self._data_path(name)):
            raise FileNotFoundError(path)
        return super()._load_data(name)

    @contextlib.contextmanager
    def _open_for_write(self, filepath: str):
        with super()._open_for_write(filepath) as file:
            yield (sealing := _Sealing(file))
            file.write(sealing.digest.digest())


class _Sealing:
    """A file that is written, and the checksum of what it holds by now."""

    def __init__(self, file):
        self.file, self.digest = file, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self.file.write(data)


def _whole(path: str) -> bool:
    """Whether a file is there, and as it was written."""
    try:
        content = Path(path).read_bytes()
    except OSError:
        return False
    return hashlib.sha256(content[:-_SEAL]).digest() == content[-_SEAL:]
