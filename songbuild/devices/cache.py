"""A bounded memory of arrays that pure functions made: what it holds changes how long things take, never a result."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

import numpy as np
import numpy.typing as npt


class ArrayCache:
    """Read-only arrays by key, least recently used out first; safe to use from several threads.

    An array larger than a quarter of `cap_bytes` isn't kept.
    """

    def __init__(self, cap_bytes: int) -> None:
        self.cap_bytes = cap_bytes
        self.held_bytes = 0
        self._items: OrderedDict[Hashable, npt.NDArray[np.float64]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> npt.NDArray[np.float64] | None:
        with self._lock:
            found = self._items.get(key)
            if found is not None:
                self._items.move_to_end(key)
            return found

    def put(self, key: Hashable, array: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Keep `array`, from now on read-only, and return it."""
        array.flags.writeable = False
        if array.nbytes * 4 > self.cap_bytes:
            return array
        with self._lock:
            old = self._items.pop(key, None)
            self.held_bytes += array.nbytes - (0 if old is None else old.nbytes)
            self._items[key] = array
            while self.held_bytes > self.cap_bytes:
                self.held_bytes -= self._items.popitem(last=False)[1].nbytes
        return array

    def made(self, key: Hashable, make: Callable[[], npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
        """What is held under `key`, else what `make` returns; two threads may make the same at once."""
        found = self.get(key)
        return self.put(key, make()) if found is None else found

    def clear(self) -> None:
        with self._lock:
            self._items.clear()
            self.held_bytes = 0
