"""Delivery targets by name: what services, broadcasters and media ask of a master, each with its source and date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

TargetName = Literal[
    "spotify", "apple-music", "youtube", "tidal", "amazon", "deezer", "aes-td1008-track", "aes-td1008-album",
    "ebu-r128", "atsc-a85", "cd", "vinyl",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """What a target asks for, as values of a master; `loudness` None asks for none: the master's own stays.

    `limiter` says how peaks are kept below the ceiling, `finish` holds effects as a song spells them; `correlation`
    whether whoever gets the master wants to know that of its channels.
    """

    title: str
    loudness: float | None
    ceiling: float
    source: str
    date: str
    limiter: str = "true_peak"
    finish: tuple[Mapping[str, Mapping[str, float]], ...] = ()
    correlation: bool = False

    def values(self) -> dict[str, Any]:
        """The fields of a master that the target sets, as a manifest would write them."""
        asked = {} if self.loudness is None else {"loudness": self.loudness}
        finish = [{name: dict(params)} for device in self.finish for name, params in device.items()]
        return {**asked, "ceiling": self.ceiling, "limiter": {"kind": self.limiter}, "finish": finish}


_TABLE = "Lexpi, How loud should you master for streaming"
"""What services do not publish themselves, as others measure it."""

TARGETS: Mapping[str, Target] = {
    "spotify": Target("Spotify", -14, -1, "Spotify for Artists, Loudness normalization", "2026-06"),
    "apple-music": Target("Apple Music", -16, -1, f"Sound Check: {_TABLE}", "2026-06"),
    "youtube": Target("YouTube", -14, -1, _TABLE, "2026-06"),
    "tidal": Target("Tidal", -14, -1, "MeterPlugs, Tidal Adds Loudness Normalization", "2016-10-07"),
    "amazon": Target("Amazon Music", -14, -2, _TABLE, "2026-06"),
    "deezer": Target("Deezer", -15, -1, _TABLE, "2026-06"),
    "aes-td1008-track": Target("AES TD1008, a track", -16, -1, "AES TD1008.1.21-9", "2021-09"),
    "aes-td1008-album": Target("AES TD1008, the loudest track of an album", -14, -1, "AES TD1008.1.21-9", "2021-09"),
    "ebu-r128": Target("EBU R 128", -23, -1, "EBU R 128, version 4.0", "2020-08"),
    "atsc-a85": Target("ATSC A/85", -24, -2, "ATSC A/85:2013", "2013-03"),
    "cd": Target("CD", None, -0.3, "no standard: room for the converters of players", "2026-06"),
    "vinyl": Target(
        "vinyl pre-master",
        -18,
        -3,
        "16 Kilohertz, How to prepare a suitable cutting master; X-Disc, Mastering for vinyl",
        "2020-07-18",
        "soft",
        ({"highpass": {"cutoff_hz": 25}}, {"lowpass": {"cutoff_hz": 16000}}, {"width": {"mono_below_hz": 200}}),
        correlation=True,
    ),
}
"""Every target by the name that a song calls it by."""
