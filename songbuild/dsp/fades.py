"""Fades and crossfades."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from songbuild.dsp.maths import Array, sin2pi

CURVES = ("equal-power", "linear")


def fade(frames: npt.NDArray[np.int64], length: int, curve: str) -> Array:
    """The gain of a fade-in at `frames` since its start, (n,): 0 before it, 1 from `length` on.

    A fade-out is the same, counted backwards from its last frame.  Sampled between the frames, so that a fade-in and
    a fade-out over the same stretch are mirror images: linear ones add up to 1, equal-power ones (sine and cosine) to
    1 in power.  Raises ValueError for an unknown curve.
    """
    place = np.clip((frames + 0.5) / length, 0.0, 1.0)
    if curve == "linear":
        return place
    if curve == "equal-power":
        return sin2pi(0.25 * place)
    raise ValueError(f"unknown curve '{curve}'")
