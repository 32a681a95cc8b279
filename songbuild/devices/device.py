"""The contract of a device: what an effect and an instrument are.  One sound, one file, one entry in a tuple."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from songbuild.units import Params

Audio: TypeAlias = npt.NDArray[np.float64]
"""(channels, frames), full scale 1.0."""
State: TypeAlias = Any
"""None before the first block; then nested tuples, lists and dicts of arrays and numbers, never changed in place."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect.

    process(x, p, rate, state) -> (y, state), or with `sidechain` process(x, p, rate, state, key), where key is the
    signal the detector hears, (channels, frames), x itself when no side-chain is set.  x is (1 or 2, frames) float64
    and is not modified; y has as many frames; y has 2 channels if `stereo`, else as many as x.  In blocks equals in
    one piece, bit for bit.  A block may have any number of frames, also 0.

    latency(p, rate)  frames by which y comes late; the chain compensates it.  Constant over time.
    tail(p, rate)     frames that it may ring on after its input has ended.
    static            parameters that automation can't change (they set latency, buffers or structure); those of a
                      list's items are written "bands.*.attack_ms".
    """

    name: str
    params: type[Params]
    process: Callable[..., tuple[Audio, State]]
    revision: int = 1
    stereo: bool = False
    sidechain: bool = False
    latency: Callable[[Any, int], int] | None = None
    tail: Callable[[Any, int], int] | None = None
    static: frozenset[str] = frozenset()

    def fixed(self, path: str) -> bool:
        """Whether automation can't change the parameter at `path`, such as "bands.2.attack_ms"."""
        parts = path.split(".")
        return parts[0] in self.static or ".".join("*" if part.isdecimal() else part for part in parts) in self.static


@dataclass(frozen=True, slots=True)
class Note:
    """One note to render.  Equal notes sound equal, so they are rendered once.

    pitch     MIDI key, 60.0 is middle C; fractions are microtones
    velocity  0 to 1
    frames    from the note's start to its release; for a one-shot instrument 0 lets it ring, more chokes it there
    seed      0, unless the instrument is `random`: then drawn from the event's identity
    text      the syllable or vowel sung, where there is one
    """

    pitch: float
    velocity: float
    frames: int
    seed: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument.

    render(notes, p, rate, samples) -> one array (channels, any frames) a note, in the notes' order; each starts at
    the note's start and ends, without a click, when the note is silent.  Pure; a note's sound depends on nothing but
    the note.  `samples` maps each path of `files(p)` to its audio at `rate`.

    tail(p, rate)  frames a note may sound after its release (for a one-shot: after its start).
    ring(p, rate, note)  a closer bound than `tail` on the frames a one-shot's note may sound, where there is one.
    keys           for drum kits: the names that a drum grid may use -> MIDI key.
    chokes         sets of keys that cut each other off (open and closed hi-hat).
    """

    name: str
    params: type[Params]
    render: Callable[[Sequence[Note], Any, int, Mapping[str, Audio]], list[Audio]]
    tail: Callable[[Any, int], int]
    revision: int = 1
    channels: int = 1
    random: bool = False
    one_shot: bool = False
    keys: Mapping[str, int] = field(default_factory=dict)
    chokes: tuple[frozenset[int], ...] = ()
    files: Callable[[Any], tuple[str, ...]] | None = None
    ring: Callable[[Any, int, Note], int] | None = None
