"""The public functions: load, check, explain, render, lock, verify, audit, measure; the command line calls them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from songbuild.api.albums.planning import check_album
    from songbuild.api.albums.rendering import explain_album, render_album
    from songbuild.api.audits.auditing import Audited, audit
    from songbuild.api.explaining import Explained, Line, Range, explain
    from songbuild.api.history.differing import Side, between, checked_out, diff, side, sides
    from songbuild.api.locks.locking import Locked, LockWritten, lock
    from songbuild.api.locks.verifying import Verified, verify
    from songbuild.api.measuring import Measured, measure
    from songbuild.api.planning import check
    from songbuild.api.rendering import Rendered, render
    from songbuild.api.song import load, open_store, size
    from songbuild.api.usage import UsageError
    from songbuild.stages.plan import Selection

# No module here has the name of something public: importing it would put it in that name's place.
_HOMES = {
    "songbuild.api.albums.planning": ("check_album",),
    "songbuild.api.albums.rendering": ("explain_album", "render_album"),
    "songbuild.api.audits.auditing": ("Audited", "audit"),
    "songbuild.api.history.differing": ("Side", "between", "checked_out", "diff", "side", "sides"),
    "songbuild.api.explaining": ("Explained", "Line", "Range", "explain"),
    "songbuild.api.locks.locking": ("Locked", "LockWritten", "lock"),
    "songbuild.api.measuring": ("Measured", "measure"),
    "songbuild.api.rendering": ("Rendered", "render"),
    "songbuild.api.planning": ("check",),
    "songbuild.api.song": ("load", "open_store", "size"),
    "songbuild.api.usage": ("UsageError",),
    "songbuild.api.locks.verifying": ("Verified", "verify"),
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
