"""The state of a stream, as bytes and back.

Layout: magic, length of the skeleton (u32, little-endian), the skeleton as JSON, then each array's bytes in order.
Arrays come back C-contiguous, writable and their own: what a recipe gets never depends on whether it was cached.
"""

from __future__ import annotations

import json
from importlib import import_module
from math import prod
from typing import Any

from songbuild.engine.graph import State

MAGIC = b"SBS1"
PACKAGE = __name__.partition(".")[0]
"""Named tuples of this package come back as what they were; no other class is ever imported."""


def encode(state: State) -> bytes:
    """The canonical bytes of a state; raises TypeError for what a state can't hold.

    A coarser grid for states, so that they meet again soon after an edit, belongs here and nowhere else.
    """
    payload: list[bytes] = []
    skeleton = json.dumps(_fold(state, payload), separators=(",", ":")).encode("ascii")
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


def _fold(value: State, payload: list[bytes]) -> Any:
    import numpy as np

    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        if array.dtype.hasobject:
            raise TypeError("a state can't hold arrays of Python objects")
        payload.append(array.tobytes("C"))
        return ["a" if isinstance(value, np.ndarray) else "s", array.dtype.str, list(array.shape)]
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        kind = type(value)
        if kind.__module__.split(".")[0] != PACKAGE or "." in kind.__qualname__:
            raise TypeError(f"a state can't hold a {kind.__name__}: it isn't a named tuple of {PACKAGE}'s own")
        return ["n", kind.__module__, kind.__qualname__, *(_fold(item, payload) for item in value)]
    if type(value) in (list, tuple):
        return ["l" if type(value) is list else "t", *(_fold(item, payload) for item in value)]
    if type(value) is dict and all(type(key) in (int, str) for key in value):
        items = sorted(value.items(), key=lambda item: (type(item[0]).__name__, item[0]))
        return ["d", *([key, _fold(item, payload)] for key, item in items)]
    raise TypeError(f"a state can't hold a {type(value).__name__}")


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
