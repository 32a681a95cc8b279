"""A plucked string as its modes: where it is plucked and heard, how stiff it is, how its overtones die away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from songbuild.dsp.maths import Array, exp2, log2, sin2pi

_MOST = 240  # modes
_LOSS_POWER = 1.3  # how the losses grow with frequency


@dataclass(frozen=True, slots=True)
class Modes:
    """Frequencies in Hz, 60 dB times in s and amplitudes (of sines) of the modes, each (modes,)."""

    hz: Array
    t60_s: Array
    amplitude: Array


def plucked(
    hz: float,
    limit_hz: float,
    *,
    position: float,
    pickup: float,
    pluck_hz: float,
    tone_hz: float,
    stiffness: float,
    decay_s: float,
    damping: float,
) -> Modes:
    """The modes below `limit_hz` of a string at pitch `hz`, of energy 1.

    position   where it is plucked, as a part of its length: modes with a node there stay silent
    pickup     where it is heard; 0 is the bridge
    pluck_hz   above it the width and softness of what plucks takes the overtones away, 12 dB/octave
    tone_hz    above it what hears takes them away, 12 dB/octave
    stiffness  B of f[k] = k f sqrt(1 + B k**2), scaled so that f[1] = f
    decay_s    60 dB time where the losses of the string itself don't count
    damping    these losses: 60 dB rates per second at 1 kHz

    Source: Fletcher and Rossing, The Physics of Musical Instruments, 2nd ed., eq. 2.13 (pluck), 2.67 (stiffness).
    """
    k = np.arange(1, _MOST + 1, dtype=np.float64)
    pitch = k * hz * np.sqrt((1.0 + stiffness * k * k) / (1.0 + stiffness))
    k, pitch = k[pitch < limit_hz], pitch[pitch < limit_hz]
    amplitude = sin2pi(0.5 * position * k) / k
    if pickup:
        amplitude *= sin2pi(0.5 * pickup * k)
    amplitude /= (1.0 + np.square(pitch / pluck_hz)) * (1.0 + np.square(pitch / tone_hz))
    energy = float(np.sqrt(np.add.reduce(amplitude * amplitude)))
    if energy:
        amplitude /= energy
    rate = 1.0 / decay_s + damping * exp2(_LOSS_POWER * log2(pitch / 1000.0))
    return Modes(pitch, 1.0 / rate, amplitude)
