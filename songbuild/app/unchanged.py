"""The shortest path: is the song just as the last build left it?  Imports the standard library only."""

from __future__ import annotations

import sys

from songbuild import __version__
from songbuild.engine.unchanged import default_folder, song_id, unchanged
from songbuild.manifest.find import song_file


def answer(song: str) -> bool:
    """Print what `render` says of an unchanged song; False, and nothing printed, if there is something to do."""
    extra = unchanged(default_folder(), song_id(song_file(song)), __version__)
    if extra is None or "summary" not in extra:
        return False
    for problem in extra.get("problems", ()):
        print(problem, file=sys.stderr)
    print(f"{extra['summary']}\nnothing to do")
    return True
