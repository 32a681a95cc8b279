"""Job M as one would write it with pedalboard and numpy: read every stem, process, sum, write.  Usage: FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from pedalboard import (
    Compressor,
    Delay,
    Gain,
    HighpassFilter,
    HighShelfFilter,
    Limiter,
    LowShelfFilter,
    PeakFilter,
    Pedalboard,
    Reverb,
)
from pedalboard.io import AudioFile

from mixdown import BANDS, BPM, BUSES, LIMITER_DB, RATE


def main(folder: Path) -> None:
    buses: list[np.ndarray | None] = [None] * BUSES
    room: np.ndarray | None = None
    echo: np.ndarray | None = None
    for index, path in enumerate(sorted((folder / "recordings").glob("*.wav"))):
        with AudioFile(str(path)) as file:
            x = file.read(file.frames)
        bands = [PeakFilter(hz, db, q) for hz, db, q in BANDS]
        board = Pedalboard([HighpassFilter(40), *bands, Compressor(-18, 3, 10, 120), Gain(-6)])
        y = board(x, RATE)
        angle = ((index % 7 - 3) / 4 + 1) * np.pi / 4
        y *= np.array([[min(1, np.sqrt(2) * np.cos(angle))], [min(1, np.sqrt(2) * np.sin(angle))]], np.float32)
        bus = buses[index % BUSES]
        buses[index % BUSES] = y if bus is None else bus + y
        room = y * 10 ** (-18 / 20) if room is None else room + y * 10 ** (-18 / 20)
        echo = y * 10 ** (-24 / 20) if echo is None else echo + y * 10 ** (-24 / 20)
    assert room is not None
    mix = Reverb(room_size=0.6, wet_level=1.0, dry_level=0.0)(room, RATE)
    mix = mix + Delay(60 / BPM / 2, 0.35, 1.0)(echo, RATE)
    for bus in buses:
        mix = mix + Compressor(-12, 2, 20, 200)(bus, RATE)
    master = Pedalboard(
        [LowShelfFilter(100, 1), HighShelfFilter(8000, 1), Compressor(-10, 2, 30, 200), Limiter(LIMITER_DB, 120)]
    )
    y = master(mix, RATE)
    with AudioFile(str(folder / "pedalboard.wav"), "w", RATE, 2, bit_depth=24) as file:
        file.write(y)


main(Path(sys.argv[1]))
