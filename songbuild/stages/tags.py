"""The tags of a song: what its metadata, its score and its loudness come to, for every file that holds tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from songbuild.engine import Source
from songbuild.engine.graph import Json
from songbuild.formats.artwork import PictureError, read_picture
from songbuild.formats.lyrics import is_lyrics_file, read_lyrics
from songbuild.formats.tags import Level, Tags
from songbuild.model.credits import Credit, credited, names
from songbuild.model.identifiers import three_letters
from songbuild.model.scales import parse_key
from songbuild.model.score import Score
from songbuild.model.song import Song
from songbuild.model.words import plain, singer, sung
from songbuild.problems import Path as SongPath
from songbuild.stages.context import Context

_SAME = (
    "version_title", "artist", "album", "album_artist", "track_number", "track_total", "disc_number", "disc_total",
    "date", "original_date", "recording_date", "recording_place", "explicit", "isrc", "iswc", "upc", "catalog_number",
    "label", "copyright", "phonogram", "comment",
)  # fmt: skip
"""Fields that a song and its tags have in common."""
ORIGINS: Mapping[tuple[str | int, ...], SongPath] = {
    ("tags",): (),
    ("tags", "bpm"): ("tempo",),
    ("tags", "genres"): ("genre",),
    ("tags", "synced"): ("lyrics",),
    ("tags", "artists"): ("credits",),
}
"""Where in a song the tags of a node's params come from."""


def song_tags(context: Context, part: str | None = None, trimmed_s: float = 0.0) -> dict[str, Json]:
    """The tags of a song as params of a node: what is empty is left out.

    A `part` of the song (a stem, an excerpt) has its name in the title, and no ISRC, lyrics or explicit flag: these
    are the whole recording's.  `trimmed_s` is what is cut off at the song's start: its lyrics come so much earlier.
    """
    song, score = context.song, context.score
    found: dict[str, Json] = {"title": _title(song)}
    found |= {name: getattr(song, name) for name in _SAME}
    featured = names(song.credits, "featuring")
    if featured:
        found["artists"] = [*([song.artist] if song.artist else []), *featured]
        found["artist"] = f"{song.artist} feat. {_listed(featured)}" if song.artist else _listed(featured)
    found["genres"] = [genre for genre in (song.genre, song.secondary_genre) if genre]
    found["language"] = three_letters(song.language) if song.language else ""
    found["credits"] = [[role, person.name, person.instrument or ""] for role, person in credited(song.credits)]
    if "tempo" in song.model_fields_set:
        found["bpm"] = round(main_tempo(score), 2)
    if "key" in song.model_fields_set:
        found["key"] = initial_key(song.key)
    if part is not None:
        found["title"] = f"{song.title} ({part})"
        found |= {"isrc": "", "explicit": ""}
    elif not is_lyrics_file(track := song.lyrics or singer(score) or ""):  # such a file is read by the node
        lines = sung(score, track)
        found |= {"lyrics": plain(lines), "synced": [[line.ms, line.text] for line in lines]}
    found["early_ms"] = round(1000.0 * trimmed_s) or None
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def tag_sources(context: Context, part: str | None = None) -> tuple[Source, ...]:
    """The files that the tags of a song are read from: its artwork, and its lyrics where they are in a file."""
    song = context.song
    if part is not None:
        return ()
    found: list[Source] = []
    if song.artwork is not None:
        try:
            read_picture(context.folder / song.artwork)
            found.append(context.source(song.artwork))
        except (OSError, PictureError):
            pass  # the check on artwork has said so
    if song.lyrics is not None and is_lyrics_file(song.lyrics):
        found.append(context.source(song.lyrics))
    return tuple(found)


def tags_of(
    params: Mapping[str, Json],
    files: Sequence[Path] = (),
    measured: Mapping[str, Any] | None = None,
    album: Mapping[str, Any] | None = None,
) -> Tags:
    """The record that a file's tags are written from.

    params    what `song_tags` gave
    files     the node's sources, those of `tag_sources` among them
    measured  what the master measures (integrated_lufs, true_peak_dbtp), for the gains; `album` of the whole album
    """
    given = dict(params)
    given["credits"] = tuple(Credit(*item) for item in given.get("credits", ()))
    given["synced"] = tuple((ms, text) for ms, text in given.get("synced", ()))
    for name in ("artists", "genres"):
        given[name] = tuple(given.get(name, ()))
    for path in files:
        if is_lyrics_file(path.name):
            given["lyrics"], given["synced"] = read_lyrics(path)
        else:
            given["picture"] = (read_picture(path), path.read_bytes())
    early = given.pop("early_ms", 0)
    given["synced"] = tuple((max(0, ms - early), text) for ms, text in given["synced"])
    return Tags(**given, track_level=level(measured), album_level=level(album))


def level(measured: Mapping[str, Any] | None) -> Level | None:
    """The loudness and peak that gains are made of; None where nothing was measured, or only silence."""
    if measured is None:
        return None
    loudness, peak = measured.get("integrated_lufs"), measured.get("true_peak_dbtp")
    return None if loudness is None or peak is None else Level(loudness, peak)


def main_tempo(score: Score) -> float:
    """The tempo in quarter notes a minute that the song has for the longest time; of a ramp counts its start."""
    spent: dict[float, Fraction] = {}
    events = score.time.tempo
    for segment, after in zip(events, (*events[1:], None), strict=True):
        stop = min(after.beat, score.length) if after is not None else score.length
        if stop > segment.beat:
            seconds = score.time.exact_seconds(stop) - score.time.exact_seconds(segment.beat)
            bpm = segment.bpm(Fraction(0))
            spent[bpm] = spent.get(bpm, Fraction(0)) + seconds
    return max(spent, key=lambda bpm: spent[bpm], default=score.time.bpm_at(Fraction(0)))


def initial_key(text: str) -> str:
    """A key as tags have it: 'F#m', 'Eb'; a mode by its third (ID3v2.4.0, TKEY)."""
    key = parse_key(text)
    minor = 3 in key.steps and 4 not in key.steps
    return key.name + ("m" if minor else "")


def _title(song: Song) -> str:
    """The title with its version, as players show it."""
    version = song.version_title
    return f"{song.title} ({version})" if version and version.lower() not in song.title.lower() else song.title


def _listed(people: Sequence[str]) -> str:
    """'A', 'A & B', 'A, B & C'."""
    return people[0] if len(people) == 1 else f"{', '.join(people[:-1])} & {people[-1]}"
