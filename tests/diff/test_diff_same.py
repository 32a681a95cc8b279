"""Nothing is said where only the form of writing changed, and nothing of a song beside itself."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from diff.songs import BAND, edited, facts
from songbuild.diff.compare import compare
from songbuild.diff.facts import Facts
from support import SMALL

MIX = """\
mix:
  channels:
    drums: {gain_db: -6, sends: {room: -18}}
    bass: {gain_db: -8, inserts: [compressor: {threshold_db: -24, ratio: 4, attack_ms: 120, sidechain: drums}]}
    keys: {gain_db: -10, pan: -30%, inserts: [highpass: {cutoff_hz: 2000}], automation: {volume_db: "1: -6, 5: 0 lin"}}
  returns: {room: {inserts: [reverb: {decay_s: 0.8, mix: 1}]}}
master: {chain: [compressor: {threshold_db: -12, ratio: 2}], loudness: -16, ceiling: -1}
"""
SONG = BAND + MIX
OLD = facts(SONG)


def told(old: Facts, new: Facts) -> list[str]:
    return [change.text for change in compare(old, new).changes]


REWRITTEN: dict[str, list[tuple[str, str]]] = {
    "a comment": [("key: A minor", "# the key\nkey: A minor  # in a minor mood")],
    "units": [
        ("tempo: 96", "tempo: 96 bpm"),
        ("attack_ms: 120", "attack_ms: 0.12 s"),
        ("gain_db: -6", "gain_db: -6 dB"),
        ("cutoff_hz: 2000", "cutoff_hz: 2 kHz"),
        ("pan: -30%", "pan: -0.3"),
    ],
    "defaults": [
        ("tempo: 96", "tempo: [{at: 1, bpm: 96, beat: 1/4}]\nmeter: {1: 4/4}\npickup: 0\nswing: straight"),
        ("title: Band", "title: Band\ntail: 3\nseed: 1"),
        ("drums: drum_kit", "drums: {instrument: {drum_kit: {}}, transpose: 0}"),
        ("bridge: {bars: 2", "bridge: {bars: 2, key: A minor, transpose: 0"),
        ("gain_db: -6", "gain_db: -6, pan: 0, mute: false"),
    ],
    "a tempo said twice": [("tempo: 96", "tempo: [{at: 1, bpm: 96}, {at: 9, bpm: 96}]\nmeter: {1: 4/4, 10: 4/4}")],
    "names of keys": [("key: A minor", "key: Am")],
    "a pattern inlined": [("bass: riff, keys", 'bass: "a1:4 a e2 g | d2:4 d a1 c2", keys')],
    "a pattern split": [("lead: tune", 'lead: ["e4:4 g a g | e4:2 d4", "c4:4 e g e | d4:1"]')],
    "notation": [("e4:4 g a g | e4:2 d4 |", "e4:4 g:4 a4:4 g4 e4:2 d:2"), ("x--- x---", "x---x---")],
    "a bar twice": [('"a1:4 a e2 g | d2:4 d a1 c2"', '"a1:4 a1:4 e2:4 g2:4 | d2 d2 a1 c2"')],
    "chords": [("Fmaj7 | C", "FM7 | C"), ('"Dm7 | E7"', '"Dm7  |  E7"')],
    "a chord line inlined": [("chords: verse,", 'chords: "Am7 | Fmaj7 | C | G",')],
    "repeats": [("form: [intro, verse, chorus,", "form: [intro x1, verse, {chorus: {}},")],
    "points of automation": [("1: -6, 5: 0 lin", "1.1: -6 dB, 5.1: 0 lin")],
}  # fmt: skip


@pytest.mark.parametrize("edits", REWRITTEN.values(), ids=REWRITTEN)
def test_what_is_only_written_otherwise_is_the_same(edits: list[tuple[str, str]]) -> None:
    new = facts(edited(SONG, *edits))
    assert told(OLD, new) == []
    assert told(new, OLD) == []


def test_stages_in_files_of_their_own_are_the_same() -> None:
    data = yaml.safe_load(SONG)
    files = {
        f"{stage}.yaml": yaml.safe_dump(data.pop(stage)) for stage in ("composition", "arrangement", "mix", "master")
    }
    top = yaml.safe_dump({**data, **{name.removesuffix(".yaml"): name for name in files}})
    assert told(OLD, facts(top, files)) == []


def test_a_stage_in_python_is_the_same() -> None:
    data = yaml.safe_load(SONG)
    code = f"def composition():\n    return {data.pop('composition')!r}\n"
    assert told(OLD, facts(yaml.safe_dump({**data, "composition": "music.py"}), {"music.py": code})) == []


def shuffled(value: Any, random: Random) -> Any:
    """The same data with the keys of mappings in another order, but for those of tracks, whose order is the song's."""
    if isinstance(value, list):
        return [shuffled(item, random) for item in value]
    if not isinstance(value, dict):
        return value
    items = [(key, shuffled(item, random)) for key, item in value.items()]
    random.shuffle(items)
    return dict(items)


@given(st.integers(0, 10_000))
@settings(max_examples=6, deadline=None)
def test_keys_in_any_order_are_the_same(seed: int) -> None:
    text = yaml.safe_dump(shuffled(yaml.safe_load(SONG), Random(seed)), sort_keys=False)
    assert told(OLD, facts(text)) == []


@pytest.mark.parametrize("text", [SONG, SMALL, "title: Empty\n"])
def test_a_song_beside_itself(text: str) -> None:
    difference = compare(facts(text), facts(text))
    assert not difference
    assert not difference.notes


EDITS = [
    ("tempo: 96", "tempo: 104"),
    ("key: A minor", "key: E minor"),
    ("intro, verse, chorus,", "intro, verse, chorus x2,"),
    ("bass: riff", "bass: {play: riff, transpose: 12}"),
    ("Fmaj7 | C", "D9 | C"),
    ("light in the", "night in the"),
    ("x--- x---", "x-x- x---"),
    ("gain_db: -6", "gain_db: -9"),
    ("lead: tune", "lead: null"),
    ("title: Band", "title: Trio"),
]


@given(st.sets(st.integers(0, len(EDITS) - 1), min_size=1))
@settings(max_examples=12, deadline=None)
def test_the_way_back_is_of_the_same_kinds(which: set[int]) -> None:
    new = facts(edited(SONG, *(EDITS[index] for index in sorted(which))))
    there, back = compare(OLD, new), compare(new, OLD)
    assert len({change.area for change in there.changes}) >= 1
    assert {change.area for change in there.changes} == {change.area for change in back.changes}
    assert there.notes.keys() == back.notes.keys()
    assert "drums" not in there.notes or any(change.area == "notes" for change in there.changes)
