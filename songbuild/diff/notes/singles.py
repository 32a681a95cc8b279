"""Notes told one by one, or counted where they are many: 'C5 -> D5', '2 notes added, 1 moved an eighth later'."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from songbuild.diff.change import NotePair
from songbuild.diff.facts import Note
from songbuild.diff.notes.explain import Finding, Left
from songbuild.diff.notes.stretch import LENGTH, PITCH, PLACE, VELOCITY, Claim, Frame, Item, when
from songbuild.diff.words import beat_text, count, length_text, listing, words

_NAMED = 3
"""The most notes that are named."""
_HEARD = 0.5


def findings(frame: Frame, left: Sequence[Left], total: int, drum: str | None) -> list[Finding]:
    """Sentences about the notes that nothing else explains, a bar each where they are few.

    total  notes that the part plays there, by which a few changed ones weigh less
    """
    by_bar: dict[int, list[Left]] = {}
    for one in left:
        by_bar.setdefault(one.item.bar, []).append(one)
    if not by_bar:
        return []
    if len(by_bar) == 1 or len(left) <= _NAMED:
        return [_finding(frame, own, bar, bar, total, drum) for bar, own in sorted(by_bar.items())]
    return [_finding(frame, left, min(by_bar), max(by_bar), total, drum)]


def _finding(frame: Frame, left: Sequence[Left], first: int, last: int, total: int, drum: str | None) -> Finding:
    beat = ""
    said = _audible(left)
    if first == last and len(said) <= _NAMED:
        names = [named(one.item.pair, frame, one.item.differs & ~one.known) for one in said]
        beats = [_beat(frame, one.item.pair) for one in said]
        if len(set(beats)) == 1:
            beat, told = beats[0], listing(names)
        else:
            told = listing([f"{name} on beat {place}" for name, place in zip(names, beats, strict=True)])
    else:
        told = counted(said)
    explained = 0
    for one in left:
        explained |= one.item.differs & ~one.known
    heard = _HEARD * max(0.1, min(1.0, len(left) / max(1, total)))
    claim = Claim(told, explained, heard, beat=beat, whole=len(left) <= _NAMED and len(said) == len(left))
    return Finding(claim, first, last, tuple(one.item for one in left), drum)


def _audible(left: Sequence[Left]) -> Sequence[Left]:
    """The notes without lengths that follow from other notes' times: they are told only where nothing else is."""
    apart = [one.item.differs & ~one.known for one in left]
    if not any(differs & PLACE for differs in apart):
        return left
    said = [(one, differs) for one, differs in zip(left, apart, strict=True) if differs != LENGTH]
    return [one._replace(known=one.known | LENGTH) if differs & PLACE else one for one, differs in said]


def _beat(frame: Frame, pair: NotePair) -> str:
    """The beat of its bar that a pair's first note is on."""
    note = pair[0] or pair[1]
    start = note[0] if note is not None else 0
    bar = frame.bar_of(start)
    return beat_text(start - frame.bars[bar], frame.beats[bar])


def name(note: Note, frame: Frame) -> str:
    """'F#4', or the drum."""
    return words(note[4]) if note[4] else frame.names[note[2]]


def named(pair: NotePair, frame: Frame, apart: int) -> str:
    """What became of one note in what is `apart` of it: 'C5 -> D5, an eighth later'."""
    old, new = pair
    if old is None or new is None:
        only = new if old is None else old
        return "" if only is None else f"{name(only, frame)} {'added' if old is None else 'removed'}"
    head = name(old, frame)
    if not apart:
        return f"{head} stays"
    told = [f"{head} -> {name(new, frame)}"] if apart & PITCH else []
    if apart & PLACE:
        told.append(_later(new[0] - old[0]))
    if apart & VELOCITY:
        told.append(f"velocity {old[3]} -> {new[3]}")
    if apart & LENGTH:
        told.append(f"{_length(new[1])} long (was {_length(old[1])})")
    return ", ".join(told) if apart & PITCH else f"{head} {', '.join(told)}"


_length = lru_cache(maxsize=1024)(length_text)
_place = lru_cache(maxsize=4096)(beat_text)


@lru_cache(maxsize=1024)
def _later(step: int) -> str:
    return f"{length_text(abs(step))} {'later' if step > 0 else 'earlier'}"


def on_beat(item: Item, frame: Frame) -> str:
    """'C5 -> D5 on beat 3'."""
    pair, bar, apart = item
    return f"{named(pair, frame, apart)} on beat {_place(when(pair) - frame.bars[bar], frame.beats[bar])}"


def counted(left: Iterable[Left]) -> str:
    """'2 notes added, 1 removed, 1 moved an eighth later, 3 louder'."""
    tally: dict[str, int] = {}
    drums = True
    for (pair, _, apart), known in left:
        old, new = pair
        note = new or old
        drums = drums and note is not None and bool(note[4])
        for kind in _kinds(old, new, apart & ~known):
            tally[kind] = tally.get(kind, 0) + 1
    moves = {kind for kind in tally if kind.startswith("moved ")}
    if len(moves) > 1:
        tally["moved"] = sum(tally.pop(kind) for kind in sorted(moves))
    ordered = sorted(tally.items(), key=lambda item: _ORDER.index(item[0].partition(" ")[0]))
    noun = "hit" if drums else "note"
    return ", ".join(
        f"{count(number, noun) if not index else number} {kind}" for index, (kind, number) in enumerate(ordered)
    )


_ORDER = ("added", "removed", "changed", "moved", "louder", "softer", "longer", "shorter")


def _kinds(old: Note | None, new: Note | None, apart: int) -> list[str]:
    if old is None or new is None:
        return ["added" if old is None else "removed"]
    found = []
    if apart & PITCH:
        found.append("changed pitch")
    if apart & PLACE:
        found.append(f"moved {_later(new[0] - old[0])}")
    if apart & VELOCITY:
        found.append("louder" if new[3] > old[3] else "softer")
    if apart & LENGTH:
        found.append("longer" if new[1] > old[1] else "shorter")
    return found
