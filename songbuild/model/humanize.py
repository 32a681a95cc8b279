"""Feel: swing as exact positions, and small deviations keyed by each event's identity."""

from __future__ import annotations

import re
from fractions import Fraction
from hashlib import blake2b
from struct import Struct
from typing import NamedTuple

from songbuild.model.line import BarStarts
from songbuild.problems import NotationError

_NUMBERS = Struct("<24H")
_SWING = re.compile(r"\s*(\d{1,3}(?:\.\d{1,6})?)\s*%\s*of\s*(4|8|16|32)\s*")


class Swing(NamedTuple):
    """The second of each pair of notes falls at `part` of the pair; `pair` is in quarter notes."""

    part: Fraction
    pair: Fraction


def parse_swing(text: str) -> Swing | None:
    """'58% of 16': the off-beat sixteenth falls at 58 % of its pair; 'straight' is None; raises NotationError."""
    if text.strip() == "straight":
        return None
    match = _SWING.fullmatch(text)
    if not match:
        hint = "such as '58% of 16', or 'straight'"
        raise NotationError(f"'{text}' is not a swing", 0, max(1, len(text)), hint)
    part = Fraction(match[1]) / 100
    if not Fraction(1, 4) <= part <= Fraction(4, 5):
        raise NotationError("swing lies between 25% and 80%; 50% is straight", match.start(1), len(match[1]))
    return Swing(part, Fraction(8, int(match[2])))


def swung(position: Fraction, swing: Swing, starts: BarStarts) -> Fraction:
    """Where a position moves: each half of a pair is stretched or squeezed evenly, pairs counted from the bar line.

    What is left of a bar after its last whole pair stays straight.
    """
    bar, inside = starts.bar_of(position)
    pair, rest = divmod(inside, swing.pair)
    if not rest or (pair + 1) * swing.pair > starts.length_of(bar):
        return position
    half = swing.pair / 2
    moved = rest * 2 * swing.part if rest < half else swing.pair - (swing.pair - rest) * 2 * (1 - swing.part)
    return position + moved - rest


def deviations(*identity: str | int) -> tuple[float, float]:
    """Two numbers of normal distribution (mean 0, deviation 1, within ±6) that belong to an identity.

    Each is the sum of twelve even 16-bit numbers from BLAKE2b, less six (Irwin-Hall): exact on every machine.
    """
    digest = blake2b("\0".join(map(str, identity)).encode(), digest_size=48).digest()
    parts = _NUMBERS.unpack(digest)
    return (sum(parts[:12]) + 6) / 65536 - 6, (sum(parts[12:]) + 6) / 65536 - 6
