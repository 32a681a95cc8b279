"""What became of pitches: transposed, shifted in the key, turned upside down, voiced anew, doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache

from songbuild.diff.change import NotePair
from songbuild.diff.facts import Note
from songbuild.diff.notes.stretch import PITCH, PLACE, Claim, Stretch, only
from songbuild.diff.words import moved
from songbuild.model.scales import Key

_STEPS = ("unison", "second", "third", "fourth", "fifth", "sixth", "seventh")
_FEW = 3
"""The fewest notes of which a transposition is told as one, and the most that may be left out of it."""


def transposed(s: Stretch) -> Claim | None:
    """All notes higher or lower by an interval: 'up an octave'."""
    step = only([new[2] - old[2] for old, new in s.kept])
    return Claim(moved(step), PITCH, 0.8) if step and len(s.kept) >= _FEW else None


def mostly_transposed(s: Stretch) -> Claim | None:
    """All but a few notes by an interval: 'up an octave, but bar 6: …'."""
    steps = [new[2] - old[2] for old, new in s.kept]
    tally = Counter(steps)
    step, count = max(tally.items(), key=lambda item: (item[1], -abs(item[0])), default=(0, 0))
    if not step or len(steps) <= _FEW or len(steps) - count > min(_FEW, len(steps) // 4):
        return None
    but = tuple(NotePair(*pair) for pair, own in zip(s.kept, steps, strict=True) if own != step)
    return Claim(moved(step), PITCH, 0.8, but)


def in_key(s: Stretch) -> Claim | None:
    """All notes by the same number of steps of the scale: 'up a third, within the key'."""
    if len(s.kept) < _FEW:
        return None
    before, after = (scale(key) for key in s.frame.keys)
    step = after[s.kept[0][1][2]][0] - before[s.kept[0][0][2]][0]
    if not step or len(s.frame.keys[0].steps) != 7 or len(s.frame.keys[1].steps) != 7:
        return None
    for old, new in s.kept:
        low, raised = before[old[2]]
        if after[new[2]] != (low + step, raised):
            return None
    octaves, rest = divmod(abs(step), 7)
    if octaves > 1 or not rest:
        return None
    name = ("an octave and " if octaves else "") + f"a {_STEPS[rest]}"
    return Claim(f"{'up' if step > 0 else 'down'} {name}, within the key", PITCH, 0.8)


def upside_down(s: Stretch) -> Claim | None:
    """Every interval turned round, in semitones or in steps of the scale."""
    if not s.line or s.added or s.removed or len({old[2] for old, _ in s.kept}) < _FEW or len(s.kept) < _FEW + 1:
        return None
    old, new = s.kept[0]
    middle = old[2] + new[2]
    if any(old[2] + new[2] != middle for old, new in s.kept) and not _mirrored(s):
        return None
    return Claim("upside down", PITCH, 0.8)


def _mirrored(s: Stretch) -> bool:
    """Whether intervals in steps of the scale are turned round."""
    steps = scale(s.frame.key)
    old, new = s.kept[0]
    middle = steps[old[2]][0] + steps[new[2]][0]
    for old, new in s.kept:
        low, high = steps[old[2]], steps[new[2]]
        if low[0] + high[0] != middle or low[1] or high[1]:
            return False
    return True


@lru_cache(maxsize=64)
def scale(key: Key) -> dict[int, tuple[int, int]]:
    """Of every MIDI key, and an octave around, the step of the scale at or below it and what it is raised by."""
    return {pitch: key.step_of(pitch) for pitch in range(-12, 140)}


def voiced_anew(s: Stretch) -> Claim | None:
    """The same pitch classes at the same times: an inversion, an open voicing, other octaves."""
    before, after = _by_time(s.old), _by_time(s.new)
    if s.drum is not None or before.keys() != after.keys():
        return None
    if any({p % 12 for p in low} != {p % 12 for p in after[start]} for start, low in before.items()):
        return None
    pairs = [(low, after[start]) for start, low in before.items() if low != after[start]]
    if not pairs:
        return None
    if all(len(low) == 1 for low, _ in pairs):
        alone = len(pairs) >= _FEW and all(len(high) == 1 for _, high in pairs)
        return Claim("some notes in another octave", PITCH | PLACE, 0.5, whole=False) if alone else None
    for words, change in _VOICINGS:
        if len(pairs) == len(before) and all(change(low) == high for low, high in pairs):
            return Claim(words, PITCH | PLACE, 0.4)
    return Claim("re-voiced, same chords", PITCH | PLACE, 0.4, whole=False)


_VOICINGS: tuple[tuple[str, Callable[[list[int]], list[int]]], ...] = (
    ("inverted, the lowest note up an octave", lambda chord: sorted([*chord[1:], chord[0] + 12])),
    ("inverted, the highest note down an octave", lambda chord: sorted([chord[-1] - 12, *chord[:-1]])),
    ("opened to drop 2", lambda chord: sorted([*chord[:-2], chord[-2] - 12, chord[-1]]) if len(chord) > 2 else []),
    ("opened to drop 3", lambda chord: sorted([*chord[:-3], chord[-3] - 12, *chord[-2:]]) if len(chord) > 3 else []),
)


def _by_time(notes: Iterable[Note]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for note in notes:
        found.setdefault(note[0], []).append(note[2])
    for pitches in found.values():
        pitches.sort()
    return found


def doubled(s: Stretch) -> Claim | None:
    """Every note also at an interval: 'doubled an octave lower', or no longer so."""
    if s.drum is not None or bool(s.added) == bool(s.removed) or len(s.added) + len(s.removed) < _FEW:
        return None
    extra, own = (s.added, [new for _, new in s.kept]) if s.added else (s.removed, [old for old, _ in s.kept])
    if len(extra) != len(own):
        return None
    more = sorted((note[0], note[2]) for note in extra)
    base = sorted((note[0], note[2]) for note in own)
    if any(a[0] != b[0] for a, b in zip(base, more, strict=True)):
        return None
    step = only([b[1] - a[1] for a, b in zip(base, more, strict=True)])
    if not step:
        return None
    interval = moved(step).partition(" ")[2]
    words = f"doubled {interval} {'higher' if step > 0 else 'lower'}"
    return Claim(words if s.added else f"no longer {words}", PLACE, 0.5)


def fuller(s: Stretch) -> Claim | None:
    """Chords of another number of notes at the same times: 'chords of 4 notes (were 3)'."""
    before, after = _by_time(s.old), _by_time(s.new)
    if s.drum is not None or before.keys() != after.keys() or len(before) < 2:
        return None
    was, now = only([len(chord) for chord in before.values()]), only([len(chord) for chord in after.values()])
    if was is None or now is None or was == now:
        return None
    told = f"chords of {now} notes" if now > 1 else "single notes"
    return Claim(f"{told} (were {was if was > 1 else 'single'})", PLACE | PITCH, 0.5, whole=False)


def with_chords(s: Stretch) -> Claim | None:
    """New chord tones under changed chords, elsewhere at most another voicing: 'follows the new chords'."""
    spans = s.frame.chords
    if s.drum is not None or not spans:
        return None
    before, after = _by_time(s.old), _by_time(s.new)
    voiced = led = False
    for start in before.keys() | after.keys():
        low, high = before.get(start, []), after.get(start, [])
        if low == high:
            continue
        classes = next((classes for first, last, classes in spans if first <= start < last), None)
        if classes is not None:
            led = True
            if not all(pitch % 12 in classes for pitch in high):
                return None
        elif {pitch % 12 for pitch in low} == {pitch % 12 for pitch in high}:
            voiced = True
        else:
            return None
    if not led:
        return None
    words = "follows the new chords" + (", others re-voiced" if voiced else "")
    return Claim(words, PLACE | PITCH, 0.25, whole=False)
