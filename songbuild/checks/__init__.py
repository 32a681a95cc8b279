"""Rules about a song, one file each: `RULES` need no audio, `AFTER` need what was measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from songbuild.checks.album import album_rules
from songbuild.checks.artwork import artwork
from songbuild.checks.ceiling import ceiling
from songbuild.checks.clipping import clipping
from songbuild.checks.credits import credited
from songbuild.checks.gapless import gapless
from songbuild.checks.level import level
from songbuild.checks.lyrics import lyrics
from songbuild.checks.overshoot import overshoot
from songbuild.checks.release import release
from songbuild.checks.stores import stores
from songbuild.checks.titles import titles
from songbuild.checks.unused import unused
from songbuild.model.song import Song
from songbuild.problems import Fault

TYPE_CHECKING = False
if TYPE_CHECKING:  # a song's checks do without it
    from songbuild.model.album import Album

RULES: tuple[Callable[[Song, Path], list[Fault]], ...] = (unused, artwork, credited, lyrics, titles, release, stores)
"""Rules about a song and the folder it stands in."""
AFTER: tuple[Callable[[Song, Mapping[str, Any]], list[Fault]], ...] = (level, ceiling, clipping, overshoot, gapless)
"""Rules about a song and what was measured: {"master": loudness, "versions": {name: loudness}, "targets": {name: LUFS},
"files": {name: facts}, "delivered": {name: what a meter says of the file}}; a name among the targets is a master whose
target a reference has moved, "" the song's own."""


def run(song: Song, folder: Path) -> list[Fault]:
    """What the rules that need no audio find."""
    return [fault for rule in RULES for fault in rule(song, folder)]


def measure(song: Song, measured: Mapping[str, Any]) -> list[Fault]:
    """What the rules that need the audio find."""
    return [fault for rule in AFTER for fault in rule(song, measured)]


def measure_album(album: Album, song: Song, measured: Mapping[str, Any]) -> list[Fault]:
    """What the rules that need the audio find of an album; `song` is what is said of it as a whole."""
    shared = (clipping, overshoot, gapless)
    return [*album_rules(album, measured), *(fault for rule in shared for fault in rule(song, measured))]
