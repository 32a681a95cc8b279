"""What the tracks of an album are like: octave balance, silence at their ends, loudness where they meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np

from songbuild.devices.device import Audio as Array
from songbuild.dsp.hops import HOPS_PER_S
from songbuild.dsp.maths import db_to_gain, gain_to_db
from songbuild.dsp.spectrum import Spectrum, centres
from songbuild.engine import Reader, Recipe
from songbuild.engine.graph import Json
from songbuild.stages.matching import surveyed

OCTAVE_HZ = (31.5, 63, 125, 250, 500, 1000, 2000, 4000, 8000, 16000)
"""IEC 61260-1, nominal mid-band frequencies."""
SILENCE_LUFS = -70.0
"""The absolute gate of BS.1770-5 (annex 1, eq. 5), here of hops of 10 ms."""
JOIN_S = 3
"""As long as the window of short-term loudness (EBU Tech 3341)."""
_OFFSET = -0.691  # BS.1770-5, annex 1, eq. 2


def _survey(inputs: Sequence[Reader], params: Mapping[str, Json], rate: int, files: Sequence[Any]) -> Json:
    """Octaves in dB re their sum, silences in s, loudness of the first and last 3 s that sound; None for silence."""
    found, energies = surveyed(inputs[0], rate)
    return {"octaves_db": octaves_db(found), **_ends(energies.sum(axis=0), rate)}


def octaves_db(found: Spectrum) -> dict[str, float | None]:
    """The power of each octave, in dB re the power of all, of a spectrum in third octaves."""
    power = np.square(db_to_gain(np.array(found.mid_db))) + np.square(db_to_gain(np.array(found.side_db)))
    nearest = np.abs(np.log2(np.array(OCTAVE_HZ)[:, None] / centres()[None, :])) < 0.5
    octaves = np.array([power[row].sum() for row in nearest])
    total = octaves.sum()
    levels = gain_to_db(np.sqrt(octaves / total)) if total > 0 else np.full(len(octaves), -np.inf)
    return {f"{hz:g}": _rounded(float(level)) for hz, level in zip(OCTAVE_HZ, levels, strict=True)}


def _ends(energies: Array, rate: int) -> dict[str, Json]:
    """What a track begins and ends with, by its K-weighted energy in hops (n,)."""
    sounding = np.flatnonzero(_lufs(energies * HOPS_PER_S / rate) > SILENCE_LUFS)
    if not sounding.size:
        return dict.fromkeys(("head_silence_s", "tail_silence_s", "head_lufs", "tail_lufs"))
    first, last = int(sounding[0]), int(sounding[-1]) + 1
    window = JOIN_S * HOPS_PER_S
    head, tail = energies[first : min(first + window, last)], energies[max(first, last - window) : last]
    return {
        "head_silence_s": first / HOPS_PER_S,
        "tail_silence_s": (energies.size - last) / HOPS_PER_S,
        "head_lufs": _rounded(float(_lufs(head.mean() * HOPS_PER_S / rate))),
        "tail_lufs": _rounded(float(_lufs(tail.mean() * HOPS_PER_S / rate))),
    }


def _lufs(power: Any) -> Array:
    return np.asarray(gain_to_db(np.sqrt(power), floor=-np.inf) + _OFFSET)


def _rounded(level: float) -> float | None:
    return round(level, 2) if isfinite(level) else None


SURVEY = Recipe("album.survey", 1, "value", _survey)
