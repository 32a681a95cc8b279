"""CHK010: a master misses its loudness target.

Why: a service turns a master that is off its target up or down.  The limiter may have nothing left to give.
Fix: tame the peaks before the master, or lower the target.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from songbuild.checks.masters import measured_masters
from songbuild.model.song import Song
from songbuild.problems import Fault

TOLERANCE_LU = 0.1


def level(song: Song, measured: Mapping[str, Any]) -> list[Fault]:
    """Warn when the integrated loudness of the master or a version is further than 0.1 LU from the target.

    A reference may have moved the target: `measured` has where it is then.
    """
    found: list[Fault] = []
    for each in measured_masters(song, measured):
        target = measured.get("targets", {}).get(each.name, each.values.loudness)
        reached = each.found["integrated_lufs"]
        if target is None or (reached is not None and abs(reached - target) <= TOLERANCE_LU):
            continue
        said = "silent" if reached is None else f"at {reached:.1f} LUFS"
        hint = "tame the peaks before the master, or lower the target"
        message = f"{each.title} is {said}, the target is {target:.1f} LUFS"
        found.append(Fault("CHK010", (*each.path, "loudness"), message, hint, severity="warning"))
    return found
