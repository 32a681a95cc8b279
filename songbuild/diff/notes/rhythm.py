"""What became of times: moved, at half or double speed, another division of the beat, other beats of the bar."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from songbuild.diff.change import NotePair
from songbuild.diff.facts import Note
from songbuild.diff.notes.stretch import LENGTH, PLACE, Claim, Stretch, only, voice
from songbuild.diff.words import beat_text, length_text, listing, values_text

_BACKBEATS = ("snare", "clap", "side_stick", "rim", "sd", "sn", "cp", "rs")
_MOST_PLACES = 4
"""The most beats of a bar that are named one by one."""


def shifted(s: Stretch) -> Claim | None:
    """All notes by the same time: 'an eighth later'.  What is pushed over an end of the playing may be lost or new."""
    late = [new[0] - old[0] for old, new in s.kept]
    if len(late) < 3:
        return None
    step, count = Counter(late).most_common(1)[0]
    left = len(late) - count
    if not step or left > min(3, len(late) // 4):
        return None
    if any(0 <= note[0] + step < s.frame.lengths[1] for note in s.removed):
        return None
    if any(0 <= note[0] - step < s.frame.lengths[0] for note in s.added):
        wrapped = {((note[0] + step) % s.frame.lengths[1], voice(note)) for note in s.removed}
        if {(note[0], voice(note)) for note in s.added} != wrapped:
            return None
    but = tuple(NotePair(*pair) for pair, own in zip(s.kept, late, strict=True) if own != step) if left else ()
    words = f"{length_text(abs(step))} {'later' if step > 0 else 'earlier'}"
    cut = s.differs & LENGTH and _fitted(s)
    return Claim(words, PLACE | LENGTH if cut else PLACE, 0.6, but, whole=not s.added and not s.removed and not cut)


def _fitted(s: Stretch) -> bool:
    """Whether each note of another length now ends where a bar or the next note starts, as follows from its move."""
    ends = {*s.frame.bars, *s.onsets[1]}
    return all(old[1] == new[1] or new[0] + new[1] in ends for old, new in s.kept)


def paced(s: Stretch) -> Claim | None:
    """At half the speed, the end cut off; or at twice the speed, played twice."""
    if len(s.kept) < 3 or not s.all or len(set(s.frame.lengths)) > 1:
        return None
    length = s.frame.lengths[0]
    if not s.added and all(new[0] == 2 * old[0] for old, new in s.kept):
        fits = all(2 * note[0] >= length for note in s.removed)
        return Claim("half time", PLACE | LENGTH, 0.8) if fits and s.removed else None
    if not s.removed and all(2 * new[0] == old[0] for old, new in s.kept):
        again = {(new[0] + length // 2, voice(new)) for _, new in s.kept}
        if {(note[0], voice(note)) for note in s.added} == again:
            return Claim("double time", PLACE | LENGTH, 0.8)
    return None


class Grid(NamedTuple):
    """Onsets at even distances: ticks between two, and from the first bar line to the first of them."""

    step: int
    phase: int


def grid(onsets: list[int], start: int, end: int) -> Grid | None:
    """The even distance at which the onsets of a stretch follow each other to its end."""
    if len(onsets) < 4 or onsets[0] < start:
        return None
    step = onsets[1] - onsets[0]
    phase = onsets[0] - start
    if phase >= step or onsets != list(range(onsets[0], end, step)):
        return None
    return Grid(step, phase)


def four_on_the_floor(s: Stretch) -> Claim | None:
    """A kick on every beat of bars of four."""
    beat = s.frame.beats[s.first]
    if s.drum not in ("kick", "bd") or s.frame.bars[s.first + 1] - s.start != 4 * beat:
        return None
    after = s.onsets[1]
    if s.onsets[0] == after or grid(after, s.start, s.end) != (beat, 0):
        return None
    return Claim("four on the floor", PLACE | LENGTH, 0.6)


def _grid_name(found: Grid) -> str | None:
    """'eighths', 'offbeat quarters'."""
    name = values_text(found.step)
    if not found.phase or name is None:
        return name
    return f"offbeat {name}" if 2 * found.phase == found.step else None


def divided(s: Stretch) -> Claim | None:
    """Even notes, more or fewer to the beat: 'eighths to sixteenths', 'four on the floor'."""
    before, after = s.onsets
    if before == after or not before or not after:
        return None
    now = grid(after, s.start, s.end)
    name = _grid_name(now) if now else None
    if now is None or name is None:
        return None
    was = grid(before, s.start, s.end)
    old_name = _grid_name(was) if was else None
    beat = s.frame.beats[s.first]
    if now.step > beat and not (was and was.step <= beat):
        return None
    if s.drum is None and 2 * sum(old[2] != new[2] for old, new in s.kept) > len(s.kept):
        return None  # more of a new melody than of another rhythm
    words = f"{old_name} to {name}" if old_name else f"now steady {name}"
    return Claim(words, PLACE | LENGTH, 0.6, whole=s.drum is not None or _repeats(s))


def _repeats(s: Stretch) -> bool:
    """Whether each added note only strikes again what sounded before it."""
    chords: dict[int, set[int]] = {}
    for note in s.new:
        chords.setdefault(note[0], set()).add(note[2])
    before = dict(zip(list(chords)[1:], chords.values(), strict=False))
    return all(note[2] in before.get(note[0], ()) for note in s.added)


def _every_bar(s: Stretch, notes: list[Note] | tuple[Note, ...]) -> tuple[int, ...] | None:
    """The places in the bar that have a note in every bar of a stretch; None where bars differ."""
    first = min(s.frame.bars[at + 1] - s.frame.bars[at] for at in range(s.first, s.last + 1))
    found: dict[int, set[int]] = {bar: set() for bar in range(s.first, s.last + 1)}
    for note in notes:
        bar = s.frame.bar_of(note[0])
        place = note[0] - s.frame.bars[bar]
        if bar not in found or not 0 <= place < first:
            return None
        found[bar].add(place)
    places = list(found.values())
    return tuple(sorted(places[0])) if all(own == places[0] for own in places) else None


def on_beats(s: Stretch) -> Claim | None:
    """The same few beats of every bar, before and after: 'on beat 3 (was 2 and 4)'."""
    if not s.drum or s.first == s.last:
        return None
    was, now = _every_bar(s, s.old), _every_bar(s, s.new)
    if not was or not now or was == now or max(len(was), len(now)) > _MOST_PLACES:
        return None
    beat = s.frame.beats[s.first]
    words = f"on {_beats(now, beat)} (was {_beats(was, beat).partition(' ')[2]})"
    if s.drum in _BACKBEATS and s.frame.bars[s.first + 1] - s.start == 4 * beat:
        backbeat, half = (beat, 3 * beat), (2 * beat,)
        if (was, now) == (backbeat, half):
            words = f"half-time feel, {words}"
        elif (was, now) == (half, backbeat):
            words = f"backbeat {words}"
    return Claim(words, PLACE | LENGTH, 0.6)


def _beats(places: tuple[int, ...], beat: int) -> str:
    return f"beat{'s' if len(places) > 1 else ''} {listing([beat_text(place, beat) for place in places])}"


def each_bar(s: Stretch) -> Claim | None:
    """The same few notes more or fewer in every bar: 'also on beat 3.5 of each bar'."""
    if s.drum is None or s.first == s.last or any(old[0] != new[0] for old, new in s.kept):
        return None
    if len({voice(note) for note in (*s.added, *s.removed)}) != 1:
        return None
    more, fewer = _every_bar(s, s.added), _every_bar(s, s.removed)
    if more is None or fewer is None or not 1 <= len(more) + len(fewer) <= _MOST_PLACES:
        return None
    beat, count = s.frame.beats[s.first], s.last - s.first + 1
    if len(s.added) != count * len(more) or len(s.removed) != count * len(fewer):
        return None
    if more and fewer:
        words = f"on {_beats(more, beat)} of each bar instead of {_beats(fewer, beat).partition(' ')[2]}"
    else:
        words = f"{'also' if more else 'no longer'} on {_beats(more or fewer, beat)} of each bar"
    return Claim(words, PLACE, 0.4)


def pushed(s: Stretch) -> Claim | None:
    """Some notes, all by the same time: '5 notes an eighth earlier'; off the beat it is a syncopation."""
    if s.added or s.removed:
        return None
    steps = [(new[0] - old[0], new[0]) for old, new in s.kept if new[0] != old[0]]
    step = only([step for step, _ in steps])
    if step is None or len(steps) < 3:
        return None
    beat = s.frame.beats[s.first]
    places = {start - step - s.frame.bars[s.frame.bar_of(start - step)] for step, start in steps}
    one = len(places) == 1 and s.first < s.last
    who = f"beat {beat_text(places.pop(), beat)} of each bar" if one else s.noun(len(steps))
    words = f"{who} {length_text(abs(step))} {'later' if step > 0 else 'earlier'}"
    off = all((start - s.frame.bars[s.frame.bar_of(start)]) % beat for _, start in steps)
    on = all(not (start - step - s.frame.bars[s.frame.bar_of(start - step)]) % beat for step, start in steps)
    return Claim(f"syncopated, {words}" if on and off else words, PLACE | LENGTH, 0.5, whole=False)


def enters(s: Stretch) -> Claim | None:
    """A drum that wasn't played, or isn't any more."""
    if not s.drum or s.kept or bool(s.added) == bool(s.removed):
        return None
    if s.removed:
        return Claim("drops out" if s.all else f"{s.noun(len(s.removed))} fewer", PLACE, 0.5)
    if not s.all:
        return Claim(f"{s.noun(len(s.added))} more", PLACE, 0.5, whole=False)
    beat = s.frame.beats[0]
    found = grid(s.onsets[1], s.start, s.end)
    name = _grid_name(found) if found and found.step <= beat else None
    places = _every_bar(s, s.new) or ()
    if name is None and 1 <= len(places) <= _MOST_PLACES and s.first < s.last:
        return Claim(f"enters, on {_beats(places, beat)}", PLACE, 0.5, whole=False)
    return Claim(f"enters, {name or s.noun(len(s.added))}", PLACE, 0.5, whole=False)


def thinned(s: Stretch) -> Claim | None:
    """Many notes gone, or many more among the old ones: 'thinned out, 12 of 32 notes left'."""
    if bool(s.added) == bool(s.removed) or any(old[0] != new[0] for old, new in s.kept):
        return None
    count = len(s.added) + len(s.removed)
    if count < 4 or 4 * count < len(s.kept):
        return None
    before, after = len(s.old), len(s.new)
    words = f"busier, {s.noun(after)} (were {before})" if s.added else f"thinned out, {s.noun(after)} (were {before})"
    return Claim(words, PLACE | LENGTH, 0.5, whole=False)
