"""CHK030 to CHK033: an album isn't as loud as it should be, or its tracks don't keep their differences.

Why: with one gain the loud and the quiet songs of an album stay what they are to each other; where the limiter works
harder on one than on the others they don't.
Fix: lower the album's target, or tame the peaks of the song in its own master.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from songbuild.problems import Fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from songbuild.model.album import Album

TOLERANCE_LU = 0.1
KEPT_LU = 0.05
TOLERANCE_DB = 0.05


def album_rules(album: Album, measured: Mapping[str, Any]) -> Iterator[Fault]:
    """Warn about what an album measures: {"album": loudness, "tracks": [{…, "kept_lu"}], …}, see `api.album_report`."""
    yield from _targets(album, measured)
    yield from _differences(measured)
    peak = measured["album"]["true_peak_dbtp"]
    if peak is not None and album.ceiling is not None and peak > album.ceiling + TOLERANCE_DB:
        message = f"the album peaks at {peak:.2f} dBTP, over its ceiling of {album.ceiling:.2f}"
        yield Fault("CHK032", ("ceiling",), message, severity="warning")
    sample = measured["album"]["sample_peak_dbfs"]
    if sample is not None and album.ceiling is None and sample > 0.0:
        message = f"the album reaches {sample:+.2f} dBFS: its files clip"
        yield Fault("CHK033", ("ceiling",), message, "give it a ceiling, or less gain", severity="warning")


def _targets(album: Album, measured: Mapping[str, Any]) -> Iterator[Fault]:
    """The album, its loudest track or each track is further than 0.1 LU from its target."""
    wanted, tracks = album.loudness, measured["tracks"]
    if wanted is None:
        return
    reached: list[tuple[str, tuple[str | int, ...], float | None, float]] = []
    levels = [track["integrated_lufs"] for track in tracks if track["integrated_lufs"] is not None]
    if wanted.album is not None:
        reached.append(("the album", ("loudness",), measured["album"]["integrated_lufs"], wanted.album))
    elif wanted.loudest is not None:
        reached.append(("the loudest track", ("loudness",), max(levels, default=None), wanted.loudest))
    elif wanted.tracks is not None:
        for place, (track, found) in enumerate(zip(album.songs, tracks, strict=True)):
            target = wanted.tracks if track.loudness is None else track.loudness
            reached.append((f"track {place + 1}", ("songs", place), found["integrated_lufs"], target))
    for name, path, level, target in reached:
        if level is None or abs(level - target) > TOLERANCE_LU:
            said = "silent" if level is None else f"at {level:.1f} LUFS"
            hint = "tame the peaks of the songs' masters, or lower the target"
            message = f"{name} is {said}, the target is {target:.1f} LUFS"
            yield Fault("CHK030", path, message, hint, severity="warning")


def _differences(measured: Mapping[str, Any]) -> Iterator[Fault]:
    """A track that the limiter has moved against the others by more than 0.05 LU."""
    for place, track in enumerate(measured["tracks"]):
        moved = track.get("kept_lu")
        if moved is not None and abs(moved) > KEPT_LU:
            message = f"the limiter leaves '{track['title']}' {moved:+.2f} LU from where the album's gain puts it"
            hint = "lower the album's target or raise its ceiling"
            yield Fault("CHK031", ("songs", place), message, hint, severity="warning")
