"""Tonal balance: the long-term spectrum of a programme beside a range that most finished popular music lies in.

The range is a convention of songbuild's, no standard: pink noise tilted by -2 dB an octave from 100 Hz to 4 kHz (a
power density that falls by 5 dB an octave), falling off below 63 Hz and faster above 4 kHz; 5 dB to either side in the
middle, 8 dB at both ends.  docs/report.md has it as a table.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from songbuild.dsp.maths import Array, db_to_gain, gain_to_db
from songbuild.dsp.spectrum import BANDS, FIRST, FLOOR_DB

_CENTRE = {-17: -9.0, -16: -4.0, -15: 0.0, -14: 4.0, -13: 6.0, -12: 7.0, -10: 6.6, 6: -4.0, 9: -8.5, 11: -13.0, 12: -17.0, 13: -24.0}  # fmt: skip # noqa: E501
"""Third octave, counted from that at 1 kHz -> level in dB; straight lines between."""
_ASIDE = {-17: 8.0, -10: 5.0, 6: 5.0, 13: 8.0}
LEVELLED = slice(-10 - FIRST, 6 - FIRST + 1)
"""100 Hz to 4 kHz: a programme is shifted so that here its mean level is that of the range's middle."""


def corridor() -> tuple[Array, Array]:
    """The least and the greatest level in dB of each third octave of `dsp.spectrum`, 0 dB being that of 1 kHz."""
    bands = np.arange(FIRST, FIRST + BANDS)
    centre, aside = (np.interp(bands, [*points], [*points.values()]) for points in (_CENTRE, _ASIDE))
    return centre - aside, centre + aside


def balance(mid_db: Sequence[float], side_db: Sequence[float]) -> list[float] | None:
    """The level in dB of each third octave, middle and sides together, shifted to lie beside the corridor.

    None where LEVELLED has a band without power: of silence, or of a single tone, there is no balance.
    """
    power = _power(mid_db) + _power(side_db)
    if not power[LEVELLED].all():
        return None
    levels = 0.5 * gain_to_db(np.maximum(power, 1e-20), floor=-400.0)
    low, high = corridor()
    middle = 0.5 * (low + high)[LEVELLED]
    shifted = levels - (levels[LEVELLED].sum() - middle.sum()) / len(middle)
    return [round(level, 2) for level in shifted.tolist()]


def sides(mid_db: Sequence[float], side_db: Sequence[float]) -> list[float | None]:
    """The share of the sides in the power of each third octave: 0 mono, 0.5 unrelated channels, 1 out of phase.

    None where a band has no power.
    """
    mid, side = _power(mid_db), _power(side_db)
    total = mid + side
    return [round(float(s / t), 4) if t > 0.0 else None for s, t in zip(side, total, strict=True)]


def _power(levels_db: Sequence[float]) -> Array:
    levels = np.array(levels_db)
    power = np.square(db_to_gain(levels))
    power[levels <= FLOOR_DB] = 0.0
    return power
