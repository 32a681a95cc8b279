"""An album's tracks beside each other, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from songbuild.model.album import Album
from songbuild.model.programme import SECTORS_PER_S
from songbuild.stages.album import AlbumPlan
from songbuild.stages.album_material import Material, spoken

Track = dict[str, Any]
LOWEST_OCTAVE_DB = -60.0
"""Of the power of all octaves: what is lower isn't heard, and isn't compared."""


def placed_tracks(album: Album, plan: AlbumPlan, materials: Sequence[Material], folder: Path) -> list[Track]:
    """What is known of the tracks before anything is built."""
    made, found = plan.programme, list[Track]()
    for place, (placed, (start, stop)) in enumerate(zip(made.tracks, made.cuts(), strict=True)):
        song = spoken(album, place, materials[place], folder)
        known: Track = {"number": place + 1, "title": song.title, "isrc": song.isrc, "song": materials[place].label}
        known |= {"start_s": start / SECTORS_PER_S, "length_s": (stop - start) / SECTORS_PER_S}
        found.append({**known, "pregap_s": placed.pregap / SECTORS_PER_S})
    return found


def compared(
    placed: Sequence[Track],
    measured: Sequence[Mapping[str, Any]],
    surveys: Sequence[Mapping[str, Any]],
    before: Sequence[Mapping[str, Any]],
    gain: float | None,
) -> list[Track]:
    """The tracks with what is measured of them, also before the album's gain where there is one, and compared."""
    tracks: list[Track] = [{**known, **measured[at], **surveys[at]} for at, known in enumerate(placed)]
    if gain is not None:
        for track, early in zip(tracks, before, strict=True):
            first, after = early["integrated_lufs"], track["integrated_lufs"]
            track["kept_lu"] = round(after - first - gain, 3) if first is not None and after is not None else None
    _compare(tracks)
    return tracks


def _compare(tracks: Sequence[Track]) -> None:
    """Set each track beside the one before it, and beside all."""
    for place, track in enumerate(tracks):
        before, now = tracks[place - 1]["tail_lufs"] if place else None, track["head_lufs"]
        track["step_lu"] = round(now - before, 2) if before is not None and now is not None else None
    heard = [track["octaves_db"] for track in tracks if track["head_lufs"] is not None]
    for octave in tracks[0]["octaves_db"]:
        levels = [max(LOWEST_OCTAVE_DB, each[octave]) for each in heard]
        for track in tracks:
            offsets = track.setdefault("octave_offsets_db", {})
            if track["head_lufs"] is not None:
                level = max(LOWEST_OCTAVE_DB, track["octaves_db"][octave])
                offsets[octave] = round(level - sum(levels) / len(levels), 2)
