"""CHK010: the master misses its loudness target.

Why: a service turns a master that is off its target up or down.  The limiter may have nothing left to give.
Fix: tame the peaks before the master, or lower the target.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from songbuild.model.song import Song
from songbuild.problems import Fault

TOLERANCE_LU = 0.1


def level(song: Song, measured: Mapping[str, Any]) -> list[Fault]:
    """Warn when the integrated loudness is further than 0.1 LU from the target."""
    master, target = measured.get("master"), song.master.loudness
    if not master or target is None:
        return []
    reached = master["integrated_lufs"]
    if reached is not None and abs(reached - target) <= TOLERANCE_LU:
        return []
    said = "silent" if reached is None else f"at {reached:.1f} LUFS"
    hint = "tame the peaks before the master, or lower the target"
    message = f"the master is {said}, the target is {target:.1f} LUFS"
    return [Fault("CHK010", ("master", "loudness"), message, hint, severity="warning")]
