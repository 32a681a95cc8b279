"""The store: blobs, traces and what is known about songs, in one cache folder."""

from __future__ import annotations

import os
import time
import uuid
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from songbuild.engine.blobs import NO_STATE, Blobs, audio_array, audio_parts, silence, silent_shape
from songbuild.engine.digests import digest_file
from songbuild.engine.errors import DamagedBlob
from songbuild.engine.graph import State
from songbuild.engine.memory import Memory
from songbuild.engine.state import decode, encode
from songbuild.engine.traces import Traces
from songbuild.engine.unchanged import default_folder, racy, stamp

if TYPE_CHECKING:
    from songbuild.engine.blobs import Stored
    from songbuild.engine.graph import Array
    from songbuild.engine.reader import Reader, Stream

_INLINE = "state:"
INLINE_BYTES = 1024
"""A state up to this size is not worth a file: it is its own name."""
MIB = 1 << 20
DEFAULT_CAP_BYTES = 20_000 * MIB
DEFAULT_MEMORY_BYTES = 48 * MIB


class Store:
    """A cache folder, open.  Safe between threads; any number of processes may have one folder open.

    Where the folder can't be written, what it holds is used and what is new lives in a temporary folder until `close`.
    Raises EngineError where not even that is possible.
    """

    def __init__(
        self,
        folder: str | Path | None = None,
        cap_bytes: int = DEFAULT_CAP_BYTES,
        memory_bytes: int = DEFAULT_MEMORY_BYTES,
        read_only: bool = False,
    ) -> None:
        self.folder = Path(folder if folder is not None else default_folder())
        self.cap_bytes = cap_bytes
        self.writable = not read_only and _writable(self.folder)
        self.blobs = Blobs(self.folder, self.writable)
        path = self.folder / "traces.db"
        self.traces = Traces(path) if self.writable else Traces(None, base=path)
        self.memory = Memory(memory_bytes)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Write what is pending; drop temporary files."""
        self.traces.close()
        self.blobs.close()
        self.memory.clear()

    def put_audio(self, array: Array) -> str:
        """Store a tile (channels, frames) as float32; returns its name.  Raises ValueError for NaN and infinity."""
        import numpy as np

        with np.errstate(over="ignore"):
            tile = np.ascontiguousarray(array, dtype="<f4")
        if not tile.size:
            return silence(*tile.shape)
        high, low = tile.max(), tile.min()
        if not (np.isfinite(high) and np.isfinite(low)):
            channel, frame = (int(n) for n in np.argwhere(~np.isfinite(tile))[0])
            raise ValueError(f"{tile[channel, frame]} at frame {frame} of channel {channel}")
        if high == 0 == low:
            return silence(*tile.shape)
        if tile is array or tile.base is not None:
            tile = tile.copy()
        name = self.blobs.put(*audio_parts(tile))
        tile.flags.writeable = False
        self.memory.put(name, tile)
        return name

    def audio(self, name: str) -> Stored:
        """A tile by its name: (channels, frames) float32, read-only.  Raises DamagedBlob."""
        import numpy as np

        shape = silent_shape(name)
        if shape is not None:
            return np.zeros(shape, np.float32)
        found = self.memory.get(name)
        if found is None:
            try:
                found = audio_array(self.blobs.read(name))
            except ValueError:
                self.blobs.quarantine(name)
                raise DamagedBlob(name, corrupt=True) from None
            self.memory.put(name, found)
        return found

    def put_state(self, state: State, *, snap: bool = True) -> tuple[str, State]:
        """Store a state, on the grid of states if it is to `snap`; its name, and the state as it will be read back."""
        if state is None:
            return NO_STATE, None
        data = encode(state, snap=snap)
        small = len(data) <= INLINE_BYTES
        return _INLINE + b64encode(data).decode() if small else self.blobs.put(data), decode(data)

    def state(self, name: str) -> State:
        """A state by its name.  Raises DamagedBlob."""
        if name == NO_STATE:
            return None
        if name.startswith(_INLINE):
            return decode(b64decode(name[len(_INLINE) :]))
        try:
            return decode(self.blobs.read(name))
        except ValueError:
            self.blobs.quarantine(name)
            raise DamagedBlob(name, corrupt=True) from None

    def reader(self, stream: Stream, rate: int) -> Reader:
        """A reader of a stream that a build has made."""
        from songbuild.engine.reader import Reader

        return Reader(stream, rate, self.audio)

    def digest_file(self, path: str | Path) -> str:
        """The BLAKE3 digest of a file, from its stamp where the file is known and old enough.  Raises OSError."""
        name = str(Path(path).absolute())
        before = stamp(name)
        known = self.traces.file(name)
        if before is not None and known is not None and known[0] == before:
            return known[1]
        digest = digest_file(name)
        # A file written within the resolution of its stamp may change again and keep it (git calls this racy).
        if before is not None and before == stamp(name) and not racy(before, time.time_ns()):
            self.traces.put_file(name, before, digest)
        return digest

    def file_blob(self, name: str) -> Path | None:
        """The path of a blob that is a whole file, verified; None where it is missing or was damaged."""
        path = self.blobs.path(name)
        if path is None:
            return None
        try:
            if self.digest_file(path) == name:
                return path
        except OSError:
            return None
        self.blobs.quarantine(name)
        return None

    @contextmanager
    def lease(self) -> Iterator[None]:
        """Keep `collect`, in any process, from removing what is made or read from now on until the end."""
        if not self.writable:
            yield
            return
        place = self.folder / "leases" / f"{os.getpid()}-{uuid.uuid4().hex}"
        with suppress(OSError):
            place.parent.mkdir(exist_ok=True)
            place.touch()
        try:
            yield
        finally:
            with suppress(OSError):
                place.unlink()


def _writable(folder: Path) -> bool:
    """Whether files can be made in the folder, which is made if need be."""
    probe = folder / "tmp" / f"{os.getpid()}-{uuid.uuid4().hex}"
    try:
        probe.parent.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True
