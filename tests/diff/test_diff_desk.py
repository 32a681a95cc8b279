"""Sound, mix, master, delivery and metadata: what is said of each kind of edit."""

from __future__ import annotations

import pytest

from diff.desks import DESK, TAKES, every, said, told
from diff.songs import edited, facts
from songbuild.diff import desk
from songbuild.diff.identity import side_by_side


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("gain_db: -6", "gain_db: -9", ["drums fader -6 -> -9 dB"]),
        ("gain_db: -6", "gain_db: -inf", ["drums fader -6 dB -> off"]),
        ("gain_db: -6,", "gain_db: -6, mute: true,", ["drums muted"]),
        ("gain_db: -6,", "gain_db: -6, solo: true,", ["drums soloed"]),
        ("pan: -30%", "pan: 0", ["keys pan 30 % left -> centre"]),
        ("pan: -30%", "pan: 100R", ["keys pan 30 % left -> hard right"]),
        ("to: rhythm}", "to: mix}", ["drums routed to the mix (was rhythm)"]),
        ("room: -18", "room: -12", ["drums -> room send -18 -> -12 dB"]),
        ("sends: {room: -18}, ", "", ["drums -> room send removed (was -18 dB)"]),
        ("gain_db: -9,", "gain_db: -9, sends: {room: -20},", ["lead -> room send -20 dB added"]),
        ("pre: true", "pre: false", ["keys -> room send now after the fader"]),
        ("threshold_db: -18", "threshold_db: -20", ["keys compressor threshold -18 -> -20 dB"]),
        ("cutoff_hz: 120", "cutoff_hz: 1.2 kHz", ["keys highpass cutoff 120 Hz -> 1.2 kHz"]),
        ("decay_s: 1.8, mix: 1", "decay_s: 1.8, mix: 85%", ["room reverb mix 100 -> 85 %"]),
        ("ratio: 4", "ratio: 2.5", ["bass duck ratio 4:1 -> 2.5:1"]),
        ("sidechain: drums", "sidechain: keys", ["bass duck side-chained to keys (was drums)"]),
        ("[compressor/glue]", "[compressor/glue: {bypass: true}]", ["mix compressor bypassed"]),
        ("3000, gain_db: 2", "3000, gain_db: 4", ["bass eq bell 3 kHz +2 -> +4 dB"]),
        ("3000, gain_db: 2", "3500, gain_db: 2", ["bass eq bell 3 -> 3.5 kHz"]),
        ("gain_db: -1, name", "gain_db: -3, name", ["bass eq mud -1 -> -3 dB"]),
        ("[{freq_hz: 3000, gain_db: 2}, ", "[", ["bass eq bell 3 kHz +2 dB removed"]),
        ("[{freq_hz", "[{type: notch, freq_hz: 50}, {freq_hz", ["bass eq notch 50 Hz added"]),
        ("- eq:", "- gate: {}\n        - eq:", ["bass: gate added before eq"]),
        ("compressor/vocal, delay/dotted", "delay/dotted, compressor/vocal", ["lead: delay now before compressor"]),
        ("compressor/vocal, delay/dotted", "compressor/vocal", ["lead: delay (dotted) removed"]),
        ("compressor/vocal, delay/dotted", "limiter, delay/dotted", ["lead: limiter in place of compressor"]),
        ("fm_piano", "pad", ["keys now played by pad (was fm piano)"]),
        ("lead: subtractive", "lead: {instrument: {subtractive: {cutoff_hz: 800}}}", ["lead: cutoff 900 -> 800 Hz"]),
        ("loudness: -14", "loudness: -12.5", ["master loudness -14 -> -12.5 LUFS"]),
        ("loudness: -14", "loudness: null", ["master loudness -14 LUFS -> none"]),
        ("ceiling: -1", "ceiling: -0.5", ["master ceiling -1 -> -0.5 dBTP"]),
        ("ceiling: -1", "ceiling: -1\n  limiter: {release: 80ms}", ["master limiter release 120 -> 80 ms"]),
        ("loudness: -10", "loudness: -9", ["version loud loudness -10 -> -9 LUFS"]),
        ("loudness: -10}", "loudness: -10}, soft: {loudness: -18}", ["version soft added (-18 LUFS, -1 dBTP)"]),
        ("[wav24, flac]", "[mp3, flac]", ["delivery: mp3 added", "delivery: wav24 removed"]),
        ("flac]", "flac], files: [{format: opus, kbps: 96}]", ["delivery: opus, 96 kbps added"]),
        ("flac]", "flac], mp3_kbps: 256", ["delivery: MP3 bit rate 320 -> 256 kbps"]),
        ("artist: Ann", "artist: Eve", ["artist Ann -> Eve"]),
        ("artist: Ann", "artist: Ann\nisrc: QZ-ABC-26-00001", ["ISRC added: QZABC2600001"]),
        ("Cy, instrument: guitar", "Cy", ["credits, performer: Bob and Cy (guitar) -> Bob and Cy"]),
        ("composer: Ann, ", "", ["credits, composer: Ann removed"]),
        ("tempo: 120", "tempo: 120\nrate: 48000", ["sample rate 44.1 -> 48 kHz"]),
        ("tempo: 120", "tempo: 120\nseed: 4", ["everything random is drawn anew: seed 1 -> 4"]),
        ('spare: "c4:4"', 'spare: "e4:4"', ["spare: pattern changed, which nothing plays"]),
    ],
)  # fmt: skip
def test_one_edit_is_one_sentence(old: str, new: str, wanted: list[str]) -> None:
    assert said((old, new)) == wanted


def test_the_same_song_has_no_changes() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("decay_s: 1.8, mix: 1", "mix: 100%, decay_s: 1800 ms"),
        ("pan: -30%", "pan: 30L"),
        ("[compressor/glue]", "[{compressor/glue: {bypass: false}}]"),
        ("  returns:", "  # room\n  returns:"),
        ('"1: -20, 9: -18"', '"1: -20 lin, verse#1+4.1: -18, 20: -18"'),
        ("[wav24, flac]", "[flac, wav24]"),
        ("chorus#1: -6 hold, verse#2: 0 hold", "verse#2: 0 hold, chorus#1: -6 hold, intro+2: 0 hold"),
        ('"take1 5-8", "take2 9-12"', '"take2 verse#1+4-12", "take1 verse#1-8"'),
        ("versions: {loud: {loudness: -10}}", "versions: {loud: {loudness: -10, ceiling: -1}}"),
        ("lead: {gain_db: -9", "vocal: {}\n    lead: {gain_db: -9"),
    ],
)
def test_another_spelling_is_no_change(old: str, new: str) -> None:
    assert said((old, new)) == []


def test_a_preset_is_told_by_its_name_and_what_differs() -> None:
    (change,) = told(("bass/round", "bass/slap"))
    assert change.text.startswith("bass: preset round -> slap (sub 12 -> 0 %, ")
    assert change.path == ("arrangement", "tracks", "bass", "instrument")
    assert "bass: tone 900 Hz -> 6.5 kHz" in [detail.text for detail in change.details]


def test_a_preset_written_out_is_no_change() -> None:
    assert said(("compressor/glue", "compressor: {attack_ms: 10}")) != []
    glue = facts(DESK, TAKES).tree["mix"]["inserts"][0]["params"]  # type: ignore[index,call-overload]
    written = ", ".join(f"{name}: {str(value).lower()}" for name, value in glue.items())  # type: ignore[union-attr]
    assert said(("[compressor/glue]", f"[compressor: {{{written}}}]")) == []


def test_equal_changes_of_several_channels_are_told_once() -> None:
    (change,) = told(("gain_db: -6", "gain_db: -8"), ("gain_db: -8\n", "gain_db: -10\n"))
    assert change.text == "drums and bass faders 2 dB down"
    assert [detail.text for detail in change.details] == ["drums fader -6 -> -8 dB", "bass fader -8 -> -10 dB"]
    (both,) = told(("drum_bus]", "drum_bus, highpass]"), ("compressor/glue]", "compressor/glue, highpass]"))
    assert both.text == "rhythm and mix: highpass added after compressor"


def test_several_parameters_of_a_device_are_one_change() -> None:
    (change,) = told(("threshold_db: -24, ratio: 4", "threshold_db: -20, ratio: 3, attack_ms: 5"))
    assert change.text == "bass duck: threshold -24 -> -20 dB, ratio 4:1 -> 3:1, attack 22 -> 5 ms"
    assert [detail.path[-1] for detail in change.details] == ["threshold_db", "ratio", "attack_ms"]


def test_a_target_tells_what_it_sets() -> None:
    assert said(("  loudness: -14", "  target: apple-music")) == [
        "master target none -> apple-music (loudness -14 -> -16 LUFS)"
    ]


def test_a_version_is_not_told_what_it_has_from_the_master() -> None:
    assert said(("threshold_db: -12", "threshold_db: -14"), ("ceiling: -1", "ceiling: -2")) == [
        "master ceiling -1 -> -2 dBTP", "master compressor threshold -12 -> -14 dB",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("rhythm", "band", ["rhythm bus is now called band"]),
        ("room", "hall", ["room return is now called hall"]),
        ("keys", "piano", []),
        ("duck", "squash", ["bass: duck is now called squash"]),
    ],
)
def test_what_is_renamed_stays_the_same(old: str, new: str, wanted: list[str]) -> None:
    assert said((old, new)) == wanted


def test_another_content_of_a_file_is_told_where_it_is_named() -> None:
    (change,) = told(files={"a.flac": b"another"})
    assert (change.text, change.area) == ("a.flac: other content", "recordings")
    assert change.path == ("recordings", "vox", "takes", "take1", "file")


def test_a_file_that_goes_by_another_name_is_the_same() -> None:
    assert said(("file: b.flac", "file: d.flac"), files={"d.flac": b"two"}) == ["vocal take 2 file renamed to d.flac"]


def test_the_louder_and_longer_heard_weighs_more() -> None:
    def weight(*change: tuple[str, str]) -> float:
        (only,) = told(*change)
        return only.weight

    assert weight(("gain_db: -6", "gain_db: -12")) > weight(("gain_db: -6", "gain_db: -7"))
    assert weight(("gain_db: -8\n", "gain_db: -5\n")) > weight(("gain_db: -9,", "gain_db: -6,")), "lead plays less"
    assert weight(("gain_db: -9,", "gain_db: -6,")) > weight(("artist: Ann", "artist: Eve"))
    assert all(
        0 <= change.weight <= 1 for change in told(("gain_db: -6", "gain_db: -inf"), ("loudness: -14", "loudness: -40"))
    )


def test_back_again_are_the_same_kinds() -> None:
    new = facts(
        edited(DESK, ("gain_db: -6", "gain_db: -7"), ("bass/round", "bass/slap"), ("flac]", "flac, mp3]")), TAKES
    )
    old = facts(DESK, TAKES)
    there, back = side_by_side(old, new), side_by_side(new, old)
    first = desk.changes(old, new, there.sections, there.parts)
    second = desk.changes(new, old, back.sections, back.parts)
    mirror = {"added": "removed", "removed": "added"}
    assert sorted((change.area, change.act) for change in every(first)) == sorted(
        (change.area, mirror.get(change.act, change.act)) for change in every(second)
    )


def test_the_channel_of_a_new_part_is_one_change() -> None:
    harp = "drums: drum_kit", "drums: drum_kit, harp: pluck"
    (change,) = told(harp, ("    keys:\n", "    harp: {gain_db: -15, pan: 20L, sends: {room: -9}}\n    keys:\n"))
    assert change.text == "harp channel: fader -15 dB, pan 20 % left, -> room send -9 dB"
    assert (change.act, len(change.details)) == ("added", 3)
    assert told(harp) == [], "an untouched channel is no news"


def test_buses_come_and_go() -> None:
    wide = "  buses: {", "  buses: {wide: {inserts: [width, limiter]}, "
    assert said(wide) == ["wide bus added (width, limiter)"]
    assert said(("wide: {inserts: [width, limiter]}, ", ""), text=edited(DESK, wide)) == [
        "wide bus removed (width, limiter)"
    ]


def test_two_inserts_of_one_name_are_told_apart() -> None:
    both = "[compressor/vocal, delay/dotted]", "[compressor/vocal, compressor]"
    assert said(("[compressor/vocal, compressor]", "[compressor, compressor/vocal]"), text=edited(DESK, both)) == [
        "lead: first compressor now before compressor (vocal)"
    ]
