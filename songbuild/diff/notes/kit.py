"""What is said of a drum kit as a whole: one drum in another's place, a fill; the rest drum by drum."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from songbuild.diff.facts import Note
from songbuild.diff.notes.explain import KIT_LAWS, Explained, Finding, Left, explain, tell, whole
from songbuild.diff.notes.stretch import LENGTH, PLACE, VELOCITY, Claim, Frame, Item, when
from songbuild.diff.words import words

_FILL = 3
"""The fewest changed hits that are called a fill."""


def explain_kit(frame: Frame, items: Sequence[Item]) -> Explained:
    """Everything that can be said of a kit in a playing."""
    by_drum: dict[str, list[Item]] = {}
    for item in items:
        by_drum.setdefault(_drum(item), []).append(item)
    apart = [drum for drum, own in by_drum.items() if any(item.differs for item in own)]
    findings: list[Finding] = []
    left: list[Left] = []
    known = 0
    if len(apart) > 1:
        filled = fill(frame, items)
        if filled is not None:
            return Explained([filled], [])
        s = whole(frame, items, "")
        findings, known = tell(s, KIT_LAWS, known)
        if not known & PLACE:
            swaps, done = swapped(frame, by_drum)
            findings += swaps
            apart = [drum for drum in apart if drum not in done]
    for drum in sorted(apart):
        if any(item.differs & ~known for item in by_drum[drum]):
            more = explain(whole(frame, by_drum[drum], drum), known)
            findings += more.findings
            left += more.left
    return Explained(findings, left)


def _drum(item: Item) -> str:
    note = item.pair[1] or item.pair[0]
    return note[4] if note is not None else ""


def swapped(frame: Frame, by_drum: dict[str, list[Item]]) -> tuple[list[Finding], set[str]]:
    """The drums that play what another played before: 'ride instead of hat'; and which drums these are."""
    lost = {drum: own for drum, own in by_drum.items() if all(item.pair[1] is None for item in own)}
    gained = {drum: own for drum, own in by_drum.items() if all(item.pair[0] is None for item in own)}
    found = []
    done: set[str] = set()
    for old, gone in sorted(lost.items()):
        for new, come in sorted(gained.items()):
            if new not in done and {when(item.pair) for item in gone} == {when(item.pair) for item in come}:
                claim = Claim(f"{words(new)} instead of {words(old)}", PLACE, 0.6, whole=False)
                found.append(Finding(claim, 0, len(frame.bars) - 2, (*gone, *come), ""))
                done |= {old, new}
                break
    return found, done


def fill(frame: Frame, items: Sequence[Item]) -> Finding | None:
    """A fill that is new, another or gone: all that differs is in one bar, the last of a phrase of four or of all."""
    count = len(frame.bars) - 1
    apart = [item for item in items if item.differs]
    bars = {item.bar for item in apart}
    if len(bars) != 1 or len(apart) < _FILL or count < 2:
        return None
    bar = bars.pop()
    if (bar + 1) % 4 and bar + 1 != count:
        return None
    before = _contents(frame, (item.pair[0] for item in items))
    after = _contents(frame, (item.pair[1] for item in items))
    had, has = (contents.pop(bar, _EMPTY) for contents in (before, after))
    plain, still = had in before.values(), has in after.values()
    if plain == still and (plain or had == has or not before):
        return None
    text = "fill added" if plain else "fill gone" if still else "new fill"
    return Finding(Claim(text, PLACE | VELOCITY | LENGTH, 0.5, whole=False), bar, bar, tuple(apart), "")


_EMPTY: frozenset[tuple[int, str]] = frozenset()


def _contents(frame: Frame, notes: Iterable[Note | None]) -> dict[int, frozenset[tuple[int, str]]]:
    """What each bar plays."""
    found: dict[int, set[tuple[int, str]]] = {}
    for note in notes:
        if note is not None:
            bar = frame.bar_of(note[0])
            found.setdefault(bar, set()).add((note[0] - frame.bars[bar], note[4]))
    return {bar: frozenset(hits) for bar, hits in found.items()}
