"""The public functions: load, check, explain, render.  The command line is made of these."""

from songbuild.api.explaining import Explained, Line, explain
from songbuild.api.rendering import Rendered, render
from songbuild.api.song import UsageError, check, load, open_store, size
from songbuild.stages.plan import Selection

__all__ = [
    "Explained", "Line", "Rendered", "Selection", "UsageError", "check", "explain", "load", "open_store", "render",
    "size",
]  # fmt: skip
