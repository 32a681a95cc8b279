"""Every instrument, in an explicit tuple."""

from __future__ import annotations

from songbuild.devices.device import Instrument

INSTRUMENTS: tuple[Instrument, ...] = ()
