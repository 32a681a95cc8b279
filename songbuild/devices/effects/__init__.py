"""Every effect: a module of its name here, in an explicit tuple."""

from __future__ import annotations

from songbuild.devices.device import Effect
from songbuild.devices.shelf import Shelf

EFFECTS: Shelf[Effect] = Shelf(
    __name__,
    "EFFECT",
    (
        "chorus",
        "clipper",
        "compressor",
        "deesser",
        "delay",
        "eq",
        "filter",
        "gain",
        "gate",
        "highpass",
        "limiter",
        "lowpass",
        "multiband",
        "reverb",
        "saturation",
        "width",
    ),
)
