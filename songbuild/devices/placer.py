"""Places rendered notes in time: equal notes are rendered once, and every cut of the song adds up to the same sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from songbuild.devices.cache import ArrayCache
from songbuild.devices.device import Audio, Instrument, Note

Placed: TypeAlias = tuple[int, Note]
"""The frame at which a note starts, before or in a tile, and the note."""

RENDERED: ArrayCache[np.float64] = ArrayCache(64 * 2**20)
"""Every instrument's notes by (instrument, revision, digest of its params and samples, rate, note)."""
_BATCH_SIZE = 2**23  # channels times frames that are held at once, about, however many notes sound


def reach(instrument: Instrument, p: Any, rate: int, note: Note) -> int:
    """The most frames that a note may sound."""
    if instrument.ring is not None:
        return instrument.ring(p, rate, note)
    tail = instrument.tail(p, rate)
    return tail if instrument.one_shot else note.frames + tail


def overlapping(
    notes: Sequence[Placed], instrument: Instrument, p: Any, rate: int, start: int, stop: int
) -> list[Placed]:
    """The notes that may sound between frames `start` and `stop`, in an order of time that depends on them alone."""
    found = [item for item in notes if item[0] < stop and item[0] + reach(instrument, p, rate, item[1]) > start]
    return sorted(found, key=_order)


def _order(item: Placed) -> tuple[int, float, float, int, int, str]:
    at, note = item
    return at, note.pitch, note.velocity, note.frames, note.seed, note.text


def place(
    notes: Sequence[Placed],
    instrument: Instrument,
    p: Any,
    rate: int,
    start: int,
    stop: int,
    samples: Mapping[str, Audio],
    params_digest: str,
) -> Audio:
    """Frames `start` to `stop` of the notes' sum, (channels, stop - start).

    `params_digest` stands for `p` and the contents of `samples`.  Notes that don't reach the tile change nothing;
    notes are added in order of time, so cutting the stretch into tiles gives the same bits.
    """
    out = np.zeros((instrument.channels, max(stop - start, 0)))
    identity = (instrument.name, instrument.revision, params_digest, rate)
    for batch in _batches(overlapping(notes, instrument, p, rate, start, stop), instrument, p, rate):
        rendered = {note: RENDERED.get((*identity, note)) for _, note in batch}
        missing = [note for note, audio in rendered.items() if audio is None]
        for note, audio in zip(missing, instrument.render(missing, p, rate, samples) if missing else (), strict=True):
            rendered[note] = RENDERED.put((*identity, note), audio)
        for at, note in batch:
            made = rendered[note]
            assert made is not None
            first, last = max(at, start), min(at + made.shape[1], stop)
            if first < last:
                out[:, first - start : last - start] += made[:, first - at : last - at]
    return out


def _batches(notes: Sequence[Placed], instrument: Instrument, p: Any, rate: int) -> Iterator[list[Placed]]:
    """Runs of notes that together are short enough to be held at once."""
    batch: list[Placed] = []
    held = 0
    for item in notes:
        size = instrument.channels * reach(instrument, p, rate, item[1])
        if batch and held + size > _BATCH_SIZE:
            yield batch
            batch, held = [], 0
        batch.append(item)
        held += size
    if batch:
        yield batch
