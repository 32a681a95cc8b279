"""What a meter said of a stretch of a signal, as it is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from songbuild.api.heard.subtracting import Rest
from songbuild.diff.heard import BANDS_HZ, NOTHING, SHORT_S, Reading
from songbuild.dsp.maths import gain_to_db
from songbuild.dsp.spectrum import centres

SILENCE_LUFS = -70.0
"""The absolute gate of BS.1770-5 (annex 1, eq. 5), here of momentary loudness too."""
_DIGITS = 2


def sounds(reading: Reading) -> bool:
    """Whether there is anything to hear."""
    return reading.loudness_lufs is not None


def told(found: Mapping[str, Any], seconds: float) -> Reading:
    """What a meter said of a stretch that has a side so short."""
    if not found or not found["power"]:
        return NOTHING
    short = seconds < SHORT_S
    loudness = found["momentary_max_lufs" if short else "integrated_lufs"]
    thirds = found["third_octaves"]
    return Reading(
        loudness if loudness is not None and loudness > SILENCE_LUFS else None,
        found["true_peak_dbtp"],
        None if short else found["lra_lu"],
        (None,) * (len(BANDS_HZ) - 1) if thirds is None else _bands(thirds),
        found["width_db"],
        found["correlation"],
    )


def _bands(thirds: Sequence[float]) -> tuple[float | None, ...]:
    """Powers of third octaves as levels in the bands between BANDS_HZ."""
    place = np.searchsorted(BANDS_HZ[1:-1], centres(), "right")
    powers = [
        sum(power for power, band in zip(thirds, place, strict=True) if band == k) for k in range(len(BANDS_HZ) - 1)
    ]
    return tuple(round(float(gain_to_db(power**0.5)), _DIGITS) if power > 0.0 else None for power in powers)


def depths(
    rest: Rest | None, before: Mapping[str, Any], sides: tuple[Reading, Reading], frames: int
) -> tuple[float | None, float | None]:
    """The null depth as it is, and after both sides have been brought to one loudness."""
    if rest is None or rest.same:
        return None, None
    power = before.get("power", 0.0) * 2.0 * frames
    one, other = sides[0].loudness_lufs, sides[1].loudness_lufs
    return rest.depth_db(power), None if one is None or other is None else rest.matched_db(power, one - other)
