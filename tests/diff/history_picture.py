"""Makes the picture of a diff that README shows: what the page says of the song of history.py.

python tests/diff/history_picture.py [docs/images/diff.png]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # where this runs as a script

from browser import chromium
from diff.history import build
from songbuild.api.history import differing
from songbuild.diff.page import page

DRAFTS = ("demo", "draft")
"""The tags that README compares."""
WIDTH, HEIGHT, MARGIN = 1200, 4000, 24
_PART = "<style>header, footer, ul.areas, h2:first-of-type, h2:first-of-type + * {display: none}</style>"
"""The list of changes stands in README as text."""


def picture(folder: Path) -> Image.Image:
    """The page's pictures as a browser draws them; `folder` is for what this takes."""
    build(folder / "song")
    old, new = differing.sides(*DRAFTS, folder / "song", cache=str(folder / "cache"))
    text = page(differing.between(old, new), (old.label, new.label))
    (folder / "page.html").write_text(text.replace("</head>", f"{_PART}</head>", 1), encoding="utf-8")
    shot = folder / "page.png"
    chromium(
        f"--user-data-dir={folder / 'profile'}", "--hide-scrollbars", f"--window-size={WIDTH},{HEIGHT}",
        f"--screenshot={shot}", (folder / "page.html").as_uri(),
    )  # fmt: skip
    drawn = Image.open(shot).convert("RGB")
    ground = Image.new("RGB", drawn.size, drawn.getpixel((0, drawn.height - 1)))
    _, top, _, bottom = ImageChops.difference(drawn, ground).getbbox() or (0, 0, 0, drawn.height)
    return drawn.crop((0, max(0, top - MARGIN), WIDTH, min(drawn.height, bottom + MARGIN)))


if __name__ == "__main__":
    place = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "docs/images/diff.png")
    place.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        picture(Path(temporary)).quantize(256).save(place, optimize=True)
    print(place, f"{place.stat().st_size / 1000:.0f} kB")
