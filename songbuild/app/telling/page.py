"""The page of a difference as a file, and the clips that lie beside it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from songbuild.diff.change import Difference
    from songbuild.diff.heard import Heard


def beside(heard: Heard, folder: str, difference: Difference) -> Heard:
    """The same with the clips named from where the page is."""

    def named(file: str | None) -> str | None:
        return file and f"{folder}/{file}"

    clips = tuple(replace(clip, before=named(clip.before), after=named(clip.after)) for clip in heard.clips)
    songs = {
        name: beside(heard.songs[name], f"{folder}/song-{number}", song)
        for number, (name, song) in enumerate(difference.songs.items(), start=1)
        if name in heard.songs
    }
    return replace(heard, clips=clips, songs=songs)


def write_page(html: Path, difference: Difference, labels: tuple[str, str], heard: Heard | None) -> None:
    """Write the page; the file is there whole or not at all."""
    from songbuild.diff.page import page

    part = html.with_name(f".{html.name}.{os.getpid()}")
    try:
        part.write_text(page(difference, labels, heard), encoding="utf-8")
        part.replace(html)
    finally:
        part.unlink(missing_ok=True)
