"""The grid that states are on: it can't be heard, and after an edit every effect comes back to where it was."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from songbuild.devices.effects import EFFECTS
from songbuild.engine.state import decode, encode

RATE = 44_100
TILE = RATE * 2
EACH = pytest.mark.parametrize("effect", EFFECTS.values(), ids=lambda effect: effect.name)
MOST = 10 ** (-180 / 20)


def noise(effect, salt, frames):
    """Loud noise that begins anew every 100 ms, at another level."""
    random = np.random.default_rng([zlib.crc32(effect.name.encode()), salt])
    levels = np.repeat(10 ** (random.uniform(-40, -3, frames // 4410 + 1) / 20), 4410)[:frames]
    return random.uniform(-1, 1, (2, frames)) * levels


def handed_on(state):
    return None if state is None else decode(encode(state))


def tile(effect, x, state):
    side = (x,) if effect.sidechain else ()
    return effect.process(x, effect.params(), RATE, state, *side)


@EACH
def test_it_is_below_what_may_be_heard(effect):
    plain = snapped = None
    for salt in range(4):
        x = noise(effect, salt, TILE // 2)
        (one, plain), (other, snapped) = tile(effect, x, plain), tile(effect, x, snapped)
        snapped = handed_on(snapped)
        assert np.abs(one - other).max(initial=0.0) <= MOST


@EACH
def test_states_meet_again_after_an_edit(effect):
    """Two pasts, then the same music: within 16 s the states are the same bit for bit."""
    states = [handed_on(tile(effect, noise(effect, salt, TILE), None)[1]) for salt in (1, 2)]
    for salt in range(8):
        x = noise(effect, 3 + salt, TILE)
        states = [handed_on(tile(effect, x, state)[1]) for state in states]
        if len({encode(state) for state in states}) == 1:
            return
    pytest.fail("they are still apart")
