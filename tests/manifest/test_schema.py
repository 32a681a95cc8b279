"""JSON Schemas: valid, current, and of one mind with the loader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from songbuild.manifest.schema import schemas, write

ROOT = Path(__file__).parents[2]

GOOD = {
    "song": """
title: T
isrc: GB-AYE-69-00531
tempo: 96
mix: mix.yaml
master:
arrangement: {tracks: {bass: beep}}
recordings: {vox: {takes: {a: a.wav}}}
""",
    "composition": """
chords: {verse: Am7}
patterns:
  riff: "c4:8"
  beat: {grid: 16, kick: x---, hat: 9999}
  beat_b: {from: beat, kick: null, bars: {"4": "c4"}}
""",
    "arrangement": """
tracks:
  bass: beep/round
  lead: {instrument: {beep: {drive: 0.4}}, humanize: {time: 6ms}}
  keys: {instrument: beep}
  vox: {recording: vox}
sections: {verse: {bars: 4, parts: {bass: riff}}}
form: [verse x2, {verse: {bass: null}}]
""",
    "recordings": """
vox:
  takes: {a: a.wav, b: {file: b.wav, gain_db: -3dB}}
  comp: [a 1-2, {region: b 3-4, fade_in: 12ms}]
  crossfade: 12ms
gtr: {takes: {a: a.wav}, crossfade: {12ms: linear}}
amp: {takes: {a: a.wav}, crossfade: {time: 5, curve: linear}}
""",
    "mix": """
channels:
  bass:
    inserts: [compressor, delay: {time: 1/8.}, compressor/vocal: {threshold_db: -20dB, sidechain: kick}, eq: null]
    gain_db: -inf
    pan: 30L
    sends: {verb: -12dB, wide: {level_db: -6, pre: true}}
buses: {low: {}}
inserts: [eq: {bands: [{freq_hz: 2 kHz}]}]
""",
    "master": "{chain: [eq], loudness: null, ceiling: -1 dBTP, limiter: {release: 120ms}}",
    "delivery": "{formats: [wav24, midi], flac_bits: 16, files: [flac, {format: wav, bits: 32 float, rate: 96 kHz}]}",
    "album": """
title: T
upc: "4006381333931"
songs:
  - one
  - {song: ../two, gap: 1 s, crossfade: {4 s: linear}, isrc: GB-AYE-69-00531}
  - {file: three.wav, title: Three, fade_out: 2 s, gain_db: -1 dB, pregap: 0}
loudness: -14 LUFS
ceiling: null
delivery: {formats: [flac], files: [mp3, {format: wav, bits: 16}], album: [wav24], cd: [cue, toc, ddp]}
""",
}

BAD = {
    "song": ["{}", "{title: ''}", "{title: T, artsit: x}", "{title: T, mix: mix.txt}", "{title: T, rate: 22050}"],
    "composition": ["{patterns: {p: {grid: 16, kick: [x]}}}", "{patterns: {p: 3}}", "{patterns: {p: {voicing: x}}}"],
    "arrangement": ["{tracks: {b: bep}}", "{tracks: {b: {instrument: {beep: {drve: 1}}}}}", "{sections: {v: {}}}"],
    "recordings": ["{v: {}}", "{v: {takes: {a: {file: a, polarity: x}}}}", "{v: {takes: {a: a}, crossfade: {1ms: x}}}"],
    "mix": [
        "{inserts: [compresor]}",
        "{inserts: [{compressor: {}, eq: {}}]}",
        "{inserts: [compressor: {tresh: 1}]}",
        "{inserts: [compressor: {attack_ms: 3 dB}]}",
        "{inserts: [compressor: {threshold_db: 3}]}",
        "{inserts: [eq: {sidechain: x}]}",
        "{channels: {b: {mute: 'yes'}}}",
    ],
    "master": ["{loudness: -3}", "{loudness: -14 dB}", "{chain: [beep]}"],
    "delivery": [
        "{formats: [wav32]}",
        "{files: [wav24]}",
        "{files: [{format: wav, bits: 20}]}",
        "{files: [{bits: 16}]}",
    ],
    "album": [
        "{title: T}",
        "{title: T, songs: []}",
        "{title: T, songs: [{gap: x}]}",
        "{title: T, songs: [a], rate: 1}",
    ],
}


def validator(name: str, toys: Any) -> Draft202012Validator:
    schema = schemas(*toys)[f"{name}.schema.json"]
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("name", GOOD)
def test_good_files_are_valid(name: str, toys: Any) -> None:
    data = yaml.safe_load(GOOD[name])
    assert [error.message for error in validator(name, toys).iter_errors(data)] == []


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in BAD.items() for text in texts])
def test_bad_files_are_not(name: str, text: str, toys: Any) -> None:
    assert not validator(name, toys).is_valid(yaml.safe_load(text))


def test_every_key_is_described_and_says_its_unit(toys: Any) -> None:
    mix = schemas(*toys)["mix.schema.json"]["$defs"]
    squeeze = mix["Effect.compressor"]
    assert squeeze["description"] == "A compressor that does nothing."
    threshold = squeeze["properties"]["threshold_db"]
    assert (threshold["default"], threshold["x-unit"], threshold["description"]) == (-18.0, "dB", "where it starts")
    assert "sidechain" in squeeze["properties"]
    assert "sidechain" not in mix["Effect.eq"]["properties"]
    for name, definition in mix.items():
        for key, shape in definition.get("properties", {}).items():
            assert "description" in shape, (name, key)


@pytest.mark.parametrize("name", sorted(f"{name}.schema.json" for name in GOOD))
def test_files_in_schemas_are_current(name: str) -> None:
    written = json.loads((ROOT / "schemas" / name).read_text(encoding="utf-8"))
    assert written == schemas()[name], "run: songbuild schema --out schemas"


def test_writing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in write(tmp_path)}
    assert first == {path.name: path.read_bytes() for path in write(tmp_path)}
    assert set(first) == {f"{name}.schema.json" for name in GOOD}


@pytest.mark.parametrize("file", sorted(ROOT.glob("example_song/*.yaml")), ids=lambda file: file.name)
def test_example_song_is_valid(file: Path) -> None:
    schema = schemas().get(f"{file.stem}.schema.json")
    if schema is not None:
        data = json.loads(json.dumps(yaml.safe_load(file.read_text(encoding="utf-8")), default=str))
        assert [error.message for error in Draft202012Validator(schema).iter_errors(data)] == []
