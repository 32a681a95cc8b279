"""What stores and distributors ask of a release: one table, whose sources and dates docs/metadata.md gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

StoreName = Literal["apple-music", "spotify", "youtube-music", "soundcloud", "bandcamp", "distributor"]
Need = Literal[
    "artist", "artwork", "writer", "performer", "production", "isrc", "upc", "label", "genre", "language", "date",
    "copyright", "phonogram", "explicit",
]  # fmt: skip
"""A field of a song, or a group of roles in its credits: writer, performer, production."""


@dataclass(frozen=True, slots=True)
class Store:
    """What one store asks for.

    needs     what must be said
    side      the least width and height of the artwork in pixels; `best` is what the store advises
    bytes     the most bytes of the artwork; None where nothing is said of them
    strict    whether titles and names in capitals, with emoji or with a featured artist are refused or changed
    """

    name: StoreName
    title: str
    needs: tuple[Need, ...]
    side: int
    best: int
    bytes: int | None = None
    strict: bool = True


_IDENTIFIED: tuple[Need, ...] = ("artist", "artwork", "isrc", "upc", "label", "genre", "date", "copyright", "phonogram")
STORES: dict[StoreName, Store] = {
    store.name: store
    for store in (
        Store(
            "apple-music",
            "Apple Music",
            (*_IDENTIFIED, "explicit", "language", "writer", "performer", "production"),
            3000,
            4000,
        ),
        Store("spotify", "Spotify", (*_IDENTIFIED, "explicit", "writer"), 640, 3000),
        Store("youtube-music", "YouTube Music", ("artist", "artwork", "isrc", "upc", "label", "date"), 1400, 3000),
        Store(
            "soundcloud",
            "SoundCloud",
            ("artist", "artwork", "isrc", "writer", "explicit", "language", "date"),
            3000,
            3000,
        ),
        Store("bandcamp", "Bandcamp", ("artist", "artwork"), 1400, 3000, 10_000_000, strict=False),
        Store(
            "distributor",
            "a distributor",
            ("artist", "artwork", "genre", "language", "date", "copyright", "phonogram", "explicit", "writer"),
            3000,
            3000,
            10_000_000,
        ),
    )
}
"""Name in a manifest -> store."""
