"""Discs for tests, and audio that says of every frame which sector it belongs to."""

from __future__ import annotations

import numpy as np

from songbuild.formats.cd import SECTOR, Disc, DiscTrack


def disc(*lengths, **said):
    """A disc of tracks of these lengths in sectors, one after the other."""
    starts = np.cumsum([0, *lengths]).tolist()
    tracks = [
        DiscTrack(start, length, title=f"Track {at}")
        for at, (start, length) in enumerate(zip(starts, lengths, strict=False), 1)
    ]
    return Disc(tuple(tracks), **{"title": "Disc", **said})


def programme(sectors, frames=None):
    """(2, frames) of 16 bits: left the sector's number, right the frame's place in it."""
    at = np.arange(sectors * SECTOR if frames is None else frames)
    return np.stack([at // SECTOR % 32_749, at % SECTOR]).astype(np.int16)


def pieces(x, size=50_000):
    for at in range(0, x.shape[1], size):
        yield x[:, at : at + size]
