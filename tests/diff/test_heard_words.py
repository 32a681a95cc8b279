"""What is heard, said in sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from songbuild.diff.change import Bars
from songbuild.diff.heard import NOTHING, Heard, Place, Reading, Span, Stream, Stretch
from songbuild.diff.heard_words import change_text, depth_text, phrases, place_text, sentences

PLAIN = Reading(-14.0, -1.0, 6.0, (-20.0, -18.0, -22.0, -30.0), -12.0, 0.9)


def louder(reading: Reading, change: float) -> Reading:
    """The same tone at another level."""
    assert reading.loudness_lufs is not None
    bands = tuple(level + change for level in reading.bands_db if level is not None)
    return reading._replace(loudness_lufs=reading.loudness_lufs + change, bands_db=bands)


def stretch(name: str, number: int, before: Reading = PLAIN, after: Reading = PLAIN, same: bool = False) -> Stretch:
    """The `number`th playing of a section of eight bars, in both versions."""
    first = 8 * number - 7
    old, new = (
        Span(2.0 * first, 2.0 * first + 16, Bars(first, first + 7, f"{name}#{number}", side)) for side in ("old", "new")
    )
    audible = () if same else (new.bars,)
    return Stretch(f"{name} {number}", old, new, same, before, after, None if same else -20.0, None, audible)


def stream(name: str, *sections: Stretch, before: Reading = PLAIN, after: Reading = PLAIN, kind="track") -> Stream:
    whole = Stretch("", sections[0].old, sections[-1].new, False, before, after, -20.0, -30.0, sections[0].audible)
    return Stream(name, kind, False, whole, sections, Place(1, 1.0, 0.0))


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (louder(PLAIN, 1.4), ["1.4 LU louder"]),
        (louder(PLAIN, -0.5), ["0.5 LU softer"]),
        (louder(PLAIN, 0.2), []),
        (PLAIN._replace(bands_db=(-17.0, -18.0, -22.0, -30.0)), ["3 dB more below 110 Hz"]),
        (PLAIN._replace(bands_db=(-20.0, -18.0, -22.0, -34.0)), ["4 dB less above 4.5 kHz"]),
        (PLAIN._replace(bands_db=(-20.0, -18.0, -22.0, -60.0), width_db=-9.0), ["30 dB less above 4.5 kHz", "wider"]),
        (PLAIN._replace(width_db=-60.0), ["narrower"]),
        (PLAIN._replace(true_peak_dbtp=0.4), ["its true peak is now 0.4 dBTP"]),
        (NOTHING, ["silent now"]),
    ],
)
def test_what_a_meter_tells(after: Reading, said: list[str]) -> None:
    assert phrases(stretch("verse", 1, after=after)) == said


def test_a_band_that_is_not_heard_is_not_told() -> None:
    faint = PLAIN._replace(bands_db=(-20.0, -18.0, -22.0, -60.0))
    assert phrases(stretch("verse", 1, faint, faint._replace(bands_db=(-20.0, -18.0, -22.0, -70.0)))) == []


def test_what_is_the_same_in_all_sections_is_said_once() -> None:
    after = louder(PLAIN, 3.0)
    both = [stretch("verse", 1, after=after), stretch("chorus", 2, after=after)]
    heard = Heard((stream("bass", *both, after=after), stream("low_end", *both, after=after, kind="bus")))
    assert sentences(heard) == ["bass and low end bus: 3.0 LU louder throughout"]


def test_sections_are_named_where_they_differ() -> None:
    after = louder(PLAIN, 3.0)
    sections = [stretch("verse", 1, same=True), stretch("chorus", 2, after=after), stretch("chorus", 3, after=after)]
    heard = Heard((stream("master", *sections, after=louder(PLAIN, 2.0), kind="master"),))
    assert sentences(heard) == [
        "master: first heard at bar 1, beat 1 (0:00.0)",
        "master, chorus 2 and chorus 3: 3.0 LU louder",
    ]


def test_as_loud_as_before_but_other_notes() -> None:
    heard = Heard((stream("keys", stretch("verse", 1, same=True), stretch("chorus", 2)),))
    assert sentences(heard) == ["keys, bars 9-16: changed, as loud as before"]


def test_a_remnant_is_not_worth_a_word() -> None:
    faint = louder(PLAIN, -40.0)
    sections = [stretch("verse", 1, same=True), stretch("bridge", 2, faint, louder(faint, 6.0))]
    assert sentences(Heard((stream("keys", *sections),))) == []


def test_what_is_new_or_gone_in_the_form() -> None:
    added = replace(stretch("bridge", 2), old=None, before=NOTHING, null_db=None)
    gone = replace(stretch("outro", 3), new=None, after=NOTHING, null_db=None)
    heard = Heard(
        (
            stream("master", stretch("verse", 1, same=True), added, gone, kind="master"),
            stream("keys", stretch("verse", 1, same=True), added, gone),
            Stream("drums", "track", same=True),
        )
    )
    assert sentences(heard)[1:] == [
        "master, bridge 2: added, -14.0 LUFS",
        "master, outro 3: gone, -14.0 LUFS",
        "unchanged where both versions have them: keys",
        "unchanged: drums",
    ]


def test_nothing_and_next_to_nothing() -> None:
    same = Heard((Stream("master", "master", same=True), Stream("bass", "track", same=True)))
    assert sentences(same) == ["nothing that is heard differs: every signal is the same, sample by sample"]
    less = replace(stream("bass", stretch("verse", 1)), first=None)
    assert sentences(Heard((less,))) == ["bass: differs by less than can be heard"]
    came = stream("bass", stretch("verse", 1, NOTHING), before=NOTHING)
    assert sentences(Heard((came,))) == ["bass: sounds now, at -14.0 LUFS"]


def test_the_range_is_told_of_the_master() -> None:
    denser = PLAIN._replace(lra_lu=3.5)
    heard = Heard((stream("master", stretch("verse", 1), after=denser, kind="master"),))
    assert sentences(heard)[1:] == ["master: loudness range 6.0 -> 3.5 LU"]


def test_numbers_and_places_as_text() -> None:
    assert place_text(Place(3, 2.5, 64.04)) == "bar 3, beat 2.5 (1:04.0)"
    assert place_text(Place(3, 1.0, 59.97, "old")) == "bar 3, beat 1 of the old version (1:00.0)"
    assert place_text(Place(0, 1.0, 0.0)) == "the pickup, beat 1 (0:00.0)"
    assert change_text(-14.04, -13.96) == "-14.0"
    assert change_text(None, -20.0) == "silent -> -20.0"
    assert change_text(0.04, -0.04) == "0.0"
    assert depth_text(stretch("verse", 1, same=True)) == "same"
    assert depth_text(replace(stretch("verse", 1), null_db=-150.0)) == "below -120 dB"
    assert depth_text(stretch("verse", 1), matched=True) == "-"
