"""What is said of files that were encoded or converted: peaks over full scale, delays, wrong lengths."""

from __future__ import annotations

import pytest

from songbuild.checks.gapless import gapless
from songbuild.checks.overshoot import overshoot
from songbuild.model.song import Song

SONG = Song(title="T")
FINE = {"true_peak_dbtp": -0.5, "frames": 100, "expected_frames": 100, "delay_samples": 0}


@pytest.mark.parametrize(("peak", "said"), [(None, False), (-0.01, False), (0.0, False), (0.31, True)])
def test_a_peak_above_full_scale_is_a_warning(peak: float | None, said: bool) -> None:
    found = overshoot(SONG, {"delivered": {"t.mp3": {**FINE, "true_peak_dbtp": peak}, "t.wav": None}})
    assert [(f.code, f.severity) for f in found] == [("CHK013", "warning")] * said
    assert all(f.message == "t.mp3: when it is played, it peaks at +0.31 dBTP" for f in found)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (FINE, None),
        ({**FINE, "delay_samples": None}, None),
        ({"true_peak_dbtp": -1.0}, None),
        ({**FINE, "delay_samples": 1105}, "t.mp3: it is 1105 samples late"),
        ({**FINE, "delay_samples": -3, "frames": 90}, "t.mp3: it is 3 samples early and 90 frames long instead of 100"),
    ],
)
def test_a_gap_is_a_warning(file: dict[str, object], said: str | None) -> None:
    found = gapless(SONG, {"delivered": {"t.mp3": file}})
    assert [(f.code, f.severity, f.message) for f in found] == ([("CHK014", "warning", said)] if said else [])


def test_songs_without_masters_have_nothing_to_say() -> None:
    assert overshoot(SONG, {}) == gapless(SONG, {}) == []
