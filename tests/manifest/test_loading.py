"""What a song's files mean: short forms, stages in files, presets, places; the same song however it is written."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from songbuild.manifest import Loaded, load
from songbuild.model.song import STAGES, Song
from songbuild.problems import Fault

SONG = """\
title: 1999
artist: Somebody
credits: {written by: [A, B], mixed by: C}
key: A minor
tempo: 96
date: 2026
seed: 012
composition:
  chords: {verse: Am7 | Fmaj7}
  patterns:
    riff: "c4:4 d e f | g a b c5"
    beat: {grid: 16, kick: "x---x---x---x---", snare: ----x-------x---, hat: 9191919191919191}
    beat_b: {from: beat, kick: null, snare: "x---x---x---x---"}
arrangement:
  tracks:
    bass: beep/round
    lead: {instrument: {beep: {drive: 0.3, name: solo}}}
    808: drums
    vox: {recording: vox}
  sections:
    verse: {bars: 2, chords: verse, parts: {bass: riff, lead: riff, 808: beat}}
    outro: {bars: 2, parts: {808: beat_b}}
  form: [verse x2, outro]
recordings:
  vox:
    takes: {a: a.wav, b: {file: a.wav, gain_db: -3dB}}
    comp: [a 1-2, {region: b 3-4, nudge: -8ms}]
    crossfade: {12ms: linear}
mix:
  channels:
    bass:
      inserts:
      - compressor/soft: {sidechain: "808", attack_ms: 5 ms}
      - eq: {bands: [{freq_hz: 2 kHz, gain_db: -3}]}
      - delay
      gain_db: -inf
      pan: 30L
      to: low
      sends: {verb: -12dB, wide: {level_db: -6, pre: true}}
      automation: {volume_db: "1: -6, 3: 0 lin", compressor.attack_ms: "1: 5", eq.bands.0.gain_db: "1: 0",
        send.verb: "1: -6", instrument.drive: "1: 0.5", delay.time: "1: 100"}
  buses: {low: {}}
  returns: {verb: {inserts: [delay: {time: 1/8.}]}, wide: {}}
master: {ceiling: -1 dBTP, loudness: null}
"""
FILES = {
    "a.wav": "",
    "presets/beep/round.yaml": "description: round\ndrive: 0.5\n",
    "presets/compressor/soft.yaml": "threshold_db: -24 dB\nattack_ms: 30\n",
}


def loaded_song(loaded: Loaded) -> Song:
    assert loaded.song is not None, "\n".join(map(str, loaded.problems))
    assert not loaded.problems
    return loaded.song


def test_short_forms_and_canonical_devices(load_song, tmp_path: Path) -> None:
    loaded = load_song({"song.yaml": SONG, **FILES})
    song = loaded_song(loaded)
    assert (song.title, song.date, song.seed) == ("1999", "2026", 12)
    patterns = song.composition.patterns
    assert patterns["riff"].notes == "c4:4 d e f | g a b c5"
    assert patterns["beat"].drums == {
        "kick": "x---x---x---x---", "snare": "----x-------x---", "hat": "9191919191919191",
    }  # fmt: skip
    assert patterns["beat_b"].rows == {"kick": None, "snare": "x---x---x---x---"}
    tracks = song.arrangement.tracks
    assert list(tracks) == ["bass", "lead", "808", "vox"]
    assert tracks["bass"].instrument is not None
    assert tracks["bass"].instrument.params == {"drive": 0.5}
    assert tracks["lead"].instrument is not None
    assert (tracks["lead"].instrument.label, tracks["lead"].instrument.params) == ("solo", {"drive": 0.3})
    vox = song.recordings["vox"]
    assert [take.file for take in vox.takes.values()] == ["a.wav", "a.wav"]
    assert [region.region for region in vox.comp] == ["a 1-2", "b 3-4"]
    assert (vox.crossfade.time, vox.crossfade.curve) == (12.0, "linear")
    bass = song.mix.channels["bass"]
    assert (bass.gain_db, bass.pan) == (float("-inf"), -0.3)
    assert bass.inserts[0].params == {
        "threshold_db": -24.0, "attack_ms": 5.0, "lookahead_ms": 0.0, "mode": "peak", "soft": True,
    }  # fmt: skip
    assert bass.inserts[0].sidechain == "808"
    assert bass.inserts[1].params == {"bands": [{"freq_hz": 2000.0, "gain_db": -3.0}]}
    assert (bass.sends["verb"].level_db, bass.sends["wide"].pre) == (-12.0, True)
    assert song.mix.returns["verb"].inserts[0].params == {"time": "1/8."}
    assert loaded.score is not None
    assert [section.id for section in loaded.score.sections] == ["verse#1", "verse#2", "outro#1"]
    folder = (tmp_path / "song").resolve()
    assert loaded.folder == folder
    assert {file.relative_to(folder).as_posix() for file in loaded.files} == {
        "song.yaml", "presets/beep/round.yaml", "presets/compressor/soft.yaml",
    }  # fmt: skip


@pytest.mark.parametrize("crossfade", ["5", "5ms", "{5ms: equal-power}", "{time: 5}", "{5: equal-power}"])
def test_crossfades(crossfade: str, load_song) -> None:
    text = SONG.replace("crossfade: {12ms: linear}", f"crossfade: {crossfade}")
    fade = loaded_song(load_song({"song.yaml": text, **FILES})).recordings["vox"].crossfade
    assert (fade.time, fade.curve) == (5.0, "equal-power")


def test_the_song_s_own_preset_goes_first_and_the_packaged_one_is_found(load_song) -> None:
    text = SONG.replace("beep/round", "beep/soft")
    loaded = load_song({"song.yaml": text, **FILES})
    assert [p.code for p in loaded.problems] == ["ARR009"]
    assert "did you mean" not in str(loaded.problems[0])
    assert "known: round" in str(loaded.problems[0])


PLACES: list[tuple[tuple[str | int, ...], str]] = [
    (("title",), "1999"),
    (("composition", "patterns", "riff", "notes"), '"c4:4 d e'),
    (("composition", "patterns", "riff"), '"c4:4 d e'),
    (("composition", "patterns", "beat", "drums", "kick"), '"x---x---x---x---", snare'),
    (("composition", "patterns", "beat", "kick"), '"x---x---x---x---", snare'),
    (("composition", "patterns", "beat_b", "rows", "snare"), '"x---x---x---x---"}'),
    (("arrangement", "tracks", "bass", "instrument", "beep/round"), "beep/round"),
    (("arrangement", "tracks", "lead", "instrument", "beep", "drive"), "0.3"),
    (("arrangement", "tracks", "lead", "instrument", "params", "drive"), "0.3"),
    (("arrangement", "tracks", "808", "instrument"), "drums\n    vox"),
    (("arrangement", "form", 0), "verse x2"),
    (("recordings", "vox", "takes", "a", "file"), "a.wav, b"),
    (("recordings", "vox", "comp", 0, "region"), "a 1-2"),
    (("recordings", "vox", "crossfade", "time"), "12ms: linear"),
    (("recordings", "vox", "crossfade", "curve"), "linear"),
    (("mix", "channels", "bass", "inserts", 0, "compressor/soft", "attack_ms"), "5 ms"),
    (("mix", "channels", "bass", "inserts", 0, "compressor", "attack_ms"), "5 ms"),
    (("mix", "channels", "bass", "inserts", 0, "attack_ms"), "5 ms"),
    (("mix", "channels", "bass", "inserts", 1, "eq", "bands", 0, "gain_db"), "-3}]}"),
    (("mix", "channels", "bass", "inserts", 2, "delay"), "delay\n      gain"),
    (("mix", "channels", "bass", "sends", "verb", "level_db"), "-12dB"),
    (("mix", "channels", "bass", "nothing", "there"), "bass:\n      inserts"),
    (("mix", "returns", "verb", "inserts", 0, "delay", "time"), "1/8."),
    (("mix", "returns", "verb", "inserts", 7), "inserts: [delay"),
]


@pytest.mark.parametrize(("path", "text"), PLACES)
def test_places_follow_short_forms(path: tuple[str | int, ...], text: str, load_song) -> None:
    loaded = load_song({"song.yaml": SONG, **FILES})
    span = loaded.places.span(path)
    rest = "\n".join(SONG.splitlines()[span.line - 1 :])[span.column - 1 :]
    if path[-1] == 7:
        # The list is written on one line, so it is shown itself.
        assert rest.startswith("[delay")
    else:
        assert rest.startswith(text)


def test_places_of_keys_and_of_parts_of_text(load_song) -> None:
    places = load_song({"song.yaml": SONG, **FILES}).places
    key = places.key_span(("mix", "channels", "bass", "pan"))
    assert SONG.splitlines()[key.line - 1][key.column - 1 :][: key.length] == "pan"
    part = places.problem(Fault("X", ("composition", "patterns", "riff", "notes"), "m", None, 13, 1))
    assert part.source is not None
    assert part.source[part.span.column - 1 :].startswith("g a b c5")
    drum = places.problem(Fault("X", ("composition", "patterns", "beat", "drums", "hat"), "m", key=True))
    assert drum.source is not None
    assert drum.source[drum.span.column - 1 :][: drum.span.length] == "hat"


def split(data: dict[str, Any], rng: random.Random) -> dict[str, str]:
    """The same song with its mappings in another order, other quotes, and some of its stages in files."""
    files: dict[str, str] = {}
    top = dict(data)
    for stage in STAGES:
        if stage in top and rng.random() < 0.5:
            files[f"{stage}.yaml"] = dump(shuffled(top.pop(stage), rng), rng)
            top[stage] = f"{stage}.yaml"
    return {"song.yaml": dump(shuffled(top, rng, keep=STAGES), rng), **files}


def shuffled(data: Any, rng: random.Random, keep: tuple[str, ...] = ()) -> Any:
    if isinstance(data, dict):
        keys = list(data)
        rng.shuffle(keys)
        return {key: shuffled(data[key], rng) for key in keys}
    return [shuffled(item, rng) for item in data] if isinstance(data, list) else data


class Quoted(str):
    """Text that is to be quoted."""


def dump(data: Any, rng: random.Random) -> str:
    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        style = rng.choice(["'", '"', None])
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    flow, width = rng.choice([True, False, None]), rng.choice([30, 80, 500])
    out = yaml.dump(data, Dumper=Dumper, default_flow_style=flow, width=width, indent=4)
    lines = out.splitlines()
    for _ in range(3):
        lines.insert(0, f"# {rng.random()}")
    return "\n".join(lines) + "\n"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6))
def test_another_way_to_write_it_is_the_same_song(load_song, seed: int) -> None:
    rng = random.Random(seed)
    expected = loaded_song(load_song({"song.yaml": SONG, **FILES}))
    data = yaml.load(SONG, yaml.BaseLoader)
    numbers = {"seed": 12, "tempo": 96}
    data |= numbers
    data["composition"]["patterns"]["beat"]["grid"] = 16
    data["composition"]["patterns"]["beat_b"]["kick"] = None
    data["master"]["loudness"] = None
    data["mix"]["channels"]["bass"]["sends"]["wide"]["pre"] = True
    for section in data["arrangement"]["sections"].values():
        section["bars"] = 2
    data["arrangement"]["tracks"]["lead"]["instrument"]["beep"]["drive"] = 0.3
    song = loaded_song(load_song({**split(data, rng), **FILES}))
    assert song == expected


@pytest.mark.parametrize("stage", STAGES)
def test_an_empty_stage_is_a_default_one(stage: str, load_song) -> None:
    inline = load_song({"song.yaml": f"title: T\n{stage}:\n"})
    in_file = load_song({"song.yaml": f"title: T\n{stage}: s.yaml\n", "s.yaml": "# nothing yet\n"})
    assert loaded_song(inline) == loaded_song(in_file) == Song(title="T")


MUTATIONS = st.lists(
    st.tuples(
        st.sampled_from(["cut", "insert", "swap", "line"]),
        st.floats(0, 1, exclude_max=True),
        st.integers(1, 30),
        st.sampled_from(
            [
                *("", " ", "\n", "\t", ":", "- ", "[", "}", '"', "'", "|", "&a ", "*a", "x", "-1", "1e9", "null", "é"),
                *("{}", "[]", "true", "~", "#", "<<: ", "? ", "!t ", ">", "@", "9" * 30, "bass", "verse", "../x"),
                *("%", "\x00", "\u2028", "c4:", "{c d}:4", "| |"),
            ]
        ),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MUTATIONS)
def test_a_damaged_song_never_raises(load_song, mutations: list[tuple[str, float, int, str]]) -> None:
    text = SONG
    for what, where, length, other in mutations:
        at = int(where * len(text))
        if what == "cut":
            text = text[:at] + text[at + length :]
        elif what == "insert":
            text = text[:at] + other + text[at:]
        elif what == "swap":
            text = text[:at] + other + text[at + length :]
        else:
            lines = text.splitlines(keepends=True)
            line = int(where * len(lines))
            text = "".join(lines[:line] + lines[line + 1 :] + lines[line : line + 1])
    loaded = load_song({"song.yaml": text, **FILES})
    assert (loaded.song is None) == any(problem.severity == "error" for problem in loaded.problems)
    for problem in loaded.problems:
        assert str(problem)
        assert problem.source is not None or not problem.span.file.endswith("song.yaml") or problem.span.line == 1


VALUES = [
    *(None, True, 3, -1.5, "x", "", "../x", "1e400", float("inf")),
    *([], {}, [None], {"x": None}, {"x": "y"}, {4: "y"}, [[[]]]),
]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6), st.integers(1, 3))
def test_a_song_with_other_values_never_raises(load_song, seed: int, count: int) -> None:
    rng = random.Random(seed)
    data = yaml.load(SONG, yaml.CSafeLoader)
    for _ in range(count):
        holder: Any = data
        while True:
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            if not keys:
                break
            key = rng.choice(keys)
            if isinstance(holder[key], dict | list) and rng.random() < 0.8:
                holder = holder[key]
                continue
            if rng.random() < 0.2 and isinstance(holder, dict):
                holder[rng.choice(["x", "bass", "grid", 4, "device", "from"])] = rng.choice(VALUES)
            else:
                holder[key] = rng.choice(VALUES)
            break
    loaded = load_song({"song.yaml": yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False), **FILES})
    assert (loaded.song is None) == any(problem.severity == "error" for problem in loaded.problems)
    assert "nput should" not in "".join(problem.message for problem in loaded.problems)


def test_a_list_or_mapping_of_which_nothing_is_left_is_empty(load_song) -> None:
    text = "title: T\nmix:\n  channels:\n  buses:\n    low:\n      inserts:\n      # - eq\n      sends:\n  inserts:\n"
    song = loaded_song(load_song({"song.yaml": text}))
    assert (song.mix.channels, song.mix.inserts, song.mix.buses["low"].inserts) == ({}, [], [])


def test_manifest_by_name_and_by_folder(tmp_path: Path) -> None:
    (tmp_path / "song.yaml").write_text("title: T\n")
    assert load(tmp_path).song == load(tmp_path / "song.yaml").song == Song(title="T")
