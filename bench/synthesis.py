"""Synthesis: a 3:30 song of 12 tracks and 4,000 notes, by a seed; the same notes for csound where it is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np

TRACKS = 12
SECTIONS = "abcdefg"
LENGTH = 15  # bars of a section
BARS = LENGTH * len(SECTIONS)
BPM = 120
ORCHESTRA = """\
<CsoundSynthesizer>
<CsInstruments>
sr = 44100
ksmps = 64
nchnls = 2
0dbfs = 1
instr 1
  kenv linsegr 0, 0.005, 1, 0.1, 0.7, 0.2, 0
  asig vco2 p5 * 0.2, cpsmidinn(p4)
  afil butterlp asig, 400 + 4000 * kenv
  outs afil * kenv * sqrt(1 - p6), afil * kenv * sqrt(p6)
endin
</CsInstruments>
<CsScore>
"""
"""One simple subtractive voice: sawtooth, low-pass with envelope, pan."""
NAMES = ("c", "d", "e", "f", "g", "a", "b")


def notes() -> list[list[list[str]]]:
    """For each track, for each bar, its notes as text; near 4,000 in all, in eighths with rests."""
    rng = np.random.Generator(np.random.Philox(key=4000))
    return [
        [
            [
                f"{NAMES[rng.integers(7)]}{2 + track % 4}!{rng.choice([64, 80, 96, 112])}"
                if rng.random() < 0.4
                else "r"
                for _ in range(8)
            ]
            for _ in range(BARS)
        ]
        for track in range(TRACKS)
    ]


def write_song(folder: Path, changed: bool = False, order: str = SECTIONS) -> tuple[int, int]:
    """Write the song, one subtractive synth a track, with its sections in `order`; `changed` moves one note.

    Half a bar stands on a line, as one writes what one wants to diff.  Returns the number of notes and of lines.
    """
    tracks = notes()
    count = sum(note != "r" for bars in tracks for bar in bars for note in bar)
    if changed:
        bar = tracks[3][40]
        bar[0] = "c4!100" if bar[0] != "c4!100" else "d4!100"
    lines = ["title: Synthesis", f"tempo: {BPM}", "tail: 1", "composition:", "  patterns:"]
    for index, bars in enumerate(tracks):
        texts = [" ".join([f"{bar[0]}:8", *bar[1:]]) if "!" not in bar[0] else _timed(bar) for bar in bars]
        for place, section in enumerate(SECTIONS):
            lines.append(f"    p{index}{section}: |")
            for bar in texts[place * LENGTH : (place + 1) * LENGTH]:
                half = bar.split()
                lines += [f"      {' '.join(half[:4])}", f"        {' '.join(half[4:])} |"]
            lines[-1] = lines[-1].removesuffix(" |")
    lines += ["arrangement:", "  tracks:"]
    lines += [f"    t{index}: subtractive" for index in range(TRACKS)]
    lines += ["  sections:"]
    for section in SECTIONS:
        lines += [f"    {section}:", f"      bars: {LENGTH}", "      parts:"]
        lines += [f"        t{index}: p{index}{section}" for index in range(TRACKS)]
    lines += [f"  form: [{', '.join(order)}]", "mix:", "  channels:"]
    lines += [f"    t{index}: {{gain_db: -15}}" for index in range(TRACKS)]
    lines += ["master: {loudness: null}", "delivery: {formats: [wav24]}"]
    (folder / "song.yaml").write_text("\n".join(lines) + "\n")
    return count, len(lines)


def _timed(bar: list[str]) -> str:
    """A bar whose first note names its length before its velocity."""
    first, _, velocity = bar[0].partition("!")
    return " ".join([f"{first}:8!{velocity}", *bar[1:]])


def write_csound(folder: Path) -> None:
    """Write the same notes as a csound file with one simple subtractive instrument."""
    scale = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
    score = []
    for index, bars in enumerate(notes()):
        for number, bar in enumerate(bars):
            for step, text in enumerate(bar):
                if text != "r":
                    key = 12 * (int(text[1]) + 1) + scale[text[0]]
                    start = number * 2.0 + step * 0.25
                    score.append(f"i1 {start} 0.25 {key} {int(text.split('!')[1]) / 127:.3f} {index / TRACKS:.3f}")
    text = ORCHESTRA + "\n".join(score) + "\ne\n</CsScore>\n</CsoundSynthesizer>\n"
    (folder / "song.csd").write_text(text)
