"""CHK004: there are no lyrics where the song says they are.

Why: the tags would lack them, or hold something else.
Fix: name a track that sings, or a file of lines with times (.lrc) or without (.txt).
"""

from __future__ import annotations

from pathlib import Path

from songbuild.formats.lyrics import LyricsError, is_lyrics_file, read_lyrics
from songbuild.model.song import Song
from songbuild.problems import Fault, did_you_mean


def lyrics(song: Song, folder: Path) -> list[Fault]:
    """An error for a file that holds no lyrics, and for a track that isn't there."""
    if song.lyrics is None:
        return []
    if is_lyrics_file(song.lyrics):
        try:
            read_lyrics(folder / song.lyrics)
        except LyricsError as error:
            return [Fault("CHK004", ("lyrics",), f"{song.lyrics}: {error}")]
        except OSError as error:
            return [Fault("CHK004", ("lyrics",), f"{song.lyrics}: {error.strerror or 'cannot be read'}")]
        return []
    if song.lyrics not in song.arrangement.tracks:
        hint = did_you_mean(song.lyrics, song.arrangement.tracks) or "or a file that ends in .lrc or .txt"
        return [Fault("CHK004", ("lyrics",), f"there is no track '{song.lyrics}'", hint)]
    return []
