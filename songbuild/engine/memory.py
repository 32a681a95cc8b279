"""The tiles used last, in memory, so that what was just made isn't read back."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from songbuild.engine.blobs import Stored


class Memory:
    """Tiles by their digests, up to `cap_bytes`; the one not used for longest goes first.  Safe between threads."""

    def __init__(self, cap_bytes: int) -> None:
        self._cap, self._size, self._lock = cap_bytes, 0, Lock()
        self._tiles: OrderedDict[str, Stored] = OrderedDict()

    def get(self, name: str) -> Stored | None:
        """The tile, or None."""
        with self._lock:
            found = self._tiles.get(name)
            if found is not None:
                self._tiles.move_to_end(name)
            return found

    def put(self, name: str, array: Stored) -> None:
        """Keep a tile, which nobody may change from now on."""
        with self._lock:
            if name in self._tiles:
                return
            self._tiles[name] = array
            self._size += array.nbytes
            self._trim()

    def share(self, count: int) -> None:
        """From now on, hold one of `count` equal shares of what may be held now."""
        with self._lock:
            self._cap //= count
            self._trim()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._tiles.clear()
            self._size = 0

    def _trim(self) -> None:
        while self._size > self._cap:
            self._size -= self._tiles.popitem(last=False)[1].nbytes
