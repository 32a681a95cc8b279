"""A few bars of two versions to listen to, equally loud."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np

from songbuild.api.heard.sides import Piece, Version
from songbuild.diff.heard import Clip, Stretch
from songbuild.diff.words import bars_text
from songbuild.dsp.dither import quantise
from songbuild.dsp.fades import fade
from songbuild.dsp.loudness import measure
from songbuild.dsp.maths import Array, db_to_gain
from songbuild.engine import Reader
from songbuild.formats.flac import write_flac

MOST = 4
"""Places; of each there are two files."""
LONGEST_S = 12.0
SHORTEST_S = 4.0
CEILING_DBTP = -1.0
_FADE_S = 0.01


@dataclass(frozen=True)
class Excerpt:
    """A place to listen to: frames of either version, None where it has no such place; `weight` is how much differs."""

    piece: Piece
    bars: tuple[int, int]
    old: tuple[int, int] | None
    new: tuple[int, int] | None
    weight: float

    @property
    def name(self) -> str:
        """'verse 2, bars 17-18'."""
        return f"{self.piece.name}, {bars_text([self.bars])}" if self.piece.name else bars_text([self.bars])


def excerpts(found: Sequence[tuple[Piece, Stretch, dict[int, float]]], old: Version, new: Version) -> list[Excerpt]:
    """The places where most is heard to differ, in the order of the song.

    found  the stretches of a stream, and how much is heard in each bar of the new version; of what lies outside of the
           sections nothing is taken where there are any
    """
    inside = [each for each in found if each[0].indices != (None, None)]
    made = [excerpt for each in inside or found for excerpt in _of_piece(*each, old, new)]
    best = sorted(made, key=lambda excerpt: -excerpt.weight)[:MOST]
    return [excerpt for excerpt in made if excerpt in best]


def _of_piece(
    piece: Piece, stretch: Stretch, weights: dict[int, float], old: Version, new: Version
) -> Iterator[Excerpt]:
    if piece.new is None or piece.old is None:
        side, frames = (new, piece.new) if piece.new else (old, piece.old)
        span = stretch.new or stretch.old
        sounds = stretch.after if piece.new else stretch.before
        if frames is not None and span is not None and sounds.loudness_lufs is not None:
            start, stop, last = _whole_bars(side, frames, span.bars.first, span.bars.last)
            weight = (stop - start) * 10.0 ** (sounds.loudness_lufs / 10.0)
            cut = start, stop
            yield Excerpt(
                piece, (span.bars.first, last), cut if piece.old else None, cut if piece.new else None, weight
            )
        return
    for bars in stretch.audible:
        start, stop, last = _whole_bars(new, piece.new, bars.first, bars.last)
        first = piece.old[0] + start - piece.new[0] if piece.alike else _like(piece, start)
        until = min(first + stop - start, piece.old[1])
        weight = sum(weights.get(bar, 0.0) for bar in range(bars.first, last + 1))
        yield Excerpt(piece, (bars.first, last), (first, until), (start, stop), weight)


def _like(piece: Piece, frame: int) -> int:
    """The frame of the old version that is as far into the section, at another tempo."""
    assert piece.old is not None and piece.new is not None, "both sides have the section"
    share = (frame - piece.new[0]) / (piece.new[1] - piece.new[0])
    return piece.old[0] + round(share * (piece.old[1] - piece.old[0]))


def _whole_bars(side: Version, within: tuple[int, int], first: int, last: int) -> tuple[int, int, int]:
    """The frames of bars, and the last of them: at least SHORTEST_S, at most LONGEST_S, all `within` the section."""
    numbers, starts = side.starts
    frames = dict(zip(numbers, starts, strict=True))
    start = max(within[0], frames.get(first, within[0]))
    stop, end = start, first
    for bar in range(first, numbers[-1]):
        following = min(frames.get(bar + 1, within[1]), within[1])
        enough = bar > last and stop - start >= SHORTEST_S * side.rate
        if following <= stop or (bar > first and (enough or following - start > LONGEST_S * side.rate)):
            break
        stop, end = following, bar
    stop = stop if stop > start else within[1]
    return start, min(stop, start + round(LONGEST_S * side.rate)), end


def write_clips(made: Sequence[Excerpt], before: Reader, after: Reader, folder: Path) -> list[Clip]:
    """Write the excerpts of two streams as before-1.flac, after-1.flac, … into `folder`, which is made if need be."""
    clips = []
    if made:
        folder.mkdir(parents=True, exist_ok=True)
    for number, excerpt in enumerate(made, start=1):
        cuts = [
            None if frames is None else reader.read(*frames)[[0, -1]]
            for reader, frames in ((before, excerpt.old), (after, excerpt.new))
        ]
        rates = before.rate, after.rate
        gains = _gains(cuts, rates)
        names = []
        for word, cut, gain_db, rate in zip(("before", "after"), cuts, gains, rates, strict=True):
            names.append(None if cut is None else f"{word}-{number}.flac")
            if cut is not None:
                _write(folder / f"{word}-{number}.flac", cut * db_to_gain(gain_db), rate)
        seconds = max(0.0 if cut is None else cut.shape[1] / rate for cut, rate in zip(cuts, rates, strict=True))
        span = excerpt.piece.new_span or excerpt.piece.old_span
        assert span is not None, "an excerpt is of one version at least"
        bars = span.bars._replace(first=excerpt.bars[0], last=excerpt.bars[1])
        clips.append(Clip(excerpt.name, bars, round(seconds, 3), names[0], names[1], gains[0], gains[1]))
    return clips


def _gains(cuts: Sequence[Array | None], rates: Sequence[int]) -> tuple[float, float]:
    """What to give each, in dB: the louder one is taken down to the other, both as far as their peaks ask for."""
    measured = [None if cut is None else measure(cut, rate) for cut, rate in zip(cuts, rates, strict=True)]
    levels = [-np.inf if each is None else each.momentary_max_lufs for each in measured]
    if measured[0] is not None and measured[1] is not None:
        whole = [measured[0].integrated_lufs, measured[1].integrated_lufs]
        levels = whole if all(map(isfinite, whole)) else levels
    both = all(map(isfinite, levels))
    gains = [min(levels) - level if both else 0.0 for level in levels]
    peaks = [gain + each.true_peak_dbtp for gain, each in zip(gains, measured, strict=True) if each is not None]
    less = min(0.0, CEILING_DBTP - max(peaks))
    return round(gains[0] + less, 2) + 0.0, round(gains[1] + less, 2) + 0.0  # not -0.0


def _write(path: Path, x: Array, rate: int) -> None:
    """Write 16 bits, faded at both ends; the file is there whole or not at all."""
    length = max(1, round(_FADE_S * rate))
    frames = np.arange(x.shape[1])
    x = x * fade(frames, length, "linear") * fade(frames[::-1], length, "linear")
    part = path.with_name(f".{path.stem}.{os.getpid()}.flac")
    try:
        write_flac(part, [quantise(x, 16, "clip", 0)[0]], rate, len(x), 16)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
