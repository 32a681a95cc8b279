"""What is said of notes in several places is said once: of all playings, of some, of several parts, from a bar on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from diff.noted import Music, compared, song, told
from songbuild.diff.change import Bars

FORM = ("intro", "verse", "chorus", "verse", "chorus", "outro")
LINE = "e4:8*8 | e4*8 | f4*8 | e4*8"
HIGH = "e5:8*8 | e5*8 | f5*8 | e5*8"
DENSE = "e4:16*16 | e4*16 | f4*16 | e4*16"
LATER = "e4:8*8 | e4*8 | f4:16*16 | e4*16"
SOFT = f"!60 {LINE}"


def everywhere(music: Music = LINE, **other: Music) -> dict[str, Music]:
    """Music of every section; other music by section, or by playing with the number after its name: verse2."""
    named = {f"{name[:-1]}#{name[-1]}" if name[-1].isdigit() else name: own for name, own in other.items()}
    return {**dict.fromkeys(FORM, music), **named}


def bass(new: Mapping[str, Music]) -> list[str]:
    return told(song({"bass": everywhere()}, FORM), song({"bass": new}, FORM))


def test_all_that_a_part_plays_is_throughout() -> None:
    assert bass(everywhere(DENSE)) == ["bass: eighths to sixteenths throughout"]


def test_all_playings_of_a_section() -> None:
    assert bass(everywhere(verse=HIGH)) == ["bass, verse (both): up an octave"]


def test_all_but_one_playing() -> None:
    assert bass(everywhere(HIGH, chorus2=LINE)) == ["bass: up an octave throughout, except chorus 2"]


def test_what_differs_in_its_numbers_alone_is_told_in_short() -> None:
    before = dict.fromkeys(("verse", "chorus"), "e4:4*4 | e*4 | e*4 | e*4")
    after = {"verse": " | ".join(["e4:8*3 r e*3 r"] * 4), "chorus": " | ".join(["e4:8*7 r"] * 4)}
    old, new = (song({"keys": {**everywhere(), **music}}, FORM) for music in (before, after))
    (change,) = compared(old, new)
    assert change.text == "keys, verse (both) and chorus (both): busier"
    assert change.details[0].text == "keys, verse 1: busier, 24 notes (were 16)"


def test_many_parts_are_counted() -> None:
    names = ["bass", "keys", "pad", "lead", "harp"]
    old, new = (song({name: everywhere(music) for name in names}, FORM) for music in (LINE, HIGH))
    assert told(old, new) == ["bass, keys, pad and 2 more: up an octave throughout"]


def test_one_playing() -> None:
    assert bass(everywhere(verse2=HIGH)) == ["bass, verse 2: up an octave"]


def test_several_sections() -> None:
    assert bass(everywhere(verse=HIGH, intro=HIGH)) == ["bass, intro and verse (both): up an octave"]


def test_from_a_section_on() -> None:
    assert bass(everywhere(chorus2=DENSE, outro=DENSE)) == ["bass: eighths to sixteenths from bar 17"]


def test_from_within_a_section_on() -> None:
    new = everywhere(verse2=LATER, chorus2=DENSE, outro=DENSE)
    assert bass(new) == ["bass: eighths to sixteenths from bar 15"]


def test_bars_of_one_playing_and_of_each() -> None:
    assert bass(everywhere(verse2=LATER)) == ["bass, verse 2, bars 15-16: eighths to sixteenths"]
    assert bass(everywhere(verse=LATER)) == ["bass, verse (both), bars 3-4 of each: eighths to sixteenths"]


def test_what_a_claim_does_not_hold_for_is_named() -> None:
    most = "e5:8*8 | e5*8 | f5*8 | e5:8*7 e4"
    assert bass(everywhere(verse2=most)) == ["bass, verse 2: up an octave, but bar 16: E4 stays"]
    assert bass(everywhere(verse=most)) == ["bass, verse (both): up an octave, but bar 4 of each: E4 stays"]


def test_several_parts_that_do_the_same() -> None:
    old = song({"bass": everywhere(), "keys": everywhere()}, FORM)
    new = song({"bass": everywhere(verse2=HIGH), "keys": everywhere(verse2=HIGH, outro=SOFT)}, FORM)
    assert told(old, new) == ["bass and keys, verse 2: up an octave", "keys, outro: velocity 80 -> 60"]


def test_a_passage_taken_from_elsewhere() -> None:
    tune, other = "e4:4 g a g | e4:2 d | c4:4 e g e | d4:1", "a4:8 b c5 d e4:4 f | g4:2 a | b4:8 a g f e4:2 | c4:1"
    old = song({"lead": {"verse": tune, "chorus": other}}, FORM)
    new = song({"lead": {"verse": tune, "chorus#1": other, "chorus#2": tune}}, FORM)
    assert told(old, new) == ["lead, chorus 2: now as in verse 1"]


def test_the_same_notes_in_several_bars_of_a_section() -> None:
    old = song({"drums": {"verse": {"kick": "x--- ---- x--- ----", "hat": "x-x- x-x- x-x- x-x-"}}}, FORM)
    rows = {"kick": "x--- ---- ---- ---- | x--- ---- x--- ----", "hat": "x-x- x-x- x-x- x-x-"}
    new = song({"drums": {"verse": rows}}, FORM)
    assert told(old, new) == ["drums, verse (both), bars 1 and 3 of each, beat 3: kick removed"]


def test_a_drum_is_named_with_its_part_where_two_parts_have_it() -> None:
    rows = {"hat": "x-x- x-x- x-x- x-x-", "kick": "x--- x--- x--- x---"}
    old = song({"drums": everywhere(rows), "loop": everywhere(rows)}, FORM)
    new = song({"drums": everywhere({**rows, "hat": "xxxx xxxx xxxx xxxx"}), "loop": everywhere(rows)}, FORM)
    assert told(old, new) == ["drums hats: eighths to sixteenths throughout"]


def test_names_of_drums_that_mean_the_same_sound() -> None:
    old, new = (song({"drums": everywhere({name: "x--- x--- x--- x---"})}, FORM) for name in ("bd", "kick"))
    keyed = [
        facts.parts["drums"]._replace(notes=tuple(n._replace(pitch=36) for n in facts.parts["drums"].notes))
        for facts in (old, new)
    ]
    assert told(replace(old, parts={"drums": keyed[0]}), replace(new, parts={"drums": keyed[1]})) == []


def test_what_a_change_holds_beside_its_sentence() -> None:
    old = song({"bass": everywhere()}, FORM)
    change = compared(old, song({"bass": everywhere(verse=HIGH)}, FORM))[0]
    assert change.bars == (Bars(5, 8, "verse#1"), Bars(13, 16, "verse#2"))
    assert [detail.text for detail in change.details] == ["bass, verse 1: up an octave", "bass, verse 2: up an octave"]
    assert (change.area, change.act, change.subject) == ("notes", "changed", "bass")
    assert change.path == ("arrangement", "sections", "verse", "parts", "bass")
    level = compared(old, song({"bass": everywhere(SOFT)}, FORM))[0]
    assert (level.old, level.new) == (80, 60)


def test_many_notes_are_counted_and_named_in_the_details() -> None:
    tune, other = "e4:4 g a g | e4:2 d | c4:4 e g e | d4:1", "e4:4 g b g | e4:2 r | c4:8 d e f g4:4 e | d4:1"
    change = compared(song({"lead": {"outro": tune}}, FORM), song({"lead": {"outro": other}}, FORM))[0]
    assert change.text == "lead, outro, bars 21-23: 2 notes added, 1 removed, 1 changed pitch"
    texts = [detail.text for detail in change.details]
    assert texts[:2] == ["lead, bar 21: A4 -> B4 on beat 3", "lead, bar 22: D4 removed on beat 3"]


def test_more_of_the_song_weighs_more_and_so_does_more_change() -> None:
    old = song({"bass": everywhere()}, FORM)

    def weight(**other: Music) -> float:
        return max(change.weight for change in compared(old, song({"bass": everywhere(**other)}, FORM)))

    note = "e4:8*8 | e4*8 | f4*8 | e4:8*7 g"
    assert 0 < weight(verse2=note) < weight(verse2=SOFT) < weight(verse2=HIGH) < weight(verse=HIGH) <= 1


def test_a_song_and_itself() -> None:
    old = song({"bass": everywhere()}, FORM)
    assert compared(old, old) == []


def test_parts_that_enter_a_section_are_told_elsewhere() -> None:
    old = song({"bass": {"verse": LINE}}, FORM)
    assert compared(old, song({"bass": {"verse": LINE, "chorus": LINE}}, FORM)) == []
