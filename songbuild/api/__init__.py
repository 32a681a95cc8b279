"""The public functions: load, check, explain, render, lock, verify, audit, measure; the command line calls them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from songbuild.api.album import check_album, explain_album, render_album
    from songbuild.api.auditing import Audited, audit
    from songbuild.api.differing import Side, between, checked_out, diff, side, sides
    from songbuild.api.explaining import Explained, Line, Range, explain
    from songbuild.api.locking import Locked, LockWritten, lock
    from songbuild.api.measuring import Measured, measure
    from songbuild.api.rendering import Rendered, render
    from songbuild.api.song import UsageError, check, load, open_store, size
    from songbuild.api.verifying import Verified, verify
    from songbuild.stages.plan import Selection

# No module here has the name of something public: importing it would put it in that name's place.
_HOMES = {
    "songbuild.api.album": ("check_album", "explain_album", "render_album"),
    "songbuild.api.auditing": ("Audited", "audit"),
    "songbuild.api.differing": ("Side", "between", "checked_out", "diff", "side", "sides"),
    "songbuild.api.explaining": ("Explained", "Line", "Range", "explain"),
    "songbuild.api.locking": ("Locked", "LockWritten", "lock"),
    "songbuild.api.measuring": ("Measured", "measure"),
    "songbuild.api.rendering": ("Rendered", "render"),
    "songbuild.api.song": ("UsageError", "check", "load", "open_store", "size"),
    "songbuild.api.verifying": ("Verified", "verify"),
    "songbuild.stages.plan": ("Selection",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}
__all__ = [
    "Audited", "Explained", "Line", "LockWritten", "Locked", "Measured", "Range", "Rendered", "Selection", "Side",
    "UsageError", "Verified", "audit", "between", "check", "check_album", "checked_out", "diff", "explain",
    "explain_album", "load", "lock", "measure", "open_store", "render", "render_album", "side", "sides", "size",
    "verify",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: `check` needs neither the lock nor `verify`."""
    from importlib import import_module

    if name not in _HOME:
        raise AttributeError(name)
    found: object = getattr(import_module(_HOME[name]), name)
    return found
