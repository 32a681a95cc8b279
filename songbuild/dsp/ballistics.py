"""How a gain reduction moves: held, then attacked and released; with a release that goes by what came before.

What compressors of one band and of several, and de-essers, have in common.  All of it runs on the blocks of
`dsp.dynamics`, so in blocks equals in one piece bit for bit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from songbuild.dsp import dynamics
from songbuild.dsp.filters import one_pole, smoothing
from songbuild.dsp.maths import Array, exp2, gain_to_db

HOLD_MS = 5.0
"""Half a period of 100 Hz: held so long, a gain doesn't follow the wave of a bass."""
SLOW = 8.0
"""Of the automatic release: the time, in releases, in which a lasting reduction gathers and goes, by 63 %."""
_LOG2_E = 1.4426950408889634


class Ballistics(NamedTuple):
    """Times in blocks: to 63 % of a larger reduction, to 63 % of a smaller one, and how long it stays before that."""

    attack: float
    release: float
    hold: int


class Moving(NamedTuple):
    """The state of `move`: the reductions that are held, the follower, and the mean of an automatic release."""

    held: Array
    follow: dynamics.Follow
    mean: Array
    lasting: float


def ballistics(rate: int, frames: int, attack_ms: float, release_ms: float, hold_ms: float = HOLD_MS) -> Ballistics:
    """The times for blocks of `frames`; the hold is part of the release, at most a quarter of it."""
    hold_ms = min(hold_ms, 0.25 * release_ms)
    per_ms = rate / (1000.0 * frames)
    return Ballistics(attack_ms * per_ms, (release_ms - hold_ms) * per_ms, int(hold_ms * rate / (1000.0 * frames)))


def unmoved(rate: int, frames: int, hold_ms: float = HOLD_MS) -> Moving:
    """The state after endless silence: no reduction."""
    held = np.zeros(int(hold_ms * rate / (1000.0 * frames)))
    rest = dynamics.resting(0.0)
    return Moving(held, rest, np.zeros((1, 1)), rest.above)


def move(wanted: Array, times: Ballistics, state: Moving, auto: bool = False) -> tuple[Array, Moving]:
    """The reductions in dB, one a block, that follow the `wanted` ones (blocks,); returns (reductions, state).

    With `auto` the release goes by what came before: the reduction isn't let go below its own mean over SLOW releases,
    which falls as slowly as it gathers.  So a stroke is over after one release, while what lasted lets go slowly.
    """
    highest, held = dynamics.hold(wanted, times.hold, state.held)
    reduced, following = dynamics.follow(highest, times.attack, times.release, state.follow)
    if not auto or not len(reduced):
        return reduced, state._replace(held=held, follow=following)
    octaves = _LOG2_E / (SLOW * times.release)
    mean, last = one_pole(reduced[None], float(exp2(-octaves)), state.mean)
    lasting, under_way = dynamics.decaying_max(mean[0], octaves, state.lasting)
    return np.maximum(reduced, lasting), Moving(held, following, last, under_way)


def mean_power(power: Array, rate: float, ms: float, state: Array) -> tuple[Array, Array]:
    """Powers (blocks,), `rate` of them a second, averaged by two smoothers of `ms` in a row; state (2, 1)."""
    keep = smoothing(rate, ms)
    mean, once = one_pole(power[None], keep, state[:1])
    mean, twice = one_pole(mean, keep, state[1:])
    return mean[0], np.concatenate([once, twice])


def power_to_db(power: Array) -> Array:
    """A mean power, of full scale 1, to decibels; silence is -200 dB."""
    return 0.5 * gain_to_db(power, floor=-400.0)
