"""How to bring one programme closer to another: its tone, its width and the spread of its levels.

Everything found lies on a grid, so that a small change of the programme seldom changes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from songbuild.dsp import spectrum
from songbuild.dsp.dynamics import reduction_db
from songbuild.dsp.eq import BandType, Curve, cascade
from songbuild.dsp.filters import response
from songbuild.dsp.maths import Array, db_to_gain, gain_to_db
from songbuild.dsp.spectrum import PERCENT, Spectrum

TONE_GRID_DB = 0.25
WIDTH_GRID_DB = 0.5
SLOPE_GRID = 0.05
MAKEUP_GRID_DB = 0.5
LEVEL_GRID_DB = 1.0
KNEE_DB = 6.0
NARROWEST_DB = -30.0
"""Sides so far below the middle aren't heard as width."""
WIDEST_DB = 6.0
EMPTY_DB = -70.0
"""A band so far below the whole has nothing in it that could be lifted."""
STEEPEST = 0.75
"""The most that is taken of what is over the threshold: a ratio of 4:1."""

_PICKED = slice(2, 30, 2)  # bands
CONTROLS = spectrum.centres()[_PICKED]
"""Where the tone is matched: 31.5, 50, 80 Hz, … 12.5 kHz, two thirds of an octave apart."""
_LEVELLED = slice(3, 11)  # of the controls, 125 Hz to 3.15 kHz: a match leaves their mean as it is
_WIDE = slice(10, 29)  # bands from 200 Hz to 12.5 kHz
_Q = 1.6
_ROUNDS = 40


class Squeeze(NamedTuple):
    """A gentle compressor."""

    threshold_db: float
    ratio: float
    makeup_db: float


def tone(programme: Spectrum, reference: Spectrum, amount: float, max_db: float) -> Array:
    """The gains in dB at CONTROLS that take the programme's spectrum `amount` of the way to the reference's.

    Levels don't count, only shapes.  No gain is more than `max_db`.
    """
    if _silent(programme, reference):
        return np.zeros(len(CONTROLS))
    mine, theirs = _controls(programme), _controls(reference)
    apart = theirs - mine
    apart -= apart[_LEVELLED].sum() / len(apart[_LEVELLED])
    apart[mine < EMPTY_DB] = 0.0
    return _rounded(np.clip(apart * amount, -max_db, max_db), TONE_GRID_DB)


def fitted(wanted_db: Array) -> tuple[Curve, ...]:
    """The bands of an equaliser whose response has these gains in dB at CONTROLS, (14,).

    Neighbours overlap, so their gains are found in rounds, each moved by what is still missing.
    """
    if not wanted_db.any():
        return ()
    gains = np.zeros(len(CONTROLS))
    rate = 1e6  # far above the bands: the analogue curves, so that the gains are the same at every rate
    for _ in range(_ROUNDS):
        reached = gain_to_db(np.abs(response(cascade(rate, _bands(gains)), rate, CONTROLS)))
        gains = np.clip(gains + 0.5 * (wanted_db - reached), -24.0, 24.0)
    return tuple(_bands(_rounded(gains, 0.01)))


def width_db(programme: Spectrum, reference: Spectrum, amount: float, max_db: float) -> float:
    """How far to turn the sides up or down."""
    if _silent(programme, reference):
        return 0.0
    mine, theirs = _sides_db(programme), _sides_db(reference)
    if mine <= NARROWEST_DB:
        return 0.0
    wanted = np.array((max(theirs, NARROWEST_DB) - mine) * amount)
    return float(_rounded(np.clip(wanted, -max_db, min(max_db, WIDEST_DB)), WIDTH_GRID_DB))


def squeeze(programme: Spectrum, reference: Spectrum, amount: float, max_db: float) -> Squeeze | None:
    """The compressor that takes the upper spread of the levels `amount` of the way to the reference's; None if none.

    The spread is that from the middle level to the one of 95 % of the blocks.  A reference that is less dense asks for
    nothing: what a mix lacks in dynamics nobody can give it.
    """
    if _silent(programme, reference):
        return None
    levels = np.array(programme.levels_db)
    middle, spread = _spread(programme)
    less = amount * (spread - _spread(reference)[1])
    threshold = float(_rounded(np.array(middle), LEVEL_GRID_DB))
    over = max(float(reduction_db(np.array(middle + spread), threshold, np.inf, KNEE_DB)), 1e-9)
    at_middle = float(reduction_db(np.array(middle), threshold, np.inf, KNEE_DB))
    slope = min(less / max(over - at_middle, 1e-9), max_db / over, STEEPEST)
    slope = float(_rounded(np.array(slope), SLOPE_GRID))
    if slope <= 0:
        return None
    ratio = round(1.0 / (1.0 - slope), 4)
    power = np.square(db_to_gain(levels))
    after = power * np.square(db_to_gain(-reduction_db(levels, threshold, ratio, KNEE_DB)))
    lost = -0.5 * float(gain_to_db(np.array(after.sum() / power.sum())))
    return Squeeze(threshold, ratio, float(_rounded(np.array(lost), MAKEUP_GRID_DB)))


def _silent(*programmes: Spectrum) -> bool:
    """Whether one of them is silence, of which nothing can be said."""
    return not all(each.levels_db for each in programmes)


def _spread(found: Spectrum) -> tuple[float, float]:
    """The middle level, and how far the level of 95 % is above it."""
    middle, upper = (found.levels_db[PERCENT.index(percent)] for percent in (50, 95))
    return middle, upper - middle


def _bands(gains_db: Array) -> list[Curve]:
    """A bell at each control point; shelves at both ends."""
    hz = CONTROLS
    ends: dict[int, tuple[BandType, float, float]] = {
        0: ("low_shelf", float(np.sqrt(hz[0] * hz[1])), 0.7071),
        len(hz) - 1: ("high_shelf", float(np.sqrt(hz[-2] * hz[-1])), 0.7071),
    }
    made = []
    for index, gain in enumerate(gains_db.tolist()):
        kind, centre, q = ends.get(index, ("peak", float(hz[index]), _Q))
        made.append(Curve(kind, round(centre, 1), q, gain))
    return made


def _controls(found: Spectrum) -> Array:
    """The level at each control point, of two thirds of an octave around it, in dB re all of the programme."""
    power = _power(found.mid_db) + _power(found.side_db)
    near = power.copy()
    near[1:-1] += 0.5 * (power[:-2] + power[2:])
    return 0.5 * gain_to_db(near[_PICKED] / power.sum(), floor=-400.0)


def _sides_db(found: Spectrum) -> float:
    """Sides re middle, above the bass."""
    mid, side = (_power(levels)[_WIDE].sum() for levels in (found.mid_db, found.side_db))
    return 0.5 * float(gain_to_db(np.array(side / mid), floor=-400.0)) if mid else np.inf


def _power(levels_db: Sequence[float]) -> Array:
    levels = np.array(levels_db)
    power = np.square(db_to_gain(levels))
    power[levels <= spectrum.FLOOR_DB] = 0.0
    return power


def _rounded(values: Array, grid: float) -> Array:
    found: Array = np.round(np.rint(values / grid) * grid, 4)
    return found
