# ruff: noqa: PTH103, PTH105, PTH108, PTH110, PTH116, PTH120, PTH123
# (strings are several times faster than pathlib, and this runs for every tile)
"""Content-addressed files, named by the BLAKE3 digest of what is in them and verified when read."""

from __future__ import annotations

import errno
import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from songbuild.engine.digests import digest_file
from songbuild.engine.errors import DamagedBlob, EngineError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Stored: TypeAlias = npt.NDArray[np.float32]

AUDIO_MAGIC = b"SBA1"
HEADER_BYTES = 16
NO_STATE = "none"
_SILENCE = "silence:"
_UNIQUE = itertools.count()


class Blobs:
    """The blobs of a cache folder; where that can't be written, new ones go to a temporary folder until `close`.

    `lost` holds the names that were asked for and found missing or damaged; making one again takes it out.
    """

    def __init__(self, folder: Path, writable: bool) -> None:
        self.written = 0
        self.lost: set[str] = set()
        self._scratch = None if writable else tempfile.TemporaryDirectory(prefix="songbuild-")
        self.home = folder if self._scratch is None else Path(self._scratch.name)
        self._roots = (str(self.home), str(folder)) if self._scratch else (str(folder),)
        with disk_trouble(self.home):
            for name in ("blobs", "tmp", "quarantine"):
                (self.home / name).mkdir(parents=True, exist_ok=True)

    def close(self) -> None:
        """Drop the temporary folder, if there is one."""
        if self._scratch:
            self._scratch.cleanup()

    def path(self, name: str) -> Path | None:
        """Where the blob is; None where there is none."""
        for root in self._roots:
            place = _place(root, name)
            if os.path.exists(place):
                return Path(place)
        return None

    def file(self, name: str, verify: bool = True) -> Path:
        """Where a blob is that is read as a file.  Raises DamagedBlob, and moves a bad one aside."""
        place = self.path(name)
        if place is None:
            self.lost.add(name)
            raise DamagedBlob(name, corrupt=False)
        if verify:
            try:
                same = digest_file(place) == name
            except OSError:
                same = False
            if not same:
                self.quarantine(name)
                raise DamagedBlob(name, corrupt=True)
        return place

    def named(self, start: str) -> tuple[str, ...]:
        """The names of the blobs here that begin with `start`, at least two hexadecimal digits."""
        if not start.isalnum():
            return ()
        found = (path.name for root in self._roots for path in Path(root, "blobs", start[:2]).glob(f"{start[2:]}*"))
        return tuple(sorted({start[:2] + rest for rest in found}))

    def read(self, name: str) -> bytes:
        """A blob's content, verified.  Raises DamagedBlob; a blob that isn't what its name says is moved aside."""
        from blake3 import blake3

        for root in self._roots:
            place = _place(root, name)
            try:
                with Path(place).open("rb", buffering=0) as file:
                    data = file.readall()
            except FileNotFoundError:
                continue
            except OSError:
                data = b""
            if blake3(data).hexdigest() == name:
                with suppress(OSError):
                    os.utime(place)  # its last use, for `collect`
                return data
            self.quarantine(name)
            raise DamagedBlob(name, corrupt=True)
        self.lost.add(name)
        raise DamagedBlob(name, corrupt=False)

    def check(self, name: str, deep: bool) -> bool:
        """Whether a blob is there and, if `deep`, is what its name says; else it is noted as lost."""
        if not is_blob(name):
            return True
        if deep:
            try:
                self.read(name)
            except DamagedBlob:
                return False
            return True
        if self.path(name) is None:
            self.lost.add(name)
            return False
        return True

    def put(self, *parts: bytes | memoryview) -> str:
        """Store the parts, one after the other, as one blob; returns its name.  Raises EngineError."""
        from blake3 import blake3

        state, size = blake3(), 0
        for part in parts:
            state.update(part)
            size += len(part)
        name = state.hexdigest()
        if not self._keep(name, size):
            temporary = self._unique()
            try:
                with disk_trouble(self.home), open(temporary, "wb", buffering=0) as file:
                    for part in parts:
                        _write_all(file, part)
                self._adopt(temporary, name, size)
            except BaseException:
                with suppress(OSError):
                    os.unlink(temporary)
                raise
        return name

    def put_file(self, temporary: Path) -> tuple[str, int]:
        """Take a finished file, made at a path from `part`, as a blob: (name, size)."""
        name, size = digest_file(temporary), temporary.stat().st_size
        # Over what is there, if anything: that may be damaged, and nobody would read it before it's published.
        self._adopt(str(temporary), name, size)
        return name, size

    @contextmanager
    def part(self, suffix: str = "") -> Iterator[Path]:
        """A path for a file to be made at; what is left there is removed at the end.  A full disk is an EngineError."""
        temporary = self._unique(suffix)
        try:
            with disk_trouble(self.home):
                yield Path(temporary)
        finally:
            with suppress(OSError):
                os.unlink(temporary)

    def quarantine(self, name: str) -> None:
        """Move a bad blob aside and note it as lost."""
        self.lost.add(name)
        for root in self._roots:
            with suppress(OSError):
                os.replace(_place(root, name), self.home / "quarantine" / name)

    def _keep(self, name: str, size: int) -> bool:
        """Whether the blob is there already, as far as its size tells; then it counts as used now."""
        if name in self.lost:
            return False
        for root in self._roots:
            place = _place(root, name)
            try:
                if os.stat(place).st_size != size:
                    continue
            except OSError:
                continue
            with suppress(OSError):
                os.utime(place)
            return True
        return False

    def _unique(self, suffix: str = "") -> str:
        return f"{self._roots[0]}/tmp/{os.getpid()}-{next(_UNIQUE)}{suffix}"

    def _adopt(self, temporary: str, name: str, size: int) -> None:
        place = _place(self._roots[0], name)
        with disk_trouble(self.home):
            try:
                os.replace(temporary, place)
            except FileNotFoundError:
                os.makedirs(os.path.dirname(place), exist_ok=True)
                os.replace(temporary, place)
        self.written += size
        self.lost.discard(name)


def is_blob(name: str) -> bool:
    """Whether a name stands for a file, unlike silence, the state None and a small state, which is its own name."""
    return name != NO_STATE and ":" not in name


def silence(channels: int, frames: int) -> str:
    """The name of a tile of pure silence."""
    return f"{_SILENCE}{channels}x{frames}"


def silent_shape(name: str) -> tuple[int, int] | None:
    """(channels, frames) of a tile of silence; None for any other name."""
    if not name.startswith(_SILENCE):
        return None
    channels, frames = name[len(_SILENCE) :].split("x")
    return int(channels), int(frames)


def audio_parts(array: Stored) -> tuple[bytes, memoryview]:
    """The bytes of a tile: magic, channels (u32), frames (u64), then the channels one after the other, float32."""
    channels, frames = array.shape
    header = AUDIO_MAGIC + channels.to_bytes(4, "little") + frames.to_bytes(8, "little")
    return header, array.data.cast("B")


def audio_array(data: bytes) -> Stored:
    """The tile that `data` holds, read-only; raises ValueError where it isn't one."""
    import numpy as np

    channels, frames = int.from_bytes(data[4:8], "little"), int.from_bytes(data[8:16], "little")
    if data[:4] != AUDIO_MAGIC or len(data) != HEADER_BYTES + 4 * channels * frames:
        raise ValueError("not a tile of audio")
    return np.frombuffer(data, "<f4", offset=HEADER_BYTES).reshape(channels, frames)


@contextmanager
def disk_trouble(folder: Path) -> Iterator[None]:
    """Turn a full disk or a folder that can't be written into an EngineError."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            hint = "free some space, or lower the cache's size cap"
            raise EngineError(f"the disk is full ({folder})", hint) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO):
            raise EngineError(f"can't write in {folder}: {error.strerror}") from error
        raise


def _write_all(file: RawIOBase, data: bytes | memoryview) -> None:
    left = memoryview(data)
    while left:
        left = left[file.write(left) or 0 :]


def _place(root: str, name: str) -> str:
    return f"{root}/blobs/{name[:2]}/{name[2:]}"
