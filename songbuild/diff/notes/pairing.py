"""Which note became which: between two versions of what a part plays in a section."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeAlias

from songbuild.diff.change import NotePair
from songbuild.diff.facts import TICKS, Note

Place: TypeAlias = tuple[int, int | str, int]
"""A note's start, its drum or pitch, and a number that tells notes of one place apart."""
Pairing: TypeAlias = tuple[list[NotePair], list[Note], list[Note]]
"""Pairs found, and the old and new notes still without a partner."""

_UNPAIRED = 1.2
"""What a note without a partner costs where one that changed costs 1."""


def paired(old: Sequence[Note], new: Sequence[Note]) -> list[NotePair]:
    """Every note before with what it is after: equal, moved, transposed, louder…, or None where it is gone or new.

    Each note is in one pair.  Notes come in order of time; pairs too.
    """
    if not old or not new:
        return [*(NotePair(note, None) for note in old), *(NotePair(None, note) for note in new)]
    found, lost, gained = _carried(old, new)
    drums = any(note[4] for note in new)
    if lost or gained:
        more, lost, gained = _rest(lost, gained, drums)
        found += more
    found += [NotePair(note, None) for note in lost]
    found += [NotePair(None, note) for note in gained]
    found.sort(key=lambda pair: (pair[1] or pair[0] or ())[:3])
    return found


def _places(notes: Sequence[Note]) -> dict[Place, Note]:
    found: dict[Place, Note] = {}
    for note in notes:
        place = (note[0], note[4] or note[2], 0)
        while place in found:
            place = (place[0], place[1], place[2] + 1)
        found[place] = note
    return found


def _carried(old: Sequence[Note], new: Sequence[Note]) -> Pairing:
    """Pairs by the one motion that takes most notes of the old version to one of the new."""
    before, after = _places(old), _places(new)
    most = max(len(before), len(after))
    best = {place: place for place in before.keys() & after.keys()}
    if 4 * len(best) < 3 * most:
        if pairs := _parallel(old, new):
            return pairs, [], []
        for motion in _motions(old, new):
            moved = {place: target for place in before if (target := motion(place)) in after}
            if len(moved) > len(best) and 5 * len(moved) >= 4 * min(len(before), len(after)):
                best = moved
    pairs = [NotePair(before[place], after[target]) for place, target in best.items()]
    reached = set(best.values())
    lost = [note for place, note in before.items() if place not in best]
    gained = [note for place, note in after.items() if place not in reached]
    return pairs, lost, gained


def _motions(old: Sequence[Note], new: Sequence[Note]) -> list[Callable[[Place], Place]]:
    """What may have happened to all notes alike: transposed, moved in time, half or double time."""
    found: list[Callable[[Place], Place]] = []
    above = _interval(old, new)
    if above:
        found.append(lambda place: (place[0], place[1] + above if isinstance(place[1], int) else place[1], place[2]))
    ends = new[0][0] - old[0][0], new[-1][0] - old[-1][0]
    found += [_later(late) for late in dict.fromkeys(ends) if late]
    found.append(lambda place: (2 * place[0], place[1], place[2]))
    found.append(lambda place: (place[0] // 2, place[1], place[2]) if not place[0] % 2 else (-1, "", -1))
    return found


def _later(ticks: int) -> Callable[[Place], Place]:
    return lambda place: (place[0] + ticks, place[1], place[2])


def _chords(notes: Sequence[Note]) -> dict[int, list[Note]]:
    """Notes by their start, low to high."""
    found: dict[int, list[Note]] = {}
    for note in notes:
        found.setdefault(note[0], []).append(note)
    return found


def _interval(old: Sequence[Note], new: Sequence[Note]) -> int:
    """The commonest interval between what starts together before and after; 0 for drums."""
    if any(note[4] for note in new):
        return 0
    before, after = _chords(old), _chords(new)
    tally: Counter[int] = Counter(
        b[2] - a[2]
        for start, low in before.items()
        if len(low) == len(high := after.get(start, ()))
        for a, b in zip(low, high, strict=True)
    )
    return max(tally, key=lambda step: (tally[step], -abs(step), step)) if tally else 0


def _parallel(old: Sequence[Note], new: Sequence[Note]) -> list[NotePair]:
    """Pairs where each note moved the same way by about the same interval, as in a diatonic shift; else none."""
    if len(old) != len(new) or any(note[4] for note in new):
        return []
    pairs = [NotePair(a, b) for a, b in zip(old, new, strict=True)]
    steps = {b[2] - a[2] for a, b in zip(old, new, strict=True)}
    alike = max(steps) - min(steps) <= 1 and (min(steps) > 0 or max(steps) < 0)
    return pairs if alike and all(a[0] == b[0] for a, b in zip(old, new, strict=True)) else []


def _rest(lost: list[Note], gained: list[Note], drums: bool) -> Pairing:
    """Pairs of what is left: other pitches at the same time, other times of the same pitch; whichever says less."""
    if drums:
        return _moved(lost, gained, TICKS // 2)
    first = _combined(lost, gained, _upright, _sideways)
    if not first[1] and not first[2]:
        return first
    second = _combined(lost, gained, _sideways, _upright)
    return second if _cost(second) < _cost(first) else first


def _cost(found: Pairing) -> float:
    return len(found[0]) + _UNPAIRED * (len(found[1]) + len(found[2]))


def _combined(lost: list[Note], gained: list[Note], *ways: Callable[[list[Note], list[Note]], Pairing]) -> Pairing:
    found: list[NotePair] = []
    for way in ways:
        pairs, lost, gained = way(lost, gained)
        found += pairs
    return found, lost, gained


def _sideways(lost: list[Note], gained: list[Note]) -> Pairing:
    return _moved(lost, gained, TICKS)


def _upright(lost: list[Note], gained: list[Note]) -> Pairing:
    """Notes that start together, in the order of their pitch; where their numbers differ, the nearest."""
    before, after = _chords(lost), _chords(gained)
    pairs: list[NotePair] = []
    gone: list[Note] = []
    for start, low in before.items():
        high = after.pop(start, [])
        if len(low) == len(high):
            pairs += map(NotePair, low, high)
            continue
        few, many = (low, high) if len(low) < len(high) else (high, low)
        skip = _nearest(few, many)
        pairs += map(NotePair, low[skip:] if few is high else low, high if few is high else high[skip:])
        over = [*many[:skip], *many[skip + len(few) :]]
        if many is low:
            gone += over
        elif over:
            after[start] = over
    return pairs, gone, [note for notes in after.values() for note in notes]


def _nearest(few: list[Note], many: list[Note]) -> int:
    """From where on the notes of the larger chord are nearest in pitch to those of the smaller one."""
    if len(few) < 2:
        pitch = few[0][2] if few else 0
        return min(range(len(many)), key=lambda at: abs(many[at][2] - pitch)) if few else 0
    apart = [
        sum(abs(note[2] - other[2]) for note, other in zip(few, many[at:], strict=False))
        for at in range(len(many) - len(few) + 1)
    ]
    return apart.index(min(apart))


def _moved(lost: list[Note], gained: list[Note], limit: int) -> Pairing:
    """Notes of the same pitch or drum, the nearest in time, at most `limit` ticks apart."""
    before: dict[int | str, list[Note]] = {}
    after: dict[int | str, list[Note]] = {}
    for notes, by_voice in ((lost, before), (gained, after)):
        for note in notes:
            by_voice.setdefault(note[4] or note[2], []).append(note)
    pairs: list[NotePair] = []
    gone: list[Note] = []
    for name, was in before.items():
        now = after.get(name, [])
        rest: list[Note] = []
        i = j = 0
        while i < len(was) and j < len(now):
            apart = now[j][0] - was[i][0]
            if i + 1 < len(was) and abs(now[j][0] - was[i + 1][0]) < abs(apart):
                gone.append(was[i])
                i += 1
            elif j + 1 < len(now) and abs(now[j + 1][0] - was[i][0]) < abs(apart):
                rest.append(now[j])
                j += 1
            elif abs(apart) <= limit:
                pairs.append(NotePair(was[i], now[j]))
                i, j = i + 1, j + 1
            elif apart > 0:
                gone.append(was[i])
                i += 1
            else:
                rest.append(now[j])
                j += 1
        gone += was[i:]
        after[name] = rest + now[j:]
    return pairs, gone, [note for notes in after.values() for note in notes]
