"""Job M: 24 stereo stems of 3:30 with EQ, compressor, sends, buses and a master; the song and its stems by a seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

RATE = 44_100
STEMS = 24
BUSES = 4
LIMITER_DB = -1.0
BANDS = ((220.0, -2.5, 1.0), (1_200.0, 1.5, 0.8), (6_500.0, 2.0, 0.7))
BPM = 120


def seconds(length: float = 1.0) -> int:
    """The length of the job in whole seconds: 3:30, times `length`."""
    return round(210 * length)


def make_stems(folder: Path, length: float = 1.0, stems: int = STEMS) -> None:
    """Write the stems as 24-bit WAV: a rhythm of decaying tones and noise, another for each stem, panned a little."""
    folder.mkdir(parents=True, exist_ok=True)
    beat = RATE * 60 // BPM // 2
    for index in range(stems):
        rng = np.random.Generator(np.random.Philox(key=index))
        time = np.arange(beat) / RATE
        with soundfile.SoundFile(folder / f"stem{index:02d}.wav", "w", RATE, 2, subtype="PCM_24") as file:
            for _ in range(seconds(length) // 2):
                bar = np.zeros((8 * beat, 2))
                for step in range(8):
                    hz = 55.0 * 2 ** (rng.integers(0, 60) / 12)
                    tone = np.sin(2 * np.pi * hz * time) + 0.3 * rng.standard_normal(beat)
                    hit = tone * np.exp(-time * rng.uniform(3, 20)) * rng.uniform(0.05, 0.35)
                    bar[step * beat : (step + 1) * beat] = hit[:, None] * rng.uniform(0.5, 1.0, 2)
                file.write(bar)


def write_song(folder: Path, length: float = 1.0, stems: int = STEMS, ride_db: float = -1.0) -> None:
    """Write the song that mixes the stems of folder/recordings; the first one is ridden to `ride_db` for a bar."""
    bars = seconds(length) // 2
    lines = [
        "title: Job M",
        f"tempo: {BPM}",
        "tail: 0",
        "arrangement:",
        "  tracks:",
        *(f"    stem{i:02d}: {{recording: stem{i:02d}}}" for i in range(stems)),
        "  sections:",
        f"    all: {{bars: {bars}}}" if bars < 1000 else "    all: {bars: 525}",
        "  form: [all]" if bars < 1000 else "  form: [all x2]",
        "recordings:",
        *(f"  stem{i:02d}: {{takes: {{one: recordings/stem{i:02d}.wav}}}}" for i in range(stems)),
        "mix:",
        "  channels:",
    ]
    bands = ", ".join(f"{{type: peak, freq_hz: {hz}, gain_db: {db}, q: {q}}}" for hz, db, q in BANDS)
    for i in range(stems):
        lines += [
            f"    stem{i:02d}:",
            "      inserts:",
            f"        - eq: {{bands: [{{type: highpass, freq_hz: 40}}, {bands}]}}",
            "        - compressor: {threshold_db: -18, ratio: 3, attack_ms: 10, release_ms: 120}",
            "      gain_db: -6",
            f"      pan: {round((i % 7 - 3) / 4, 2)}",
            "      sends: {room: -18, echo: -24}",
            f"      to: bus{i % BUSES}",
        ]
        if i == 0:
            middle = bars // 2
            ride = f"1: 0, {middle}: 0 lin, {middle + 1}: {ride_db} lin, {middle + 2}: 0"
            lines.append(f'      automation: {{volume_db: "{ride}"}}')
    lines.append("  buses:")
    lines += [
        f"    bus{b}: {{inserts: [compressor: {{threshold_db: -12, ratio: 2, attack_ms: 20, release_ms: 200}}]}}"
        for b in range(BUSES)
    ]
    lines += [
        "  returns:",
        "    room: {inserts: [reverb: {decay_s: 1.8, mix: 1}]}",
        "    echo: {inserts: [delay: {time_ms: 1/8, feedback: 0.35, mix: 1}]}",
        "master:",
        "  chain:",
        "    - eq:",
        "        bands: [{type: low_shelf, freq_hz: 100, gain_db: 1}, {type: high_shelf, freq_hz: 8000, gain_db: 1}]",
        "    - compressor: {threshold_db: -10, ratio: 2, attack_ms: 30, release_ms: 200}",
        "  loudness: null",
        f"  ceiling: {LIMITER_DB}",
        "delivery: {formats: [wav24]}",
    ]
    (folder / "song.yaml").write_text("\n".join(lines) + "\n")
