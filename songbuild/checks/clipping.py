"""CHK012: a delivered file clips.

Why: a stem is not limited, so a hot mix can pass full scale, and an integer file cuts that off.
Fix: lower the channel; the loudness target makes up for it in the master.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from songbuild.model.song import Song
from songbuild.problems import Fault


def clipping(song: Song, measured: Mapping[str, Any]) -> list[Fault]:  # noqa: ARG001
    """Warn about files in which samples were cut off at full scale."""
    return [
        Fault(
            "CHK012",
            ("delivery",),
            f"{name}: {facts['clipped']} samples clip",
            "lower what feeds it: the loudness target makes up for it in the master",
            severity="warning",
        )
        for name, facts in measured.get("files", {}).items()
        if facts.get("clipped")
    ]
