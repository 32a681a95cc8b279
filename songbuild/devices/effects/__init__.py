"""Every effect, in an explicit tuple."""

from __future__ import annotations

from songbuild.devices.device import Effect
from songbuild.devices.effects.chorus import EFFECT as CHORUS
from songbuild.devices.effects.clipper import EFFECT as CLIPPER
from songbuild.devices.effects.compressor import EFFECT as COMPRESSOR
from songbuild.devices.effects.deesser import EFFECT as DEESSER
from songbuild.devices.effects.delay import EFFECT as DELAY
from songbuild.devices.effects.eq import EFFECT as EQ
from songbuild.devices.effects.filter import EFFECT as FILTER
from songbuild.devices.effects.gain import EFFECT as GAIN
from songbuild.devices.effects.gate import EFFECT as GATE
from songbuild.devices.effects.highpass import EFFECT as HIGHPASS
from songbuild.devices.effects.limiter import EFFECT as LIMITER
from songbuild.devices.effects.lowpass import EFFECT as LOWPASS
from songbuild.devices.effects.multiband import EFFECT as MULTIBAND
from songbuild.devices.effects.reverb import EFFECT as REVERB
from songbuild.devices.effects.saturation import EFFECT as SATURATION
from songbuild.devices.effects.width import EFFECT as WIDTH

EFFECTS: tuple[Effect, ...] = (
    CHORUS,
    CLIPPER,
    COMPRESSOR,
    DEESSER,
    DELAY,
    EQ,
    FILTER,
    GAIN,
    GATE,
    HIGHPASS,
    LIMITER,
    LOWPASS,
    MULTIBAND,
    REVERB,
    SATURATION,
    WIDTH,
)
