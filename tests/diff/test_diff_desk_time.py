"""What the desk does in time: automation, takes and comps, wherever their sections go."""

from __future__ import annotations

import pytest

from diff.desks import DESK, said, told
from diff.songs import edited


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("chorus#2: -6 hold", "chorus#2: -3 hold", ["keys volume: chorus 2: -6 -> -3 dB"]),
        ("0 hold, chorus#1: -6 hold", "0 hold, chorus#1: -6 lin", [
            "keys volume: chorus 1: held -> linear from bar 13"
        ]),
        ("chorus#2: -6 hold", "chorus#2+2: -6 hold", ["keys volume: chorus 2: -6 dB now at bar 27 (was 25)"]),
        ("chorus#2: -6 hold", "chorus#2: -6 hold, 26: -3 hold", ["keys volume: chorus 2, bars 26-28: 1 point added"]),
        (', chorus#2: -6 hold"', '"', ["keys volume: chorus 2: 1 point removed"]),
        ("1: -20, 9: -18", "1: -22, 9: -20", ["keys compressor threshold 2 dB down"]),
        ("1: -20, 9: -18", "1: -20, 5: -19, 9: -18", []),
        ("1: -20, 9: -18", "1: -20, 5: -19.5, 9: -18", ["keys compressor threshold: bars 1-8: 1 point added"]),
        ("1: -12 hold, chorus#1: -6", "1: -9 hold, chorus#1: -6", ["keys -> room send: bars 1-12: -12 -> -9 dB"]),
        ("compressor.threshold_db", "compressor.makeup_db", [
            "keys compressor makeup automation added (2 points)", "keys compressor threshold automation removed",
        ]),
        ("    drums: {", '    drums: {automation: {pan: "1: -0.5"}, ', ["drums pan automation added (50 % left)"]),
        ("inserts: [compressor/glue]", 'automation: {volume_db: "1: 0, end: -6"}\n  inserts: [compressor/glue]', [
            "mix volume automation added (2 points)"
        ]),
        ("  ceiling: -1", '  ceiling: -1\n  automation: {compressor.mix: "1: 1, end: 0"}', [
            "master compressor mix automation added (2 points)"
        ]),
    ],
)  # fmt: skip
def test_automation_is_told_where_it_is_heard(old: str, new: str, wanted: list[str]) -> None:
    assert said((old, new)) == wanted


def test_automation_goes_with_its_sections() -> None:
    assert said(("[intro, verse, chorus, verse, chorus]", "[intro, chorus, verse, chorus, verse]")) != []
    assert [each for each in said(("[intro, verse,", "[intro, intro, verse,")) if "volume" in each] == []


def test_automation_at_bars_stays_where_its_music_has_gone() -> None:
    assert "keys compressor threshold automation stays at its bars while the sections move" in said(
        ("intro: {bars: 4", "intro: {bars: 6")
    )


def test_automation_follows_a_device_that_is_renamed() -> None:
    change = ("compressor: {threshold_db: -18}", "compressor: {threshold_db: -18, name: squash}")
    assert said(change, ("compressor.threshold_db:", "squash.threshold_db:")) == [
        "keys: compressor is now called squash"
    ]


def test_automation_follows_a_band_to_its_new_number() -> None:
    lane = (
        "      inserts:\n        - eq:",
        '      automation: {eq.bands.0.gain_db: "1: 2, 9: 4"}\n      inserts:\n        - eq:',
    )
    added = "bands: [{freq", "bands: [{type: notch, freq_hz: 50}, {freq"
    assert said(added, ("bands.0", "bands.1"), text=edited(DESK, lane)) == ["bass eq notch 50 Hz added"]


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ('"take1 5-8", ', '"take1 5-6", "take3 7-8", ', ["vocal, verse 1: bars 7-8 from take 3 (was take 1)"]),
        ('5-8", "take2 9-12', '5-9.1", "take2 9.2-12', ["vocal: cut between take 1 and 2 at bar 9.2 (was 9.1)"]),
        ('5-8", "take2 9-12', '5-8.2", "take2 8.3-12', ["vocal: cut between take 1 and 2 at bar 8.3 (was 9.1)"]),
        ('"take1 5-8", ', '"take1 6-8", ', ["vocal, verse 1: bar 5 silent (was take 1)"]),
        ('"take1 5-8"', '"take1 4-8"', ["vocal, intro: bar 4 from take 1 (was silent)"]),
        ('"take1 5-8"', '"take1 5.3-8"', ["vocal: take 1 starts at bar 5.3 (was 5.1)"]),
        ("gain_db: -3, ", "gain_db: -5, ", ["vocal, chorus 1: gain -3 -> -5 dB"]),
        ("fade_out: 500ms", "nudge: -8ms, reverse: true", [
            "vocal, chorus 1: fade-out removed (was 500 ms), nudge 0 -> -8 ms, backwards"
        ]),
        ("14ms", "{20ms: equal-power}", ["vocal crossfade 14 -> 20 ms"]),
        ("b.flac, at: verse#1", "b.flac, at: verse#1+1, nudge: 4ms", [
            "vocal take 2: starts at bar 6 (was 5), nudge 0 -> 4 ms"
        ]),
        ("take1: a.flac", "take1: {file: a.flac, polarity: inverted}", ["vocal take 1 polarity inverted"]),
        ("take1: a.flac", "take1: c.flac", ["vocal take 1 now c.flac (was a.flac)"]),
        ("take1: a.flac", "take1: a.flac, extra: c.flac", ["vocal: extra added"]),
        ("take2", "alt", ["vocal: take 2 is now called alt"]),
        ("vox", "song_voice", ["vocal recording vox is now called song voice"]),
    ],
)  # fmt: skip
def test_recordings_are_told_by_take_and_bar(old: str, new: str, wanted: list[str]) -> None:
    assert said((old, new)) == wanted


def test_regions_at_bars_stay_where_their_music_has_gone() -> None:
    moved = said(("intro: {bars: 4", "intro: {bars: 6"))
    assert "vocal: takes stay at bars 5-16 while the sections move" in moved
    assert not any("from take" in each for each in moved), "take 3 moved with verse 2, the others not at all"


def test_a_change_of_takes_knows_its_bars_and_its_place() -> None:
    (change,) = told(('"take1 5-8", ', '"take1 5-6", "take3 7-8", '))
    assert [(bars.first, bars.last, bars.section) for bars in change.bars] == [(7, 8, "verse#1")]
    assert (change.old, change.new, change.path) == ("take1", "take3", ("recordings", "vox", "comp", 1))


def test_without_a_comp_the_first_take_is_whole() -> None:
    start, stop = DESK.index("    comp:"), DESK.index("    crossfade:")
    comp = DESK[start:stop], ""
    assert said(comp) == ["vocal: take 1 whole (was a comp of 4 regions)"]
    other = "take1: a.flac, take2: {file: b.flac, at: verse#1}", "take2: {file: b.flac, at: verse#1}, take1: a.flac"
    assert said(other, text=edited(DESK, comp)) == ["vocal: take 2 whole (was take 1)"]
    assert said(other) == [], "a comp says itself what sounds"


def test_a_region_in_the_pickup_stays_there() -> None:
    upbeat = edited(DESK, ("tempo: 120", "tempo: 120\npickup: 1 beat"), ('"take1 5-8"', '"take1 0.4", "take1 5-8"'))
    assert not any("pickup" in each for each in said(("intro: {bars: 4", "intro: {bars: 6"), text=upbeat))
    assert said(('"take1 0.4", ', ""), text=upbeat) == ["vocal, intro: the pickup silent (was take 1)"]
