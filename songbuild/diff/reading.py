"""From a loaded song to its facts: musical time in ticks, notes as written, everything else as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from songbuild.diff.facts import Facts, Feel, Note, Part, Section
from songbuild.diff.tree import album_tree, ticks, tree_of
from songbuild.diff.words import number
from songbuild.model.album import Album
from songbuild.model.arrangement import Humanize
from songbuild.model.form import placements
from songbuild.model.humanize import Swing
from songbuild.model.scales import parse_key
from songbuild.model.score import Event, Score
from songbuild.model.song import Song
from songbuild.model.tempo import Segment
from songbuild.problems import NotationError

_RAMP = Fraction(1, 2)
"""Beats between the points that stand for a ramp of tempo."""


def facts_of(song: Song, score: Score, files: Mapping[str, str], lines: Mapping[str, str]) -> Facts:
    """The facts of a song that has loaded without errors.

    files  each file that the song names -> what tells its content from another
    lines  a path in the song as JSON -> 'file:line'
    """
    sections = _sections(song, score)
    starts = {item.id: index for index, item in enumerate(sections)}
    tree, units = tree_of(song, score)
    return Facts(
        "song",
        song.title,
        sections,
        _bars(score),
        _tempo(score.time.tempo),
        _meters(score),
        tuple((ticks(start), ticks(length), symbol) for start, length, symbol in score.chords),
        {name: _part(song, score, name, sections, starts) for name in song.arrangement.tracks},
        {name: tuple(_feels(score, name, sections)) for name in song.arrangement.tracks},
        tree,
        units,
        dict(files),
        dict(lines),
    )


def album_facts(album: Album, songs: Mapping[str, Facts], files: Mapping[str, str], lines: Mapping[str, str]) -> Facts:
    """The facts of an album with those of its songs."""
    tree, units = album_tree(album)
    return Facts("album", album.title, tree=tree, units=units, files=dict(files), lines=dict(lines), songs=dict(songs))


def _sections(song: Song, score: Score) -> tuple[Section, ...]:
    placed, _ = placements(song, score.time.bars)
    return tuple(
        Section(
            where.id,
            where.section,
            ticks(where.start),
            ticks(where.length),
            where.first_bar,
            where.bars,
            _key(where.key, item.section.transpose),
        )
        for item in placed
        for where in (item.occurrence,)
    )


def _key(text: str, semitones: int) -> str:
    """The key that a section sounds in: 'A minor'."""
    try:
        key = parse_key(text)
    except NotationError:  # a key that nothing reads as one: told as it is written
        return text
    return str(key.transposed(semitones) if semitones % 12 else key)


def _bars(score: Score) -> tuple[int, ...]:
    meters = score.time.bars
    last = score.sections[-1] if score.sections else None
    end = last.first_bar + last.bars if last else 1
    pickup = (0,) if meters.pickup else ()
    return (*pickup, *(ticks(meters.beat_at(bar)) for bar in range(1, end + 1)))


def _tempo(segments: Sequence[Segment]) -> tuple[tuple[int, float], ...]:
    """The tempo as jumps; a ramp is many."""
    points: list[tuple[int, float]] = []
    for segment in segments:
        ramp = segment.curve != "jump" and segment.start_bpm != segment.stop_bpm
        start = round(float(segment.start_bpm), 4)
        if ramp or not points or points[-1][1] != start:
            points.append((ticks(segment.beat), start))
        done = _RAMP
        while ramp and done < segment.length:
            points.append((ticks(segment.beat + done), round(segment.bpm(done), 4)))
            done += _RAMP
    return tuple(points)


def _meters(score: Score) -> tuple[tuple[int, str], ...]:
    changes = [(bar, str(meter)) for bar, meter in score.time.meters]
    return tuple(item for index, item in enumerate(changes) if not index or item[1] != changes[index - 1][1])


def _part(song: Song, score: Score, name: str, sections: Sequence[Section], starts: Mapping[str, int]) -> Part:
    track = song.arrangement.tracks[name]
    device = track.instrument
    instrument = "" if device is None else device.device + (f"/{device.preset}" if device.preset else "")
    notes = sorted(
        (_note(event, starts) for event in score.tracks.get(name, ())),
        key=lambda note: (sections[note.section].start + note.start, note.pitch, note.drum),
    )
    return Part(instrument, track.recording or "", tuple(_cut(notes, sections)))


def _note(event: Event, starts: Mapping[str, int]) -> Note:
    """The note of an event as it was written."""
    tone = event.tone
    assert tone is not None  # every event of a score has one
    home, _, place = event.id.partition("/")
    while home not in starts:  # the name of a section may have a '/'
        more, _, place = place.partition("/")
        home = f"{home}/{more}"
    pattern = place.removesuffix(f"/{tone.drum or tone.pitch}").rpartition("/")[0]
    length = tone.length if tone.gate is None else tone.length * tone.gate
    loudness = max(1, min(127, round(tone.velocity)))
    return Note(
        ticks(tone.onset), ticks(length), event.pitch, loudness, event.drum, event.text, starts[home], pattern
    )  # fmt: skip


def _cut(notes: Sequence[Note], sections: Sequence[Section]) -> list[Note]:
    """Notes in order of time, each ended where its pitch sounds again."""
    kept = list(notes)
    sounding: dict[int | str, tuple[int, int]] = {}
    for index, note in enumerate(kept):
        name = note.drum if note.drum and not note.pitch else note.pitch
        start = sections[note.section].start + note.start
        if name in sounding:
            before, began = sounding[name]
            if kept[before].length > start - began:
                kept[before] = kept[before]._replace(length=start - began)
        sounding[name] = index, start
    return kept


def _feels(score: Score, name: str, sections: Sequence[Section]) -> Iterator[Feel]:
    chords: dict[tuple[str, Fraction], list[Event]] = {}
    for event in score.tracks.get(name, ()):
        if event.tone is not None and not event.drum:
            chords.setdefault((event.id.partition("/")[0], event.tone.onset), []).append(event)
    strums: dict[str, set[float]] = {}
    for (home, _), events in chords.items():
        if delay := _strum(events):
            strums.setdefault(home, set()).add(delay)
    for index, section in enumerate(sections):
        if (name, section.id) in score.feels:
            swing, humanize = score.feels[name, section.id]
            strum = tuple(sorted(strums.get(section.id.partition("/")[0], ())))
            yield Feel(index, _swing(swing), *_humanize(humanize), strum)


def _strum(chord: Sequence[Event]) -> float:
    """Milliseconds between the notes of a chord, low to high; below 0 high to low, 0 where they sound together."""
    shifts = [(event.pitch, event.tone.shift_s) for event in chord if event.tone]
    delay = min((shift for _, shift in shifts if shift), default=0.0)
    return round(delay * 1000, 2) * (-1 if min(shifts)[1] > max(shifts)[1] else 1)


def _swing(swing: Swing | None) -> str:
    if swing is None or 2 * swing.part == 1:
        return ""
    return f"{number(float(100 * swing.part))}% of {8 / swing.pair}"


def _humanize(humanize: Humanize | None) -> tuple[float, float, int]:
    if humanize is None or not (humanize.time or humanize.velocity):
        return 0.0, 0.0, 0
    return humanize.time, humanize.velocity, humanize.seed
