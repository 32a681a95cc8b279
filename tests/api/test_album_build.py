"""An album, built: one stream, exact cuts, one gain, a CD that agrees, and what happens when a song fails."""

from __future__ import annotations

import errno
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from songbuild import api
from songbuild.engine import EngineError
from songbuild.formats.cd import read_ddp
from songbuild.problems import Problem
from support import write_wav

RATE = 44_100
SECTOR = 588


def tone(seconds: float, hz: float, level: float, rate: int = RATE) -> np.ndarray:
    """A sine that differs in left and right."""
    at = np.arange(round(seconds * rate)) / rate
    return level * np.stack([np.sin(2 * np.pi * hz * at), np.sin(2 * np.pi * hz * 1.01 * at)])


@pytest.fixture
def album(tmp_path: Path) -> Callable[..., Path]:
    """Writes an album of three finished files, 5.1 s, 5 s and 6 s; `text` is what follows its songs."""

    def write(text: str = "", tracks: str | None = None, rate: int = RATE) -> Path:
        folder = tmp_path / "album"
        for name, (seconds, hz, level) in {"a": (5.1, 220, 0.2), "b": (5, 330, 0.1), "c": (6, 110, 0.4)}.items():
            write_wav(folder / f"{name}.wav", tone(seconds, hz, level, rate), rate)
        usual = "".join(f"  - {{file: {name}.wav, title: {name.upper()}}}\n" for name in "abc")
        (folder / "album.yaml").write_text(f"title: Three Tones\nsongs:\n{tracks or usual}{text}")
        return folder

    return write


def render(folder: Path, **options: Any) -> api.Rendered:
    done = api.render_album(folder, **options)
    assert not errors(done.problems)
    return done


def errors(problems: list[Problem]) -> list[str]:
    return [str(problem) for problem in problems if problem.severity == "error"]


def samples(path: Path) -> np.ndarray:
    return soundfile.read(path, dtype="int32", always_2d=True)[0]


JOINED = """\
  - {file: a.wav, title: A, crossfade: 1 s}
  - {file: b.wav, title: B}
  - {file: c.wav, title: C, gap: 0, fade_out: 1 s, isrc: QZ-ABC-26-00001}
"""
ALL = """
upc: "4006381333931"
delivery:
  formats: [flac]
  files: [{format: wav, bits: 16, dither: shaped}, {format: wav, bits: 16, rate: 48 kHz}]
  album: [wav24]
  cd: [cue, toc, ddp]
"""


def test_tracks_are_exact_cuts_of_one_stream(album: Callable[..., Path]) -> None:
    folder = album(ALL, JOINED)
    render(folder)
    out = folder / "out"
    whole = samples(out / "three-tones-24bit.wav")
    parts = [samples(path) for path in sorted((out / "flac").iterdir())]
    assert [len(part) % SECTOR for part in parts] == [0, 0, 0]
    assert np.array_equal(np.concatenate(parts), whole)
    dithered = [samples(path) for path in sorted((out / "wav-16bit-shaped").iterdir())]
    assert [len(part) for part in dithered] == [len(part) for part in parts]
    assert np.abs(np.concatenate(dithered) / 2**31 - whole / 2**31).max() < 16 / 2**15  # all of the noise, shaped
    other = [samples(path) for path in sorted((out / "wav-48khz-16bit").iterdir())]
    assert [len(part) for part in other] == [len(part) // 147 * 160 for part in parts]


def test_the_cd_is_the_album_in_every_form(album: Callable[..., Path]) -> None:
    folder = album(ALL, JOINED)
    facts = render(folder).facts
    cd = folder / "out" / "cd"
    image = samples(cd / "three-tones.wav") >> 16
    found = read_ddp(cd / "ddp")
    heard = np.concatenate(list(found.blocks()), axis=1)[:, -len(image) :]
    assert np.array_equal(heard.T, image)
    disc = found.disc
    assert [track.start for track in disc.tracks] == [round(track["start_s"] * 75) for track in facts["tracks"]]
    assert (disc.upc, disc.tracks[2].isrc, disc.tracks[1].title) == ("4006381333931", "QZABC2600001", "B")
    cue, toc = (cd / "three-tones.cue").read_text(), (cd / "three-tones.toc").read_text()
    for track in disc.tracks:
        minutes, seconds, sectors = track.start // 4500, track.start // 75 % 60, track.start % 75
        assert f"INDEX 01 {minutes:02d}:{seconds:02d}:{sectors:02d}" in cue
    assert toc.count("TRACK AUDIO") == 3
    sums = dict(reversed(line.split("  ")) for line in (folder / "out" / "SHA256SUMS").read_text().splitlines())
    for name, digest in sums.items():
        assert hashlib.sha256((folder / "out" / name).read_bytes()).hexdigest() == digest
    assert len(sums) == len([path for path in (folder / "out").rglob("*") if path.is_file()]) - 1


def test_sound_is_where_the_album_says(album: Callable[..., Path]) -> None:
    folder = album("ceiling: null\ndelivery: {formats: [], album: [wav24]}\n", JOINED)
    render(folder)
    whole = samples(folder / "out" / "three-tones-24bit.wav").T / 2**31
    a, b, c = (soundfile.read(folder / f"{name}.wav", always_2d=True)[0].T for name in "abc")
    start = (a.shape[1] - RATE) // SECTOR * SECTOR
    overlap = a.shape[1] - start
    place = (np.arange(overlap) + 0.5) / overlap
    mixed = a[:, start:] * np.sin(np.pi / 2 * place[::-1]) + b[:, :overlap] * np.sin(np.pi / 2 * place)
    assert np.abs(whole[:, :start] - a[:, :start]).max() < 2**-22
    assert np.abs(whole[:, start : a.shape[1]] - mixed).max() < 2**-22
    joint = start + b.shape[1]
    assert np.abs(whole[:, joint - 10 : joint] - b[:, -10:]).max() < 2**-22
    assert np.abs(whole[:, joint : joint + 10] - c[:, :10]).max() < 2**-22  # gapless
    assert np.abs(whole[:, joint + c.shape[1] - 3 :]).max() < 1e-4  # faded out


def test_sixteen_bits_pass_as_they_are_where_nothing_is_done_to_them(tmp_path: Path) -> None:
    folder = tmp_path / "album"
    write_wav(folder / "a.wav", tone(4, 220, 0.2), subtype="PCM_16")
    text = "title: T\nsongs: [{file: a.wav, title: A}]\nceiling: null\n"
    (folder / "album.yaml").write_text(
        text + "delivery: {formats: [], files: [{format: wav, bits: 16, dither: none}]}\n"
    )
    render(folder)
    (made,) = (folder / "out" / "wav-16bit-undithered").iterdir()
    assert np.array_equal(samples(made), samples(folder / "a.wav"))


@pytest.mark.parametrize(
    ("loudness", "expected"),
    [("-20 LUFS", None), ("{loudest: -18}", None), ("{tracks: -23}", [-23.0, -23.0, -23.0])],
)
def test_targets_are_met_and_one_gain_keeps_the_differences(
    album: Callable[..., Path], loudness: str, expected: list[float] | None
) -> None:
    folder = album("delivery: {formats: []}\n")
    plain = [track["integrated_lufs"] for track in render(folder).facts["tracks"]]
    with (folder / "album.yaml").open("a") as file:
        file.write(f"loudness: {loudness}\n")
    done = render(folder)
    levels = [track["integrated_lufs"] for track in done.facts["tracks"]]
    if expected is not None:
        assert levels == pytest.approx(expected, abs=0.12)  # of 5 s, what is half in the gap counts
        return
    reached = done.facts["album"]["integrated_lufs"] if "loudest" not in loudness else max(levels)
    assert reached == pytest.approx(-18 if "loudest" in loudness else -20, abs=0.1)
    moved = [after - before for before, after in zip(plain, levels, strict=True)]
    assert max(moved) - min(moved) <= 0.05
    assert all(abs(track["kept_lu"]) <= 0.05 for track in done.facts["tracks"])
    assert not done.problems


def test_a_limiter_that_changes_the_differences_is_told_of(album: Callable[..., Path]) -> None:
    done = render(album("delivery: {formats: []}\nloudness: -12 LUFS\nceiling: -10\n"))
    assert "CHK031" in {problem.code for problem in done.problems}
    assert done.facts["album"]["true_peak_dbtp"] <= -10.0 + 0.05


def test_the_tracks_are_set_beside_each_other(album: Callable[..., Path]) -> None:
    done = render(album("delivery: {formats: []}\nceiling: null\n"))
    a, b, c = done.facts["tracks"]
    assert [round(track["length_s"], 2) for track in (a, b, c)] == [7.11, 7.0, 6.0]
    assert a["tail_silence_s"] == pytest.approx(2.0, abs=0.05) and a["head_silence_s"] == 0.0
    assert b["step_lu"] == pytest.approx(-6.0, abs=0.3)  # half of the level
    assert max(c["octaves_db"], key=lambda hz: c["octaves_db"][hz]) == "125"
    assert c["octave_offsets_db"]["125"] > 20
    lines = done.summary.splitlines()
    assert lines[0] == "Three Tones: 0:20, 3 tracks" and lines[2].split()[0] == "#"
    assert lines[3].split()[:2] == ["1", "A"]


def test_tags_say_which_track_of_which_album(album: Callable[..., Path]) -> None:
    from mutagen.flac import FLAC

    text = "artist: X\nlabel: L\ngenre: Noise\ndate: 2026\nupc: '4006381333931'\ndelivery: {formats: [flac]}\n"
    folder = album(text)
    facts = render(folder).facts
    tags = FLAC(folder / "out" / "flac" / "02-b.flac")
    said = {key.upper(): value for key, value in tags.tags}
    assert (said["ALBUM"], said["ALBUMARTIST"], said["ARTIST"]) == ("Three Tones", "X", "X")
    assert (said["TRACKNUMBER"], said["TRACKTOTAL"], said["DATE"]) == ("2", "3", "2026")
    assert float(said["REPLAYGAIN_ALBUM_GAIN"].split()[0]) == pytest.approx(
        -18 - facts["album"]["integrated_lufs"], abs=0.01
    )


def test_a_song_on_an_album_is_the_song_by_itself(tiny_pair: Path) -> None:
    song = api.render(tiny_pair / "one")
    assert not errors(song.problems)
    done = render(tiny_pair)
    statuses = {node["node"]: node["status"] for node in done.facts["nodes"]}
    assert {status for name, status in statuses.items() if name.startswith("one: ")} == {"reused"}
    assert statuses["two: master"] == "run"
    again = render(tiny_pair)
    assert {node["status"] for node in again.facts["nodes"]} == {"reused"} and not again.facts["written"]


def test_songs_of_another_rate_are_converted(tiny_pair: Path) -> None:
    text = (tiny_pair / "two" / "song.yaml").read_text()
    (tiny_pair / "two" / "song.yaml").write_text(f"rate: 48000\n{text}")
    done = render(tiny_pair)
    assert "two: at 44100 Hz" not in {node["node"] for node in done.facts["nodes"]}  # the highest rate is the album's
    assert "one: at 48000 Hz" in {node["node"] for node in done.facts["nodes"]}
    first = sorted((tiny_pair / "out" / "flac").iterdir())[0]
    assert soundfile.info(first).samplerate == 48_000


def test_a_song_that_fails_names_itself_and_the_others_are_made(tiny_pair: Path) -> None:
    broken = tiny_pair / "two" / "song.yaml"
    good = broken.read_text()
    broken.write_text(good.replace("low: bass", "low: bas"))
    done = api.render_album(tiny_pair)
    assert [error.partition(" ")[0] for error in errors(done.problems)] == ["two/song.yaml:8:17:"]
    assert not (tiny_pair / "out").exists()
    broken.write_text(good)
    statuses = {node["node"]: node["status"] for node in render(tiny_pair).facts["nodes"]}
    assert statuses["one: master"] == "reused"


def test_a_disk_that_fills_leaves_what_was_there(album: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = album("delivery: {formats: [flac]}\n")
    render(folder)
    before = {path: path.read_bytes() for path in (folder / "out").rglob("*") if path.is_file()}
    text = (folder / "album.yaml").read_text()
    (folder / "album.yaml").write_text(text.replace("title: Three Tones", "title: Others"))
    copy, count = shutil.copyfile, iter(range(100))

    def full(source: Any, target: Any) -> Any:
        if next(count) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return copy(source, target)

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(EngineError):
        api.render_album(folder)
    assert {path: path.read_bytes() for path in (folder / "out").rglob("*") if path.is_file()} == before


def test_bytes_depend_on_neither_threads_nor_folder(tiny_pair: Path, tmp_path: Path) -> None:
    render(tiny_pair, threads=1)
    other = tmp_path / "elsewhere" / "of another name"
    shutil.copytree(tiny_pair, other, ignore=shutil.ignore_patterns("out"))
    render(other, threads=3, cache=str(tmp_path / "empty"))
    names = sorted(path.relative_to(tiny_pair / "out") for path in (tiny_pair / "out").rglob("*") if path.is_file())
    assert len(names) > 5
    for name in names:
        assert (tiny_pair / "out" / name).read_bytes() == (other / "out" / name).read_bytes(), name


@pytest.mark.parametrize(
    ("tracks", "text", "expected"),
    [
        ("  - {file: a.wav, title: A, trim_end: 2 s}\n", "delivery: {cd: [ddp]}", ("CD004", 3)),
        ("  - {file: a.wav, title: A, crossfade: 5.05 s}\n  - {file: b.wav, title: B}\n", "", ("ALB035", 3)),
        ("  - {file: m.wav, title: M}\n", "", ("ALB041", 3)),
        ("  - {file: n.wav, title: N}\n", "", ("ALB040", 3)),
        (
            "".join(f"  - {{file: {n}.wav, title: T, isrc: QZ-ABC-26-00001}}\n" for n in "ab"),
            "",
            ("ALB042", 4),
        ),
        ("".join("  - {file: a.wav, title: A, gap: 600}\n" for _ in range(9)).replace(", gap: 600", "", 1),
         "delivery: {cd: [cue]}", ("CD005", 12)),
        ("".join("  - {file: a.wav, title: A}\n" for _ in range(100)), "", ("ALB030", 102)),
    ],
)  # fmt: skip
def test_what_only_the_audio_tells_is_a_problem_at_its_line(
    album: Callable[..., Path], tracks: str, text: str, expected: tuple[str, int]
) -> None:
    folder = album(text, tracks)
    write_wav(folder / "m.wav", tone(5, 220, 0.1)[:1])
    (folder / "n.wav").write_bytes(b"RIFF nothing")
    _, problems = api.check_album(folder)
    assert [(each.code, each.span.line) for each in problems if each.severity == "error"] == [expected]


def test_a_file_that_turns_out_to_be_damaged_names_itself(album: Callable[..., Path]) -> None:
    folder = album("delivery: {formats: [flac]}\n")
    broken = tone(5, 330, 0.1)
    broken[0, 100_000] = np.nan
    write_wav(folder / "b.wav", broken)
    done = api.render_album(folder)
    (error,) = errors(done.problems)
    assert error.startswith("album.yaml:4:12: error[BLD001]: file b.wav: it holds NaN")
    assert not (folder / "out").exists()
