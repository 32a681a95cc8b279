"""What is looked at while two versions of a part are compared: a playing of a section, and a stretch of its bars."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import NamedTuple

from songbuild.diff.change import NotePair
from songbuild.diff.facts import Facts, Json, Note
from songbuild.diff.words import beat_ticks, count
from songbuild.model.scales import Key, parse_key, spell
from songbuild.problems import NotationError


@dataclass(frozen=True)
class Frame:
    """A playing of a section that both songs have.

    old, new  its indices in the songs' sections
    bars      where its bars start in the new song, in ticks from its own start, and where it ends
    beats     the beat of each bar's meter, in ticks
    lengths   ticks that the playing lasts in the old song and in the new one
    keys      of the section, before and after
    up        semitones by which the section has moved with its key, which is told of the section
    chords    where the chords differ: (start, end, the new chord's pitch classes)
    """

    old: int
    new: int
    bars: tuple[int, ...]
    beats: tuple[int, ...]
    lengths: tuple[int, int]
    keys: tuple[Key, Key]
    up: int = 0
    chords: tuple[tuple[int, int, frozenset[int]], ...] = ()

    @property
    def key(self) -> Key:
        """The key that pitches are spelled in."""
        return self.keys[1]

    @cached_property
    def names(self) -> Names:
        """The names of pitches in that key."""
        return Names(self.key)

    def bar_of(self, start: int) -> int:
        """The index of the bar that a note starting at `start` belongs to; what leads into the playing is in bar 0."""
        return min(max(0, bisect_right(self.bars, start) - 1), len(self.bars) - 2)


PLACE, PITCH, VELOCITY, LENGTH = 1, 2, 4, 8
"""What of a note can differ; sets of these are numbers."""
ALL = PLACE | PITCH | VELOCITY | LENGTH


class Claim(NamedTuple):
    """What can be said of a stretch of notes.

    words     'up an octave'
    explains  what of the notes it says all of: PLACE, PITCH…
    heard     how much it changes what is heard, from 0 to 1
    but       the notes that it doesn't hold for
    old, new  values, where the change is of one
    beat      where in its bar the change is, where it is at one place
    whole     whether the new notes follow from the words and the old ones
    """

    words: str
    explains: int
    heard: float
    but: tuple[NotePair, ...] = ()
    old: Json = None
    new: Json = None
    beat: str = ""
    whole: bool = True


class Item(NamedTuple):
    """A pair of notes, the index of the bar it is heard in, and what differs: PLACE, PITCH…"""

    pair: NotePair
    bar: int
    differs: int


def items(frame: Frame, pairs: Iterable[NotePair]) -> list[Item]:
    """Pairs with what is asked of them again and again."""
    bars, most = frame.bars, len(frame.bars) - 2
    found = []
    for pair in pairs:
        bar = bisect_right(bars, when(pair)) - 1
        found.append(Item(pair, 0 if bar < 0 else min(bar, most), differs(pair)))
    return found


class Stretch:
    """Notes of bars `first` to `last` of a playing, before and after.

    kept   pairs of a note before and after, equal ones too; added and removed are the notes without a partner
    drum   the drum they are of; '' for a whole kit, None for a part that has pitches
    """

    def __init__(self, frame: Frame, items: Sequence[Item], first: int, last: int, drum: str | None) -> None:
        self.frame, self.items, self.first, self.last, self.drum = frame, items, first, last, drum
        self.kept: list[tuple[Note, Note]] = []
        self.added: list[Note] = []
        self.removed: list[Note] = []
        self.differs = 0
        for (old, new), _, apart in items:
            self.differs |= apart
            if old is None:
                if new is not None:
                    self.added.append(new)
            elif new is None:
                self.removed.append(old)
            else:
                self.kept.append((old, new))

    @property
    def start(self) -> int:
        """Where its first bar starts, in ticks from the start of the section."""
        return self.frame.bars[self.first]

    @property
    def end(self) -> int:
        """Where its last bar ends."""
        return self.frame.bars[self.last + 1]

    @property
    def all(self) -> bool:
        """Whether it is the whole playing."""
        return self.first == 0 and self.last == len(self.frame.bars) - 2

    @cached_property
    def old(self) -> list[Note]:
        """The notes before, in order of time and pitch."""
        return sorted([pair[0] for pair in self.kept] + self.removed, key=itemgetter(0, 2))

    @cached_property
    def new(self) -> list[Note]:
        """The notes after."""
        return sorted([pair[1] for pair in self.kept] + self.added, key=itemgetter(0, 2))

    @cached_property
    def onsets(self) -> tuple[list[int], list[int]]:
        """When something starts, before and after."""
        return sorted({note[0] for note in self.old}), sorted({note[0] for note in self.new})

    @cached_property
    def line(self) -> bool:
        """Whether one note at a time sounds, before and after."""
        before, after = self.onsets
        return self.drum is None and len(before) == len(self.old) and len(after) == len(self.new)

    @cached_property
    def sounding(self) -> set[int]:
        """The bars that have notes."""
        return {item.bar for item in self.items}

    def noun(self, number: int) -> str:
        """'1 note', '2 hits'."""
        return count(number, "note" if self.drum is None else "hit")


def when(pair: NotePair) -> int:
    """When what a pair changes is heard: the new note's start, or the old one's where there is no new one."""
    old, new = pair
    return new[0] if new is not None else old[0] if old is not None else 0


def differs(pair: NotePair) -> int:
    """What isn't the same of two notes; of a drum the name tells the sound, not the key it lies on."""
    old, new = pair
    if old is None or new is None:
        return PLACE
    found = 0
    if old[0] != new[0]:
        found = PLACE
    if old[1] != new[1]:
        found |= LENGTH
    if old[2] != new[2] and not new[4]:
        found |= PITCH
    if old[3] != new[3]:
        found |= VELOCITY
    return found


def frames(
    old: Facts, new: Facts, sections: Iterable[tuple[int | None, int | None]], up: Mapping[int, int]
) -> list[Frame]:
    """The playings that both songs have, in the new one's order."""
    found = []
    for before, after in sections:
        if before is not None and after is not None:
            found.append(_frame(old, new, before, after, up.get(after, 0)))
    return sorted(found, key=lambda frame: frame.new)


def _frame(old: Facts, new: Facts, before: int, after: int, up: int) -> Frame:
    was, now = old.sections[before], new.sections[after]
    at = bisect_left(new.bars, now.start)
    starts = [start - now.start for start in new.bars[at:] if start < now.start + now.length]
    beats = tuple(beat_ticks(new, now.first_bar + index) for index in range(len(starts)))
    chords = () if old.chords == new.chords else _new_chords(old, new, before, after)
    bars = (*starts, now.length)
    keys = _key(was.key).transposed(up), _key(now.key)
    return Frame(before, after, bars, beats, (was.length, now.length), keys, up, chords)


def _key(text: str) -> Key:
    try:
        return parse_key(text)
    except NotationError:  # a section without a key of its own in a song without one
        return Key()


def _new_chords(old: Facts, new: Facts, before: int, after: int) -> tuple[tuple[int, int, frozenset[int]], ...]:
    """The stretches of a playing with another chord than before."""
    was, now = _chords(old, before), _chords(new, after)
    found = []
    for start, end, symbol in now:
        under = [name for first, last, name in was if first < end and last > start]
        if under != [symbol]:
            found.append((start, end, chord_classes(symbol)))
    return tuple(found)


def _chords(facts: Facts, index: int) -> list[tuple[int, int, str]]:
    """A playing's chords as (start, end, symbol) from its start, equal neighbours joined."""
    section = facts.sections[index]
    found: list[tuple[int, int, str]] = []
    for start, length, symbol in facts.chords:
        if section.start <= start < section.start + section.length:
            start -= section.start
            if found and found[-1][1:] == (start, symbol):
                found[-1] = (found[-1][0], start + length, symbol)
            else:
                found.append((start, start + length, symbol))
    return found


@lru_cache(maxsize=512)
def chord_classes(symbol: str) -> frozenset[int]:
    """The pitch classes of a chord's symbol in letters; none where it isn't one."""
    from songbuild.model.chords import parse_chord  # only where chords differ: the diff starts fast

    try:
        chord = parse_chord(symbol, Key())
    except NotationError:
        return frozenset()
    return frozenset((chord.root + tone) % 12 for tone in chord.tones) | {chord.bass}


class Names(dict[int, str]):
    """Pitches as musicians write them in a key: 'F#4'."""

    def __init__(self, key: Key) -> None:
        super().__init__()
        self.key = key

    def __missing__(self, pitch: int) -> str:
        name = spell(pitch, self.key)
        self[pitch] = name[0].upper() + name[1:]
        return self[pitch]


def voice(note: Note) -> int | str:
    """What tells one note of a time from another: the drum's name, or the pitch."""
    return note[4] or note[2]


def only(values: Sequence[int]) -> int | None:
    """The value that all have, None where they differ or there are none."""
    return values[0] if values and values.count(values[0]) == len(values) else None
