"""Facts of songs made of sections, note strings and drum rows alone, for the tests of what is said of notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from songbuild.diff.change import Change, NotePair
from songbuild.diff.facts import TICKS, Facts, Note, Part, Section
from songbuild.diff.notes import changes
from songbuild.model.drums import parse_grid, parse_row, repeated
from songbuild.model.notes import parse_notes

Music = str | Mapping[str, str]
"""A note string, or drums' rows in sixteenths."""
BAR = (Fraction(4),)


def song(
    parts: Mapping[str, Mapping[str, Music]],
    form: Sequence[str] = ("verse", "chorus", "verse", "chorus"),
    bars: int = 4,
    key: str = "C major",
    chords: Sequence[str] = (),
    keys: Mapping[str, str] | None = None,
) -> Facts:
    """A song of sections of `bars` bars in 4/4; music by part and section, of one playing by its id ('verse#2').

    chords  one for each bar of the song
    keys    of single playings
    """
    sections: list[Section] = []
    for index, name in enumerate(form):
        again = f"{name}#{1 + sum(section.name == name for section in sections)}"
        own = (keys or {}).get(again, key)
        sections.append(Section(again, name, index * bars * 4 * TICKS, bars * 4 * TICKS, 1 + index * bars, bars, own))
    made = {
        name: Part("", "", tuple(_notes(by_section, sections, bars))) for name, by_section in parts.items()
    }  # fmt: skip
    starts = tuple(range(0, len(form) * bars * 4 * TICKS + 1, 4 * TICKS))
    spans = tuple((bar * 4 * TICKS, 4 * TICKS, symbol) for bar, symbol in enumerate(chords))
    return Facts(sections=tuple(sections), bars=starts, meters=((1, "4/4"),), chords=spans, parts=made)


def _notes(by_section: Mapping[str, Music], sections: Sequence[Section], bars: int) -> list[Note]:
    found: list[Note] = []
    for index, section in enumerate(sections):
        music = by_section.get(section.id, by_section.get(section.name))
        if music is not None:
            found += sorted(_of(music, index, bars), key=lambda note: (note.start, note.pitch, note.drum))
    return found


def _of(music: Music, index: int, bars: int) -> list[Note]:
    if isinstance(music, str):
        tones = parse_notes(music, BAR).tones
    else:
        rows = ((parse_row(text, parse_grid(16), BAR, drum=drum)) for drum, text in music.items())
        tones = tuple(tone for line, count in rows for tone in repeated(line, count, bars, BAR).tones)
    return [
        Note(
            int(tone.onset * TICKS), int(tone.length * (tone.gate or 1) * TICKS), tone.pitch, round(tone.velocity),
            tone.drum, "", index, "",
        )
        for tone in tones
    ]  # fmt: skip


def compared(old: Facts, new: Facts, up: Mapping[int, int] | None = None) -> list[Change]:
    """What is said of the notes of two songs of one form, what is heard most first."""
    return sorted(differing(old, new, up)[1], key=lambda change: (-change.weight, change.text))


def differing(
    old: Facts, new: Facts, up: Mapping[int, int] | None = None
) -> tuple[dict[str, tuple[NotePair, ...]], list[Change]]:
    """The pairs and the changes of two songs of one form; parts are those of one name."""
    sections = tuple((index, index) for index in range(len(new.sections)))
    names = dict.fromkeys([*old.parts, *new.parts])
    parts = tuple((name if name in old.parts else None, name if name in new.parts else None) for name in names)
    return changes(old, new, sections, parts, up or {})


def told(old: Facts, new: Facts, up: Mapping[int, int] | None = None) -> list[str]:
    """The sentences of two songs."""
    return [change.text for change in compared(old, new, up)]
