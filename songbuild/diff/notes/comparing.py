"""The notes of two songs side by side, part by part and playing by playing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from songbuild.diff.change import Change, NotePair
from songbuild.diff.facts import Facts, Note, Part
from songbuild.diff.notes.explain import LAWS, Explained, Finding, explain, silenced, tell, whole
from songbuild.diff.notes.grouping import Place
from songbuild.diff.notes.kit import explain_kit
from songbuild.diff.notes.pairing import paired
from songbuild.diff.notes.singles import findings
from songbuild.diff.notes.stretch import Claim, Frame, differs, frames, items, when
from songbuild.diff.notes.telling import Teller
from songbuild.diff.words import playing

Notes = Mapping[int, Sequence[Note]]
"""A part's notes by the index of the playing."""
Sounds = tuple[tuple[object, ...], ...]
_SILENT: tuple[Note, ...] = ()
_NOWHERE: Mapping[int, int] = {}


def changes(
    old: Facts,
    new: Facts,
    sections: Sequence[tuple[int | None, int | None]],
    parts: Sequence[tuple[str | None, str | None]],
    up: Mapping[int, int] = _NOWHERE,
) -> tuple[dict[str, tuple[NotePair, ...]], list[Change]]:
    """The notes that differ, by part, and what is said of them.

    sections, parts  which is which, as in a Difference
    up               by new indices, the semitones that playings have moved by with their key, which others tell

    Notes are looked at in playings that both songs have.  Of parts that enter or leave one as a whole there are pairs
    but no words, and none of bars that only one of the songs has: the form's changes tell of those.
    """
    compared = frames(old, new, sections, up)
    pairs: dict[str, tuple[NotePair, ...]] = {}
    places: list[Place] = []
    played: dict[tuple[str, str], set[int]] = {}
    for before, after in parts:
        now = _by_playing(new.parts.get(after or ""))
        was = _renamed(_by_playing(old.parts.get(before or "")), now)
        part = after or before or ""
        unchanged = {_sounds(now.get(f.new, _SILENT)): f for f in reversed(compared) if _same(was, now, f)}
        found: list[NotePair] = []
        for frame in compared:
            a, b = was.get(frame.old, _SILENT), now.get(frame.new, _SILENT)
            for drum in {"", *(note[4] for note in a), *(note[4] for note in b)} if a and b else ():
                played.setdefault((part, drum), set()).add(frame.new)
            if _sounds(a) == _sounds(b):
                continue
            own = paired(a, b) if not frame.up else paired(_raised(a, frame.up), b)
            found += [pair for pair in _lowered(own, frame.up) if differs(pair)]
            if a and b:
                told = _explained(frame, own, unchanged.get(_sounds(b)), new)
                places += [Place(part, frame, finding) for finding in told]
        if found:
            pairs[part] = tuple(found)
    teller = Teller(new, {name: frozenset(indices) for name, indices in played.items()})
    return pairs, teller.changes(places)


def _by_playing(part: Part | None) -> dict[int, list[Note]]:
    found: dict[int, list[Note]] = {}
    for note in part.notes if part else ():
        found.setdefault(note[6], []).append(note)
    return found


def _renamed(old: Notes, new: Notes) -> Notes:
    """The old notes with the names that the new ones give to the same keys of a drum kit: 'kick' for 'bd'."""
    before = {note[4]: note[2] for notes in old.values() for note in notes if note[4]}
    after = {note[2]: note[4] for notes in new.values() for note in notes if note[4] and note[2]}
    kept = set(after.values())
    names = {
        name: after[pitch]
        for name, pitch in before.items()
        if name not in kept and after.get(pitch, name) not in before
    }
    names = {name: other for name, other in names.items() if name != other}
    if not names:
        return old
    return {index: [note._replace(drum=names.get(note[4], note[4])) for note in notes] for index, notes in old.items()}


def _raised(notes: Iterable[Note], semitones: int) -> list[Note]:
    """Notes as they would be had they only moved with their section; drums stay."""
    return [note if note[4] else note._replace(pitch=note[2] + semitones) for note in notes]


def _lowered(pairs: Sequence[NotePair], semitones: int) -> Sequence[NotePair]:
    """Pairs with the old notes as they were."""
    if not semitones:
        return pairs
    return [pair if pair[0] is None else NotePair(_raised([pair[0]], -semitones)[0], pair[1]) for pair in pairs]


def _sounds(notes: Iterable[Note]) -> Sounds:
    """What is heard of notes; of a drum not the key that it lies on."""
    return tuple((note[0], note[1], note[4] or note[2], note[3]) for note in notes)


def _same(old: Notes, new: Notes, frame: Frame) -> bool:
    return frame.new in new and _sounds(old.get(frame.old, _SILENT)) == _sounds(new[frame.new])


def _explained(frame: Frame, pairs: Sequence[NotePair], model: Frame | None, new: Facts) -> list[Finding]:
    """What is said of a part in a playing; `model` is another one, unchanged, that it is played like now."""
    both = min(frame.lengths)
    looked = items(frame, [pair for pair in pairs if None not in pair or when(pair) < both])
    kit = any(note is not None and note[4] for pair in pairs for note in pair)
    drum = "" if kit else None
    if not any(item.differs for item in looked):
        return []
    if model is not None and model.new != frame.new:
        s = whole(frame, looked, drum)
        said, known = tell(s, LAWS, 0) if not kit else ([], 0)
        if not s.differs & ~known:
            return said
        claim = Claim(f"now as in {playing(model.new, new.sections)}", s.differs, 0.7)
        return [Finding(claim, s.first, s.last, tuple(item for item in looked if item.differs), drum)]
    quiet = silenced(frame, looked, drum)
    gone = {id(item) for finding in quiet for item in finding.items}
    looked = [item for item in looked if id(item) not in gone]
    found: Explained = explain_kit(frame, looked) if kit else explain(whole(frame, looked, None))
    return [*quiet, *found.findings, *findings(frame, found.left, len(looked), drum)]
