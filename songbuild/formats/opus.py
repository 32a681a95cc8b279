"""Opus in Ogg, through libsndfile: 48 kHz, with the pre-skip and the end position that make decoding gapless.

Sources: RFC 6716 (the codec), RFC 7845 (in Ogg).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from songbuild.formats.audio import Audio
from songbuild.formats.ogg import encode

RATE = 48_000
_KBPS = (6.0, 256.0)  # a channel: what libsndfile makes of the highest and the lowest compression level


def write_opus(path: Path, blocks: Iterable[Audio], channels: int, kbps: int) -> int:
    """Write blocks (channels, frames) of full scale 1.0 at RATE, `kbps` on average; returns the frames written."""
    lowest, highest = _KBPS
    level = (highest - kbps / channels) / (highest - lowest)
    return encode(path, blocks, RATE, channels, "OPUS", min(1.0, max(0.0, level)))
