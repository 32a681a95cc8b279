"""Facts of small songs written as YAML, for the tests of the diff."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from songbuild import manifest
from songbuild.diff.facts import Facts
from songbuild.diff.reading import facts_of

BAND = """\
title: Band
tempo: 96
key: A minor
composition:
  chords: {verse: "Am7 | Fmaj7 | C | G", chorus: "F | G | Am7 | Am7"}
  patterns:
    beat: {grid: 16, kick: "x--- x---", snare: "---- X---", hat: "x-x- x-x-"}
    riff: "a1:4 a e2 g | d2:4 d a1 c2"
    tune: "e4:4 g a g | e4:2 d4 | c4:4 e g e | d4:1"
    hook: {notes: "a4:2 c5:4 b | g4:1 | a4:2 e4 | a4:1", lyrics: "light in the | dark | bring me | home"}
    keys: {chords: section, voicing: drop2, range: [c3, c5]}
arrangement:
  tracks: {drums: drum_kit, bass: bass, keys: fm_piano, lead: subtractive}
  sections:
    intro: {bars: 2, chords: "Am7 | G", parts: {keys: keys}}
    verse: {bars: 4, chords: verse, parts: {drums: beat, bass: riff, keys: keys, lead: tune}}
    chorus: {bars: 4, chords: chorus, parts: {drums: beat, bass: riff, keys: keys, lead: hook}}
    bridge: {bars: 2, chords: "Dm7 | E7", parts: {bass: "d2:1 | e2:1", keys: keys}}
    outro: {bars: 2, chords: "Am7", parts: {keys: keys}}
  form: [intro, verse, chorus, verse, chorus, bridge, chorus, outro]
"""
"""A song of 26 bars with all that changes of form, harmony, parts, notes and lyrics need."""


def edited(text: str, *changes: tuple[str, str]) -> str:
    """The text with each (what is there, what takes its place); what isn't there fails the test."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def facts(text: str, files: Mapping[str, str | bytes] | None = None) -> Facts:
    """The facts of a song.yaml and further files of its folder; one with errors fails the test."""
    contents = {
        "song.yaml": text.encode(),
        **{name: data if isinstance(data, bytes) else data.encode() for name, data in (files or {}).items()},
    }
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name, data in contents.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        loaded = manifest.load(folder, trusted=True)
        assert loaded.song is not None, [str(problem) for problem in loaded.problems]
        assert loaded.score is not None
        known = {
            name: sha256(data).hexdigest() for name, data in contents.items() if not name.endswith((".yaml", ".py"))
        }
        lines = {json.dumps(path): str(loaded.places.span(path)).rpartition(":")[0] for path in (("tempo",), ("key",))}
        return facts_of(loaded.song, loaded.score, known, lines)
