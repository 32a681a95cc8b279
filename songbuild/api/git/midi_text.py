"""A MIDI file as text whose lines git compares: what holds for the whole, then a line for each bar of each track."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from songbuild.diff.words import number
from songbuild.model.scales import Key, parse_key, spell
from songbuild.problems import NotationError

_CONTROLLERS = {
    1: "modulation", 7: "volume", 10: "pan", 11: "expression", 64: "sustain pedal", 66: "sostenuto pedal",
    67: "soft pedal", 71: "resonance", 74: "brightness", 91: "reverb send", 93: "chorus send",
}  # fmt: skip
"""RP-015 and General MIDI; others are told by their number."""
_SILENT = ("note_on", "note_off", "end_of_track", "track_name", "instrument_name", "time_signature", "set_tempo")
_MOST_BYTES = 32 << 20
_MOST_BARS = 100_000


class Bar(NamedTuple):
    """A bar: where it starts and how long its beat is, in ticks."""

    start: int
    beat: int


class Bars:
    """The bars of a file, as many as are asked for."""

    def __init__(self, meters: Iterable[tuple[int, int, int]], ppq: int) -> None:
        """`meters` are (tick, numerator, denominator); 4/4 holds before the first."""
        self.ppq = ppq
        self._meters = [(0, 4, 4), *sorted(meters)]
        self._bars: list[Bar] = [Bar(0, 0)]
        self._starts = [0]

    def at(self, tick: int) -> tuple[int, str]:
        """The number of the bar that a tick lies in, from 1, and the beat in it, from 1: (3, '2.5').

        Raises ValueError beyond any music.
        """
        while self._starts[-1] <= tick:
            if len(self._starts) > _MOST_BARS:
                raise ValueError(f"it has more than {_MOST_BARS} bars")
            self._next()
        index = bisect_right(self._starts, tick) - 1
        inside = tick - self._starts[index]
        return index + 1, number(1 + inside / self._bars[index].beat)

    def _next(self) -> None:
        """Learn the last bar's meter, and so where the next one starts: at a change of meter if that comes before."""
        start = self._starts[-1]
        upper, lower = [(over, under) for tick, over, under in self._meters if tick <= start][-1]
        length = max(1, 4 * self.ppq * upper // lower)
        changes = [tick for tick, *_ in self._meters if start < tick < start + length]
        self._bars[-1] = Bar(start, max(1, 4 * self.ppq // lower))
        self._starts.append(min([start + length, *changes]))
        self._bars.append(Bar(self._starts[-1], 0))


def midi_text(path: Path) -> Iterator[str]:
    """The lines of a standard MIDI file, all there is in it; raises ValueError for a file that can't be read as one."""
    file = _read(path)
    ppq = file.ticks_per_beat
    tracks = [list(_timed(track)) for track in file.tracks]
    everything = [item for track in tracks for item in track]
    meters = [(tick, each.numerator, each.denominator) for tick, each in everything if each.type == "time_signature"]
    bars = Bars(meters, ppq)
    yield f"standard MIDI file, type {file.type}, {ppq} ticks a quarter note"
    for tick, each in sorted(everything, key=lambda item: item[0]):
        if each.type == "set_tempo":
            yield f"{_place(bars, tick)}: tempo {number(60_000_000 / each.tempo)} bpm"
        elif each.type == "time_signature":
            yield f"{_place(bars, tick)}: meter {each.numerator}/{each.denominator}"
    keys = [each.key for _, each in everything if each.type == "key_signature"]
    key = _key(keys[0]) if keys else Key()
    for index, events in enumerate(tracks):
        yield from _track(index, events, bars, key)


def _read(path: Path) -> Any:
    import mido

    if path.stat().st_size > _MOST_BYTES:
        raise ValueError(f"larger than {_MOST_BYTES >> 20} MiB")
    try:
        file = mido.MidiFile(path, charset="latin-1", clip=True)
    except (OSError, EOFError, ValueError, LookupError, TypeError, mido.KeySignatureError) as error:
        raise ValueError(str(error) or "it ends too soon") from None
    if not 0 < file.ticks_per_beat < 0x8000:
        raise ValueError("its time is counted in film frames")
    return file


def _timed(track: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """Messages with the ticks from the start."""
    now = 0
    for message in track:
        now += message.time
        yield now, message


def _place(bars: Bars, tick: int) -> str:
    bar, beat = bars.at(tick)
    return f"bar {bar}" if beat == "1" else f"bar {bar}, beat {beat}"


def _key(signature: str) -> Key:
    try:
        return parse_key(f"{signature.removesuffix('m')} {'minor' if signature.endswith('m') else 'major'}")
    except NotationError:
        return Key()


def _text(text: str) -> str:
    """Text of a file, which doesn't say in what letters it is."""
    with suppress(UnicodeError):
        text = text.encode("latin-1").decode("utf-8")
    return repr(text)


def _track(index: int, events: list[tuple[int, Any]], bars: Bars, key: Key) -> Iterator[str]:
    """The lines of a track: its name, then for each bar the notes and whatever else happens in it."""
    names = [each.name for _, each in events if each.type == "track_name"]
    notes = list(_notes(events))
    channels = sorted({each.channel + 1 for _, each in events if hasattr(each, "channel")})
    name = _text(names[0]) if names else f"track {index + 1}"
    on = f", channel {', '.join(map(str, channels))}" if channels else ""
    yield f"track {index + 1}{f' {name}' if names else ''}{on}, {len(notes)} note{'' if len(notes) == 1 else 's'}"
    lines: dict[tuple[int, str, int, str], list[str]] = {}
    for tick, length, pitch, velocity, channel in notes:
        bar, beat = bars.at(tick)
        told = f"{beat} {spell(pitch, key)} for {number(length / bars.ppq)} at {velocity}"
        lines.setdefault((bar, _channel(channel, channels), 0, ""), []).append(told)
    for tick, each in events:
        if each.type not in _SILENT:
            bar, beat = bars.at(tick)
            kind, value = _event(each)
            of = _channel(getattr(each, "channel", None), channels)
            lines.setdefault((bar, of, 1, f", {kind}"), []).append(f"{beat} {value}")
    for (bar, of, _, kind), items in sorted(lines.items()):
        yield f"{name}{of}, bar {bar}{kind}: {', '.join(items)}"


def _channel(channel: int | None, channels: Sequence[int]) -> str:
    """The channel of an event where its track has several."""
    return f", channel {channel + 1}" if channel is not None and len(channels) > 1 else ""


def _notes(events: Iterable[tuple[int, Any]]) -> list[tuple[int, int, int, int, int]]:
    """(tick, length, key, velocity, channel), in order; a note that is never let go has no length."""
    sounding: dict[tuple[int, int], list[int]] = {}
    found: list[tuple[int, int, int, int, int]] = []
    for tick, each in events:
        if each.type not in ("note_on", "note_off"):
            continue
        place = (each.channel, each.note)
        if each.type == "note_on" and each.velocity:
            sounding.setdefault(place, []).append(len(found))
            found.append((tick, 0, each.note, each.velocity, each.channel))
        elif sounding.get(place):
            at = sounding[place].pop(0)
            start, _, *rest = found[at]
            found[at] = (start, tick - start, rest[0], rest[1], rest[2])
    return sorted(found)


def _event(message: Any) -> tuple[str, str]:
    """What a message is about, and its value."""
    kind = message.type
    if kind == "control_change":
        name = _CONTROLLERS.get(message.control, f"controller {message.control}")
        return name, str(message.value)
    if kind == "program_change":
        return "program", str(message.program + 1)  # as General MIDI counts them
    if kind == "pitchwheel":
        return "pitch bend", number(float(Fraction(message.pitch, 8192)))
    if kind == "aftertouch":
        return "pressure", str(message.value)
    if kind == "polytouch":
        return "key pressure", f"{message.note} {message.value}"
    if kind == "key_signature":
        return "key signature", message.key
    if kind in ("lyrics", "marker", "text", "cue_marker", "copyright"):
        return kind.replace("_", " "), _text(message.text)
    values = {name: value for name, value in message.dict().items() if name not in ("type", "time", "channel")}
    return kind.replace("_", " "), " ".join(f"{name} {_value(value)}" for name, value in sorted(values.items()))


def _value(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
