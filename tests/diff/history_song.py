"""The song whose history is told by history.py: as it is in the first commit, and what a singer recorded for it."""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

SONG = """\
# yaml-language-server: $schema=https://example.org/song.schema.json
title: Paper Boats
artist: The Small Hours
tempo: 92
key: A minor
composition: composition.yaml
arrangement: arrangement.yaml
mix:
  channels:
    drums: {gain_db: -5, sends: {room: -22}}
    bass:
      inserts:
        - highpass: {cutoff_hz: 35}
        - compressor: {threshold_db: -24, ratio: 3, attack_ms: 12, release_ms: 140}
      gain_db: -7
    keys: {inserts: [highpass: {cutoff_hz: 120}], gain_db: -10, pan: 20L, sends: {room: -16}}
    lead:
      inserts:
        - eq: {bands: [{type: highpass, freq_hz: 110}, {freq_hz: 3000, gain_db: 2, q: 0.8, name: presence}]}
        - compressor/vocal: {threshold_db: -18}
      gain_db: -6
      sends: {room: -14}
  returns:
    room: {inserts: [reverb: {decay_s: 1.4, mix: 1}]}
master: {chain: [compressor/master], loudness: -14, ceiling: -1}
delivery: {formats: [wav24, flac]}
"""
COMPOSITION = """\
chords:
  verse: "Am7 | Fmaj7 | C | G/B | Am7 | Fmaj7 | Dm7 | Gsus4 G"
  chorus: "Fmaj7 | G | Em7 | Am7 | Fmaj7 | G | C | C"

patterns:
  beat: {grid: 16, kick: "x--- ---- x-x- ----", snare: "---- X--- ---- X---", hat: "x-o- x-o- x-o- x-o-"}
  beat_chorus: {grid: 16, kick: "x--- --x- x-x- ----", snare: "---- X--- ---- X---", hat: "x-x- x-x- x-x- x-x-"}
  fill: {grid: 16, snare: "---- X--- x-x- xxXX", kick: "x--- ---- x--- ----"}
  tambourine: {grid: 16, tambourine: "---- x--- ---- x---"}
  bass_verse: "a1:4. a:8 r:4 e2 | f1:4. f:8 r:4 c2 | c2:4. c:8 r:4 g1 | b1:4. b:8 r:4 g1 | a1:4. a:8 r:4 e2 |
    f1:4. f:8 r:4 c2 | d2:4. d:8 r:4 a1 | g1:4. g:8 g:4 b"
  bass_chorus: "f1:8 f f f c2:4 f1 | g1:8 g g g d2:4 g1 | e1:8 e e e b1:4 e1 | a1:8 a a a e2:4 a1 |
    f1:8 f f f c2:4 f1 | g1:8 g g g d2:4 b1 | c2:4. c:8 g1:4 c2 | c2:2 g1"
  keys_verse: {chords: section, voicing: drop2, range: [c3, c5], rhythm: "x--- --x- --o- ----", velocity: 66}
  keys_chorus: {chords: section, voicing: drop2, range: [c3, c5], rhythm: "x--- x--- x--- x---", velocity: 76}
  tune:
    notes: "r:8 e4 e g a:4 g:8 e | f4:4. e:8 c:4 r | r:8 e4 e g c5:4 b4:8 g | d4:2 r |
      r:8 e4 e g a:4 c5:8 a4 | f4:4. e:8 c:4 r | d4:4 f a c5 | b4:2 g:4 r"
    lyrics: "Fold me a boat out of | let- ters we | kept in the draw- er too | long, |
      send it a- cross to the | o- ther side, | no one will ev- | er know."
  hook:
    notes: "a4:4. g:8 a:4 c5 | b4:2. r:4 | g4:4. a:8 b:4 g | e4:2. r:4 |
      a4:4. g:8 a:4 c5 | d5:2 b4:4 d5 | c5:1~ | c5:2 r"
    lyrics: "Pa- per boats, oh | row, | car- ry all I | owe, |
      pa- per boats, oh | row, row on | home."
"""
ARRANGEMENT = """\
tracks:
  drums: drum_kit
  bass: bass/round
  keys: fm_piano
  lead: voice/lead_alto
  tambourine: drum_kit
sections:
  verse:
    bars: 8
    chords: verse
    parts:
      drums: {play: beat, bars: {8: fill}}
      bass: bass_verse
      keys: keys_verse
      lead: tune
  chorus:
    bars: 8
    chords: chorus
    parts: {drums: beat_chorus, bass: bass_chorus, keys: keys_chorus, lead: hook, tambourine: tambourine}
form: [verse, chorus, verse, chorus]
"""
FIRST = {"song.yaml": SONG, "composition.yaml": COMPOSITION, "arrangement.yaml": ARRANGEMENT}

_RATE = 8000
_BEAT = 60 / 96
_TABLE = np.round(8192 * np.sin(2 * np.pi * np.arange(4096) / 4096)).astype(np.int64)
_TUNE = ((60, 4), (59, 4), (55, 4), (60, 4), (60, 4), (62, 4), (64, 8))
"""A third or a sixth below the chorus's tune: MIDI key, beats."""


def take(seed: int) -> bytes:
    """A chorus of "ooh" as a WAV file, 20 s; in integers, so that it has the same bytes on every machine."""
    drawn = np.random.Generator(np.random.PCG64(seed)).integers(-40, 41, (len(_TUNE), 2))
    sung = [
        _tone(key, round(beats * _BEAT * _RATE), *map(int, off)) for (key, beats), off in zip(_TUNE, drawn, strict=True)
    ]
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(np.concatenate(sung).astype("<i2").tobytes())
    return out.getvalue()


def _tone(key: int, frames: int, cents: int, late: int) -> npt.NDArray[np.int64]:
    """A hummed note, (frames,): a fundamental and what a closed mouth leaves of its harmonics, with vibrato."""
    time = np.arange(frames, dtype=np.int64)
    step = round(440 * 2 ** ((key - 69) / 12 + cents / 12_000) / _RATE * 2**32)
    wobble = (_TABLE[(time * 22 // 8) % 4096] * (step // 400)) // 8192
    phase = np.cumsum(step + wobble)
    levels: Sequence[int] = (16, 5, 2, 1)
    tone = sum(level * _TABLE[(phase * (place + 1) >> 20) % 4096] for place, level in enumerate(levels))
    rise, fall = np.minimum(time, 900 + late), np.minimum(frames - time, 1200)
    return np.asarray(tone * rise // (900 + late) * fall // 1200 // 16)
