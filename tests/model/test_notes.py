"""Note strings: what is wrong with them, and what holds for any of them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songbuild.model import line as lines
from songbuild.model.chords import parse_chord, parse_chords
from songbuild.model.drums import parse_grid, parse_row
from songbuild.model.line import Line
from songbuild.model.notes import parse_degrees, parse_notes
from songbuild.model.scales import SCALES, Key, parse_key, parse_pitch, spell
from songbuild.problems import NotationError

BAR = (Fraction(4),)
LENGTHS = {
    "1": 4,
    "2": 2,
    "4": 1,
    "8": Fraction(1, 2),
    "8.": Fraction(3, 4),
    "16": Fraction(1, 4),
    "8t": Fraction(1, 3),
}
notes = st.lists(st.tuples(st.integers(36, 84), st.sampled_from(sorted(LENGTHS))), min_size=1, max_size=24)
keys = st.builds(
    lambda tonic, mode: parse_key(f"{tonic} {mode}"),
    st.sampled_from(["C", "F#", "Eb", "A"]),
    st.sampled_from(sorted(SCALES)),
)

WRONG = [
    ("c4:8 e g:4. | a4:2", 12, 1, "bar 1 is 1 1/2 beats short"),
    ("c4:4 d e f:8 | R", 13, 1, "bar 1 is half a beat short"),
    ("c4:1 | c4:4 d e f:4. | R", 21, 1, "bar 2 is half a beat too long"),
    ("c4:1 | c4:2.", 11, 1, "bar 2 is 1 beat short"),
    ("c4:1 | | c4:1", 7, 1, "there is nothing in this bar"),
    ("e:8 g", 0, 1, "the first note names its octave"),
    ("c4 h d", 3, 1, "'h' is not a note"),
    ("c4 dog", 3, 3, "'dog' is not a note"),
    ("c4:3", 3, 1, "':3' is not a length"),
    ("c4:", 3, 1, "':' is not a length"),
    ("c4 [e g:8]", 7, 1, "a chord's length and articulation stand after its ']'"),
    ("c4 [e g", 3, 1, "'[' is never closed"),
    ("c4 {e g", 3, 1, "'{' is never closed"),
    ("{}:4", 0, 2, "there is nothing between the brackets"),
    ("c4 ]", 3, 1, "']' is not a note"),
    ("c4!200", 2, 4, "'!200' is not a velocity"),
    ("c4!loud", 2, 5, "'!loud' is not a velocity"),
    ("c4~ d", 0, 2, "this tie leads to no note of the same pitch"),
    ("c4 d~", 3, 1, "this tie leads to no note of the same pitch"),
    ("!p < c4 d !pp", 10, 3, "a swell to here gets louder, but this level isn't"),
    ("c4 < d", 3, 1, "this swell has no end"),
    ("!p < c4 > d !f", 8, 1, "a level comes between two swells"),
    ("% | c4:1", 0, 1, "there is no bar of this length before it to repeat"),
    ("c4:4 R", 5, 1, "this stands for a whole bar, and the bar has begun"),
    ("{c4 | d}:4", 4, 1, "this can't stand inside of a tuplet"),
    ("c4*0", 2, 2, "'*' is followed by how often: 1 to 999"),
    ("((((c4*999)*999)*999)*999)", 4, 6, "more than 50,000 notes"),
    ("g9 a", 3, 1, "'a' lies outside of c-1 to g9"),
    ("r:4^", 3, 1, "'^' can't stand here"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "offset", "length", "message"), WRONG)
def test_wrong_notes(text: str, offset: int, length: int, message: str) -> None:
    with pytest.raises(NotationError) as error:
        parse_notes(text, BAR)
    assert (error.value.message, error.value.offset, error.value.length) == (message, offset, length)


WRONG_ELSE = [
    (lambda: parse_degrees("1 0 3", Key()), 2, 1, "degrees count from 1 to 50"),
    (lambda: parse_degrees("1 c4", Key()), 2, 2, "'c4' is not a note"),
    (lambda: parse_row("x-- x---", parse_grid(16), BAR), 0, 8, "the row has 7 steps; a bar has 16"),
    (lambda: parse_row("x--y", parse_grid(16), BAR), 3, 1, "'y' is not a step of a grid"),
    (lambda: parse_row("x---x---x---x--- | x---", parse_grid(16), BAR), 19, 4, "bar 2 has 4 steps, not 16"),
    (lambda: parse_row("- | | -", parse_grid(16), BAR), 4, 1, "there is nothing in this bar"),
    (lambda: parse_row("x---", parse_grid(12), (Fraction(7, 2),)), 0, 1, "a grid of 12 doesn't fit into bar 1"),
    (lambda: parse_grid("fast"), 0, 4, "'fast' is not a grid"),
    (lambda: parse_chords("C | Hm | F", Key(), BAR), 4, 2, "'Hm' is not a chord"),
    (lambda: parse_chords("C | Amaj7x", Key(), BAR), 9, 1, "'x' is not part of a chord symbol"),
    (lambda: parse_chords("C | . F", Key(), BAR), 4, 1, "a dot holds a chord of the same bar"),
    (lambda: parse_chords("% | C", Key(), BAR), 0, 1, "there is no bar of this length before it to repeat"),
    (lambda: parse_chords("C || F", Key(), BAR), 3, 1, "there is no chord in this bar"),
    (lambda: parse_chords("C:2 F:4", Key(), BAR), 0, 7, "bar 1 is 1 beat short"),
    (lambda: parse_chords("C:3", Key(), BAR), 1, 2, "':3' is not a length"),
    (lambda: parse_chords("C/3", Key(), BAR), 1, 2, "the bass after '/' is a note"),
    (lambda: parse_key("H minor"), 0, 7, "'H minor' is not a key"),
    (lambda: parse_key("A mino"), 2, 4, "unknown scale 'mino'"),
    (lambda: parse_pitch("c"), 0, 1, "'c' is not a pitch such as c4 or f#3"),
]  # fmt: skip


@pytest.mark.parametrize(("parse", "offset", "length", "message"), WRONG_ELSE)
def test_wrong_strings(parse: object, offset: int, length: int, message: str) -> None:
    assert callable(parse)
    with pytest.raises(NotationError) as error:
        parse()
    assert (error.value.message, error.value.offset, error.value.length) == (message, offset, length)


def written(line: list[tuple[int, str]]) -> str:
    return " ".join(f"{spell(pitch, Key())}:{length}" for pitch, length in line)


@settings(deadline=None, max_examples=50)
@given(notes)
def test_what_is_written_is_read(line: list[tuple[int, str]]) -> None:
    made = parse_notes(written(line), BAR)
    assert [tone.pitch for tone in made.tones] == [pitch for pitch, _ in line]
    assert [tone.length for tone in made.tones] == [LENGTHS[length] for _, length in line]
    assert made.length == sum(LENGTHS[length] for _, length in line)


@settings(deadline=None, max_examples=50)
@given(notes, st.integers(1, 9))
def test_a_repeat_is_the_line_again(line: list[tuple[int, str]], times: int) -> None:
    once, made = parse_notes(written(line), BAR), parse_notes(f"({written(line)})*{times}", BAR)
    assert made.length == times * once.length
    assert [tone.pitch for tone in made.tones] == times * [tone.pitch for tone in once.tones]


@settings(deadline=None, max_examples=50)
@given(notes, st.sampled_from(["2", "4", "8."]))
def test_a_tuplet_takes_the_time_it_is_given(line: list[tuple[int, str]], length: str) -> None:
    whole = {"2": 2, "4": 1, "8.": Fraction(3, 4)}[length]
    once, made = parse_notes(written(line), BAR), parse_notes("{" + written(line) + "}:" + length + " c4", BAR)
    ratio = whole / once.length
    assert made.tones[-1].onset == whole
    assert [t.onset for t in made.tones[:-1]] == [t.onset * ratio for t in once.tones]


def test_nested_tuplets_and_ties_over_bars() -> None:
    made = parse_notes("{c4:8 {d e f}:4 g:8}:2 r:4 c4:4~ | c4:1~ | c:4 R*1".replace(" R*1", " r:2."), BAR)
    assert [(t.onset, t.length) for t in made.tones] == [
        (0, Fraction(1, 2)), (Fraction(1, 2), Fraction(1, 3)), (Fraction(5, 6), Fraction(1, 3)),
        (Fraction(7, 6), Fraction(1, 3)), (Fraction(3, 2), Fraction(1, 2)), (3, 6),
    ]  # fmt: skip


def test_chords_tie_note_by_note() -> None:
    made = parse_notes("[c4~ e g~]:2 [c g a]:2", BAR)
    assert [(t.pitch, t.onset, t.length) for t in made.tones] == [(60, 0, 4), (64, 0, 2), (67, 0, 4), (69, 2, 2)]


def test_the_last_of_tied_notes_says_how_all_of_it_sounds() -> None:
    (tone,) = parse_notes("c4:4~ c.:4", BAR).tones
    assert (tone.length, tone.gate) == (2, Fraction(1, 2))


def test_bars_of_other_lengths() -> None:
    made = parse_notes("c4:4 d e f | g:4 a b:8 | R | %", (Fraction(4), Fraction(5, 2), Fraction(3)))
    assert made.length == Fraction(25, 2)


@settings(deadline=None, max_examples=50)
@given(notes, keys, st.integers(-9, 9))
def test_changes_undo_each_other(line: list[tuple[int, str]], key: Key, amount: int) -> None:
    made = parse_notes(written(line), BAR)
    factor = Fraction(abs(amount) + 1, 3)
    assert lines.augment(lines.augment(made, factor), 1 / factor) == made
    assert lines.retrograde(lines.retrograde(made)) == made
    assert lines.transpose(lines.transpose(made, amount), -amount) == made
    turned = lines.rotate(lines.rotate(made, Fraction(amount, 3)), -Fraction(amount, 3))
    assert turned == made
    diatonic = Line(tuple(t for t in made.tones if key.step_of(t.pitch)[1] == 0), made.length)
    assert lines.transpose_steps(lines.transpose_steps(diatonic, amount, key), -amount, key) == diatonic
    assert lines.invert(lines.invert(diatonic, key), key) == diatonic


def test_invert_and_steps_stay_in_the_scale() -> None:
    made = parse_notes("c4 d e g b3", BAR)
    assert [t.pitch for t in lines.invert(made, Key()).tones] == [60, 59, 57, 53, 62]
    assert [t.pitch for t in lines.transpose_steps(made, 2, Key()).tones] == [64, 65, 67, 71, 62]


@settings(deadline=None, max_examples=50)
@given(keys, st.integers(0, 127))
def test_spelling_is_read_back(key: Key, pitch: int) -> None:
    if 12 <= pitch <= 119:
        assert parse_pitch(spell(pitch, key)) == pitch
    step, raised = key.step_of(pitch)
    assert key.pitch(step) + raised == pitch


SPELLINGS = [
    ("A minor", "a3 b3 c4 d4 e4 f4 g#4"), ("Eb major", "eb4 f4 g4 ab4 bb4 c5 d5"),
    ("F# dorian", "f#3 g#3 a3 b3 c#4 d#4 e4"),
    ("Db major", "db4 eb4 f4 gb4 ab4 bb4 c5"), ("B major", "b3 c#4 d#4 e4 f#4 g#4 a#4"), ("C minor", "c4 eb4 g4 b4"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "names"), SPELLINGS)
def test_spelling(key: str, names: str) -> None:
    assert " ".join(spell(parse_pitch(name), parse_key(key)) for name in names.split()) == names


CHORDS = {
    "C": (0, 4, 7), "Cm": (0, 3, 7), "C-7": (0, 3, 7, 10), "Cmaj7": (0, 4, 7, 11),
    "CΔ": (0, 4, 7, 11), "Cdim": (0, 3, 6),
    "C°7": (0, 3, 6, 9), "Cø": (0, 3, 6, 10), "Cm7b5": (0, 3, 6, 10), "C+": (0, 4, 8), "C7#5": (0, 4, 8, 10),
    "C6/9": (0, 4, 7, 9, 14), "C9": (0, 4, 7, 10, 14), "Cm11": (0, 3, 7, 10, 14, 17), "C11": (0, 7, 10, 14, 17),
    "C13": (0, 4, 7, 10, 14, 21), "C7alt": (0, 4, 10, 13, 15, 20), "C7(b9,#11)": (0, 4, 7, 10, 13, 18), "C5": (0, 7),
    "Csus4": (0, 5, 7), "C9sus4": (0, 5, 7, 10, 14), "Cadd9": (0, 4, 7, 14), "Cmadd9": (0, 3, 7, 14),
    "Cm(maj7)": (0, 3, 7, 11),
    "C7no5": (0, 4, 10), "C7-5": (0, 4, 6, 10), "N.C.": (),
}  # fmt: skip


@pytest.mark.parametrize(("symbol", "tones"), CHORDS.items())
def test_chord_symbols(symbol: str, tones: tuple[int, ...]) -> None:
    assert parse_chord(symbol, Key()).tones == tones


def test_transposed_chords_are_spelled_in_their_new_key() -> None:
    key = parse_key("C major")
    moved = [parse_chord(s, key).transposed(3, key.transposed(3)).symbol for s in ("C", "Am7", "G/B", "F6/9", "N.C.")]
    assert moved == ["Eb", "Cm7", "Bb/D", "Ab6/9", "N.C."]
