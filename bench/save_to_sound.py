"""Save to sound: how long after a save `songbuild watch` has made the first tile that sounds different.

A watch session of a song of 12 synths with a loudness target, in which one note in the middle is saved again and again,
by rename as editors do.  Prints JSON: the median and the 95th percentile in ms, to the first changed audio and to the
finished files.  Usage: save_to_sound.py [--saves N] [--bars N]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median, quantiles
from typing import Any

SONGBUILD = str(Path(sys.executable).parent / "songbuild")
TRACKS, BARS = 12, 48
CHANGED = 3
"""The track whose note is changed."""
PAUSE_S = 0.2
"""Between a build and the next save."""


def write_song(folder: Path, bars: int, velocity: int) -> None:
    """Eighths and rests by a seed, one pattern a track; the first note of the middle bar of one has this velocity."""
    rng = random.Random(4000)
    patterns = []
    for track in range(TRACKS):
        octave = 2 + track % 4
        notes = [
            [f"{rng.choice('cdefgab')}{octave}" if rng.random() < 0.4 else "r" for _ in range(8)] for _ in range(bars)
        ]
        for bar in notes:
            bar[0] += ":8"
        if track == CHANGED:
            notes[bars // 2][0] = f"c{octave}:8!{velocity}"
        patterns.append(f'    p{track}: "{" | ".join(" ".join(bar) for bar in notes)}"')
    parts = ", ".join(f"t{track}: p{track}" for track in range(TRACKS))
    text = [
        "title: Saved",
        "tempo: 120",
        "tail: 1",
        "composition:",
        "  patterns:",
        *patterns,
        "arrangement:",
        f"  tracks: {{{', '.join(f't{track}: subtractive' for track in range(TRACKS))}}}",
        f"  sections: {{all: {{bars: {bars}, parts: {{{parts}}}}}}}",
        "  form: [all]",
        "mix:",
        f"  channels: {{{', '.join(f't{track}: {{gain_db: -15}}' for track in range(TRACKS))}}}",
        "master: {loudness: -14}",
        "delivery: {formats: [wav24]}",
    ]
    part = folder / ".song.yaml.new"
    part.write_text("\n".join(text) + "\n")
    part.replace(folder / "song.yaml")


def results(child: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    """The results of the builds of a watch session."""
    assert child.stdout is not None
    for line in child.stdout:
        event = json.loads(line)
        if event["event"] == "result":
            yield event


def measure(folder: Path, saves: int, environment: Mapping[str, str], bars: int = BARS) -> dict[str, Any]:
    """Save one note so many times; ms from the save, as the session says."""
    write_song(folder, bars, 19)
    audio, done = list[float](), list[float]()
    command = [SONGBUILD, "watch", str(folder), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        found = results(child)
        first = next(found)
        for step in range(saves):
            time.sleep(PAUSE_S)
            write_song(folder, bars, 20 + step)
            result = next(found)
            if result["audio_ms"] is None:
                sys.exit(f"save {step} changed no audio: {result['trouble']}")
            audio.append(result["audio_ms"])
            done.append(result["done_ms"])
        child.send_signal(signal.SIGINT)
    return {"saves": saves, "bars": bars, "cold_ms": first["done_ms"], "audio_ms": told(audio), "done_ms": told(done)}


def told(values: list[float]) -> dict[str, float]:
    """The median and the 95th percentile."""
    high = quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]
    return {"median": round(median(values), 1), "p95": round(high, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--saves", type=int, choices=range(1, 108), default=30, metavar="N", help="up to 107")
    parser.add_argument("--bars", type=int, default=BARS, help="the length of the song")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="songbuild-bench-") as folder:
        environment = {**os.environ, "SONGBUILD_CACHE": str(Path(folder) / "cache")}
        song = Path(folder) / "song"
        song.mkdir()
        print(json.dumps(measure(song, arguments.saves, environment, arguments.bars)))


if __name__ == "__main__":
    main()
