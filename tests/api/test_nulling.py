"""Audio against audio: the first sample that differs, and how deep the rest is."""

from __future__ import annotations

from math import inf
from pathlib import Path

import numpy as np
import pytest

from songbuild.api.locks.nulling import Null, audio_digest, null, null_files
from support import write_wav

RATE = 44_100


def noise(frames: int = 200_000) -> np.ndarray:
    return np.random.default_rng(5).integers(-(2**22), 2**22, (2, frames)) / 2**23


def test_the_first_difference_and_the_largest(tmp_path: Path) -> None:
    x = noise()
    y = x.copy()
    y[1, 150_000] += 2**-13
    y[0, 160_000] += 2**-10
    for name, samples in (("x.wav", x), ("y.wav", y)):
        write_wav(tmp_path / name, samples, RATE, "PCM_24")
    found = null_files(tmp_path / "x.wav", tmp_path / "y.wav")
    assert found is not None
    assert (found.frame, found.channel) == (150_000, 1)
    assert found.depth_db == pytest.approx(-60.206, abs=0.001)
    assert null_files(tmp_path / "x.wav", tmp_path / "x.wav") == Null(None, 0, -inf)


def test_what_only_one_side_has_counts(tmp_path: Path) -> None:
    x = noise()
    write_wav(tmp_path / "x.wav", x, RATE, "PCM_24")
    write_wav(tmp_path / "short.wav", x[:, :100_000], RATE, "PCM_24")
    found = null_files(tmp_path / "x.wav", tmp_path / "short.wav")
    assert found is not None
    assert found.frame == 100_000
    assert found.depth_db == pytest.approx(20 * np.log10(np.abs(x[:, 100_000:]).max()))
    assert null([(7, np.zeros((2, 3)), np.ones((1, 3)))]).frame == 7


def test_only_audio_of_one_rate_can_be_compared(tmp_path: Path) -> None:
    write_wav(tmp_path / "x.wav", noise(1000), RATE)
    write_wav(tmp_path / "y.wav", noise(1000), 48_000)
    (tmp_path / "text").write_text("not audio")
    assert null_files(tmp_path / "x.wav", tmp_path / "y.wav") is None
    assert null_files(tmp_path / "x.wav", tmp_path / "text") is None
    assert audio_digest(tmp_path / "text") is None


def test_the_digest_is_of_the_samples_and_not_of_their_container(tmp_path: Path) -> None:
    x = noise()
    write_wav(tmp_path / "x.wav", x, RATE, "PCM_24")
    write_wav(tmp_path / "x.flac", x, RATE, "PCM_24")
    write_wav(tmp_path / "y.wav", np.where(np.arange(200_000) == 9, 0, x), RATE, "PCM_24")
    write_wav(tmp_path / "slow.wav", x, 22_050, "PCM_24")
    same, other = audio_digest(tmp_path / "x.wav"), audio_digest(tmp_path / "y.wav")
    assert same == audio_digest(tmp_path / "x.flac")
    assert len({same, other, audio_digest(tmp_path / "slow.wav")}) == 3
