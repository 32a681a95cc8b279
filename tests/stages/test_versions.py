"""Several masters of one mix, and targets by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from shell import TINY, edit, songbuild
from songbuild import api
from songbuild.dsp.loudness import measure
from songbuild.dsp.spectrum import partial, spectrum
from songbuild.model.master import Master
from songbuild.model.targets import TARGETS
from support import read_wav, render

VERSIONS = """\
master:
  chain: [compressor: {threshold_db: -12, ratio: 2}]
  loudness: -16
  versions:
    streaming: {target: spotify}
    same: {}
    loud: {loudness: -10, ceiling: -0.5, formats: [wav16, flac]}
    vinyl: {target: vinyl}
"""
RATE = 44_100


@pytest.fixture
def song(write_song: Callable[..., Path]) -> Path:
    """A bass to one side, with four versions of its master."""
    text = TINY.replace("low: {gain_db: -6, ", "low: {gain_db: -6, pan: -60%, ")
    return write_song({"song.yaml": text.replace("master: {loudness: null}\n", VERSIONS)})


def _ran(done: api.Rendered) -> set[str]:
    return {node["node"] for node in done.facts["nodes"] if node["tiles_run"]}


def test_every_version_has_its_files_its_loudness_and_its_ceiling(song: Path) -> None:
    done = render(song)
    assert set(done.facts["files"]) == {
        "tiny-24bit.wav", "streaming/tiny-24bit.wav", "same/tiny-24bit.wav", "loud/tiny-16bit.wav",
        "loud/tiny.flac", "vinyl/tiny-24bit.wav", "SHA256SUMS",
    }  # fmt: skip
    for folder, target, ceiling in (("streaming", -14, -1), ("same", -16, -1), ("loud", -10, -0.5), ("vinyl", -18, -3)):
        file = next((song / "out" / folder).glob("*.wav"))
        found = measure(read_wav(file), RATE)
        assert found.integrated_lufs == pytest.approx(target, abs=0.1), folder
        assert found.true_peak_dbtp <= ceiling + 0.05, folder
        assert done.facts["versions"][folder]["integrated_lufs"] == pytest.approx(found.integrated_lufs, abs=0.01)
    assert "\nloud: integrated -10.0 LUFS" in done.summary
    assert ", correlation 0." in next(line for line in done.summary.splitlines() if line.startswith("vinyl: "))


def test_what_is_equal_is_made_once_and_an_edit_of_one_version_runs_no_other(song: Path) -> None:
    ran = _ran(render(song))
    assert {"master chain", "master", "master (loud)", "master finish (vinyl)"} <= ran
    assert not ran & {"master (same)", "loudness gain (same)", "master chain (loud)", "master chain (vinyl)"}
    edit(song, "loudness: -10", "loudness: -11")
    again = _ran(render(song))
    assert "master (loud)" in again
    assert not {node for node in again if "(loud)" not in node} - {
        "loud/tiny-16bit.wav",
        "loud/tiny.flac",
        "SHA256SUMS",
    }


def test_a_version_that_is_taken_out_takes_its_files_with_it(song: Path) -> None:
    render(song)
    edit(song, "    same: {}\n", "")
    render(song)
    assert not list((song / "out").glob("same/*"))
    assert (song / "out" / "loud" / "tiny.flac").exists()


def test_the_vinyl_master_is_mono_in_the_bass_and_has_neither_rumble_nor_air(song: Path) -> None:
    render(song)
    plain, vinyl = (_bands(read_wav(song / "out" / folder / "tiny-24bit.wav")) for folder in (".", "vinyl"))
    at_100 = 7
    assert plain[1][at_100] - plain[0][at_100] > -12
    assert vinyl[1][at_100] - vinyl[0][at_100] < plain[1][at_100] - plain[0][at_100] - 9
    assert (vinyl - plain)[0, 0] < (vinyl - plain)[0, 17] - 2  # 20 Hz against 1 kHz
    assert (vinyl - plain)[0, 30] < (vinyl - plain)[0, 17] - 3  # 20 kHz


def _bands(x: np.ndarray) -> np.ndarray:
    part, state = partial(x, RATE, None)
    found = spectrum([part], state, RATE)
    return np.array([found.mid_db, found.side_db])


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_sets_what_the_song_leaves_out(name: str) -> None:
    asked, made = TARGETS[name], Master.model_validate({"target": name})
    assert made.loudness == (-14 if asked.loudness is None else asked.loudness)
    assert (made.ceiling, made.limiter.kind) == (asked.ceiling, asked.limiter)
    assert len(made.finish) == len(asked.finish)


def test_what_is_written_wins_over_the_target() -> None:
    given = {"target": "vinyl", "loudness": None, "ceiling": -6, "limiter": {"release": 50}, "finish": []}
    made = Master.model_validate(given)
    assert (made.loudness, made.ceiling, made.finish) == (None, -6, [])
    assert (made.limiter.kind, made.limiter.release) == ("soft", 50)


def test_a_version_is_the_master_but_for_what_it_says() -> None:
    reference = {"file": "x.wav", "loudness": 0.5}
    master = Master.model_validate(
        {
            "chain": ["gain"],
            "automation": {"gain.gain_db": "1: 0"},
            "loudness": -9,
            "ceiling": -2,
            "limiter": {"release": 50},
            "reference": reference,
            "versions": {
                "cd": {"target": "cd", "limiter": {"lookahead": 4}},
                "plain": {"chain": [], "reference": None},
                "quiet": {"loudness": -20},
                "open": {"loudness": None},
            },
        }
    )
    cd, plain, quiet, level = (master.version(name) for name in master.versions)
    assert (cd.loudness, cd.ceiling, cd.limiter.release, cd.limiter.lookahead) == (-9, -0.3, 50, 4)
    assert cd.chain == master.chain and cd.automation == master.automation and cd.reference == master.reference
    assert (plain.chain, plain.automation, plain.reference, plain.ceiling) == ([], {}, None, -2)
    assert quiet.loudness == -20 and quiet.reference is not None and quiet.reference.loudness == 0
    assert level.loudness is None


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("stems: {loudness: -9}", "a version can't be called 'stems': that folder has another use"),
        ("ODD: {loudness: -9}", "a version's name is a folder's: small letters, digits, - and _, 40 at most"),
        ("odd: {formats: [midi]}", "'midi' is made of the song, not of a version"),
        ("odd: {target: spotfy}", "did you mean 'spotify'?"),
        ("odd: {chain: [compresor]}", "unknown effect 'compresor'"),
        ("odd: {automation: {compressor.ratoi: '1: 2'}}", "'compressor' has no parameter 'ratoi'"),
        ("odd: {loudness: -9, lodness: 3}", "unknown key 'lodness'"),
        ("odd: {limiter: {kind: hard}}", "known: true_peak, soft"),
    ],
)
def test_a_mistake_in_a_version_is_told_once_at_its_place(song: Path, written: str, said: str) -> None:
    edit(song, "same: {}", written)
    ran = songbuild("check", song)
    assert ran.code == 1
    assert said in ran.err + ran.out
    assert (ran.err + ran.out).count("song.yaml:") == 1
    lines = (song / "song.yaml").read_text().splitlines()
    assert f"song.yaml:{lines.index(f'    {written}') + 1}:" in ran.err + ran.out


def test_a_version_that_misses_its_target_is_named(song: Path) -> None:
    edit(song, "loudness: -10, ceiling: -0.5", "loudness: -5, ceiling: -20")
    done = api.render(song)
    assert [problem.code for problem in done.problems] == ["CHK010"]
    assert done.problems[0].message.startswith("the version 'loud' is at -")
