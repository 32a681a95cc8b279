"""docs/notation.md: every example does what the page says."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from songbuild.model.automation import parse_lane
from songbuild.model.chords import parse_chords
from songbuild.model.comp import cuts
from songbuild.model.drums import parse_grid, parse_row
from songbuild.model.expand import expand
from songbuild.model.faults import KINDS
from songbuild.model.line import Line
from songbuild.model.lyrics import sing
from songbuild.model.notes import parse_degrees, parse_notes
from songbuild.model.scales import Key, parse_key, parse_pitch, spell
from songbuild.model.score import Score
from songbuild.model.song import Song
from songbuild.model.time import TimeMap
from songbuild.problems import NotationError
from songbuild.units import Unit

PAGE = (Path(__file__).parents[2] / "docs" / "notation.md").read_text(encoding="utf-8")
FENCES = [(m[1].strip(), m[2]) for m in re.finditer(r"^```(\w[^\n]*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)]
BAR = (Fraction(4),)


def shown(line: Line, names: dict[int, str], plain: float = 80) -> str:
    parts = []
    for tone in line.tones:
        stop = tone.onset + tone.length * (1 if tone.gate is None else tone.gate)
        loud = "" if tone.velocity == plain else f" !{round(tone.velocity)}"
        parts.append(f"{names[tone.pitch]} {tone.onset}..{stop}{loud}")
    return ", ".join(parts)


def names_in(result: str) -> dict[int, str]:
    """The pitches that an expected result names, in the spelling it uses."""
    return {parse_pitch(name): name for name in re.findall(r"(?:^|, )([a-g][#b]*-?\d)", result)}


def examples(kind: str) -> list[tuple[str, str, str]]:
    found = []
    for head, body in FENCES:
        if head.split()[0] == kind:
            for row in body.splitlines():
                written, arrow, result = row.partition("=>")
                assert arrow, row
                found.append((head.partition(" ")[2], written.strip(), result.strip()))
    assert found
    return found


@pytest.mark.parametrize(("_", "written", "result"), examples("notes"))
def test_notes(_: str, written: str, result: str) -> None:
    assert shown(parse_notes(written, BAR), names_in(result)) == result


@pytest.mark.parametrize(("key", "written", "result"), examples("degrees"))
def test_degrees(key: str, written: str, result: str) -> None:
    assert shown(parse_degrees(written, parse_key(key), BAR), names_in(result)) == result


@pytest.mark.parametrize(("grid", "written", "result"), examples("grid"))
def test_grids(grid: str, written: str, result: str) -> None:
    if result.startswith("error: "):
        with pytest.raises(NotationError, match=re.escape(result[7:])):
            parse_row(written, parse_grid(grid), BAR)
        return
    line, bars = parse_row(written, parse_grid(grid), BAR)
    assert bars == 1
    assert ", ".join(f"x {tone.onset} !{round(tone.velocity)}" for tone in line.tones) == result


@pytest.mark.parametrize(("key", "written", "result"), examples("chords"))
def test_chord_lines(key: str, written: str, result: str) -> None:
    if result.startswith("error: "):
        with pytest.raises(NotationError, match=re.escape(result[7:])):
            parse_chords(written, parse_key(key), BAR)
        return
    spans, _ = parse_chords(written, parse_key(key), BAR)
    assert ", ".join(f"{s.chord.symbol} {s.start}..{s.start + s.length}" for s in spans) == result


@pytest.mark.parametrize(("_", "written", "result"), examples("lyrics"))
def test_lyrics(_: str, written: str, result: str) -> None:
    notes, _, words = written.partition("|")
    tones = sing(parse_notes(notes, BAR).tones, words)
    assert ", ".join(tone.text for tone in tones).strip() == result


@pytest.mark.parametrize(("_", "written", "result"), examples("lane"))
def test_lanes(_: str, written: str, result: str) -> None:
    time = TimeMap.build(120)
    score = Score(time, (), {}, Fraction(400))
    frames = {time.frame(time.beat_at(int(bar), Fraction(int(beat or 1) - 1)), 48_000): where for where, bar, beat in
              re.findall(r"(?:^|, )((\d+)(?:\.(\d+))?) ", result)}  # fmt: skip
    points = parse_lane(written, score, 48_000, Unit("dB", {"db": 1.0}, infinite=True))
    assert ", ".join(f"{frames[frame]} {value:g} {curve}" for frame, value, curve in points) == result


@pytest.mark.parametrize("text", [body for head, body in FENCES if head == "yaml"])
def test_songs(text: str) -> None:
    """Each piece of YAML, in a song, has no fault; every pattern in it is read."""
    song = Song.model_validate({"title": "An example", "key": "A minor", **yaml.safe_load(text)})
    kit = {name: i + 35 for i, name in enumerate(["kick", "snare", "hat", "crash"])}
    score, faults = expand(song, {"drums": kit})
    assert faults == []
    for name in song.recordings:
        found, faults = cuts(song, score, 48_000, name)
        assert found
        assert faults == []


def test_form_example() -> None:
    """The longest example: what each occurrence plays."""
    (text,) = (body for head, body in FENCES if head == "yaml" and "half_time" in body)
    song = Song.model_validate({"title": "An example", "key": "A minor", **yaml.safe_load(text)})
    score, faults = expand(song)
    assert faults == []
    assert [item.id for item in score.sections] == [
        "verse#1", "chorus#1", "verse#2", "chorus#2", "chorus#3", "chorus#4",
    ]  # fmt: skip
    second = score.sections[2]
    assert not [e for e in score.tracks["keys"] if second.start <= e.onset < second.start + second.length]
    assert {e.drum for e in score.tracks["drums"] if second.start <= e.onset < second.start + second.length} == {
        "kick", "snare",
    }  # fmt: skip
    last, before = (
        [e.pitch for e in score.tracks["lead"] if e.id.startswith(f"{occ}/")] for occ in ("chorus#4", "chorus#3")
    )
    assert last == [pitch + 2 for pitch in before]
    assert [symbol for start, _, symbol in score.chords if start >= score.sections[-1].start] == ["G", "A", "Bm", "Bm"]
    assert score.tracks["lead"][0].onset == 0  # the pickup


def test_spelling_of_the_page_is_the_keys_own() -> None:
    assert [spell(pitch, Key()) for pitch in (60, 61, 63, 66, 68, 70)] == ["c4", "c#4", "eb4", "f#4", "ab4", "bb4"]


def test_every_code_is_on_the_page() -> None:
    section = PAGE.partition("## Codes of errors")[2]
    assert {f"{number:03}" for number in KINDS.values()} == set(re.findall(r"\b0\d\d\b", section))
