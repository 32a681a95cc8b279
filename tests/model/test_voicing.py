"""Voicings and comping."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songbuild.model.chords import parse_chord, parse_chords
from songbuild.model.comping import parse_rhythm, parse_strum, play_chords, steady
from songbuild.model.scales import Key
from songbuild.model.voicing import movement, voice
from songbuild.problems import NotationError

BAR = (Fraction(4),)
VOICINGS = ["close", "open", "drop2", "drop3", "shell", "rootless", "power", "root", "spread"]
symbols = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"]),
        st.sampled_from(["", "m", "7", "maj7", "m7b5", "dim7", "13", "7alt", "sus4", "6/9", "5", "m11", "7(b9,#11)"]),
        st.sampled_from(["", "", "", "/E", "/Bb", "/G"]),
    ),
)


@settings(deadline=None, max_examples=50)
@given(st.lists(symbols, min_size=1, max_size=8), st.sampled_from(VOICINGS))
def test_every_chord_has_a_voicing_of_its_own_notes(names: list[str], voicing: str) -> None:
    chords = [parse_chord(name, Key()) for name in names]
    for chord, keys in zip(chords, voice(chords, voicing), strict=True):
        assert keys
        assert list(keys) == sorted(set(keys))
        own = {(chord.root + tone) % 12 for tone in chord.tones} | {chord.bass}
        if voicing == "power":
            own |= {(chord.root + 7) % 12}
        assert {key % 12 for key in keys} <= own
        if chord.bass != chord.root and voicing not in ("shell", "rootless"):
            assert keys[0] % 12 == chord.bass
        if voicing in ("close", "open", "drop2", "drop3", "spread"):
            assert {key % 12 for key in keys} == own


@settings(deadline=None, max_examples=50)
@given(st.lists(symbols, min_size=2, max_size=8))
def test_each_chord_moves_least(names: list[str]) -> None:
    """No voicing of the kind is nearer to the chord before than the one chosen."""
    chords = [parse_chord(name, Key()) for name in names]
    chosen = voice(chords, "close")
    for before, after, chord in zip(chosen, chosen[1:], chords[1:], strict=False):
        assert before
        assert after
        for shift in (-12, 12):
            moved = tuple(key + shift for key in after)
            if moved[0] >= 48 and moved[-1] <= 72:
                assert movement(before, after) <= movement(before, moved), chord


def test_movement_between_chords_of_different_size() -> None:
    assert movement((60, 64, 67), (60, 64, 67, 70)) == 3
    assert movement((59, 61), (60,)) == movement((60,), (59, 61)) == 2
    assert movement((60, 72), (61, 65, 71)) == 1 + 5 + 1
    assert movement((), (60, 64)) == 0


def test_common_tones_stay() -> None:
    chords = [parse_chord(name, Key()) for name in ("C", "Am", "F", "Dm")]
    assert voice(chords, "close") == [(55, 60, 64), (57, 60, 64), (57, 60, 65), (57, 62, 65)]


def test_two_five_one_in_drop2() -> None:
    chords = [parse_chord(name, Key()) for name in ("Dm7", "G7", "Cmaj7")]
    assert voice(chords, "drop2") == [(53, 60, 62, 69), (53, 59, 62, 67), (52, 59, 60, 67)]


SHAPES = {"close": (0, 4, 7, 10), "shell": (0, 4, 10), "rootless": (0, 3, 6), "power": (0, 7, 12), "root": (0,)}


@pytest.mark.parametrize("voicing", VOICINGS)
def test_shapes(voicing: str) -> None:
    """Of C7: root position or an inversion of it, opened as the name says."""
    keys = voice([parse_chord("C7", Key())], voicing, (36, 72))[0]
    assert keys
    shape = tuple(key - keys[0] for key in keys)
    classes = {"root": {0}, "power": {0, 7}, "rootless": {4, 7, 10}, "shell": {0, 4, 10}}
    assert {key % 12 for key in keys} == classes.get(voicing, {0, 4, 7, 10})
    if voicing in ("close", "shell", "power", "root", "rootless"):
        assert shape == SHAPES[voicing]
    else:
        assert 12 < shape[-1] <= 36
        dropped = {"drop2": -2, "drop3": -3}.get(voicing)
        if dropped:  # undo the drop: a close position
            close = sorted([*keys[1:], keys[0] + 12])
            assert close[dropped] == keys[0] + 12
            assert close[-1] - close[0] < 12


def test_a_range_that_is_too_narrow() -> None:
    spans, length = parse_chords("C | Fmaj7", Key(), BAR)
    with pytest.raises(NotationError, match="no close voicing of Fmaj7 lies within the range") as error:
        play_chords(spans, length, 80, "close", (60, 68))
    assert (error.value.offset, error.value.length) == (4, 5)


def test_rhythm_holds_stops_and_changes_with_the_chord() -> None:
    strokes = parse_rhythm("x--- .-X- --o- ----", Fraction(16), BAR, Fraction(4), 80)
    assert [(s.onset, s.stop, round(s.velocity)) for s in strokes] == [
        (0, 1, 80), (Fraction(3, 2), Fraction(5, 2), 100), (Fraction(5, 2), 4, 38),
    ]  # fmt: skip
    spans, length = parse_chords("C F", Key(), BAR)
    line = play_chords(spans, length, 80, "root", None, strokes)
    assert [(t.onset, t.length, t.pitch) for t in line.tones] == [
        (0, 1, 36), (Fraction(3, 2), Fraction(1, 2), 36), (2, Fraction(1, 2), 29), (Fraction(5, 2), Fraction(3, 2), 29),
    ]  # fmt: skip


def test_arpeggios_and_strums() -> None:
    spans, length = parse_chords("C", Key(), BAR)
    eighths = steady(Fraction(8), length, 80)

    def played(order: str) -> list[int]:
        return [t.pitch for t in play_chords(spans, length, 80, "close", (60, 72), eighths, arpeggio=order).tones]

    assert played("up") == [64, 67, 72, 64, 67, 72, 64, 67]
    assert played("down") == [72, 67, 64, 72, 67, 64, 72, 67]
    assert played("updown") == [64, 67, 72, 67, 64, 67, 72, 67]
    assert played("played") == [72, 64, 67, 72, 64, 67, 72, 64]
    for text, order in (("10ms", [64, 67, 72]), ("-10ms", [72, 67, 64])):
        line = play_chords(spans, length, 80, "close", (60, 72), strum_s=parse_strum(text))
        assert [t.pitch for t in sorted(line.tones, key=lambda t: t.shift_s)] == order
        assert sorted(t.shift_s for t in line.tones) == [0, 0.01, 0.02]
