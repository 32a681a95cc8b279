"""CHK011: a master's true peak is over its ceiling.

Why: converters and lossy encoders clip what peaks between the samples (BS.1770-5, annex 2).
Fix: it should not happen; lower the ceiling and report it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from songbuild.checks.masters import measured_masters
from songbuild.model.song import Song
from songbuild.problems import Fault

TOLERANCE_DB = 0.05


def ceiling(song: Song, measured: Mapping[str, Any]) -> list[Fault]:
    """Warn when the true peak of the master or a version is more than 0.05 dB over its ceiling."""
    found: list[Fault] = []
    for each in measured_masters(song, measured):
        peak, limit = each.found["true_peak_dbtp"], each.values.ceiling
        if peak is not None and peak > limit + TOLERANCE_DB:
            message = f"{each.title} peaks at {peak:.2f} dBTP, over its ceiling of {limit:.2f}"
            found.append(Fault("CHK011", (*each.path, "ceiling"), message, severity="warning"))
    return found
