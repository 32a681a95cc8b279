"""Blocks of our own in files of the user's, patterns as git reads them, and files as text."""

from __future__ import annotations

from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repositories import git
from songbuild.api.files import write
from songbuild.api.git.blocks import BlockError, lines_of, with_lines
from songbuild.api.git.patterns import AUDIO, MANIFEST, MANIFESTS, MIDI, attributes, covered, ignored
from songbuild.api.git.textconv import kept_text_of, text_of
from songbuild.formats.midi import PPQ, MidiNote, MidiSong, MidiTrack, write_midi
from support import write_wav

USERS = st.lists(st.sampled_from([b"*.txt text", b"# mine", b"", b"\xef\xbb\xbf", b"\xff\xfe"]), max_size=4).flatmap(
    lambda lines: st.sampled_from([b"\n".join(lines), b"\r\n".join(lines), b"\n".join(lines) + b"\n"])
)


@settings(max_examples=60, deadline=None)
@given(USERS, st.lists(st.sampled_from(["a b=c", "/out/", "é"]), min_size=1, max_size=3))
def test_a_block_is_taken_out_without_a_trace(data: bytes, lines: list[str]) -> None:
    once = with_lines(data, lines)
    assert lines_of(once) == lines
    assert with_lines(once, lines) == once
    assert with_lines(once + b"*.later x\n", []) == data + b"*.later x\n"
    assert with_lines(once, []) == data


def test_a_block_stands_at_the_top_in_the_line_ends_of_the_file() -> None:
    made = with_lines(b"\xef\xbb\xbf*.txt text\r\n", ["a b"])
    assert made.startswith(b"\xef\xbb\xbf# >>> songbuild")  # git looks for the mark of UTF-8 at the very start
    assert made.endswith(b"\r\na b\r\n# <<< songbuild git setup\r\n*.txt text\r\n")


@pytest.mark.parametrize("keep", [0, 1, 2])
def test_half_a_block_is_refused(keep: int) -> None:
    begin, line, end, *_ = with_lines(b"", ["x"]).split(b"\n")
    broken = [line, end], [begin, line], [begin, begin, end]
    with pytest.raises(BlockError, match="don't pair up"):
        with_lines(b"\n".join(broken[keep]), ["x"])


def test_a_file_keeps_its_mode_and_goes_when_it_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert write(path, b"1\n") and not write(path, b"1\n")
    path.chmod(0o640)
    assert write(path, b"2\n")
    assert path.stat().st_mode & 0o777 == 0o640
    assert write(path, b"") and not path.exists()
    assert list(tmp_path.iterdir()) == []


def test_git_reads_the_patterns_as_they_are_meant(tmp_path: Path) -> None:
    repository = git(tmp_path / "r")
    odd = ['my song/stages/the "mix".yaml', "odd[1]/m*x.yaml", "é/verse.yaml"]
    folders = ["", "my song", "odd[1]"]
    repository.write(".gitattributes", "\n".join(attributes(odd, lfs=True)) + "\n")
    repository.write(".gitignore", "\n".join(ignored(folders)) + "\n")
    wanted = {
        **dict.fromkeys((*odd, "song.yaml", "a/b/mix.yaml", "s/presets/eq/mine.yaml"), MANIFEST),
        **dict.fromkeys(("odd1/mix2.yaml", ".github/workflows/ci.yaml", "odd[1]/mxx.yaml"), "unspecified"),
        "a/x.mid": MIDI,
        "x.wav": AUDIO,
        "deep/er/x.flac": AUDIO,
    }
    asked = repository("check-attr", "-z", "diff", *wanted).split("\0")
    assert dict(zip(asked[::3], asked[2::3], strict=False)) == wanted
    assert repository("check-attr", "filter", "x.wav", "song.yaml").split("\n") == [
        "x.wav: filter: lfs",
        "song.yaml: filter: unspecified",
    ]
    built = ["out/a.wav", "my song/out/a.wav", "odd[1]/out/a.wav"]
    assert repository("check-ignore", *built, "odd1/out/a", "my song/mix.yaml").split("\n") == built


def test_what_the_names_of_manifests_cover() -> None:
    assert all(covered(f"a/{name}") for name in MANIFESTS if "*" not in name)
    assert covered("presets/eq/mine.yaml") and not covered("eq/mine.yaml") and not covered("a/drums.yaml")


def text(path: Path, content: str) -> list[str]:
    path.write_text(content, encoding="utf-8")
    return list(text_of(path))


MIX = """\
channels:
  bass: {gain_db: -8, pan: 20L, sends: {room: -12}, inserts: [compressor: {threshold_db: -20, ratio: 3}, eq/bass]}
  keys: {automation: {volume_db: "1: -6, chorus: 0 hold"}}
"""
RESPELLED = """\
# the console
channels:
  keys:
    automation:
      volume_db: "1: -6,  chorus: 0 hold"   # up
  bass:
    inserts:
      - compressor: {ratio: 3, threshold_db: "-20dB", knee_db: 6}
      - eq/bass: {}
    sends: {room: {level_db: -12 dB, pre: false}}
    pan: "-0.2"
    gain_db: -8.0
    mute: false
"""


def test_a_mix_is_a_fact_a_line_however_it_is_written(tmp_path: Path) -> None:
    lines = text(tmp_path / "mix.yaml", MIX)
    assert lines == [
        "bass, compressor: compressor",
        "bass, compressor: threshold -20 dB",
        "bass, compressor: ratio 3:1",
        "bass, eq: eq/bass",
        "bass: gain -8 dB",
        "bass: pan 20 % left",
        "bass -> room: -12 dB",
        "keys, volume at 1: -6",
        "keys, volume at chorus: 0 hold",
    ]
    assert text(tmp_path / "other.yaml", RESPELLED) == lines


def test_music_is_a_bar_a_line(tmp_path: Path) -> None:
    lines = text(
        tmp_path / "composition.yaml",
        'chords: {verse: "Am7 | Dm7 G7"}\n'
        "patterns:\n"
        '  riff: "a1:4 a  e2 g | d2:4 d a1 c2 |"\n'
        '  beat: {grid: 16, kick: "x---x-x- x---x---", snare: "----x-------x---"}\n'
        "  fill: {from: beat, kick: null, bars: {2: riff}}\n",
    )
    assert lines == [
        "chords verse, bar 1: Am7",
        "chords verse, bar 2: Dm7 G7",
        "pattern beat, kick: x--- x-x- x--- x---",
        "pattern beat, snare: ---- x--- ---- x---",
        "pattern fill, kick: left out",
        "pattern fill, bar 2: riff",
        "pattern fill: from beat",
        "pattern riff, bar 1: a1:4 a e2 g",
        "pattern riff, bar 2: d2:4 d a1 c2",
    ]


def test_every_stage_of_a_song_in_one_file(tmp_path: Path) -> None:
    lines = text(
        tmp_path / "song.yaml",
        "title: Whole\ntempo: [{at: 1, bpm: 96}, {at: 9, to: 88, over: 2 bars}]\nmix: mix.yaml\n"
        "arrangement:\n  tracks: {bass: {instrument: {bass/round: {drive: 0.4}}, transpose: -12}}\n"
        '  sections: {a: {bars: 2, chords: "C | F", parts: {bass: {play: riff, bars: {2: fill}}}}}\n'
        "  form: [a, {a: {bass: null}}]\n"
        'recordings: {vox: {takes: {one: v.wav}, comp: ["one 1-2", {region: "one 3", gain_db: -3}], crossfade: 20ms}}\n'
        "master: {chain: [limiter], loudness: -14 LUFS}\ndelivery: {formats: [flac, mp3]}\n",
    )
    assert lines == [
        "mix: in mix.yaml",
        "title: Whole",
        "tempo: at: 1, bpm: 96",
        "tempo: at: 9, over: 2 bars, to: 88",
        "track bass: bass/round",
        "track bass: drive 40 %",
        "track bass: transpose -12",
        "section a: 2 bars",
        "section a, chords, bar 1: C",
        "section a, chords, bar 2: F",
        "section a, bass: bars: {2: fill}, play: riff",
        "form: a",
        "form: a: {bass: none}",
        "vox: one is v.wav",
        "vox plays one 1-2",
        "vox plays one 3, gain -3 dB",
        "vox, crossfade: time 20 ms",
        "master, limiter: limiter",
        "delivery, formats: flac, mp3",
    ]


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ("a: [1\n", ["a: [1"]),
        ("channels: {bass: {gain_db: loud}}\n", ["channels bass gain_db: loud"]),
        ("threshold_db: -18\ndescription: soft\n", ["description: soft", "threshold_db: -18"]),
        ("just text\n", ["just text"]),
        ("", []),
    ],
)
def test_what_is_no_manifest_is_shown_as_it_is(tmp_path: Path, content: str, lines: list[str]) -> None:
    assert text(tmp_path / "x.yaml", content) == lines


def midi(path: Path, second: int = 64) -> Path:
    notes = (MidiNote(0, PPQ, 62, 90), MidiNote(4 * PPQ + PPQ // 2, PPQ // 2, second, 70, "la"))
    track = MidiTrack("lead", 0, 81, notes)
    write_midi(path, MidiSong("T", ((0, 120.0), (4 * PPQ, 90.0)), ((0, 4, 4),), ((0, "verse"),), "D", (track,)))
    return path


def test_a_midi_file_is_a_bar_of_a_track_a_line(tmp_path: Path) -> None:
    lines = list(text_of(midi(tmp_path / "a.mid")))
    assert lines == [
        "standard MIDI file, type 1, 960 ticks a quarter note",
        "bar 1: meter 4/4",
        "bar 1: tempo 120 bpm",
        "bar 2: tempo 90 bpm",
        "track 1 'T', 0 notes",
        "'T', bar 1, key signature: 1 D",
        "'T', bar 1, marker: 1 'verse'",
        "track 2 'lead', channel 1, 2 notes",
        "'lead', bar 1: 1 d4 for 1 at 90",
        "'lead', bar 1, program: 1 82",
        "'lead', bar 2: 1.5 e4 for 0.5 at 70",
        "'lead', bar 2, lyrics: 1.5 'la'",
    ]
    other = list(text_of(midi(tmp_path / "b.mid", second=66)))
    assert [new for old, new in zip(lines, other, strict=True) if old != new] == [
        "'lead', bar 2: 1.5 f#4 for 0.5 at 70"
    ]


def test_every_kind_of_midi_message_leaves_a_line(tmp_path: Path) -> None:
    file = mido.MidiFile(type=0, ticks_per_beat=480)
    messages = [
        mido.MetaMessage("time_signature", numerator=3, denominator=8),
        mido.Message("control_change", control=64, value=127, time=720),
        mido.Message("pitchwheel", pitch=4096),
        mido.Message("aftertouch", value=9),
        mido.Message("polytouch", note=60, value=3),
        mido.Message("sysex", data=(1, 2)),
        mido.Message("note_on", note=60, velocity=64),
        mido.Message("note_on", note=62, velocity=60, channel=9),
        mido.MetaMessage("text", text="hm"),
    ]
    file.tracks.append(mido.MidiTrack(messages))
    file.save(tmp_path / "x.mid")
    assert list(text_of(tmp_path / "x.mid"))[2:] == [
        "track 1, channel 1, 10, 2 notes",
        "track 1, bar 2, sysex: 1 data 1 2",
        "track 1, bar 2, text: 1 'hm'",
        "track 1, channel 1, bar 2: 1 c4 for 0 at 64",
        "track 1, channel 1, bar 2, key pressure: 1 60 3",
        "track 1, channel 1, bar 2, pitch bend: 1 0.5",
        "track 1, channel 1, bar 2, pressure: 1 9",
        "track 1, channel 1, bar 2, sustain pedal: 1 127",
        "track 1, channel 10, bar 2: 1 d4 for 0 at 60",
    ]


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=80), st.sampled_from([b"MThd\0\0\0\6\0\1\0\1\3\xc0MTrk", b"RIFF", b"fLaC", b"\0", b"ID3"]))
def test_no_file_stops_git(tmp_path_factory: pytest.TempPathFactory, data: bytes, head: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "x.bin"
    path.write_bytes(head + data)
    assert list(text_of(path))


def test_audio_in_seconds(tmp_path: Path) -> None:
    rate = 8_000
    tone = 0.1 * np.sin(2 * np.pi * 1000 / rate * np.arange(12 * rate))
    tone[3 * rate : 4 * rate] *= 0.5
    tone[5 * rate : 6 * rate] = 0
    write_wav(tmp_path / "a.wav", np.stack([tone, tone]), rate, "PCM_16")
    lines = list(text_of(tmp_path / "a.wav"))
    assert lines[0] == "WAV audio (Signed 16 bit PCM), 8000 Hz, stereo"
    assert lines[1] == "length: 0:12 (96000 frames)"
    assert lines[3] == "true peak: -19.9 dBTP"
    assert [line for line in lines if line.startswith("LUFS")][1:] == ["LUFS from 0:10: -20 -20"]
    seconds = lines[5].split(": ")[1].split()
    assert (seconds[2], seconds[7]) == ("-20", "-20") and len(seconds) == 10


def test_a_pointer_of_lfs_says_so(tmp_path: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 123\n"
    assert text(tmp_path / "take.wav", pointer) == ["in LFS, not fetched: 123 bytes, sha256:abc"]


def test_a_text_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mix.yaml"
    path.write_text(MIX, encoding="utf-8")
    first = kept_text_of(path)
    monkeypatch.setattr("songbuild.api.git.textconv.text_of", lambda _: pytest.fail("made again"))
    assert kept_text_of(path) == first != ""
