"""Every instrument, in an explicit tuple."""

from __future__ import annotations

from songbuild.devices.device import Instrument
from songbuild.devices.instruments import bass, drum_kit, fm_piano, pad, pluck, sampler, subtractive, voice

INSTRUMENTS: tuple[Instrument, ...] = (
    subtractive.INSTRUMENT,
    fm_piano.INSTRUMENT,
    pluck.INSTRUMENT,
    bass.INSTRUMENT,
    pad.INSTRUMENT,
    drum_kit.INSTRUMENT,
    voice.INSTRUMENT,
    sampler.INSTRUMENT,
)
