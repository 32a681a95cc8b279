"""What is said of a part's notes in one section: each recogniser, with music that it holds for and that it doesn't."""

from __future__ import annotations

import pytest

from diff.noted import Music, compared, song, told
from songbuild.diff.notes.explain import KIT_LAWS, LAWS, SUMMARIES

FORM = ("verse", "chorus")
TUNE = "e4:4 g a g | e4:2 d | c4:4 e g e | d4:1"
FOURS = "e4:4 g a g | e4:4 g a g | e4:4 g a g | e4:4 g a g"
CHORDS = "[c4 e g]:2 [f a c5] | [c4 e g]:1 | [g3 b d4]:1 | [c4 e g]:1"
BEAT = {"kick": "x--- ---- x--- ----", "snare": "---- x--- ---- x---", "hat": "x-x- x-x- x-x- x-x-"}


def said(old: Music, new: Music, part: str = "lead") -> list[str]:
    """The sentences about a verse, without the part and the section."""
    texts = told(song({part: {"verse": old}}, FORM), song({part: {"verse": new}}, FORM))
    return [text.replace(f"{part}, verse", "", 1).removeprefix(", ").removeprefix(": ") for text in texts]


CASES: list[tuple[str, Music, Music, list[str]]] = [
    ("silenced", TUNE, "R | R | c4:4 e g e | d4:1", ["bars 1-2: silent"]),
    ("silenced", "R | R | c4:4 e g e | d4:1", TUNE, ["bars 1-2: no longer silent"]),
    # pitch
    ("transposed", TUNE, "e5:4 g a g | e5:2 d | c5:4 e g e | d5:1", ["up an octave"]),
    ("transposed", TUNE, "b3:4 d4 e d | b3:2 a | g3:4 b d4 b3 | a3:1", ["down a fourth"]),
    ("mostly_transposed", TUNE, "e5:4 g a g | e5:2 d | c5:4 e4 g5 e | d5:1", ["up an octave, but bar 3: E4 stays"]),
    ("in_key", TUNE, "g4:4 b c5 b4 | g4:2 f | e4:4 g b g | f4:1", ["up a third, within the key"]),
    ("backwards", TUNE, "d4:1 | e4:4 g e c | d4:2 e | g4:4 a g e", ["backwards"]),
    ("backwards", TUNE, "d4:4 e g e | c4:2 d | e4:4 g a g | e4:1", ["same rhythm, its pitches backwards"]),
    ("upside_down", TUNE, "e4:4 c# b3 c#4 | e4:2 f# | g#4:4 e c# e | f#4:1", ["upside down"]),
    ("upside_down", TUNE, "a3:4 f e f | a3:2 b | c4:4 a3 f a | b3:1", ["upside down"]),
    ("doubled", "c4:4 e g e | c4:1 | e4:1 | c4:1",
     "[c4 c5]:4 [e4 e5] [g4 g5] [e4 e5] | [c4 c5]:1 | [e4 e5]:1 | [c4 c5]:1", ["doubled an octave higher"]),
    ("doubled", "[c4 c5]:4 [e4 e5] [g4 g5] [e4 e5] | [c4 c5]:1 | [e4 e5]:1 | [c4 c5]:1",
     "c4:4 e g e | c4:1 | e4:1 | c4:1", ["no longer doubled an octave higher"]),
    ("voiced_anew", CHORDS, "[e4 g c5]:2 [a4 c5 f5] | [e4 g c5]:1 | [b3 d4 g]:1 | [e4 g c5]:1",
     ["inverted, the lowest note up an octave"]),
    ("voiced_anew", CHORDS, "[e3 c4 g]:2 [a3 f4 c5] | [e3 c4 g]:1 | [b2 g3 d4]:1 | [e3 c4 g]:1",
     ["opened to drop 2"]),
    ("voiced_anew", CHORDS, "[c4 g e5]:2 [a4 c5 f5] | [e4 g c5]:1 | [b3 d4 g]:1 | [c4 e g]:1",
     ["bars 1-3: re-voiced, same chords"]),
    ("voiced_anew", TUNE, "e4:4 g a5 g4 | e4:2 d5 | c4:4 e5 g4 e5 | d5:1", ["some notes in another octave"]),
    ("fuller", CHORDS, "[c4 e g b]:2 [f a c5 e] | [c4 e g b]:1 | [g3 b d4 f]:1 | [c4 e g b]:1",
     ["chords of 4 notes (were 3)"]),
    # time
    ("shifted", TUNE, "r:8 e4:4 g a g:8 | r:8 e4:2 d:4. | r:8 c4:4 e g e:8 | r:8 d4:2..", ["an eighth later"]),
    ("shifted", TUNE, "r:8 e4:4 g a g:8 | e4:2 d | r:8 c4:4 e g e:8 | d4:1",
     ["bars 1 and 3: an eighth later"]),
    ("pushed", "e4:4 r r g | e4:4 r r g | e4:4 r r g | e4:4 r r g",
     "e4:4 r r:8 g:4 r:8 | e4:4 r r:8 g:4 r:8 | e4:4 r r:8 g:4 r:8 | e4:4 r r:8 g:4 r:8",
     ["syncopated, beat 4 of each bar an eighth earlier"]),
    ("paced", TUNE, "e4:2 g | a4:2 g | e4:1 | d4:1", ["half time"]),
    ("paced", TUNE, "e4:8 g a g e4:4 d | c4:8 e g e d4:2 | e4:8 g a g e4:4 d | c4:8 e g e d4:2", ["double time"]),
    ("divided", "e4:4*4 | e4*4 | f4*4 | e4*4", "e4:8*8 | e4*8 | f4*8 | e4*8", ["quarters to eighths"]),
    ("divided", "e4:8*8 | e4*8 | f4*8 | e4*8", "e4:8*8 | e4*8 | f4:16*16 | e4*16",
     ["bars 3-4: eighths to sixteenths"]),
    ("divided", "e4:4 r:2. | e4:2 e | e4:1 | e4:4 e r:2", "e4:8*8 | e4*8 | e4*8 | e4*8", ["now steady eighths"]),
    ("other_rhythm", TUNE, "e4:4. g:4 a:8 g:4 | e4:2. d:4 | c4:8 e g:4 e:2 | d4:1",
     ["bars 1-3: same notes, new rhythm"]),
    ("thinned", "e4:8*8 | e4*8 | e4*8 | e4*8", "e4:8*3 r:8 e:4 r:4 | e4:8*5 r:4. | e4:8 e r:2. | r:8 e4*4 r:4.",
     ["thinned out, 15 notes (were 32)"]),
    # velocity and length
    ("level", TUNE, f"!60 {TUNE}", ["velocity 80 -> 60"]),
    ("scaled", "!80 e4:4 !60 g !80 a !60 g | R | R | R", "!70 e4:4 !50 g !70 a !50 g | R | R | R",
     ["velocity 10 lower"]),
    ("scaled", "!100 e4:4 !60 g !80 a !60 g | R | R | R", "!75 e4:4 !45 g !60 a !45 g | R | R | R",
     ["velocity to 75%"]),
    ("accents", FOURS, FOURS.replace("g", "g^"), ["beats 2 and 4 louder"]),
    ("growing", FOURS, "!40 e4:4 !50 g !60 a !64 g | e4:4 g !70 a g | !75 e4:4 g !80 a g | !90 e4:4 g !100 a g",
     ["crescendo, velocity 40 -> 100"]),
    ("evened", "!60 e4:4 !70 g !80 a !75 g | R | R | R", "e4:4 g a g | R | R | R",
     ["velocity even at 80 (was 60-80)"]),
    ("louder", "!60 e4:4 !70 g !80 a !75 g | R | R | R", "!65 e4:4 !90 g !89 a !76 g | R | R | R",
     ["louder, velocity 60-80 -> 65-90"]),
    ("held", FOURS, "e4.:4 g. a. g. | e. g. a. g. | e. g. a. g. | e. g. a. g.",
     ["staccato: quarters held as eighths"]),
    ("clipped", TUNE, "e4.:4 g. a. g. | e4.:2 d. | c4.:4 e. g. e. | d4.:1", ["staccato, notes half as long"]),
    ("legato", "e4.:4 g. a. g | e4.:2 d. | c4.:4 e. g. e | d4:1", TUNE, ["bars 1-3: legato"]),
    ("longer", "e4:8 r g r a r g r | R | R | R", "e4:4 g a4:8. r:16 g:8. r:16 | R | R | R", ["longer notes"]),
    # passages
    ("other_pitches", TUNE, "c4:4 d c d | c4:2 e | f4:4 g f g | a4:1", ["new melody, same rhythm, 11 notes"]),
    ("new_passage", TUNE, "a4:8 b c5 d e4:4 f | g4:2 a | b4:8 a g f e4:2 | c4:1", ["new melody, 14 notes (were 11)"]),
    # single notes
    ("one", TUNE, TUNE.replace("| d4:1", "| f4:1"), ["bar 4, beat 1: D4 -> F4"]),
    ("one", TUNE, TUNE.replace("c4:4 e g e", "c4:4 e g e:8 f"), ["bar 3, beat 4.5: F4 added"]),
    ("one", TUNE, TUNE.replace("e4:4 g a g", "e4:4 g a r"), ["bar 1, beat 4: G4 removed"]),
    ("one", TUNE, TUNE.replace("a g | e4", "a!90 g | e4"), ["bar 1, beat 3: A4 velocity 80 -> 90"]),
    ("one", TUNE, TUNE.replace("e4:2 d |", "e4:4. d4:8~2 |"), ["bar 2, beat 3: D4 an eighth earlier"]),
    ("one", TUNE, TUNE.replace("d4:1", "d4:2 r"), ["bar 4, beat 1: D4 2 beats long (was 4 beats)"]),
    ("few", TUNE, TUNE.replace("e4:4 g a g", "f4:4 g b g"), ["bar 1: E4 -> F4 on beat 1 and A4 -> B4 on beat 3"]),
    ("many", TUNE, "e4:4 g b g | e4:2 r | c4:8 d e f g4:4 e | d4:1",
     ["bars 1-3: 2 notes added, 1 removed, 1 changed pitch"]),
]  # fmt: skip


@pytest.mark.parametrize(("law", "old", "new", "texts"), CASES)
def test_what_is_said_of_a_line(law: str, old: Music, new: Music, texts: list[str]) -> None:
    assert said(old, new) == texts


def kit(**rows: str | None) -> dict[str, str]:
    """The beat with other rows."""
    return {name: row for name, row in {**BEAT, **rows}.items() if row is not None}


DRUMS: list[tuple[str, dict[str, str], list[str]]] = [
    ("divided", kit(hat="xxxx xxxx xxxx xxxx"), ["hats, verse: eighths to sixteenths"]),
    ("divided", kit(hat="--x- --x- --x- --x-"), ["hats, verse: eighths to offbeat quarters"]),
    ("four_on_the_floor", kit(kick="x--- x--- x--- x---"), ["kick, verse: four on the floor"]),
    ("on_beats", kit(snare="---- ---- x--- ----"), ["snare, verse: half-time feel, on beat 3 (was 2 and 4)"]),
    ("on_beats", kit(kick="x--- --x- x--- ----"), ["kick, verse: on beats 1, 2.5 and 3 (was 1 and 3)"]),
    ("each_bar", kit(hat="x-x- xxx- x-x- x-x-"), ["hats, verse: also on beat 2.25 of each bar"]),
    ("each_bar", kit(hat="x-x- x-x- x-x- xx--"),
     ["hats, verse: beat 4.5 of each bar a sixteenth earlier"]),
    ("swapped", kit(hat=None, ride=BEAT["hat"]), ["ride instead of hat"]),
    ("enters", kit(hat=None), ["hats, verse: drops out"]),
    ("enters", kit(clap=BEAT["snare"]), ["clap, verse: enters, on beats 2 and 4"]),
    ("enters", kit(shaker="xxxx xxxx xxxx xxxx"), ["shaker, verse: enters, sixteenths"]),
    ("level", kit(kick="o--- ---- o--- ----", snare="---- o--- ---- o---", hat="o-o- o-o- o-o- o-o-"),
     ["velocity 96 -> 45"]),
    ("level", kit(kick="X--- ---- X--- ----"), ["kick, verse: velocity 96 -> 120"]),
    ("accents", kit(hat="X-x- x-x- X-x- x-x-"), ["hats, verse: beats 1 and 3 louder"]),
    ("paced", {"kick": "x--- ---- ---- ----", "snare": "---- ---- x--- ----", "hat": "x--- x--- x--- x---"},
     ["half time"]),
    ("fill", kit(snare="---- x--- ---- x--- | % | % | ---- x--- xxxx xxxx", tom="- | - | - | ---- ---- ---- --xx"),
     ["bar 4: fill added"]),
    ("one", kit(hat="x-x- x-x- x-x- x-x- | % | % | x-x- x-x- x-x- x-xx"), ["bar 4, beat 4.75: hat added"]),
]  # fmt: skip


@pytest.mark.parametrize(("law", "new", "texts"), DRUMS)
def test_what_is_said_of_a_beat(law: str, new: dict[str, str], texts: list[str]) -> None:
    assert said(BEAT, new, "drums") == texts


def test_a_fill_gone_and_another_fill() -> None:
    first = "---- x--- ---- x--- | % | %"
    filled = kit(snare=f"{first} | ---- x--- xxxx xxxx", hat="x-x- x-x- x-x- x-x- | % | % | x--- x--- ---- ----")
    other = kit(snare=f"{first} | xxx- xxx- xx-- x---", hat="x-x- x-x- x-x- x-x- | % | % | x--- ---- ---- ----")
    assert said(filled, BEAT, "drums") == ["bar 4: fill gone"]
    assert said(filled, other, "drums") == ["bar 4: new fill"]


def test_every_recogniser_has_a_case() -> None:
    names = {law.say.__name__ for law in (*LAWS, *KIT_LAWS, *SUMMARIES)}
    assert names - {case[0] for case in (*CASES, *DRUMS)} == {"with_chords"}


def test_what_follows_new_chords_is_told_as_that() -> None:
    old = song({"keys": {"verse": "[c4 e g]:1*4"}}, FORM, chords=["C", "C", "C", "C", "G", "G", "G", "G"])
    music = "[c4 e g]:1 | [c4 f a]:1 | [c4 e a]:1 | [c4 e g]:1"
    new = song({"keys": {"verse": music}}, FORM, chords=["C", "F", "Am", "C", "G", "G", "G", "G"])
    assert told(old, new) == ["keys, verse, bars 2-3: follows the new chords"]
    led = song(
        {"keys": {"verse": music.replace("[c4 e g]:1 |", "[e4 g c5]:1 |")}},
        FORM,
        chords=["C", "F", "Am", "C"] + ["G"] * 4,
    )
    assert told(old, led) == ["keys, verse, bars 1-3: follows the new chords, others re-voiced"]
    off = song(
        {"keys": {"verse": music.replace("[c4 e a]", "[c4 f# a]")}}, FORM, chords=["C", "F", "Am", "C"] + ["G"] * 4
    )
    assert "follows" not in " ".join(told(old, off))


def test_a_pitch_is_spelled_in_the_key() -> None:
    for key, name in (("Db major", "Gb4"), ("D major", "F#4")):
        old, new = ({"lead": {"verse": f"{note}4:1 | R | R | R"}} for note in ("e", "f#"))
        assert told(song(old, FORM, key=key), song(new, FORM, key=key))[0].endswith(f"-> {name}")


def test_what_has_moved_with_its_section_is_told_elsewhere() -> None:
    old = song({"lead": {"verse": TUNE}}, FORM)
    up = song({"lead": {"verse": "f#4:4 a b a | f#4:2 e | d4:4 f# a f# | e4:1"}}, FORM, keys={"verse#1": "D major"})
    assert compared(old, up, {0: 2}) == []
    other = song({"lead": {"verse": "f#4:4 a b a | f#4:2 e | d4:4 f# a f# | g4:1"}}, FORM, keys={"verse#1": "D major"})
    assert told(old, other, {0: 2}) == ["lead, verse, bar 4, beat 1: E4 -> G4"]
