"""Where streams are cut into tiles: on bar lines, restarting at each section start, 3 to 8 seconds each."""

from __future__ import annotations

from songbuild.model.score import Score

SHORTEST_S = 3.0
LONGEST_S = 8.0
PIECE = 1 << 18
"""Frames of a tile where there is no bar to cut at."""


def grid(score: Score, rate: int, end: int) -> tuple[int, ...]:
    """The frames at which streams of a song of `end` frames are cut: 0, …, end.

    A section's cuts depend on nothing before it, so that a section that moves keeps its tiles.
    """
    cuts = {0, end}
    for section in score.sections:
        finish = section.start + section.length
        lines = [score.time.frame(beat, rate) for _, beat in score.time.bars_between(section.start, finish)]
        start, stop = score.time.frame(section.start, rate), score.time.frame(finish, rate)
        cuts.add(start)
        last = start
        for line, following in zip(lines, [*lines[1:], stop], strict=True):
            if line - last >= SHORTEST_S * rate or following - last > LONGEST_S * rate:
                cuts.add(line)
                last = line
    return bounded(sorted(cut for cut in cuts if 0 <= cut <= end), int(LONGEST_S * rate))


def bounded(cuts: list[int], longest: int) -> tuple[int, ...]:
    """`cuts` with pieces that are longer than `longest` cut further, from their start."""
    result = [cuts[0]]
    for stop in cuts[1:]:
        while stop - result[-1] > longest:
            result.append(result[-1] + min(PIECE, longest))
        if stop > result[-1]:
            result.append(stop)
    return tuple(result)
