"""CHK011: the master's true peak is over its ceiling.

Why: converters and lossy encoders clip what peaks between the samples (BS.1770-5, annex 2).
Fix: it should not happen; lower the ceiling and report it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from songbuild.model.song import Song
from songbuild.problems import Fault

TOLERANCE_DB = 0.05


def ceiling(song: Song, measured: Mapping[str, Any]) -> list[Fault]:
    """Warn when the true peak is more than 0.05 dB over the ceiling."""
    master = measured.get("master")
    if not master or master["true_peak_dbtp"] is None:
        return []
    peak = master["true_peak_dbtp"]
    if peak <= song.master.ceiling + TOLERANCE_DB:
        return []
    message = f"the master peaks at {peak:.2f} dBTP, over its ceiling of {song.master.ceiling:.2f}"
    return [Fault("CHK011", ("master", "ceiling"), message, severity="warning")]
