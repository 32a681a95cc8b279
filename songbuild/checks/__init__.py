"""Rules about a song, one file each: `RULES` need no audio, `AFTER` need what was measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from songbuild.checks.artwork import artwork
from songbuild.checks.ceiling import ceiling
from songbuild.checks.clipping import clipping
from songbuild.checks.level import level
from songbuild.checks.unused import unused
from songbuild.model.song import Song
from songbuild.problems import Fault

RULES: tuple[Callable[[Song, Path], list[Fault]], ...] = (unused, artwork)
"""Rules about a song and the folder it stands in."""
AFTER: tuple[Callable[[Song, Mapping[str, Any]], list[Fault]], ...] = (level, ceiling, clipping)
"""Rules about a song and what was measured: {"master": loudness, "files": {name: facts}}."""


def run(song: Song, folder: Path) -> list[Fault]:
    """What the rules that need no audio find."""
    return [fault for rule in RULES for fault in rule(song, folder)]


def measure(song: Song, measured: Mapping[str, Any]) -> list[Fault]:
    """What the rules that need the audio find."""
    return [fault for rule in AFTER for fault in rule(song, measured)]
