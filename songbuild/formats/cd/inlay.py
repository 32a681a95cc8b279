"""The track list of a disc as text: for the inlay, and for whoever presses it."""

from __future__ import annotations

from songbuild.formats.cd.disc import SECTORS_PER_SECOND, Disc, bounds, compact


def inlay(disc: Disc) -> str:
    """Title and codes, then number, title, performer where it isn't the disc's, length and ISRC of each track."""
    head = [" - ".join(part for part in (disc.performer, disc.title) if part)]
    codes = (("catalogue number", disc.catalog), ("UPC/EAN", compact(disc.upc)), ("genre", disc.genre))
    head += [f"{name}: {value}" for name, value in codes if value]
    rows = []
    for number, (track, (_, end)) in enumerate(zip(disc.tracks, bounds(disc), strict=True), start=1):
        other = track.performer if track.performer != disc.performer else ""
        name = " - ".join(part for part in (other, track.title) if part)
        rows.append((f"{number:2d}", name, _length(end - track.start), compact(track.isrc)))
    rows.append(("", "total", _length(disc.length), ""))
    width = max(len(row[1]) for row in rows)
    lines = [f"{number:2}  {name:<{width}}  {length:>6}  {isrc}".rstrip() for number, name, length, isrc in rows]
    return "\n".join([*filter(None, head), "", *lines]) + "\n"


def _length(sectors: int) -> str:
    """M:SS, to the nearest second."""
    seconds = (sectors + SECTORS_PER_SECOND // 2) // SECTORS_PER_SECOND
    return f"{seconds // 60}:{seconds % 60:02d}"
