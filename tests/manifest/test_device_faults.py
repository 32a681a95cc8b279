"""What a user gets wrong in the bands of a device: where it is, in words, and what to do."""

from __future__ import annotations

import pytest

from songbuild import api
from support import SMALL

CHAIN = "chain: [compressor: {threshold_db: -12, ratio: 2}]"


def said(write_song, device, automation=""):
    """What `check` says of a device in the master's chain."""
    text = SMALL.replace(CHAIN, f"chain: [{device}]{automation}")
    assert text != SMALL
    _, problems = api.check(write_song({"song.yaml": text}))
    return [(problem.message, problem.hint) for problem in problems]


@pytest.mark.parametrize(
    ("device", "message", "hint"),
    [
        ("eq: {bands: [{type: peek}]}", "'peek' is not one of the choices", "did you mean 'peak'?"),
        (
            "eq: {bands: [{channel: xyz}]}",
            "'xyz' is not one of the choices",
            "known: stereo, mid, side, left, right",
        ),
        ("multiband: {bands: [{}, {from_hz: 5}]}", "band 2 has to begin at 20 Hz or above", None),
        ("multiband: {bands: [{}]}", "at least 2 bands are needed: use 'compressor' for one", None),
        ("multiband: {bands: [{}, {from_hz: 90, ratoi: 2}]}", "unknown key 'ratoi'", "did you mean 'ratio'?"),
    ],
)
def test_bands(write_song, device, message, hint):
    assert said(write_song, device) == [(message, hint)]


def test_what_sets_the_latency_of_a_band_can_not_move(write_song):
    found = said(write_song, "multiband", ', automation: {multiband.bands.1.attack_ms: "1: 5, 2: 9"}')
    assert found == [("'bands.1.attack_ms' of 'multiband' can't move: it stays the same all song", None)]
    assert said(write_song, "multiband", ', automation: {multiband.bands.1.gain_db: "1: 0, 2: 3"}') == []
