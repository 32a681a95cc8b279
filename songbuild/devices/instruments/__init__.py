"""Every instrument: a module of its name here, in an explicit tuple."""

from __future__ import annotations

from songbuild.devices.device import Instrument
from songbuild.devices.shelf import Shelf

INSTRUMENTS: Shelf[Instrument] = Shelf(
    __name__,
    "INSTRUMENT",
    ("subtractive", "fm_piano", "pluck", "bass", "pad", "drum_kit", "voice", "sampler"),
)
