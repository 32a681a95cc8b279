"""What tests of locks, provenance and audits share: an album of two songs in miniature, one played and one recorded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from shell import TINY
from support import write_wav

PLAYED = TINY.replace("title: Tiny", "title: First").replace("loudness: null", "loudness: -20")
RECORDED = """\
title: Second
tempo: 240
tail: 1
recordings:
  part:
    takes: {one: {file: takes/one.wav, at: 1}, two: {file: takes/two.wav, at: 1}}
    comp: [one 1, {region: two 2-4, gain_db: -2}]
arrangement: {tracks: {high: {recording: part}}, sections: {a: {bars: 4}}, form: [a]}
mix: {channels: {high: {gain_db: -4, inserts: [compressor/vocal, gain/mine]}}}
master: {loudness: null}
delivery: {formats: [wav24]}
"""
ALBUM = """\
title: Pair
artist: Two
songs: [first, {song: second, gap: 1, title: The Second}]
loudness: -20
delivery: {formats: [flac], provenance: true}
"""


def write_pair(write_song: Callable[..., Path], album: str = ALBUM, name: str = "pair") -> Path:
    """The folder of an album: a bass of four seconds, and noise of five, comped from two takes."""
    files = {"album.yaml": album, "first/song.yaml": PLAYED, "second/song.yaml": RECORDED}
    folder = write_song({**files, "second/presets/gain/mine.yaml": "description: x\ngain_db: -3\n"}, name)
    for seed, take in enumerate(("one", "two")):
        noise = np.random.default_rng(seed).uniform(-0.3, 0.3, (2, 5 * 44_100))
        write_wav(folder / f"second/takes/{take}.wav", noise, subtype="PCM_16")
    return folder
