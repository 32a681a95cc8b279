"""A bounded memory of arrays that pure functions made: what it holds changes how long things take, never a result."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

Float = TypeVar("Float", np.float32, np.float64)


class ArrayCache(Generic[Float]):
    """Read-only arrays by key, least recently used out first; safe to use from several threads.

    An array larger than a quarter of `cap_bytes` isn't kept.
    """

    def __init__(self, cap_bytes: int) -> None:
        self.cap_bytes = cap_bytes
        self.held_bytes = 0
        self._items: OrderedDict[Hashable, npt.NDArray[Float]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> npt.NDArray[Float] | None:
        with self._lock:
            found = self._items.get(key)
            if found is not None:
                self._items.move_to_end(key)
            return found

    def put(self, key: Hashable, array: npt.NDArray[Float]) -> npt.NDArray[Float]:
        """Keep `array`, from now on read-only, and return it."""
        array.flags.writeable = False
        if _size(array) * 4 > self.cap_bytes:
            return array
        with self._lock:
            old = self._items.pop(key, None)
            self.held_bytes += _size(array) - (0 if old is None else _size(old))
            self._items[key] = array
            while self.held_bytes > self.cap_bytes:
                self.held_bytes -= _size(self._items.popitem(last=False)[1])
        return array

    def made(self, key: Hashable, make: Callable[[], npt.NDArray[Float]]) -> npt.NDArray[Float]:
        """What is held under `key`, else what `make` returns; two threads may make the same at once."""
        found = self.get(key)
        return self.put(key, make()) if found is None else found

    def clear(self) -> None:
        with self._lock:
            self._items.clear()
            self.held_bytes = 0


def _size(array: npt.NDArray[np.floating[Any]]) -> int:
    """Bytes that an array takes: equal channels may be one, seen several times."""
    return array.nbytes // len(array) if array.ndim > 1 and array.strides[0] == 0 else array.nbytes
