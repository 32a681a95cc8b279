"""What can be said of a passage of which most has changed: a new melody, another rhythm, another order."""

from __future__ import annotations

from songbuild.diff.notes.stretch import ALL, LENGTH, PITCH, PLACE, Claim, Stretch

_FEW = 4
"""The fewest notes that are called a melody."""


def backwards(s: Stretch) -> Claim | None:
    """The old notes from the last to the first."""
    if s.drum is not None or len(s.old) != len(s.new) or len({note[2] for note in s.old}) < 3 or len(s.old) < _FEW:
        return None
    end = s.start + s.end
    turned = sorted((end - note[0] - note[1], note[2], note[1]) for note in s.old)
    if turned == sorted((note[0], note[2], note[1]) for note in s.new):
        return Claim("backwards", PLACE | PITCH | LENGTH, 0.9)
    pitches = [note[2] for note in s.old]
    if s.line and pitches[::-1] == [note[2] for note in s.new] and s.onsets[0] == s.onsets[1]:
        return Claim("same rhythm, its pitches backwards", PITCH | PLACE, 0.9)
    return None


def other_rhythm(s: Stretch) -> Claim | None:
    """The same pitches in the same order, at other times."""
    if not s.line or len(s.old) < _FEW or s.onsets[0] == s.onsets[1]:
        return None
    if [note[2] for note in s.old] != [note[2] for note in s.new]:
        return None
    return Claim("same notes, new rhythm", PLACE | PITCH | LENGTH, 0.7, whole=False)


def other_pitches(s: Stretch) -> Claim | None:
    """The same rhythm, most pitches changed."""
    if s.drum is not None or s.onsets[0] != s.onsets[1] or len(s.new) < _FEW:
        return None
    moved = sum(old[2] != new[2] for old, new in s.kept) + len(s.added) + len(s.removed)
    if 2 * moved < len(s.new):
        return None
    noun = "melody" if s.line else "chords"
    return Claim(f"new {noun}, same rhythm, {s.noun(len(s.new))}", PITCH | PLACE, 0.9, whole=False)


def new_passage(s: Stretch) -> Claim | None:
    """Most of it is new: 'new melody, 14 notes (were 12)'."""
    alike = sum(old[0] == new[0] and old[2] == new[2] for old, new in s.kept)
    most = max(len(s.old), len(s.new))
    if min(len(s.old), len(s.new)) < _FEW or 5 * alike > 2 * most:
        return None
    name = "new melody" if s.line else "new part" if s.drum is None else "new beat" if not s.drum else "new rhythm"
    were = f" (were {len(s.old)})" if len(s.old) != len(s.new) else ""
    return Claim(f"{name}, {s.noun(len(s.new))}{were}", ALL, 0.9, whole=False)
