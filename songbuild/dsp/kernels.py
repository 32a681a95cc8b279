"""scipy's compiled filter kernels without the rest of scipy.signal, whose import takes longer than many a render.

The two extension modules stand alone; they are loaded by their file under their own names, so that a later
`import scipy.signal` finds and shares them.  Both release the GIL.  Where a scipy keeps them elsewhere, the import of
scipy.signal finds them.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from functools import lru_cache
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

_LOCK = Lock()


@lru_cache
def sosfilt_kernel() -> Callable[..., None]:
    """sosfilt(sos (sections, 6), x (n, frames), state (n, sections, 2)): filters x and moves state, both in place."""
    kernel: Callable[..., None] = _load("scipy.signal._sosfilt")._sosfilt
    return kernel


@lru_cache
def linear_filter_kernel() -> Callable[..., tuple[Any, Any]]:
    """linear_filter(b, a, x, axis, state) -> (y, state): a direct-form filter along an axis."""
    kernel: Callable[..., tuple[Any, Any]] = _load("scipy.signal._sigtools")._linear_filter
    return kernel


def _load(name: str) -> ModuleType:
    """The extension module `name` of scipy, loaded by itself where that is possible."""
    with _LOCK:
        if name not in sys.modules:
            import scipy

            package, _, stem = name.removeprefix("scipy.").rpartition(".")
            folder = Path(scipy.__file__).parent / package
            for file in (folder / (stem + suffix) for suffix in EXTENSION_SUFFIXES):
                spec = importlib.util.spec_from_file_location(name, file) if file.exists() else None
                if spec and spec.loader:
                    module = importlib.util.module_from_spec(spec)
                    spec.loader.exec_module(module)
                    sys.modules[name] = module
                    break
        return sys.modules.get(name) or importlib.import_module(name)
