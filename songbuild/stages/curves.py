"""What of a stream is drawn: its outline, loudness and correlation in columns of time, and its long-term spectrum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple

import numpy as np

from songbuild.devices.device import Audio as Array
from songbuild.dsp import correlation, kweighting, loudness, spectrum, waveform
from songbuild.dsp.hops import HOPS_PER_S
from songbuild.engine import Reader, Recipe
from songbuild.engine.graph import Json, State

COLUMNS = 1000
"""At most so many columns: more than a page has pixels for."""
FLOOR_LUFS = -70.0
"""The absolute gate of BS.1770-5: what is below it is drawn at it."""
_STEREO = 2


class _Known(NamedTuple):
    """What is known between two tiles."""

    outline: waveform.State = None
    energies: kweighting.State = None
    products: correlation.State = None
    bands: spectrum.State | None = None


def _curves(inputs: Sequence[Reader], params: Mapping[str, Json], rate: int, files: Sequence[Any]) -> Json:
    """The curves of a stream; only tiles that have changed are read.

    seconds, column_s       its length and that of a column, a whole number of hops of 10 ms
    low, high               of each channel, the extremes in each column, as factors of full scale
    momentary_low, momentary_high, short_term, correlation_low, correlation_high
                            the extremes of the readings whose windows end in a column (of the short-term loudness the
                            greatest); null where there is none
    mid_db, side_db         of each third octave, see `dsp.spectrum`
    """

    def step(tile: Array, state: State) -> tuple[State, State]:
        before = state or _Known()
        outline, shape = waveform.partials(tile, rate, before.outline)
        energies, filters = kweighting.partials(tile, rate, before.energies)
        products, both = np.zeros((3, 0)), before.products
        if len(tile) == _STEREO:
            products, both = correlation.partials(tile, rate, before.products)
        bands, windows = spectrum.partial(tile, rate, before.bands)
        return (outline, energies, products, bands), _Known(shape, filters, both, windows)

    reader = inputs[0]
    parts, state = reader.fold(None, step)
    last = _Known(*(state or ()))
    ends = waveform.finish(last.outline)
    outline = np.concatenate([*(part[0] for part in parts), ends], axis=2) if parts else ends
    energies = np.concatenate([part[1] for part in parts], axis=1) if parts else np.zeros((1, 0))
    products = np.concatenate([part[2] for part in parts], axis=1) if parts else np.zeros((3, 0))
    found = spectrum.spectrum([part[3] for part in parts], last.bands, rate)
    hops = outline.shape[2]
    width = max(1, -(-hops // COLUMNS))
    momentary = _placed(np.maximum(loudness.momentary(energies, rate), FLOOR_LUFS), loudness.MOMENTARY, hops)
    short = _placed(np.maximum(loudness.short_term(energies, rate), FLOOR_LUFS), loudness.SHORT_TERM, hops)
    related = _placed(correlation.correlation(products, loudness.MOMENTARY), loudness.MOMENTARY, hops)
    return {
        "seconds": reader.frames / rate,
        "column_s": width / HOPS_PER_S,
        "low": [_columns(each, width, np.fmin, 4) for each in outline[0]],
        "high": [_columns(each, width, np.fmax, 4) for each in outline[1]],
        "momentary_low": _columns(momentary, width, np.fmin, 2),
        "momentary_high": _columns(momentary, width, np.fmax, 2),
        "short_term": _columns(short, width, np.fmax, 2),
        "correlation_low": _columns(related, width, np.fmin, 3),
        "correlation_high": _columns(related, width, np.fmax, 3),
        "mid_db": [round(level, 2) for level in found.mid_db],
        "side_db": [round(level, 2) for level in found.side_db],
    }


def _placed(readings: Array, window: int, hops: int) -> Array:
    """Readings in the hops at whose end their windows end: (n,) -> (hops,), NaN where there is none."""
    found = np.full(hops, np.nan)
    found[window - 1 : window - 1 + len(readings)] = readings
    return found


def _columns(values: Array, width: int, extreme: np.ufunc, digits: int) -> list[float | None]:
    """The least or the greatest of every `width` values, the last column being what is left; None of NaN alone."""
    if not values.size:
        return []
    found = extreme.reduceat(values, np.arange(0, values.size, width))
    return [round(value, digits) if isfinite(value) else None for value in found.tolist()]


CURVES = Recipe("report.curves", 1, "value", _curves)
