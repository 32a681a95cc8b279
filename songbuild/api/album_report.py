"""What an album has come to: its tracks beside each other, as data and as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from songbuild.api.rendering import FEW, counted, files_made, level, loudness_words
from songbuild.engine import Built
from songbuild.model.album import Album
from songbuild.model.programme import SECTORS_PER_S, clock
from songbuild.stages.album import AlbumPlan
from songbuild.stages.album_material import Material, spoken

Track = dict[str, Any]
LOWEST_OCTAVE_DB = -60.0
"""Of the power of all octaves: what is lower isn't heard, and isn't compared."""


def report(album: Album, plan: AlbumPlan, materials: Sequence[Material], folder: Path, built: Built) -> dict[str, Any]:
    """The facts of a finished album.

    album      what a meter says of the whole, with length_s and gain_db, that of all tracks (None where there is none)
    tracks     for each: number, title, isrc, start_s, length_s, pregap_s; what a meter says of it; the survey; step_lu,
               how much louder it begins than the track before it ends; octave_offsets_db, its octaves against the
               tracks' mean; and, where there is one gain, kept_lu, how far the limiter has moved it against that
    delivered  what a meter says of each lossy file, decoded
    """
    gain = built.values[plan.gain] if plan.gain is not None else None
    tracks = [*_tracks(album, plan, materials, folder, built, gain)]
    _compare(tracks)
    whole = {**built.values[plan.measure], "length_s": plan.programme.sectors / SECTORS_PER_S, "gain_db": gain}
    delivered = {name: built.values[node] for name, node in plan.delivered.items() if node in built.values}
    return {"album": whole, "tracks": tracks, "delivered": delivered, "files": files_made(built)}


def _tracks(
    album: Album, plan: AlbumPlan, materials: Sequence[Material], folder: Path, built: Built, gain: float | None
) -> Iterator[Track]:
    made = plan.programme
    for place, (placed, (start, stop)) in enumerate(zip(made.tracks, made.cuts(), strict=True)):
        song = spoken(album, place, materials[place], folder)
        found: Track = {"number": place + 1, "title": song.title, "isrc": song.isrc, "song": materials[place].label}
        found |= {"start_s": start / SECTORS_PER_S, "length_s": (stop - start) / SECTORS_PER_S}
        found |= {"pregap_s": placed.pregap / SECTORS_PER_S}
        found |= {**built.values[plan.measures[place]], **built.values[plan.surveys[place]]}
        if gain is not None:
            before, after = built.values[plan.before[place]]["integrated_lufs"], found["integrated_lufs"]
            known = before is not None and after is not None
            found["kept_lu"] = round(after - before - gain, 3) if known else None
        yield found


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


def summary(album: Album, found: Mapping[str, Any], folder: Path, files: Sequence[str]) -> str:
    """The album in a line, its loudness in another, its tracks as a table, and where the files are."""
    whole, tracks = found["album"], found["tracks"]
    lines = [f"{album.title}: {clock(whole['length_s'])}, {counted(len(tracks), 'track')}", loudness_words(whole)]
    lines += table(tracks)
    few = len(files) <= FEW
    lines += [str(folder / file) for file in files] if few else [f"{counted(len(files), 'file')} in {folder}"]
    return "\n".join(lines)


HEADS = ("#", "title", "start", "length", "LUFS", "max S", "LRA", "dBTP", "head s", "tail s", "step", "farthest octave")


def table(tracks: Sequence[Track]) -> list[str]:
    """The tracks beside each other: loudness, silence at both ends, the step from the track before, the octave that
    is farthest from the tracks' mean."""
    rows = [HEADS, *(_row(track) for track in tracks)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    left = (1, len(HEADS) - 1)
    return [
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _row(track: Track) -> tuple[str, ...]:
    title = track["title"] if len(track["title"]) <= 32 else track["title"][:31] + "…"
    offsets: dict[str, float] = track["octave_offsets_db"]
    farthest = max(offsets, key=lambda octave: abs(offsets[octave]), default=None)
    return (
        str(track["number"]),
        title,
        clock(track["start_s"]),
        clock(track["length_s"]),
        level(track["integrated_lufs"]),
        level(track["short_term_max_lufs"]),
        level(track["lra_lu"]),
        level(track["true_peak_dbtp"], 2),
        _seconds(track["head_silence_s"]),
        _seconds(track["tail_silence_s"]),
        "" if track["step_lu"] is None else f"{track['step_lu']:+.1f}",
        "" if farthest is None else f"{farthest} Hz {offsets[farthest]:+.1f} dB",
    )


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
