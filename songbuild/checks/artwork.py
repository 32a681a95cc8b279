"""CHK002: the artwork is not what stores take.

Why: stores want a square JPEG or PNG of at least 1400 pixels; others are refused or blurred.
Fix: export it again, square, 3000 x 3000 is common.
"""

from __future__ import annotations

from pathlib import Path

from songbuild.formats.artwork import PictureError, read_picture
from songbuild.model.song import Song
from songbuild.problems import Fault

SMALLEST = 1400


def artwork(song: Song, folder: Path) -> list[Fault]:
    """An error for a file that is no picture, a warning for one that isn't square or is small."""
    if song.artwork is None:
        return []
    try:
        picture = read_picture(folder / song.artwork)
    except PictureError as error:
        return [Fault("CHK002", ("artwork",), f"{song.artwork}: {error}", "artwork is a square JPEG or PNG")]
    except OSError as error:
        return [Fault("CHK002", ("artwork",), f"{song.artwork}: {error.strerror or 'cannot be read'}")]
    found = []
    size = f"{picture.width} x {picture.height}"
    if picture.width != picture.height:
        found.append(Fault("CHK002", ("artwork",), f"the artwork is {size}: not square", severity="warning"))
    elif picture.width < SMALLEST:
        hint = f"at least {SMALLEST} x {SMALLEST}, better 3000 x 3000"
        found.append(Fault("CHK002", ("artwork",), f"the artwork is small: {size}", hint, severity="warning"))
    return found
