"""The builder, blind to music."""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing takes longer than finding that a song is unchanged
if TYPE_CHECKING:
    from songbuild.engine.builder import Built, Failure, Record, build
    from songbuild.engine.collector import Collected, Usage, collect, held, usage
    from songbuild.engine.decide import Decision, Reason, decide_all, differences
    from songbuild.engine.digests import digest_file, digest_json
    from songbuild.engine.errors import Cancelled, EngineError, RecipeError
    from songbuild.engine.foresee import Stretch
    from songbuild.engine.graph import Graph, Node, Recipe, Source, Tile, Timeline
    from songbuild.engine.publisher import Published, publish
    from songbuild.engine.reader import Reader, Stream
    from songbuild.engine.scrubber import Scrubbed, scrub
    from songbuild.engine.songs import Last, forget_song, keep_song, load_last
    from songbuild.engine.store import Store
    from songbuild.engine.unchanged import default_folder, record_song, song_id
    from songbuild.engine.work import MadeFile

# No module here has the name of something public: importing it would put it in that name's place.
_HOMES = {
    "builder": ("Built", "Failure", "Record", "build"),
    "collector": ("Collected", "Usage", "collect", "held", "usage"),
    "decide": ("Decision", "Reason", "decide_all", "differences"),
    "digests": ("digest_file", "digest_json"),
    "errors": ("Cancelled", "EngineError", "RecipeError"),
    "foresee": ("Stretch",),
    "graph": ("Graph", "Node", "Recipe", "Source", "Tile", "Timeline"),
    "publisher": ("Published", "publish"),
    "reader": ("Reader", "Stream"),
    "scrubber": ("Scrubbed", "scrub"),
    "songs": ("Last", "forget_song", "keep_song", "load_last"),
    "store": ("Store",),
    "unchanged": ("default_folder", "record_song", "song_id"),
    "work": ("MadeFile",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}
__all__ = [
    "Built",
    "Cancelled",
    "Collected",
    "Decision",
    "EngineError",
    "Failure",
    "Graph",
    "Last",
    "MadeFile",
    "Node",
    "Published",
    "Reader",
    "Reason",
    "Recipe",
    "RecipeError",
    "Record",
    "Scrubbed",
    "Source",
    "Store",
    "Stream",
    "Stretch",
    "Tile",
    "Timeline",
    "Usage",
    "build",
    "collect",
    "decide_all",
    "default_folder",
    "differences",
    "digest_file",
    "digest_json",
    "forget_song",
    "held",
    "keep_song",
    "load_last",
    "publish",
    "record_song",
    "scrub",
    "song_id",
    "usage",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: a render with nothing to do needs only `unchanged`."""
    from importlib import import_module

    if name not in _HOME:
        raise AttributeError(name)
    found: object = getattr(import_module(f"songbuild.engine.{_HOME[name]}"), name)
    return found
