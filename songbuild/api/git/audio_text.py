"""An audio file as text whose lines git compares: what it is, what a meter says of it, its loudness in time."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from math import isfinite
from pathlib import Path

from songbuild.api.measuring import Measured, measure
from songbuild.formats.audio import AudioError, blocks
from songbuild.model.programme import clock

_LINE_S = 10
"""Seconds that one line of the curve tells of."""
_FLOOR = -70.0  # LUFS: the absolute gate of BS.1770, below which nothing is told apart
_LETTERS = 16


def audio_text(path: Path) -> Iterator[str]:
    """The lines of an audio file; raises ValueError for a file that can't be read as one.

    Two files with equal lines but the last hold the same samples, and differ in their tags or in how they are packed.
    """
    measured, problems = measure(path)
    if measured is None:
        raise ValueError("; ".join(problem.message for problem in problems))
    info, loudness = measured.info, measured.loudness
    channels = {1: "mono", 2: "stereo"}.get(info.channels, f"{info.channels} channels")
    yield f"{info.format} audio{_packed(path)}, {info.rate} Hz, {channels}"
    yield f"length: {clock(measured.seconds)} ({info.frames} frames)"
    yield f"loudness: {_level(loudness.integrated_lufs)} LUFS, at most {_level(loudness.short_term_max_lufs)} in 3 s"
    yield f"true peak: {_level(loudness.true_peak_dbtp)} dBTP"
    yield f"samples: sha256 {_samples(path, measured)}"
    for at, line in _curve(measured):
        yield f"LUFS from {clock(at)}: {line}"
    yield f"file: {path.stat().st_size} bytes, sha256 {_digest(path)}"


def _packed(path: Path) -> str:
    """How samples are stored, where libsndfile knows."""
    import soundfile

    try:
        return f" ({soundfile.info(path).subtype_info})"
    except soundfile.LibsndfileError:
        return ""


def _samples(path: Path, measured: Measured) -> str:
    """What tells one content from another, whatever the tags; of what only another decoder reads, the file's."""
    found = sha256()
    try:
        for block in blocks(path, measured.info.rate, most=measured.info.channels):
            found.update(block.T.astype("<f8").tobytes())
    except AudioError:
        return _digest(path)
    return found.hexdigest()[:_LETTERS]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        found = sha256()
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()[:_LETTERS]


def _curve(measured: Measured) -> Iterator[tuple[int, str]]:
    """For every ten seconds the largest momentary loudness of each of them, in whole LU."""
    curve = measured.curve("momentary")
    seconds: list[float] = []
    for place, value in enumerate(curve["values"]):
        second = int(curve["start_s"] + place * curve["step_s"] - 1e-9)
        seconds += [-float("inf")] * (second + 1 - len(seconds))
        seconds[second] = max(seconds[second], value if value is not None else seconds[second])
    for at in range(0, len(seconds), _LINE_S):
        yield at, " ".join("-" if value < _FLOOR else f"{value:z.0f}" for value in seconds[at : at + _LINE_S])


def _level(value: float) -> str:
    return f"{value:z.1f}" if isfinite(value) else "-inf"
