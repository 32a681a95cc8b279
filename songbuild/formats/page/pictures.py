"""Pictures within a page."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from pathlib import Path

from songbuild.formats.artwork import PictureError, read_picture
from songbuild.formats.page.facts import Picture

SIDE = 264
"""Pixels of the longer side: twice what it is shown at."""
_QUALITY = 82


def thumbnail(path: Path) -> Picture:
    """A JPEG or PNG, made small, as part of a page: the same picture gives the same bytes.

    A picture that can't be decoded is one with its trouble in words.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        known = read_picture(path)
        with Image.open(path, formats=("JPEG", "PNG")) as image:
            image.draft("RGB", (SIDE, SIDE))
            small = image.convert("RGBA")
            small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
            paper = Image.new("RGB", small.size, "white")
            paper.paste(small, mask=small.getchannel("A"))
    except (OSError, SyntaxError, ValueError, PictureError, UnidentifiedImageError, Image.DecompressionBombError):
        return Picture(trouble="the artwork can't be decoded")
    data = BytesIO()
    paper.save(data, "JPEG", quality=_QUALITY, optimize=True)
    kind = known.mime.removeprefix("image/").upper()
    title = f"{known.width} × {known.height}, {kind}"
    return Picture("data:image/jpeg;base64," + b64encode(data.getvalue()).decode("ascii"), title=title)
