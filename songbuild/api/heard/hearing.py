"""What of a difference is heard: both versions rendered over one cache, and their signals measured beside each other.

Signals that are made of the same things aren't rendered, tiles that are the same aren't read, and readings of what was
measured before come from the cache.
"""

from __future__ import annotations

import threading
from pathlib import Path

from songbuild.api.heard.listening import Bench, Pair
from songbuild.api.heard.sides import version_of
from songbuild.api.song import Listener, Song, open_store
from songbuild.diff.change import Difference
from songbuild.diff.heard import Heard
from songbuild.engine import EngineError
from songbuild.engine.errors import DamagedBlob
from songbuild.manifest.album import load_album
from songbuild.manifest.find import is_album, song_file


def hear(
    old: Song,
    new: Song,
    difference: Difference,
    *,
    cache: str | None = None,
    threads: int | None = None,
    trusted: tuple[bool, bool] = (False, False),
    on_event: Listener | None = None,
    cancel: threading.Event | None = None,
    clips: Path | None = None,
) -> Heard:
    """What is heard of the `difference` of two versions of a song or album, which lie in folders of their own.

    trusted  whether the .py stages and plugins of the old one and of the new one may run
    clips    a folder for audio of the bars that differ most; None makes none.  Of an album each song has its own in it

    Nothing is published.  Raises UsageError, EngineError (a disk that is full), Cancelled.
    """
    if is_album(old) != is_album(new):
        return Heard(faults=("one version is an album and the other a song: there is nothing to hear side by side",))
    with open_store(cache) as store:
        bench = Bench(store, threads, on_event, cancel or threading.Event())
        if not is_album(old):
            return _song(bench, Path(song_file(old)), Path(song_file(new)), trusted, difference, clips)
        return _album(bench, old, new, trusted, difference, clips)


def _album(
    bench: Bench, old: Song, new: Song, trusted: tuple[bool, bool], difference: Difference, clips: Path | None
) -> Heard:
    """Each song that differs, by itself: what the album's own master does to it isn't heard here."""
    sides = [_tracks(album) for album in (old, new)]
    songs: dict[str, Heard] = {}
    faults = []
    for number, (name, each) in enumerate(difference.songs.items(), start=1):
        if not each:
            continue
        was = next((key for key, facts in difference.old.songs.items() if facts is each.old), name)
        before, after = sides[0].get(was), sides[1].get(name)
        if before is None or after is None:
            faults.append(f"{name}: it is in one version of the album only")
            continue
        songs[name] = _song(bench, before, after, trusted, each, clips / f"song-{number}" if clips else None)
    return Heard(faults=tuple(faults), songs=songs)


def _song(
    bench: Bench, old: Path, new: Path, trusted: tuple[bool, bool], difference: Difference, clips: Path | None
) -> Heard:
    with bench.store.lease():
        before = version_of(old, "old", bench.store, trusted[0])
        after = version_of(new, "new", bench.store, trusted[1])
        if isinstance(before, str) or isinstance(after, str):
            return Heard(faults=tuple(side for side in (before, after) if isinstance(side, str)))
        try:
            return Pair(bench, before, after, difference).heard(clips)
        except DamagedBlob as error:
            raise EngineError(f"audio in the cache was lost: {error}", "run it again: it is made anew") from None


def _tracks(album: Song) -> dict[str, Path]:
    """The manifests of an album's songs, by its names for them."""
    loaded = load_album(Path(song_file(album)))
    tracks = loaded.album.songs if loaded.album is not None else ()
    found = zip(tracks, loaded.tracks, strict=False)
    return {Path(track.source).as_posix(): path for track, path in found if path is not None and track.song is not None}
