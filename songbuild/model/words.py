"""The words of a song as lines with times, from what its tracks sing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from songbuild.model.score import Event, Score

REST = Fraction(1)
"""Quarter notes of silence after which a new line begins."""
LONG, LONGEST = 20, 48
"""Characters after which a line ends at a comma, and after which it ends at the next rest or word."""
_STOPS, _COMMAS = ".;:!?…", ",–—"


@dataclass(frozen=True, slots=True)
class SungLine:
    """A line of lyrics, the millisecond at which it is sung, and the section's occurrence it belongs to."""

    ms: int
    text: str
    section: str


def singer(score: Score) -> str | None:
    """The track that sings the most syllables, the first of several; None where none sings."""
    counts = {name: sum(1 for event in events if event.text) for name, events in score.tracks.items()}
    best = max(counts, key=lambda name: counts[name], default=None)
    return best if best is not None and counts[best] else None


def sung(score: Score, track: str) -> tuple[SungLine, ...]:
    """The lines that a track sings.

    A line ends at the end of a section, after a rest of a quarter note, at a full stop or semicolon, at a comma where
    it is long; 'to-' and 'night' are one word.  Times are those of the score, without swing's or humanize's shifts in
    seconds.
    """
    lines: list[SungLine] = []
    found: list[Event] = []
    text = ""
    ends = Fraction(0)
    held: Fraction | None = None  # where the last note began: notes of a chord sing once
    for event in sorted(score.tracks.get(track, ()), key=lambda event: (event.onset, event.pitch)):
        if event.drum or (event.onset == held and not event.text):
            continue
        if event.text and event.onset != held:
            if found and _breaks(text, found[-1], event, event.onset - ends >= REST):
                lines.append(_line(score, found, text))
                found, text = [], ""
            text = joined(text, event.text)
            found.append(event)
        held = event.onset
        ends = max(ends, event.onset + event.length) if found else event.onset
    if found:
        lines.append(_line(score, found, text))
    return tuple(lines)


def plain(lines: Sequence[SungLine]) -> str:
    """The words alone: a line each, an empty one between sections."""
    written: list[str] = []
    for before, line in zip((None, *lines), lines, strict=False):
        if before is not None and before.section != line.section:
            written.append("")
        written.append(line.text)
    return "\n".join(written)


def joined(text: str, syllable: str) -> str:
    """The words so far with one more syllable, which goes on with a word that ends in a hyphen."""
    if text.endswith("-") and not text.endswith("--"):
        return text[:-1] + syllable
    return f"{text} {syllable}".lstrip()


def ends_line(text: str, rest: bool) -> bool:
    """Whether a line ends with these words, where a rest of `REST` or longer may follow."""
    if text.endswith("-"):
        return False
    if rest or text[-1:] in _STOPS:
        return True
    return len(text) >= LONGEST or (len(text) >= LONG and text[-1:] in _COMMAS)


def _breaks(text: str, last: Event, event: Event, rest: bool) -> bool:
    """Whether a new line begins with `event`."""
    other = _section(last) != _section(event) and not text.endswith("-")
    return other or ends_line(text, rest)


def _section(event: Event) -> str:
    return event.id.partition("/")[0]


def _line(score: Score, found: Sequence[Event], text: str) -> SungLine:
    seconds = score.time.exact_seconds(max(Fraction(0), found[0].onset))
    return SungLine(int(seconds * 1000), text.rstrip("-").strip(), _section(found[0]))
