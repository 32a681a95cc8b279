"""CHK013: a delivered file peaks above full scale when it is played.

Why: a lossy codec, and a change of the sample rate, move the peaks, and what passes full scale clips in a player's
converter (AES TD1008, clause on lossy codecs; EBU Tech 3343).
Fix: lower the master's ceiling, by 1 dB for most codecs, or raise the bit rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from songbuild.model.song import Song
from songbuild.problems import Fault


def overshoot(song: Song, measured: Mapping[str, Any]) -> list[Fault]:  # noqa: ARG001
    """Warn about files whose true peak, of a lossy one after decoding it, is above 0 dBTP."""
    return [
        Fault(
            "CHK013",
            ("delivery",),
            f"{name}: when it is played, it peaks at {file['true_peak_dbtp']:+.2f} dBTP",
            "lower the master's ceiling, or raise the bit rate",
            severity="warning",
        )
        for name, file in measured.get("delivered", {}).items()
        if file and (file["true_peak_dbtp"] or 0.0) > 0.0
    ]
