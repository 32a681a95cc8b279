"""The public functions: load, check, explain, render, lock, verify.  The command line is made of these."""

from songbuild.api.explaining import Explained, Line, Range, explain
from songbuild.api.locking import Locked, LockWritten, lock
from songbuild.api.rendering import Rendered, render
from songbuild.api.song import UsageError, check, load, open_store, size
from songbuild.api.verifying import Verified, verify
from songbuild.stages.plan import Selection

__all__ = [
    "Explained", "Line", "LockWritten", "Locked", "Range", "Rendered", "Selection", "UsageError", "Verified", "check",
    "explain", "load", "lock", "open_store", "render", "size", "verify",
]  # fmt: skip
