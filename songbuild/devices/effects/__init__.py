"""Every effect, in an explicit tuple."""

from __future__ import annotations

from songbuild.devices.device import Effect

EFFECTS: tuple[Effect, ...] = ()
