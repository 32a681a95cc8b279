"""The state of a stream, as bytes and back.

Layout: magic, length of the skeleton (u32, little-endian), the skeleton as JSON, then each array's bytes in order.
Arrays come back C-contiguous, writable and their own: what a recipe gets never depends on whether it was cached.

What a stream hands on is snapped to a grid, so that after an edit two pasts that are all but the same become the same,
and what follows is known.  A ringing filter or reverb reaches the grid's zero instead of ringing for ever.
"""

from __future__ import annotations

import json
from importlib import import_module
from math import prod
from typing import TYPE_CHECKING, Any

from songbuild.engine.graph import State

if TYPE_CHECKING:
    import numpy as np

MAGIC = b"SBS1"
PACKAGE = __name__.partition(".")[0]
"""Named tuples of this package come back as what they were; no other class is ever imported."""
STEPS = 2.0**40
"""The grid has so many steps in 1: one is -241 dBFS.  A filter's state is the more delicate the lower its frequency: in
a high-pass at 20 Hz an error grows by 51 dB, which is why the grid is that much finer than what may be heard."""
COARSE = 2.0**52 / STEPS
"""From here on doubles have a coarser grid of their own."""


def encode(state: State, *, snap: bool = True) -> bytes:
    """The canonical bytes of a state, on the grid if it is to `snap`; raises TypeError for what a state can't hold."""
    payload: list[bytes] = []
    skeleton = json.dumps(_fold(state, payload, snap), separators=(",", ":")).encode("ascii")
    return b"".join((MAGIC, len(skeleton).to_bytes(4, "little"), skeleton, *payload))


def decode(data: bytes) -> State:
    """The state that `encode` made `data` of."""
    if data[:4] != MAGIC:
        raise ValueError("not a state")
    end = 8 + int.from_bytes(data[4:8], "little")
    state, stop = _unfold(json.loads(data[8:end]), data, end)
    if stop != len(data):
        raise ValueError("a state with bytes left over")
    return state


def _fold(value: State, payload: list[bytes], snap: bool) -> Any:
    import numpy as np

    if type(value) is float and snap and abs(value) < COARSE:
        return round(value * STEPS) / STEPS
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        if array.dtype.hasobject:
            raise TypeError("a state can't hold arrays of Python objects")
        if snap and array.dtype.kind in "fc":
            array = _snapped(array)
        payload.append(array.tobytes("C"))
        return ["a" if isinstance(value, np.ndarray) else "s", array.dtype.str, list(array.shape)]
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        kind = type(value)
        if kind.__module__.split(".")[0] != PACKAGE or "." in kind.__qualname__:
            raise TypeError(f"a state can't hold a {kind.__name__}: it isn't a named tuple of {PACKAGE}'s own")
        return ["n", kind.__module__, kind.__qualname__, *(_fold(item, payload, snap) for item in value)]
    if type(value) in (list, tuple):
        return ["l" if type(value) is list else "t", *(_fold(item, payload, snap) for item in value)]
    if type(value) is dict and all(type(key) in (int, str) for key in value):
        items = sorted(value.items(), key=lambda item: (type(item[0]).__name__, item[0]))
        return ["d", *([key, _fold(item, payload, snap)] for key, item in items)]
    raise TypeError(f"a state can't hold a {type(value).__name__}")


def _snapped(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    import numpy as np

    steps = array.dtype.type(STEPS)
    with np.errstate(over="ignore"):
        near = np.rint(array * steps) / steps + array.dtype.type(0)  # there is one zero, and it has no sign
    return np.where(np.abs(array) < COARSE, near, array)


def _unfold(spec: Any, data: bytes, place: int) -> tuple[State, int]:
    import numpy as np

    if not isinstance(spec, list):
        return spec, place
    tag, *rest = spec
    if tag in ("a", "s"):
        dtype, shape = np.dtype(rest[0]), tuple(rest[1])
        count = prod(shape)
        array = np.frombuffer(data, dtype, count, place).reshape(shape).copy() if count else np.empty(shape, dtype)
        return (array if tag == "a" else array[()]), place + count * dtype.itemsize
    if tag == "d":
        found: dict[int | str, State] = {}
        for key, item in rest:
            found[key], place = _unfold(item, data, place)
        return found, place
    kind: Any = tuple
    if tag == "n":
        module, name, *rest = rest
        if module.split(".")[0] != PACKAGE:
            raise ValueError(f"a state of a class in {module}")
        kind = getattr(import_module(module), name)._make
    items: list[State] = []
    for item in rest:
        value, place = _unfold(item, data, place)
        items.append(value)
    return (items if tag == "l" else kind(items)), place
