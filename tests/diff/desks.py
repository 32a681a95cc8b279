"""Songs and albums with all that a desk has, for the tests of its differences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

import yaml

from diff.songs import edited, facts
from songbuild.diff import desk
from songbuild.diff.change import Change
from songbuild.diff.facts import Facts
from songbuild.diff.identity import side_by_side
from songbuild.diff.reading import album_facts
from songbuild.model.album import Album

DESK = """\
title: Desk
artist: Ann
credits: {composer: Ann, performer: [Bob, {name: Cy, instrument: guitar}]}
tempo: 120
composition:
  patterns: {riff: "a1:4 a e2 g", beat: {grid: 16, kick: "x--- x---"}, tune: "c4:1", spare: "c4:4"}
arrangement:
  tracks: {drums: drum_kit, bass: bass/round, keys: fm_piano, lead: subtractive, vocal: {recording: vox}}
  sections:
    intro: {bars: 4, parts: {keys: tune}}
    verse: {bars: 8, parts: {drums: beat, bass: riff, keys: tune}}
    chorus: {bars: 4, parts: {drums: beat, bass: riff, keys: tune, lead: tune}}
  form: [intro, verse, chorus, verse, chorus]
recordings:
  vox:
    takes: {take1: a.flac, take2: {file: b.flac, at: verse#1}, take3: {file: c.flac, at: verse#2}}
    comp: ["take1 5-8", "take2 9-12", {region: "take1 13-16", gain_db: -3, fade_out: 500ms}, "take3 verse#2"]
    crossfade: 14ms
mix:
  channels:
    drums: {gain_db: -6, sends: {room: -18}, to: rhythm}
    bass:
      gain_db: -8
      to: rhythm
      inserts:
        - eq: {bands: [{freq_hz: 3000, gain_db: 2}, {type: low_shelf, freq_hz: 90, gain_db: -1, name: mud}]}
        - compressor/bass: {threshold_db: -24, ratio: 4, sidechain: drums, name: duck}
    keys:
      gain_db: -10
      pan: -30%
      inserts: [highpass: {cutoff_hz: 120}, compressor: {threshold_db: -18}]
      sends: {room: {level_db: -12, pre: true}}
      automation:
        volume_db: "1: 0 hold, chorus#1: -6 hold, verse#2: 0 hold, chorus#2: -6 hold"
        compressor.threshold_db: "1: -20, 9: -18"
        send.room: "1: -12 hold, chorus#1: -6 hold, verse#2: -12"
    lead: {gain_db: -9, inserts: [compressor/vocal, delay/dotted]}
  buses: {rhythm: {inserts: [compressor/drum_bus]}}
  returns: {room: {inserts: [reverb: {decay_s: 1.8, mix: 1}]}}
  inserts: [compressor/glue]
master:
  chain: [compressor: {threshold_db: -12}]
  loudness: -14
  ceiling: -1
  versions: {loud: {loudness: -10}}
delivery: {formats: [wav24, flac]}
"""
"""A song of 28 bars with a channel, a bus or a return for everything."""
TAKES: dict[str, str | bytes] = {"a.flac": b"one", "b.flac": b"two", "c.flac": b"three"}
ALBUM = """\
title: Nine Songs
artist: Ann
songs:
  - songs/one
  - {song: songs/two, gap: 3 s}
  - {song: songs/three, crossfade: 4 s}
  - {file: four.wav, title: Four}
loudness: -14
delivery: {formats: [flac, mp3], cd: [cue]}
"""
_OLD = facts(DESK, TAKES)


def told(
    *changes: tuple[str, str], text: str = DESK, files: Mapping[str, str | bytes] = MappingProxyType({})
) -> list[Change]:
    """What is said of a song after edits of its text or of the files beside it."""
    old = _OLD if text is DESK else facts(text, TAKES)
    new = facts(edited(text, *changes), {**TAKES, **files})
    both = side_by_side(old, new)
    return desk.changes(old, new, both.sections, both.parts)


def said(
    *changes: tuple[str, str], text: str = DESK, files: Mapping[str, str | bytes] = MappingProxyType({})
) -> list[str]:
    """The sentences of `told`, in alphabetical order."""
    return sorted(change.text for change in told(*changes, text=text, files=files))


def album(text: str) -> Facts:
    """The facts of an album.yaml whose songs are nowhere."""
    return album_facts(Album.model_validate(yaml.safe_load(text)), {}, {}, {})


def every(changes: Iterable[Change]) -> Iterator[Change]:
    """Changes and what they are made of."""
    for change in changes:
        yield change
        yield from every(change.details)
