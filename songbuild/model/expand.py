"""From a song to its score: every event of every track, in order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from songbuild.model.arrangement import Humanize, Track
from songbuild.model.chords import ChordSpan, parse_chords
from songbuild.model.context import Context
from songbuild.model.events import Feel, Felt, Note, events, felt, notes
from songbuild.model.faults import Faults
from songbuild.model.form import Placement, placements
from songbuild.model.humanize import Swing, parse_swing
from songbuild.model.line import ZERO, BarStarts
from songbuild.model.parts import SOURCES, Part, Player
from songbuild.model.patterns import Patterns
from songbuild.model.scales import Key, parse_key
from songbuild.model.score import Score
from songbuild.model.time import TimeMap, tempo_map
from songbuild.problems import Fault, NotationError, Path, did_you_mean

if TYPE_CHECKING:
    from songbuild.model.song import Song

DrumKeys = Mapping[str, Mapping[str, int]]
"""Track -> the names that its drum kit gives to keys; an instrument that is no kit has none."""
MOST_EVENTS = 200_000


@dataclass
class _Run:
    """One run of `expand`: the song and what has been found so far."""

    song: Song
    time: TimeMap
    drum_keys: DrumKeys | None
    faults: Faults
    patterns: Patterns
    notes: dict[str, list[Note]] = field(default_factory=dict)
    chords: list[tuple[Fraction, Fraction, str]] = field(default_factory=list)
    parts: dict[tuple[Path, str, Context], Part] = field(default_factory=dict)
    felt: dict[tuple[int, Swing | None], list[Felt]] = field(default_factory=dict)
    feels: dict[tuple[tuple[Fraction, ...], Swing | None], Feel] = field(default_factory=dict)
    played: dict[tuple[str, str], tuple[Swing | None, Humanize | None]] = field(default_factory=dict)
    count: int = 0


def expand(song: Song, drum_keys: DrumKeys | None = None) -> tuple[Score, list[Fault]]:
    """The score that an arrangement comes to, and everything wrong with the music as written.

    drum_keys  for each track the drum names of its instrument; with it, names of grids are checked and become keys.
    """
    plain, _ = tempo_map(song, ())
    placed, wrong = placements(song, plain.bars)
    sections = tuple(item.occurrence for item in placed)
    time, faults = tempo_map(song, sections)
    found = Faults([*faults, *wrong])
    run = _Run(song, time, drum_keys, found, Patterns(song.composition, found))
    run.notes = {name: [] for name in song.arrangement.tracks}
    for item in placed:
        _play(run, item)
    tracks = {name: events(own, name, song.seed, time.seconds) for name, own in run.notes.items()}
    end = sections[-1].start + sections[-1].length if sections else time.pickup
    score = Score(time, sections, tracks, end, tuple(run.chords), dict(run.played))
    for item in _unplayed(run, placed):
        _play(run, item)
    _read_unused(run)
    return score, list(found)


def _unplayed(run: _Run, placed: Iterable[Placement]) -> tuple[Placement, ...]:
    """The sections that the form leaves out, as if each were played after bar 1: for their faults alone."""
    played = {item.occurrence.section for item in placed}
    form = [name for name in run.song.arrangement.sections if name not in played]
    arrangement = run.song.arrangement.model_copy(update={"form": form})
    return placements(run.song.model_copy(update={"arrangement": arrangement}), run.time.bars)[0]


def _read_unused(run: _Run) -> None:
    """Read the patterns and chord lines that nothing plays, in any of the song's meters, for their faults."""
    key = _key(run, run.song.key, ("key",))
    composition = run.song.composition
    meters = list(dict.fromkeys(meter.length for _, meter in run.time.meters))
    for name, text in composition.chords.items():
        _tried(run, meters, partial(_line, run, ("composition", "chords", name), text, key))
    used = run.patterns.used
    for name in [name for name in composition.patterns if name not in used]:
        if composition.patterns[name].chords != "section":
            _tried(run, meters, partial(_alone, run, name, key))


def _alone(run: _Run, name: str, key: Key, bars: tuple[Fraction, ...]) -> None:
    run.patterns.line(name, Context(key, bars))


def _tried(run: _Run, meters: Iterable[Fraction], read: Callable[[tuple[Fraction, ...]], object]) -> None:
    """Read something in bars of each length until one suits; else it has the faults of the first."""
    before = list(run.faults)
    first: list[Fault] | None = None
    for length in meters:
        read((length,))
        after = list(run.faults)
        if len(after) == len(before):
            return
        first = first or after
        run.faults.reset(before)
    run.faults.reset(first or before)


def _key(run: _Run, text: str, path: Path) -> Key:
    try:
        return parse_key(text)
    except NotationError as error:
        run.faults.text("degrees", path, error)
        return Key()


def _play(run: _Run, item: Placement) -> None:
    """Add what every track plays in one occurrence of a section."""
    where, section, base = item.occurrence, item.section, ("arrangement", "sections", item.occurrence.section)
    key = _key(run, section.key, (*base, "key")) if section.key else _key(run, run.song.key, ("key",))
    lengths = run.time.bars.lengths(where.first_bar, where.bars)
    bars = lengths[:1] if len(set(lengths)) == 1 else lengths
    spans = _section_chords(run, item, key, bars)
    context = Context(key, bars, spans, where.length)
    sounding = key.transposed(section.transpose)
    for span in spans:
        symbol = span.chord.transposed(section.transpose, sounding).symbol
        run.chords.append((where.start + span.start, span.length, symbol))
    tracks = run.song.arrangement.tracks
    for name in {**section.parts, **item.changes}:
        path: Path = (*base, "parts", name)
        part = section.parts.get(name)
        if name in item.changes:
            part, path = _changed(part, item.changes[name]), (*item.path, name)
        if name not in tracks:
            run.faults.name("track", path, f"unknown track '{name}'", did_you_mean(name, tracks))
        elif part is not None and tracks[name].recording is not None:
            run.faults.name("track", path, f"'{name}' plays a recording, so it can't play notes")
        elif part is not None:
            memo = (path, repr(part), context)
            if memo not in run.parts:
                run.parts[memo] = Player(run.patterns, context, path).play(part)
            _add(run, item, name, run.parts[memo], bars, path)


def _changed(part: Any, change: Any) -> Any:
    """A part with an occurrence's change: settings are added to it, anything else takes its place."""
    if not isinstance(change, Mapping) or any(source in change for source in SOURCES):
        return change
    return {**part, **change} if isinstance(part, Mapping) else {"play": part, **change}


def _section_chords(run: _Run, item: Placement, key: Key, bars: tuple[Fraction, ...]) -> tuple[ChordSpan, ...]:
    """The section's chord line, repeated to its end."""
    text, length = item.section.chords, item.occurrence.length
    if text is None:
        return ()
    path: Path = ("arrangement", "sections", item.occurrence.section, "chords")
    if text in run.song.composition.chords:
        path = ("composition", "chords", text)
    text = run.song.composition.chords.get(text, text)
    starts, spans, at = BarStarts(bars), list[ChordSpan](), ZERO
    while at < length:
        bar, _ = starts.bar_of(at)
        line = _line(run, path, text, key, bars[min(bar, len(bars) - 1) :])
        if line is None:
            return ()
        for span in line[0]:
            if (start := at + span.start) < length:
                spans.append(ChordSpan(start, min(span.length, length - start), span.chord, span.offset))
        at += line[1]
    return tuple(spans)


def _line(
    run: _Run, path: Path, text: str, key: Key, bars: tuple[Fraction, ...]
) -> tuple[tuple[ChordSpan, ...], Fraction] | None:
    try:
        return parse_chords(text, key, bars)
    except NotationError as error:
        run.faults.text("chords", path, error)
        return None


def _add(run: _Run, item: Placement, name: str, part: Part, bars: tuple[Fraction, ...], path: Path) -> None:
    """Add a part's tones to a track."""
    track, section, where = run.song.arrangement.tracks[name], item.section, item.occurrence
    run.count += len(part.placed)
    if run.count > MOST_EVENTS:
        run.faults.add("part", path, f"the song has more than {MOST_EVENTS:,} notes")
        return
    keys = None if run.drum_keys is None else run.drum_keys.get(name, {})
    shift = track.transpose + (0 if keys else section.transpose)

    def key_of(found: Felt) -> int | None:
        tone = found.tone
        if tone.onset < 0 and where.start + tone.onset < 0:
            if not tone.drum:  # a drum: the grace note of a flam on the song's first beat
                run.faults.add("part", path, "this starts before the song does", "give the song a longer `pickup`")
            return None
        if not tone.drum:
            if 0 <= tone.pitch + shift <= 127:
                return tone.pitch + shift
            run.faults.add("part", path, "a note lies outside of MIDI's range, 0 to 127, once transposed")
            return None
        if keys is None:
            return 0
        if tone.drum not in keys:
            _unknown_drum(run, found, name, keys, path)
        return keys.get(tone.drum)

    swing = part.swing[0] if part.swing is not None else _swing(run, track, name, item)
    humanize = part.humanize or track.humanize or section.humanize or run.song.humanize
    run.played[name, where.id] = swing, humanize
    memo = (id(part), swing)  # `run.parts` keeps the part alive
    if memo not in run.felt:
        if (bars, swing) not in run.feels:
            run.feels[bars, swing] = Feel(bars, swing)
        run.felt[memo] = felt(part.placed, run.feels[bars, swing])
    run.notes[name] += notes(run.felt[memo], where, humanize, key_of)


def _swing(run: _Run, track: Track, name: str, item: Placement) -> Swing | None:
    """The swing of a track in a section: its own, else the section's, else the song's."""
    places: tuple[tuple[str | None, Path], ...] = (
        (track.swing, ("arrangement", "tracks", name, "swing")),
        (item.section.swing, ("arrangement", "sections", item.occurrence.section, "swing")),
        (run.song.swing, ("swing",)),
    )
    for text, path in places:
        if text is not None:
            try:
                return parse_swing(text)
            except NotationError as error:
                run.faults.text("swing", path, error)
                return None
    return None


def _unknown_drum(run: _Run, found: Felt, track: str, keys: Mapping[str, int], path: Path) -> None:
    drum, rows, pattern = found.tone.drum, run.patterns.rows, found.place.rsplit("/", 2)[0]
    if not keys:
        message = f"the instrument of '{track}' is no drum kit, and '{pattern}' is a grid"
        run.faults.add("drum", path, message)
        return
    place = rows.get((pattern, drum)) or next((row for (_, name), row in rows.items() if name == drum), path)
    run.faults.name("drum", place, f"the kit of '{track}' has no '{drum}'", did_you_mean(drum, keys))
