"""CHK014: a lossy file is late, or has another length than the master.

Why: an encoder adds silence before and after the sound; where a file doesn't say how much, an album has gaps.
Fix: it should not happen; deliver another format, and report it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from songbuild.model.song import Song
from songbuild.problems import Fault


def gapless(song: Song, measured: Mapping[str, Any]) -> list[Fault]:  # noqa: ARG001
    """Warn about files that, decoded, don't begin and end as the master does."""
    found = []
    for name, file in measured.get("delivered", {}).items():
        if not file or "expected_frames" not in file:
            continue
        wrong = []
        if late := file["delay_samples"]:
            wrong.append(f"{abs(late)} samples {'late' if late > 0 else 'early'}")
        if file["frames"] != file["expected_frames"]:
            wrong.append(f"{file['frames']} frames long instead of {file['expected_frames']}")
        if wrong:
            message, hint = f"{name}: it is {' and '.join(wrong)}", "deliver another format, and report this"
            found.append(Fault("CHK014", ("delivery",), message, hint, severity="warning"))
    return found
