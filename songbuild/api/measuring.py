"""Audio files measured as a loudness meter does."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from songbuild.dsp.hops import HOPS_PER_S
from songbuild.dsp.kweighting import LOWEST_RATE
from songbuild.dsp.loudness import MOMENTARY, MOST_CHANNELS, SHORT_TERM, Curves, Loudness, follow
from songbuild.formats import m4a
from songbuild.formats.audio import Audio, AudioError, AudioInfo, blocks, probe
from songbuild.problems import Problem, Span

CURVES = {
    "momentary": ("momentary_lufs", MOMENTARY),
    "short-term": ("short_term_lufs", SHORT_TERM),
    "psr": ("psr_lu", SHORT_TERM),
    "correlation": ("correlation", MOMENTARY),
}
"""The readings in time: name -> (field of Curves, hops of 10 ms in its window, at whose end a value stands)."""
_BLOCK = 1 << 19  # frames measured at once: the more, the fewer rows are searched for peaks
_DIGITS = 6
_CURVE_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """What a meter says of an audio file."""

    file: str
    info: AudioInfo
    loudness: Loudness
    curves: Curves

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.info.frames / self.info.rate

    def facts(self) -> dict[str, Any]:
        """The file and its readings by name; None where there is none, as in silence or in less than a window."""
        known = {
            "file": self.file,
            "format": self.info.format,
            "rate_hz": self.info.rate,
            "channels": self.info.channels,
            "seconds": round(self.seconds, _DIGITS),
        }
        return {**known, **{name: _finite(value, _DIGITS) for name, value in asdict(self.loudness).items()}}

    def curve(self, name: str) -> dict[str, Any]:
        """A reading in time by its name in CURVES: `start_s` of the first value, `step_s` to the next, and `values`.

        A value stands at the end of its window, and is None where there is none.
        """
        field, first = CURVES[name]
        values = [_finite(value, _CURVE_DIGITS) for value in getattr(self.curves, field).tolist()]
        return {"start_s": first / HOPS_PER_S, "step_s": 1 / HOPS_PER_S, "values": values}


def measure(path: str | os.PathLike[str]) -> tuple[Measured | None, list[Problem]]:
    """Measure an audio file of up to 5.1 channels at its own rate; None where one of the problems stands in the way."""
    file = os.fspath(path)
    try:
        info, heard = _opened(Path(path))
        if info.rate < LOWEST_RATE:
            raise AudioError(f"its sample rate is {info.rate} Hz", f"loudness is defined from {LOWEST_RATE} Hz on")
        loudness, curves = follow(_joined(heard), info.rate)
    except AudioError as error:
        return None, [Problem("MSR001", error.message, Span(file), error.hint)]
    except OSError as error:
        return None, [Problem("MSR001", f"it can't be read ({error.strerror or error})", Span(file))]
    return Measured(file, info, loudness, curves), []


def _opened(path: Path) -> tuple[AudioInfo, Iterable[Audio]]:
    """What a file says of itself, and its audio."""
    if path.is_file():
        with path.open("rb") as file:
            mpeg4 = file.read(8)[4:] == b"ftyp"  # ISO/IEC 14496-12, clause 4.3
        if mpeg4 and not m4a.available():
            raise AudioError("it is an MPEG-4 file, which PyAV reads", "install it: pip install 'songbuild[aac]'")
        if mpeg4:
            return m4a.open_m4a(path)
    info = probe(path, most=MOST_CHANNELS)
    return info, blocks(path, info.rate, most=MOST_CHANNELS)


def _joined(blocks: Iterable[Audio]) -> Iterator[Audio]:
    """The same stream in blocks of at least _BLOCK frames, the last excepted."""
    waiting: list[Audio] = []
    for block in blocks:
        waiting.append(block)
        if sum(part.shape[1] for part in waiting) >= _BLOCK:
            yield np.concatenate(waiting, axis=1)
            waiting = []
    if waiting:
        yield np.concatenate(waiting, axis=1)


def _finite(value: float, digits: int) -> float | None:
    return round(value, digits) if isfinite(value) else None
