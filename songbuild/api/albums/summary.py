"""What an album has come to: its tracks beside each other, as data and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from songbuild.api.papers.tracks import Track, compared, placed_tracks
from songbuild.api.wording import FEW, counted, files_made, level, loudness_words
from songbuild.engine import Built
from songbuild.model.album import Album
from songbuild.model.programme import SECTORS_PER_S, clock
from songbuild.stages.album import AlbumPlan
from songbuild.stages.album_material import Material


def report(album: Album, plan: AlbumPlan, materials: Sequence[Material], folder: Path, built: Built) -> dict[str, Any]:
    """The facts of a finished album.

    album      what a meter says of the whole, with length_s and gain_db, that of all tracks (None where there is none)
    tracks     for each: number, title, isrc, start_s, length_s, pregap_s; what a meter says of it; the survey; step_lu,
               how much louder it begins than the track before it ends; octave_offsets_db, its octaves against the
               tracks' mean; and, where there is one gain, kept_lu, how far the limiter has moved it against that
    delivered  what a meter says of each lossy file, decoded
    """
    values = built.values
    gain = values[plan.gain] if plan.gain is not None else None
    measured, surveys, before = (
        [values[name] for name in names] for names in (plan.measures, plan.surveys, plan.before)
    )
    tracks = compared(placed_tracks(album, plan, materials, folder), measured, surveys, before, gain)
    whole = {**values[plan.measure], "length_s": plan.programme.sectors / SECTORS_PER_S, "gain_db": gain}
    delivered = {name: values[node] for name, node in plan.delivered.items() if node in values}
    return {"album": whole, "tracks": tracks, "delivered": delivered, "files": files_made(built)}


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
