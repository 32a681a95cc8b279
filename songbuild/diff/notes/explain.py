"""From the notes of a playing before and after to what a musician says of them: the laws, widest first.

A law is a function that is shown a stretch of notes and says what it verified of all of them, or nothing.  What no law
explains of a whole playing is shown to them again by runs of changed bars, then bar by bar; then comes a summary of a
run; what is left is told note by note (`singles`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from songbuild.diff.notes import loudness, melody, pitch, rhythm
from songbuild.diff.notes.stretch import LENGTH, PITCH, PLACE, VELOCITY, Claim, Frame, Item, Stretch
from songbuild.diff.words import stretches


class Law(NamedTuple):
    """A recogniser, and what of the notes has to differ for it to be asked: PLACE, PITCH…"""

    of: int
    say: Callable[[Stretch], Claim | None]


LAWS: tuple[Law, ...] = (
    Law(PITCH, pitch.transposed),
    Law(PITCH, pitch.in_key),
    Law(PLACE | PITCH, melody.backwards),
    Law(PITCH, pitch.upside_down),
    Law(PLACE, rhythm.shifted),
    Law(PLACE, rhythm.paced),
    Law(PLACE, rhythm.enters),
    Law(PLACE, rhythm.four_on_the_floor),
    Law(PLACE, rhythm.on_beats),
    Law(PLACE, rhythm.divided),
    Law(PLACE, rhythm.each_bar),
    Law(PLACE, pitch.doubled),
    Law(PITCH, pitch.mostly_transposed),
    Law(PLACE | PITCH, pitch.voiced_anew),
    Law(PLACE | PITCH, pitch.with_chords),
    Law(PLACE, rhythm.pushed),
    Law(VELOCITY, loudness.level),
    Law(VELOCITY, loudness.scaled),
    Law(VELOCITY, loudness.evened),
    Law(VELOCITY, loudness.accents),
    Law(VELOCITY, loudness.growing),
    Law(LENGTH, loudness.held),
    Law(LENGTH, loudness.clipped),
    Law(LENGTH, loudness.legato),
)
"""What holds for every note of a stretch, or names the few for which it doesn't."""

KIT_LAWS: tuple[Law, ...] = (
    Law(PLACE, rhythm.shifted),
    Law(PLACE, rhythm.paced),
    Law(VELOCITY, loudness.level),
    Law(VELOCITY, loudness.scaled),
    Law(VELOCITY, loudness.evened),
    Law(VELOCITY, loudness.accents),
    Law(LENGTH, loudness.held),
    Law(LENGTH, loudness.clipped),
)
"""What can hold for all drums of a kit together."""

SUMMARIES: tuple[Law, ...] = (
    Law(PLACE, melody.other_rhythm),
    Law(PLACE, pitch.fuller),
    Law(PLACE | PITCH, melody.other_pitches),
    Law(PLACE | PITCH, melody.new_passage),
    Law(PLACE, rhythm.thinned),
    Law(VELOCITY, loudness.louder),
    Law(LENGTH, loudness.longer),
)
"""What is true of a stretch without telling each note."""

_FEW = 3
"""The fewest changed notes of a bar that laws are asked about; and the most sentences of one playing."""


class Finding(NamedTuple):
    """A claim about bars `first` to `last` of a playing, with the notes that it explains."""

    claim: Claim
    first: int
    last: int
    items: tuple[Item, ...]
    drum: str | None


class Left(NamedTuple):
    """Notes that no claim explains, and what of them is explained nevertheless."""

    item: Item
    known: int


class Explained(NamedTuple):
    """What can be said of a stretch, and what is left to be told note by note."""

    findings: list[Finding]
    left: list[Left]


def explain(s: Stretch, known: int = 0) -> Explained:
    """Everything that can be said of a stretch; `known` is what of it has been told already."""
    findings, known = tell(s, LAWS, known)
    if not s.differs & ~known:
        return Explained(findings, [])
    runs = _runs(s, known)
    if (runs[0].first, runs[-1].last, len(runs)) == (s.first, s.last, 1):
        more = _by_bar(s, known)
    else:
        more = _by_run(s, runs, known)
    return Explained([*findings, *more.findings], more.left)


def tell(s: Stretch, laws: Sequence[Law], known: int) -> tuple[list[Finding], int]:
    """The claims that hold for a stretch, and what is known with them."""
    said = []
    for law in laws:
        if not law.of & s.differs & ~known:
            continue
        claim = law.say(s)
        if claim is not None and not known & claim.explains & (PLACE | PITCH):
            own = claim.explains
            explained = tuple([item for item in s.items if item[2] & own])
            if {item[1] for item in explained} != s.sounding:
                continue  # of single bars it is said when they are looked at
            said.append(Finding(claim, s.first, s.last, explained, s.drum))
            known |= own
            if not s.differs & ~known:
                break
    return said, known


def _open(s: Stretch, known: int) -> list[Item]:
    """The notes of a stretch that differ in something that isn't known."""
    return [item for item in s.items if item[2] & ~known]


def _in_bars(s: Stretch) -> dict[int, list[Item]]:
    found: dict[int, list[Item]] = {}
    for item in s.items:
        found.setdefault(item[1], []).append(item)
    return found


def _runs(s: Stretch, known: int) -> list[Stretch]:
    """The stretches of bars in which something is left to explain; silent bars don't part them."""
    by_bar = _in_bars(s)
    wanted = {item[1] for item in s.items if item[2] & ~known}
    if len(wanted) == len(by_bar):
        return [s]
    silent = set(range(s.first, s.last + 1)) - by_bar.keys()
    found = []
    for first, last in stretches(wanted | silent):
        bars = [bar for bar in range(first, last + 1) if bar in wanted]
        if bars:
            items = [item for bar in bars for item in by_bar[bar]]
            found.append(Stretch(s.frame, items, bars[0], bars[-1], s.drum))
    return found


def _by_run(s: Stretch, runs: Sequence[Stretch], known: int) -> Explained:
    """Each run of changed bars for itself; where that takes too many words, the whole in summary."""
    parts = [explain(run, known) if len(_open(run, known)) >= _FEW else _untold(run, known) for run in runs]
    said = {finding.claim.words for part in parts for finding in part.findings}
    bare = sum(bool(part.left) for part in parts)
    if len(said) + (bare > 1) > _FEW or (bare > 1 and said):
        findings, told = tell(s, SUMMARIES, known)
        if findings and not s.differs & ~told:
            return Explained(findings, [])
    return Explained(
        [finding for part in parts for finding in part.findings], [left for part in parts for left in part.left]
    )


def _by_bar(s: Stretch, known: int) -> Explained:
    """Bar by bar where two claims tell it all, else in summary, else note by note."""
    if s.first < s.last:
        found: list[Finding] = []
        words: set[str] = set()
        for number, items in sorted(_in_bars(s).items()):
            bar = Stretch(s.frame, items, number, number, s.drum)
            said, told = tell(bar, LAWS, known) if len(_open(bar, known)) >= _FEW else ([], known)
            found += said
            words |= {finding.claim.words for finding in said}
            if len(words) > 2 or bar.differs & ~told:
                break
        else:
            return Explained(found, [])
    findings: list[Finding] = []
    if len(_open(s, known)) > _FEW:
        findings, known = tell(s, SUMMARIES, known)
    return Explained(findings, _untold(s, known).left)


def _untold(s: Stretch, known: int) -> Explained:
    return Explained([], [Left(item, known) for item in _open(s, known)])


def silenced(frame: Frame, items: Sequence[Item], drum: str | None) -> list[Finding]:
    """The bars of a playing in which a part is silent now, or was; of few notes it is said which they are."""
    return [*_all_of_bars(frame, items, drum, 1, "silent"), *_all_of_bars(frame, items, drum, 0, "no longer silent")]


def _all_of_bars(frame: Frame, items: Sequence[Item], drum: str | None, side: int, words: str) -> list[Finding]:
    """The runs of bars that have no notes on one side (0 before, 1 after), and on the other none that are paired."""
    by_bar: dict[int, list[Item]] = {}
    sounding = set()
    for item in items:
        here, there = item.pair[1 - side], item.pair[side]
        if there is not None:
            sounding.add(frame.bar_of(there[0]))
        if here is not None:
            by_bar.setdefault(frame.bar_of(here[0]), []).append(item)
    quiet = {bar for bar, own in by_bar.items() if bar not in sounding and all(item.pair[side] is None for item in own)}
    still = set(range(len(frame.bars) - 1)) - by_bar.keys() - sounding
    found = []
    for first, last in stretches(quiet | still):
        bars = [bar for bar in range(first, last + 1) if bar in quiet]
        own = [item for bar in bars for item in by_bar[bar]]
        if len(own) >= _FEW:
            claim = Claim(words, PLACE | LENGTH, 0.7, whole=side == 1)
            found.append(Finding(claim, bars[0], bars[-1], tuple(own), drum))
    return found


def whole(frame: Frame, items: Sequence[Item], drum: str | None) -> Stretch:
    """All of a playing."""
    return Stretch(frame, items, 0, len(frame.bars) - 2, drum)
