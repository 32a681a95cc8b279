"""Matching a reference track in a render."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from shell import edit, songbuild
from songbuild import api
from songbuild.dsp.loudness import measure
from songbuild.dsp.matching import tone
from songbuild.dsp.spectrum import Spectrum, partial, spectrum
from support import read_wav, render, write_wav

RATE = 44_100
SONG = """\
title: Near
tempo: 120
tail: 0
arrangement: {tracks: {all: {recording: all}}, sections: {a: {bars: 6}}, form: [a]}
recordings: {all: {takes: {one: all.wav}}}
master:
  loudness: -20
  reference: {file: refs/other.wav, spectrum: 1, width: 1, dynamics: 0, max_db: 12}
delivery: {formats: [wav24]}
"""


def _noise(seed: int, low: float, high: float, sides: float) -> np.ndarray:
    """12 s of stereo noise, louder below 300 Hz and above 3 kHz by these factors, with sides of this level."""
    rng = np.random.default_rng(seed)
    hz = np.fft.rfftfreq(12 * RATE, 1 / RATE)
    shape = (1 + (low - 1) / (1 + (hz / 300) ** 2)) * (1 + (high - 1) / (1 + (3000 / (hz + 1)) ** 2)) / np.sqrt(hz + 30)
    mid, side = (np.fft.irfft(np.fft.rfft(rng.standard_normal(12 * RATE)) * shape) for _ in range(2))
    x = np.stack([mid + sides * side, mid - sides * side])
    return 0.3 * x / np.max(np.abs(x))


@pytest.fixture
def song(write_song: Callable[..., Path]) -> Path:
    """A bright narrow noise, and a dark wide one to match."""
    folder = write_song({"song.yaml": SONG})
    write_wav(folder / "all.wav", _noise(1, 1, 2, 0.3))
    write_wav(folder / "refs" / "other.wav", _noise(2, 2, 1, 0.6), subtype="PCM_24")
    return folder


def _spectrum(x: np.ndarray) -> Spectrum:
    part, state = partial(x, RATE, None)
    return spectrum([part], state, RATE)


def _ran(done: api.Rendered) -> set[str]:
    return {node["node"] for node in done.facts["nodes"] if node["tiles_run"]}


def test_the_master_gets_the_tone_and_the_width_of_the_reference_at_its_own_loudness(song: Path) -> None:
    done = render(song)
    match = done.facts["matches"][""]
    assert match["tone_db"][0] > 2 and match["tone_db"][-1] < -2
    assert match["width_db"] == pytest.approx(6, abs=1)
    master = read_wav(song / "out" / "near-24bit.wav")
    reference = read_wav(song / "refs" / "other.wav")
    assert np.max(np.abs(tone(_spectrum(master), _spectrum(reference), 1.0, 12.0))) <= 0.5
    sides = [np.std(x[0] - x[1]) / np.std(x[0] + x[1]) for x in (master, reference)]
    assert 20 * np.log10(sides[0] / sides[1]) == pytest.approx(0, abs=0.5)
    assert measure(master, RATE).integrated_lufs == pytest.approx(-20, abs=0.1)
    assert "master: matched: tone -" in done.summary


def test_the_loudness_of_the_reference_moves_the_target_by_its_amount(song: Path) -> None:
    edit(song, "spectrum: 1, width: 1, dynamics: 0", "spectrum: 0, width: 0, loudness: 50%")
    done = render(song)
    theirs = measure(read_wav(song / "refs" / "other.wav"), RATE).integrated_lufs
    wanted = (-20 + theirs) / 2
    assert done.facts["targets"][""] == pytest.approx(wanted, abs=0.051)
    assert done.facts["master"]["integrated_lufs"] == pytest.approx(wanted, abs=0.15)
    assert not done.problems
    assert not done.facts["matches"]
    assert not _ran(done) & {"match", "matched"}  # nothing of the sound is changed


def test_a_mix_whose_level_is_left_alone_can_take_the_loudness_of_the_reference(song: Path) -> None:
    edit(song, "loudness: -20", "loudness: null")
    edit(song, "spectrum: 1, width: 1, dynamics: 0", "spectrum: 0, width: 0, loudness: 1")
    theirs = measure(read_wav(song / "refs" / "other.wav"), RATE).integrated_lufs
    assert render(song).facts["master"]["integrated_lufs"] == pytest.approx(theirs, abs=0.15)


def test_a_small_edit_analyses_the_mix_again_and_renders_only_what_it_touches(song: Path) -> None:
    render(song)
    x = read_wav(song / "all.wav")
    x[:, 9 * RATE : 9 * RATE + 200] *= 0.9
    write_wav(song / "all.wav", x)
    done = render(song)
    nodes = {node["node"]: node for node in done.facts["nodes"]}
    assert {"analysis of the mix", "match"} <= _ran(done)
    assert nodes["matched"]["tiles_run"] < nodes["matched"]["tiles"]
    assert not nodes["analysis of refs/other.wav"]["tiles_run"]


def test_an_edit_gives_the_same_master_as_a_render_from_nothing(song: Path, tmp_path: Path) -> None:
    edit(song, "dynamics: 0", "dynamics: 1")
    render(song)
    edit(song, "spectrum: 1, width: 1", "spectrum: 0.7, width: 0.4")
    render(song)
    edited = (song / "out" / "near-24bit.wav").read_bytes()
    render(song, cache=str(tmp_path / "other"), threads=1)
    assert (song / "out" / "near-24bit.wav").read_bytes() == edited


def test_versions_with_one_reference_share_the_match(song: Path) -> None:
    edit(song, "  loudness: -20\n", "  loudness: -20\n  versions: {loud: {loudness: -14}, plain: {reference: null}}\n")
    done = render(song)
    assert set(done.facts["matches"]) == {"", "loud"}
    names = {node["node"] for node in done.facts["nodes"]}
    assert {"matched", "match", "master (loud)", "master (plain)"} <= names
    assert not names & {"matched (loud)", "match (loud)", "matched (plain)"}


def test_nothing_of_the_reference_is_delivered(song: Path) -> None:
    assert set(render(song).facts["files"]) == {"near-24bit.wav", "SHA256SUMS"}


def test_the_song_itself_as_reference_changes_nothing(song: Path) -> None:
    edit(song, "refs/other.wav", "all.wav")
    match = render(song).facts["matches"][""]
    assert not any(match["tone_db"]) and match["width_db"] == 0 and match["compressor"] is None


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("refs/othr.wav", "song.yaml:8:14: error[MAN003]: no file 'refs/othr.wav'"),
        ("song.yaml", "song.yaml:8:14: error[REC020]: song.yaml: it is not audio that can be read"),
        ("../other.wav", "song.yaml:8:14: error[MAN002]"),
        ("[1]", "song.yaml:8:14: error[MAS004]"),
        ("{spectrum: 1}", "error[MAS002]: 'file' is missing"),
        ("{file: all.wav, spectrum: 120%}", "error[MAS005]: must be at most 1, not 1.2"),
    ],
)
def test_a_reference_that_cannot_be_used_is_told_at_its_place(song: Path, written: str, said: str) -> None:
    text = (song / "song.yaml").read_text()
    line = next(line for line in text.splitlines() if "reference" in line)
    edit(song, line, f"  reference: {written}")
    ran = songbuild("check", song)
    assert ran.code == 1
    assert said in ran.err + ran.out
