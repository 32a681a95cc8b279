"""The rules about songs: a fixture each, and the exact words."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shell import TINY
from songbuild import api, checks

WriteSong = Callable[..., Path]


def found(song: Path) -> list[str]:
    """What `check` says, as people read it."""
    return [str(problem) for problem in api.check(song)[1]]


def png(width: int, height: int) -> bytes:
    """The beginning of a PNG picture of some size."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


LEFT_OVER = """\
title: Left Over
composition:
  chords:
    home: "Am F"
    away: "C G"
  patterns:
    riff: "a1:4 c2 e2 g2"
    base: "a1:2 e2"
    turn: {from: base, transpose: 2}
    spare: "d2:1"
recordings:
  gtr: {takes: {one: {file: one.wav, at: 1}}}
arrangement:
  tracks: {low: bass}
  sections:
    a: {bars: 1, parts: {low: [riff x2, turn]}, chords: home}
    b: {bars: 1, parts: {low: riff}}
    c: {bars: 1, parts: {low: riff}}
  form: [a x2, {b: {low: turn}}]
mix:
  channels: {low: {sends: {room: -12}}}
  buses:
    rhythm: {}
  returns:
    room: {}
    hall: {}
"""


def test_what_nothing_uses_is_named_at_its_name(write_song: WriteSong) -> None:
    song = write_song({"song.yaml": LEFT_OVER, "one.wav": ""})
    assert [text.split("\n")[0] for text in found(song)] == [
        "song.yaml:5:5: warning[CHK001]: nothing uses the chord line 'away'",
        "song.yaml:10:5: warning[CHK001]: nothing uses the pattern 'spare'",
        "song.yaml:12:3: warning[CHK001]: nothing uses the recording 'gtr'",
        "song.yaml:18:5: warning[CHK001]: nothing uses the section 'c'",
        "song.yaml:23:5: warning[CHK001]: nothing uses the bus 'rhythm'",
        "song.yaml:26:5: warning[CHK001]: nothing uses the return 'hall'",
    ]
    assert found(song)[0].split("\n")[1:] == ['    5 |     away: "C G"', "      |     ^^^^"]


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (png(3000, 3000), None),
        (png(1400, 1400), None),
        (png(1000, 1000), "warning[CHK002]: the artwork is small: 1000 x 1000"),
        (png(3000, 2000), "warning[CHK002]: the artwork is 3000 x 2000: not square"),
        (b"GIF89a", "error[CHK002]: art.png: it is neither a JPEG nor a PNG picture"),
        (b"", "error[CHK002]: art.png: it is empty"),
    ],
)
def test_artwork(write_song: WriteSong, picture: bytes, words: str | None) -> None:
    song = write_song({"song.yaml": "artwork: art.png\n" + TINY})
    (song / "art.png").write_bytes(picture)
    assert [text.split("\n")[0] for text in found(song)] == ([f"song.yaml:1:10: {words}"] if words else [])


def test_artwork_says_what_to_do(write_song: WriteSong) -> None:
    song = write_song({"song.yaml": "artwork: art.png\n" + TINY})
    (song / "art.png").write_bytes(png(500, 500))
    assert found(song)[0].split("\n")[1:] == [
        "    1 | artwork: art.png",
        "      |          ^^^^^^^ at least 1400 x 1400, better 3000 x 3000",
    ]


def measured(song: Path, **master: Any) -> list[str]:
    """What the rules say of a master that measures so."""
    loaded = api.load(song)
    assert loaded.song is not None
    facts = {"integrated_lufs": -14.0, "true_peak_dbtp": -1.0, **master}
    return [str(loaded.places.problem(fault)) for fault in checks.measure(loaded.song, {"master": facts})]


def test_a_master_that_misses_its_loudness(write_song: WriteSong) -> None:
    song = write_song({"song.yaml": TINY.replace("loudness: null", "loudness: -14 LUFS")})
    assert measured(song) == measured(song, integrated_lufs=-14.1) == measured(song, integrated_lufs=-13.9) == []
    (words,) = measured(song, integrated_lufs=-15.24)
    assert words.split("\n") == [
        "song.yaml:14:20: warning[CHK010]: the master is at -15.2 LUFS, the target is -14.0 LUFS",
        "   14 | master: {loudness: -14 LUFS}",
        "      |                    ^^^^^^^^ tame the peaks before the master, or lower the target",
    ]
    (silent,) = measured(song, integrated_lufs=None)
    assert "the master is silent, the target is -14.0 LUFS" in silent
    assert measured(write_song({"song.yaml": TINY}, "plain"), integrated_lufs=-40.0) == []


def test_a_master_over_its_ceiling(write_song: WriteSong) -> None:
    song = write_song({"song.yaml": TINY.replace("loudness: null", "loudness: null, ceiling: -1.5 dBTP")})
    assert measured(song, true_peak_dbtp=-1.46) == measured(song, true_peak_dbtp=None) == []
    (words,) = measured(song, true_peak_dbtp=-1.4)
    assert words.split("\n") == [
        "song.yaml:14:35: warning[CHK011]: the master peaks at -1.40 dBTP, over its ceiling of -1.50",
        "   14 | master: {loudness: null, ceiling: -1.5 dBTP}",
        "      |                                   ^^^^^^^^^",
    ]


def test_a_stem_that_clips(write_song: WriteSong) -> None:
    """The master is limited; the stem, which is not, is cut off at full scale."""
    hot = TINY.replace("gain_db: -6,", "gain_db: 24,").replace("formats: [wav24]", "formats: [wav24, stems]")
    done = api.render(write_song({"song.yaml": hot}))
    clipped = done.facts["files"]["stems/low.wav"]["clipped"]
    assert clipped > 0
    assert done.facts["files"]["tiny-24bit.wav"]["clipped"] == 0
    (problem,) = done.problems
    assert str(problem).split("\n")[:2] == [
        f"song.yaml:15:11: warning[CHK012]: stems/low.wav: {clipped} samples clip",
        "   15 | delivery: {formats: [wav24, stems]}",
    ]
    assert problem.hint == "lower what feeds it: the loudness target makes up for it in the master"


def test_a_target_out_of_reach_warns_in_a_render(write_song: WriteSong) -> None:
    """A master that is limited as hard as can be ends up below its target, and the render says so."""
    song = write_song({"song.yaml": TINY.replace("loudness: null", "loudness: -5, ceiling: -20")})
    (problem,) = api.render(song).problems
    assert (problem.code, problem.severity) == ("CHK010", "warning")
    assert problem.message.endswith("the target is -5.0 LUFS")
