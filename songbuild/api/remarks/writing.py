"""Notes on the music, written into the text of a song or an album: one more, one that is done."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from songbuild.api import files
from songbuild.api.remarks.listing import unread, wrong
from songbuild.api.song import Song
from songbuild.api.usage import UsageError
from songbuild.manifest.album import LoadedAlbum, load_album
from songbuild.manifest.find import is_album, song_file
from songbuild.manifest.loader import Loaded, load
from songbuild.manifest.remark_text import EditError, Item, with_done, with_remark
from songbuild.manifest.remarks import KEY, parts_of
from songbuild.manifest.source import read_source
from songbuild.model.remarks import stretch
from songbuild.problems import NotationError, did_you_mean

_MARK = b"\xef\xbb\xbf"


def add(song: Song, item: Item, *, trusted: bool = False) -> tuple[Path, int]:
    """Write one more note at the end of the list; the file, and the note's number.

    `item` holds the keys of a note and their values as text.  Raises UsageError where it doesn't fit the song, or the
    text can't be changed without changing more.
    """
    loaded = _loaded(song, trusted)
    if isinstance(loaded, Loaded):
        _fits(loaded, item)
        count = len(loaded.song.notes) if loaded.song is not None else 0
    else:
        assert loaded.album is not None
        count = len(loaded.album.notes)
        known = [track.source for track in loaded.album.songs]
        if item.get("song") and item["song"] not in known:
            raise wrong(f"no track '{item['song']}'", did_you_mean(item["song"], known))
        if item.keys() & {"at", "part"}:
            raise UsageError(f"{song} is an album: bars and parts are its songs'")
    path, alone = _home(song, loaded)
    _rewrite(path, lambda text: with_remark(text, item, None if alone else KEY))
    return path, count + 1


def finish(song: Song, number: int, when: str | None, *, trusted: bool = False) -> tuple[Path, str]:
    """Mark a note as done, at a date where one is given; the file, and what the note says.  Raises UsageError."""
    loaded = _loaded(song, trusted)
    record = loaded.song if isinstance(loaded, Loaded) else loaded.album
    remarks = record.notes if record is not None else []
    if not 1 <= number <= len(remarks):
        raise UsageError(f"no note {number}: there {'is 1' if len(remarks) == 1 else f'are {len(remarks)}'}")
    if remarks[number - 1].done:
        raise UsageError(f"note {number} is done already")
    path, alone = _home(song, loaded)
    _rewrite(path, lambda text: with_done(text, number - 1, when, None if alone else KEY))
    return path, remarks[number - 1].text


def _loaded(song: Song, trusted: bool) -> Loaded | LoadedAlbum:
    """The song or album; raises UsageError where it, or its notes, can't be read."""
    loaded: Loaded | LoadedAlbum
    if is_album(song):
        loaded = load_album(Path(song_file(song)))
    else:
        loaded = load(Path(song_file(song)), trusted=trusted, partial=True)
    if isinstance(loaded, Loaded):
        faults = unread(loaded)
    else:
        faults = [each for each in loaded.problems if each.severity == "error"]
    if faults:
        raise UsageError(f"{faults[0].span}: {faults[0].message}; mend that first")
    return loaded


def _fits(loaded: Loaded, item: Item) -> None:
    """Refuse bars and parts that the song doesn't have; of one with errors nobody can tell."""
    song, score = loaded.song, loaded.score
    if song is None or score is None or any(problem.severity == "error" for problem in loaded.problems):
        return
    known = parts_of(song)
    if item.get("part") and item["part"] not in known:
        raise wrong(f"no part '{item['part']}'", did_you_mean(item["part"], known))
    if item.get("at"):
        try:
            stretch(item["at"], score)
        except NotationError as error:
            raise wrong(f"'{item['at']}': {error.message}", error.hint) from None


def _home(song: Song, loaded: Loaded | LoadedAlbum) -> tuple[Path, bool]:
    """The file that holds the notes, and whether it holds nothing else."""
    manifest = Path(os.path.realpath(song_file(song)))
    members = loaded.places.root.members
    node = members[KEY][1] if isinstance(members, dict) and KEY in members else None
    if node is None or node.source is loaded.places.root.source:
        return manifest, False
    return loaded.folder / node.source.name, True


def _rewrite(path: Path, edit: Callable[[str], str]) -> None:
    """Change a file's text, its byte-order mark kept; all or nothing."""
    path = Path(os.path.realpath(path))
    source, problems = read_source(path, path.name)
    if source is None:
        raise UsageError(problems[0].message)
    try:
        text = edit(source.text)
    except EditError as error:
        raise UsageError(f"{path.name}: {error}") from None
    mark = _MARK if path.read_bytes().startswith(_MARK) else b""
    files.write(path, mark + text.encode())
