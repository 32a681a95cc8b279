"""CHK007: a store that the song is for would refuse it, or would ask for more.

Why: a release that is refused comes out late.
Fix: say what is missing, export the artwork as the store wants it; docs/metadata.md has each store's sources.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from songbuild.formats.artwork import Picture, PictureError, read_picture
from songbuild.formats.upscaling import repetition
from songbuild.model.credits import names
from songbuild.model.song import Song
from songbuild.model.stores import STORES, Need, Store
from songbuild.problems import Fault

_GROUPS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "writer": ("a writer in the credits", ("composer", "lyricist", "songwriter", "arranger")),
    "performer": ("a performer in the credits", ("performer", "featuring", "conductor")),
    "production": ("a producer or engineer in the credits", ("producer", "engineer", "mixer", "mastering engineer")),
}
_WORDS: Mapping[str, str] = {
    "artist": "an artist",
    "isrc": "an ISRC",
    "upc": "a UPC or EAN",
    "label": "a label",
    "genre": "a genre",
    "language": "a language",
    "date": "a release date",
    "copyright": "a (C) line (copyright)",
    "phonogram": "a (P) line (phonogram)",
    "explicit": "the explicit flag",
}


def stores(song: Song, folder: Path) -> list[Fault]:
    """Warn of what each store asks for and the song doesn't say, and of artwork that one refuses."""
    found: list[Fault] = []
    chosen = [STORES[name] for name in song.delivery.stores]
    for index, store in enumerate(chosen):
        missing = [_words(need) for need in store.needs if not _said(song, need)]
        if missing:
            message = f"{store.title} asks for {_listed(missing)}"
            found.append(Fault("CHK007", ("delivery", "stores", index), message, severity="warning"))
    if chosen and song.artwork is not None:
        with suppress(OSError, PictureError):  # CHK002 has said so
            found += _artwork(chosen, folder / song.artwork, read_picture(folder / song.artwork))
    return found


def _said(song: Song, need: Need) -> bool:
    if need in _GROUPS:
        return bool(names(song.credits, *_GROUPS[need][1]))
    return bool(getattr(song, need))


def _words(need: Need) -> str:
    return _GROUPS[need][0] if need in _GROUPS else _WORDS.get(need, need)


def _artwork(chosen: list[Store], path: Path, picture: Picture) -> Iterator[Fault]:
    """What of a picture the stores refuse, each thing once, with all the stores that do."""
    square = picture.width == picture.height
    plain = picture.colours == "rgb"
    for by, message, hint in (
        ([s for s in chosen if picture.width < s.side], f"{picture.width} x {picture.height} is too small for", None),
        ([s for s in chosen if not square], "artwork that isn't square is refused by", None),
        (
            [s for s in chosen if s.bytes is not None and picture.size > s.bytes],
            f"{picture.size / 1e6:.1f} MB are too many for",
            "export it as JPEG, or with fewer colours",
        ),
        (
            [s for s in chosen if not plain and (s.strict or picture.colours == "cmyk")],
            f"colours of the kind '{picture.colours}' may be refused by",
            "export it in RGB, without transparency",
        ),
    ):
        if by:
            size = max(store.side for store in by)
            advice = hint or f"at least {size} x {size}, better {max(store.best for store in by)}"
            told = f"{message} {_listed([store.title for store in by])}"
            yield Fault("CHK007", ("artwork",), told, advice, severity="warning")
    times = repetition(path)
    if times > 1:
        message = f"the artwork was enlarged: each pixel stands there {times} times in each direction"
        yield Fault("CHK007", ("artwork",), message, "export it at full size", severity="warning")


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
