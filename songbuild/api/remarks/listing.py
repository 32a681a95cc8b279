"""The notes on the music of a song or an album, as they are listed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from songbuild.api.song import Song
from songbuild.api.usage import UsageError
from songbuild.diff.facts import Section
from songbuild.diff.words import bars_text, playing
from songbuild.manifest.album import LoadedAlbum, load_album
from songbuild.manifest.codes import PREFIX
from songbuild.manifest.find import is_album, song_file
from songbuild.manifest.loader import Loaded, load
from songbuild.manifest.remarks import KEY, parts_of
from songbuild.model.album import Album
from songbuild.model.remarks import SongRemark, Stretch, in_order
from songbuild.model.score import Score
from songbuild.problems import Problem, Span, did_you_mean


@dataclass(frozen=True)
class Noted:
    """A note, as it is listed.

    number    its place in the list as written, from 1
    song      of an album's songs, which one it is in or about; else ''
    part      '' for everything
    bars      first and last bar, a pickup being 0; None for the whole song, and for a place that is lost
    where     'bars 17-20'; a lost place as it is written; '' for the whole song
    section   'chorus 2', 'verse 2 to bridge'; '' where `bars` is None
    done      whether it is, or when it was
    """

    number: int
    text: str
    song: str = ""
    part: str = ""
    bars: tuple[int, int] | None = None
    where: str = ""
    section: str = ""
    by: str = ""
    date: str = ""
    done: bool | str = False
    span: Span | None = None


def section_words(where: Stretch, score: Score) -> str:
    """The playings that a stretch lies in: 'chorus 2', 'verse 2 to bridge'; '' for a pickup."""
    known = [Section(each.id, each.section, 0, 0, each.first_bar, each.bars, "") for each in score.sections]
    ends = dict.fromkeys(score.sections.index(where.sections[end]) for end in (0, -1)) if where.sections else ()
    return " to ".join(playing(index, known) for index in ends)


def noted(remarks: list[SongRemark], score: Score | None) -> Iterator[tuple[Noted, Stretch | None]]:
    """Notes of a song in order of time; without a score as they are written."""
    ordered = in_order(remarks, score) if score is not None else [(*each, None) for each in enumerate(remarks)]
    for index, remark, where in ordered:
        one = Noted(
            index + 1, remark.text, part=remark.part or "", where=str(remark.at) if remark.at is not None else "",
            by=remark.by or "", date=remark.date or "", done=remark.done,
        )  # fmt: skip
        if where is not None and score is not None:
            bars = where.first_bar, where.last_bar
            one = replace(one, bars=bars, where=bars_text([bars]), section=section_words(where, score))
        yield one, where


def noted_of_album(album: Album) -> list[Noted]:
    """An album's own notes, as they are written."""
    return [
        Noted(number, each.text, each.song or "", by=each.by or "", date=each.date or "", done=each.done)
        for number, each in enumerate(album.notes, 1)
    ]


def notes(
    song: Song,
    *,
    part: str | None = None,
    bars: tuple[int, int] | None = None,
    done: bool = False,
    trusted: bool = False,
) -> tuple[list[Noted], list[Problem]]:
    """The notes of a song, or of an album and its songs, in order of time, and what keeps them from being read.

    Of a part, of bars, and with what is `done`, where that is asked for.  Raises UsageError.
    """
    if is_album(song):
        if part is not None or bars is not None:
            raise UsageError(f"{song} is an album: parts and bars are its songs'")
        found, problems = _of_album(load_album(Path(song_file(song))), trusted)
    else:
        loaded = load(Path(song_file(song)), trusted=trusted, partial=True)
        found, problems = _of_song(loaded)
        if part is not None and loaded.song is not None:
            known = parts_of(loaded.song)
            if part not in known and not any(each.part == part for each in found):
                raise wrong(f"no part '{part}'", did_you_mean(part, known))
    if part is not None:
        found = [each for each in found if each.part == part]
    if bars is not None:
        found = [each for each in found if each.bars and each.bars[0] <= bars[1] and bars[0] <= each.bars[1]]
    return [each for each in found if done or not each.done], problems


def _of_song(loaded: Loaded) -> tuple[list[Noted], list[Problem]]:
    if loaded.song is None:
        return [], unread(loaded)
    score = loaded.score if loaded.score is not None and loaded.score.sections else None
    found = [replace(one, span=_place(loaded, one)) for one, _ in noted(loaded.song.notes, score)]
    return found, unread(loaded)


def unread(loaded: Loaded) -> list[Problem]:
    """The errors that stand in the way of a song's notes, wherever they are written; those of all else are none."""
    errors = [each for each in loaded.problems if each.severity == "error"]
    members = loaded.places.root.members
    if loaded.song is None or not isinstance(members, dict):
        return errors
    file, named = "", None
    if KEY in members and members[KEY][1].members is None:  # the file that could not be read
        file, named = Path(members[KEY][1].text).as_posix(), loaded.places.span((KEY,))
    own = PREFIX[KEY]
    return [each for each in errors if each.code.startswith(own) or each.span.file == file or each.span == named]


def _place(loaded: Loaded | LoadedAlbum, one: Noted) -> Span:
    return loaded.places.span((KEY, one.number - 1, "text"))


def _of_album(loaded: LoadedAlbum, trusted: bool) -> tuple[list[Noted], list[Problem]]:
    """The album's own notes, then those of its songs, each named by the album's name for it."""
    if loaded.album is None:
        return [], list(loaded.problems)
    found = [replace(one, span=_place(loaded, one)) for one in noted_of_album(loaded.album)]
    problems: list[Problem] = []
    for track, path in zip(loaded.album.songs, loaded.tracks, strict=True):
        if track.song is not None and path is not None:
            own, wrong = _of_song(load(path, trusted=trusted, partial=True))
            found += [replace(one, song=track.source, span=_below(one.span, loaded.folder, path)) for one in own]
            problems += [replace(each, span=_below(each.span, loaded.folder, path) or each.span) for each in wrong]
    return found, problems


def _below(span: Span | None, album: Path, song: Path) -> Span | None:
    place = Path(os.path.relpath(song.parent.resolve(), album)).as_posix()
    return replace(span, file=f"{place}/{span.file}") if span is not None else None


def wrong(message: str, hint: str | None) -> UsageError:
    """The error for a name or a place that isn't there."""
    return UsageError(f"{message}: {hint}" if hint else message)
