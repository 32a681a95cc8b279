"""The tree of a song: canonical, whole, and the same however the song is written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from diff.desks import ALBUM, DESK, TAKES, album
from diff.songs import edited, facts
from songbuild.diff.facts import TICKS
from songbuild.diff.tree import plain

BAR = 4 * TICKS


def tree(*changes: tuple[str, str]) -> Any:
    return facts(edited(DESK, *changes), TAKES).tree


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (0.1 + 0.2, 0.3), (-18.0, -18), (float("-inf"), "-inf"), (1 / 3, 0.333333333333), ((1, None), [1, None]),
        (True, True), ({"a": (2.5,)}, {"a": [2.5]}), (1e20, 10**20),
    ],
)  # fmt: skip
def test_numbers_are_plain(value: object, wanted: object) -> None:
    found = plain(value)
    assert found == wanted
    assert type(found) is type(wanted)


def test_a_tree_is_json() -> None:
    assert json.loads(json.dumps(tree(), allow_nan=False)) == tree()
    assert json.loads(json.dumps(album(ALBUM).tree, allow_nan=False)) == album(ALBUM).tree


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("gain_db: -6", "gain_db: -6 dB"),
        ("pan: -30%", "pan: 30L"),
        ("crossfade: 14ms", "crossfade: {14ms: equal-power}"),
        ("{decay_s: 1.8, mix: 1}", "{mix: 100%, decay_s: 1.8 s, width: 1}"),
        ('"take1 5-8"', '"take1 verse#1-8"'),
        ("at: verse#2", "at: 17"),
        ("    lead: {gain_db: -9", "    vocal: {}\n    lead: {gain_db: -9"),
        ('"1: 0 hold, chorus#1: -6 hold', '"intro: 0 hold, 3: 0 hold, chorus#1: -6 hold'),
        ('9: -18"', '9: -18 exp, 12: -18"'),
        ("ceiling: -1", "ceiling: -1 dBTP\n  limiter: {kind: true_peak}"),
    ],
)
def test_another_spelling_is_the_same_tree(old: str, new: str) -> None:
    assert tree((old, new)) == tree()


def test_devices_have_every_parameter() -> None:
    glue = tree()["mix"]["inserts"][0]
    assert (glue["device"], glue["preset"], glue["bypass"]) == ("compressor", "glue", False)
    assert {"threshold_db", "ratio", "knee_db", "attack_ms", "release_ms", "mix"} <= glue["params"].keys()


def test_every_track_has_a_channel() -> None:
    assert tree()["mix"]["channels"]["vocal"]["gain_db"] == 0


def test_lanes_are_ticks_values_and_curves() -> None:
    lanes = tree()["mix"]["channels"]["keys"]["automation"]
    assert lanes["compressor.threshold_db"] == [[0, -20, "lin"], [8 * BAR, -18, "hold"]]
    assert lanes["volume_db"] == [
        [0, 0, "hold"], [12 * BAR, -6, "hold"], [16 * BAR, 0, "hold"], [24 * BAR, -6, "hold"],
    ]  # fmt: skip


def test_lanes_are_in_the_unit_of_what_they_move() -> None:
    moved = tree(("volume_db:", 'highpass.cutoff_hz: "1: 0.2 kHz exp, 9: 2 kHz"\n        volume_db:'))
    lanes = moved["mix"]["channels"]["keys"]["automation"]
    assert lanes["highpass.cutoff_hz"] == [[0, 200, "exp"], [8 * BAR, 2000, "hold"]]


def test_comps_are_cuts_in_order_of_time() -> None:
    vocal = tree(('"take1 5-8", "take2 9-12"', '"take2 9-12", "take1 5-8"'))["recordings"]["vox"]
    assert [(cut["take"], cut["start"] // BAR, cut["stop"] // BAR) for cut in vocal["comp"]] == [
        ("take1", 4, 8), ("take2", 8, 12), ("take1", 12, 16), ("take3", 16, 24),
    ]  # fmt: skip
    assert vocal["takes"]["take3"]["at"] == 16 * BAR


def test_versions_have_what_they_take_from_the_master() -> None:
    loud = tree()["master"]["versions"]["loud"]
    assert (loud["loudness"], loud["ceiling"], len(loud["chain"])) == (-10, -1, 1)


def test_what_nothing_plays_is_there() -> None:
    found = tree(("  form:", "    coda: {bars: 2}\n  form:"))
    assert found["composition"]["patterns"] == {"spare": {"notes": "c4:4"}}
    assert found["arrangement"]["sections"]["coda"]["bars"] == 2
    varied = tree(("spare:", "late: {from: spare, transpose: 2}, spare:"), ("keys: tune}", "keys: late}"))
    assert varied["composition"]["patterns"] == {}, "what a played pattern is made from is played"


def test_numbers_have_their_units() -> None:
    units = facts(DESK, TAKES).units
    assert {path: units.get(path) for path in (
        "mix.channels.*.gain_db", "mix.channels.*.pan", "mix.channels.*.sends.*.level_db", "master.loudness",
        "master.ceiling", "recordings.*.comp.*.nudge", "recordings.*.takes.*.offset", "rate", "delivery.mp3_kbps",
        "compressor.ratio", "compressor.attack_ms", "compressor.mix", "eq.bands.*.freq_hz", "eq.bands.*.q",
        "delay.time_ms", "reverb.decay_s", "bass.sub",
    )} == {
        "mix.channels.*.gain_db": "dB", "mix.channels.*.pan": "pan", "mix.channels.*.sends.*.level_db": "dB",
        "master.loudness": "LUFS", "master.ceiling": "dBTP", "recordings.*.comp.*.nudge": "ms",
        "recordings.*.takes.*.offset": "s", "rate": "Hz", "delivery.mp3_kbps": "kbps", "compressor.ratio": ":1",
        "compressor.attack_ms": "ms", "compressor.mix": "%", "eq.bands.*.freq_hz": "Hz", "eq.bands.*.q": None,
        "delay.time_ms": "ms", "reverb.decay_s": "s", "bass.sub": "%",
    }  # fmt: skip
