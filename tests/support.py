"""What tests share: a small song, rendering, and WAV files as arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from songbuild import api

SMALL = """\
title: Small
tempo: 120
key: A minor
tail: 1
seed: 3
composition:
  chords: {a: "Am7 | Dm7"}
  patterns:
    bass: "a1:4 a e2 g | d2:4 d a1 c2"
    keys: {chords: a, voicing: drop2, range: [c3, c5]}
    beat: {grid: 16, kick: "x--- x---", snare: "---- X---", hat: "x-x- x-x-"}
arrangement:
  tracks: {drums: drum_kit, bass: bass, keys: fm_piano}
  sections: {a: {bars: 2, parts: {drums: beat, bass: bass, keys: keys}}}
  form: [a x2]
mix:
  channels:
    drums: {gain_db: -6, sends: {room: -18}}
    bass: {gain_db: -8, to: low, inserts: [compressor: {threshold_db: -24, ratio: 4, sidechain: drums}]}
    keys: {gain_db: -10, pan: -30%, inserts: [highpass: {cutoff_hz: 120}], sends: {room: {level_db: -12, pre: true}}}
  buses: {low: {inserts: [eq: {bands: [{type: peak, freq_hz: 200, gain_db: -2, q: 1}]}]}}
  returns: {room: {inserts: [reverb: {decay_s: 0.8, mix: 1}]}}
master: {chain: [compressor: {threshold_db: -12, ratio: 2}], loudness: -16, ceiling: -1}
delivery: {formats: [wav24]}
"""
"""A whole song in miniature: 8 seconds, three instruments, a bus, a return, a side-chain, a master."""


def render(song: Path, **options: object) -> api.Rendered:
    """Render a song that is expected to be without errors."""
    done = api.render(song, **options)  # type: ignore[arg-type]
    assert not [str(p) for p in done.problems if p.severity == "error"]
    return done


def read_wav(path: Path) -> np.ndarray:
    """A WAV file's samples, (channels, frames)."""
    import soundfile

    data, _ = soundfile.read(path, always_2d=True)
    return np.ascontiguousarray(data.T)


def write_wav(path: Path, x: np.ndarray, rate: int = 44_100, subtype: str = "FLOAT") -> None:
    """Write samples (channels, frames)."""
    import soundfile

    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.atleast_2d(x).T, rate, subtype=subtype)
