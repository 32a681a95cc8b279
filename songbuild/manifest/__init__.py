"""Files to a Song: YAML and Python manifests, with the place of every value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from songbuild.manifest.loader import Loaded, load
    from songbuild.manifest.places import Places

__all__ = ["Loaded", "Places", "load"]


def __getattr__(name: str) -> Any:
    """Imported on use: a render with nothing to do needs `find` only, and neither pydantic nor YAML."""
    if name == "Places":
        from songbuild.manifest.places import Places

        return Places
    if name in __all__:
        from songbuild.manifest import loader

        return getattr(loader, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
