"""The human voice as source and filter: vowels' formants, the vocal tract's response, the glottal pulse's spectrum.

Formant frequencies and bandwidths of the five sung vowels: the tables of the IRCAM's CHANT project (Rodet, Potard,
Barriere, The CHANT Project, Computer Music Journal 8(3), 1984) as printed in the Csound manual, appendix "Formant
Values".  The neutral vowel is the uniform tube closed at one end, with resonances at odd multiples of the first (Fant,
Acoustic Theory of Speech Production, 1960); the hum is the nasal murmur of the same book.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import numpy as np

from songbuild.dsp.maths import Array, sin2pi

Singer: TypeAlias = Literal["soprano", "alto", "tenor", "bass"]
Vowel: TypeAlias = Literal["a", "e", "i", "o", "u", "schwa", "hum"]

_FORMANTS: Final[dict[str, dict[str, tuple[tuple[int, ...], tuple[int, ...]]]]] = {
    "soprano": {
        "a": ((800, 1150, 2900, 3900, 4950), (80, 90, 120, 130, 140)),
        "e": ((350, 2000, 2800, 3600, 4950), (60, 100, 120, 150, 200)),
        "i": ((270, 2140, 2950, 3900, 4950), (60, 90, 100, 120, 120)),
        "o": ((450, 800, 2830, 3800, 4950), (70, 80, 100, 130, 135)),
        "u": ((325, 700, 2700, 3800, 4950), (50, 60, 170, 180, 200)),
        "schwa": ((590, 1770, 2950, 4130, 5310), (80, 90, 120, 150, 200)),
        "hum": ((280, 1200, 2500, 3700, 4950), (70, 300, 300, 350, 400)),
    },
    "alto": {
        "a": ((800, 1150, 2800, 3500, 4950), (80, 90, 120, 130, 140)),
        "e": ((400, 1600, 2700, 3300, 4950), (60, 80, 120, 150, 200)),
        "i": ((350, 1700, 2700, 3700, 4950), (50, 100, 120, 150, 200)),
        "o": ((450, 800, 2830, 3500, 4950), (70, 80, 100, 130, 135)),
        "u": ((325, 700, 2530, 3500, 4950), (50, 60, 170, 180, 200)),
        "schwa": ((560, 1680, 2800, 3920, 5040), (80, 90, 120, 150, 200)),
        "hum": ((270, 1150, 2400, 3500, 4900), (70, 300, 300, 350, 400)),
    },
    "tenor": {
        "a": ((650, 1080, 2650, 2900, 3250), (80, 90, 120, 130, 140)),
        "e": ((400, 1700, 2600, 3200, 3580), (70, 80, 100, 120, 120)),
        "i": ((290, 1870, 2800, 3250, 3540), (40, 90, 100, 120, 120)),
        "o": ((400, 800, 2600, 2800, 3000), (70, 80, 100, 130, 135)),
        "u": ((350, 600, 2700, 2900, 3300), (40, 60, 100, 120, 120)),
        "schwa": ((500, 1500, 2500, 3500, 4500), (60, 90, 120, 150, 200)),
        "hum": ((250, 1000, 2200, 3200, 4200), (60, 300, 300, 350, 400)),
    },
    "bass": {
        "a": ((600, 1040, 2250, 2450, 2750), (60, 70, 110, 120, 130)),
        "e": ((400, 1620, 2400, 2800, 3100), (40, 80, 100, 120, 120)),
        "i": ((250, 1750, 2600, 3050, 3340), (60, 90, 100, 120, 120)),
        "o": ((400, 750, 2400, 2600, 2900), (40, 80, 100, 120, 120)),
        "u": ((350, 600, 2400, 2675, 2950), (40, 80, 100, 120, 120)),
        "schwa": ((470, 1410, 2350, 3290, 4230), (60, 90, 120, 150, 200)),
        "hum": ((230, 950, 2100, 3000, 4000), (60, 300, 300, 350, 400)),
    },
}
_HIGHER_POLES: Final = 3  # the tract has poles without end; these three carry the slope on to about 8 kHz
_POLE_SPACING_HZ: Final = 1000.0
_POLE_BANDWIDTH_HZ: Final = 400.0


def formants(singer: Singer, vowel: Vowel) -> tuple[Array, Array]:
    """Frequencies and bandwidths in Hz of the five formants of a vowel; two arrays (5,)."""
    frequencies, bandwidths = _FORMANTS[singer][vowel]
    return np.array(frequencies, dtype=np.float64), np.array(bandwidths, dtype=np.float64)


def tract(hz: Array, frequencies: Array, bandwidths: Array) -> tuple[Array, Array]:
    """Response of the vocal tract at `hz`: resonances in cascade, gain 1 at 0 Hz; returns real and imaginary part.

    hz (..., n) and formants (..., 5), whose leading axes are broadcast, give (..., n).  The relative levels of the
    formants follow from their frequencies.  Source: Fant 1960; Klatt, J. Acoust. Soc. Am. 67, 1980, eq. 1-2.
    """
    above = frequencies[..., -1:] + _POLE_SPACING_HZ * np.arange(1, _HIGHER_POLES + 1)
    poles = np.concatenate([frequencies, above], axis=-1)
    widths = np.concatenate([bandwidths, np.full_like(above, _POLE_BANDWIDTH_HZ)], axis=-1)
    squared = hz * hz
    re, im = np.ones(1), np.zeros(1)
    for i in range(poles.shape[-1]):
        centre = poles[..., i, None] ** 2 + widths[..., i, None] ** 2 / 4
        a = 1.0 - squared / centre
        b = hz * (widths[..., i, None] / centre)
        re, im = re * a - im * b, re * b + im * a
    power = re * re + im * im
    return re / power, -im / power


def glottal(hz: Array, f0: Array, open_quotient: float, tilt_hz: Array) -> tuple[Array, Array]:
    """Spectrum of the derivative of the glottal flow, peak near 1, at `hz`; returns real and imaginary part.

    A resonance (the "glottal formant") at f0 / (2 open_quotient 0.7), which rings backwards from the closure of the
    folds, and a low-pass of the first order at `tilt_hz`, which is the more open the louder the voice.
    Source: Doval, d'Alessandro, Henrich, The Spectrum of Glottal Flow Models, Acta Acustica 92, 2006, sections 4-5.
    """
    centre = f0 / (1.4 * open_quotient)
    x = hz / centre
    a, b = 1.0 - x * x, x  # bandwidth as wide as the centre: the pulse is one hump
    power = a * a + b * b
    re, im = -x * b / power, x * a / power  # j x / (a - j b), the anticausal resonance
    t = hz / tilt_hz
    slope = 1.0 + t * t
    return (re + im * t) / slope, (im - re * t) / slope


def coloured(white: Array, gains: Array, hop: int) -> Array:
    """Noise with a spectrum that changes in time, ((rows - 1) * hop,) frames.

    white (rows, 2, bins), independent numbers with RMS 1/sqrt 3; gains (rows or 1, bins) at the lowest `bins` of the
    hop + 1 frequencies from 0 to half the rate.  The noise's power is the sum of the gains' squares over hop.  Blocks
    of 2 hop overlap by half under sine windows, whose squares add up to one.
    """
    rows, _, bins = white.shape
    spectrum = np.zeros((rows, hop + 1), dtype=np.complex64)  # single precision: 136 dB is enough for noise
    scale = gains * np.sqrt(3.0 * hop)
    np.multiply(white[:, 0], scale, out=spectrum.real[:, :bins])
    np.multiply(white[:, 1], scale, out=spectrum.imag[:, :bins])
    blocks = np.fft.irfft(spectrum, 2 * hop) * sin2pi((np.arange(2 * hop) + 0.5) / (4 * hop))
    y: Array = blocks[1:, :hop]
    y += blocks[:-1, hop:]
    return y.reshape(-1)
