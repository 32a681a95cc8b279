"""Plays the guitar takes and makes the one-shots: recordings/*.flac and samples/*.flac, always the same bytes.

    python make_takes.py

Strings are songbuild's own `pluck`, through an amplifier of its own effects; timing, touch, squeaks and mistakes
differ from take to take, which is what the comp in recordings.yaml is about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from songbuild.devices.device import Note
from songbuild.devices.effects import eq, reverb, saturation
from songbuild.devices.instruments import fm_piano, pluck

HERE = Path(__file__).parent
RATE = 44_100
BEAT_S = 60 / 96
SWING = 0.55
Signal = npt.NDArray[np.float64]

# Chords as they lie under the hand, low to high.
SHAPES = {
    "A7": (45, 55, 61, 64, 69),
    "Gmaj9": (43, 54, 57, 59, 62),
    "D/F#": (42, 57, 62, 66),
    "A/C#": (49, 57, 61, 64),
    "Bm7": (47, 54, 57, 62, 66),
    "D/A": (45, 57, 62, 66),
    "E9/G#": (44, 54, 59, 62, 64),
    "F#m7": (42, 52, 57, 61, 64),
    "B7": (47, 54, 57, 63, 66),
    "Em9": (40, 55, 59, 62, 66),
    "A7sus4": (45, 55, 62, 64),
    "Dadd9": (50, 57, 62, 64, 66),
}
# Bar 0 is the one before the chorus: its ringing chord is turned backwards in the comp.
BARS: tuple[tuple[tuple[int, str], ...], ...] = (
    ((8, "A7"),),
    ((0, "Gmaj9"),),
    ((0, "D/F#"), (8, "A/C#")),
    ((0, "Bm7"),),
    ((0, "D/A"), (8, "E9/G#")),
    ((0, "Gmaj9"),),
    ((0, "F#m7"), (8, "B7")),
    ((0, "Em9"), (8, "A7sus4"), (12, "A7")),
    ((0, "Dadd9"),),
)
STRUMS = {  # sixteenths of the bar: D down, u up, m muted
    "drive": "D-----u-m-D---u-",
    "push": "D-----u-D--mD-u-",
    "ring": "D-------m-----u-",
    "end": "D---------------",
}
PLAYED = ("", "drive", "push", "ring", "push", "drive", "push", "push", "end")
LICK = ((8, 66, 0.62), (10, 69, 0.7), (12, 71, 0.66), (13, 69, 0.55), (14, 66, 0.6), (15, 64, 0.5))  # bar 8's answer


class Take(NamedTuple):
    """How a take went: seed, drag in s, looseness in s, touch, the bar that went wrong and what happened there."""

    seed: int
    late_s: float
    loose_s: float
    touch: float
    wrong: int
    slip: str


TAKES = {
    "guitar-1": Take(11, 0.002, 0.006, 0.66, 6, "fret"),  # a semitone flat on the B7
    "guitar-2": Take(12, -0.003, 0.008, 0.72, 3, "early"),  # rushes into the Bm7
    "guitar-3": Take(13, 0.014, 0.005, 0.58, 8, "missed"),  # sits back, plays softer, misses the last chord
}


class Struck(NamedTuple):
    """One string: when, in s from the file's start, its key, velocity and length in s."""

    at: float
    key: int
    velocity: float
    length: float


def seconds(bar: int, step: float) -> float:
    """A sixteenth of a bar in seconds, swung."""
    pair, rest = divmod(step, 2)
    return (bar * 4 + (2 * pair + (2 * SWING if rest >= 1 else 0)) / 4) * BEAT_S


def strummed(take: Take) -> Iterator[Struck]:
    """Everything that the take plays."""
    draw = np.random.Generator(np.random.PCG64(take.seed))
    for bar, chords in enumerate(BARS):
        strokes = [(8, "D")] if bar == 0 else [(i, s) for i, s in enumerate(STRUMS[PLAYED[bar]]) if s != "-"]
        stops = [step for step, _ in strokes[1:]] + [16 if bar else 15.7]
        for (step, stroke), stop in zip(strokes, stops, strict=True):
            shape = SHAPES[[name for start, name in chords if start <= step][-1]]
            at = seconds(bar, step) + take.late_s + draw.normal(0, take.loose_s)
            hard = take.touch * {"D": 1.0, "u": 0.78, "m": 0.6}[stroke] * (1.1 if step == 0 else 1.0)
            if bar == take.wrong and take.slip == "early":
                at -= 0.055
            if bar == take.wrong and take.slip == "missed":
                shape, hard = shape[:2], 0.4 * hard
            flat = 1 if bar == take.wrong and take.slip == "fret" and step >= 8 else 0
            yield from _stroke(draw, shape, stroke, at, hard, seconds(bar, stop) - seconds(bar, step), flat)
        if bar == len(BARS) - 1 and take.slip != "missed":
            for step, key, velocity in LICK:
                at = seconds(bar, step) + take.late_s + draw.normal(0, take.loose_s)
                yield Struck(at, key, velocity * take.touch / 0.66, 0.28 if step < 15 else 0.5)


def _stroke(
    draw: np.random.Generator, shape: Sequence[int], stroke: str, at: float, hard: float, length: float, flat: int
) -> Iterator[Struck]:
    """The plectrum over the strings, down or up; a muted stroke is only a tick."""
    keys = list(shape) if stroke != "u" else list(reversed(shape[1:]))
    pace = draw.uniform(0.007, 0.012)
    for place, key in enumerate(keys):
        held = 0.035 if stroke == "m" else length - 0.01 * place
        velocity = float(np.clip(hard + draw.normal(0, 0.05), 0.15, 0.95))
        yield Struck(max(0.0, at + pace * place), key - (flat if place > 2 else 0), velocity, held)


def played(strings: Sequence[Struck], params: pluck.Pluck, frames: int) -> Signal:
    """The strings, (1, frames)."""
    out = np.zeros((1, frames))
    notes = [Note(s.key, round(s.velocity * 32) / 32, int(s.length * RATE)) for s in strings]
    for struck, audio in zip(strings, pluck.render(notes, params, RATE, {}), strict=True):
        at = int(struck.at * RATE)
        stop = min(frames, at + audio.shape[1])
        if at < stop:
            out[:, at:stop] += audio[:, : stop - at]
    return out


def squeaks(take: Take, frames: int) -> Signal:
    """Fingers sliding over wound strings before some changes: short bands of noise, (1, frames)."""
    draw = np.random.Generator(np.random.PCG64(take.seed + 100))
    out = np.zeros((1, frames))
    for bar in range(2, len(BARS)):
        if draw.random() < 0.6:
            length = int(draw.uniform(0.05, 0.11) * RATE)
            at = int((seconds(bar, 0) - 0.09) * RATE)
            hiss = draw.normal(0, 1, length) * np.hanning(length)
            out[0, at : at + length] += 0.011 * hiss
    return out


def amplified(x: Signal) -> Signal:
    """A small valve amplifier and its cabinet in a room, (1, frames)."""
    bands = (
        {"type": "highpass", "freq_hz": 85},
        {"freq_hz": 420, "gain_db": -3, "q": 0.9},
        {"freq_hz": 2300, "gain_db": 3.5, "q": 0.8},
        {"type": "lowpass", "freq_hz": 4600},
        {"type": "lowpass", "freq_hz": 6500},
    )
    x, _ = saturation.process(x, saturation.Saturation(drive_db=11, shape="tube"), RATE, None)
    x, _ = eq.process(x, eq.Eq.model_validate({"bands": bands}), RATE, None)
    room, _ = reverb.process(x, reverb.Reverb(decay_s=0.35, size_m=5, predelay_ms=3, mix=0.16), RATE, None)
    return np.asarray(np.mean(room, axis=0, keepdims=True))


def recorded(name: str, take: Take) -> None:
    """Play a take and write it."""
    frames = int(seconds(len(BARS), 3) * RATE)
    sound: dict[str, Any] = {
        "pickup": 0.22,
        "position": 0.13,
        "tone_hz": 4200,
        "decay_s": 8,
        "body": 0.0,
        "knock": 0.12,
    }
    dry = played(list(strummed(take)), pluck.Pluck.model_validate(sound), frames) + squeaks(take, frames)
    y = amplified(dry)
    y += np.random.Generator(np.random.PCG64(take.seed + 200)).normal(0, 10 ** (-78 / 20), y.shape)
    y *= 10 ** (-6 / 20) / np.abs(y).max()
    fade = int(0.4 * RATE)
    y[:, -fade:] *= np.linspace(1, 0, fade) ** 2
    write(HERE / "recordings" / f"{name}.flac", y[0])


def bells(keys: Sequence[int], length_s: float, velocity: float) -> Signal:
    """A chord of bells, (frames,)."""
    params = fm_piano.FmPiano(tine=0.9, tine_ratio=3.5, tine_decay_ms=4000, brightness=0.1, hammer=0.05, decay_s=6)
    notes = [Note(key, velocity, int(length_s * RATE)) for key in keys]
    frames = int((length_s + 0.3) * RATE)
    out = np.zeros(frames)
    for place, audio in enumerate(fm_piano.render(notes, params, RATE, {})):
        at = int(0.018 * place * RATE)
        stop = min(frames, at + audio.shape[1])
        out[at:stop] += audio[0, : stop - at]
    return out


def swell() -> Signal:
    """Two beats of breath and bells that run backwards into the next bar, (frames,)."""
    frames = int(2 * BEAT_S * RATE)
    back = bells((57, 62, 64, 69, 76), 2 * BEAT_S, 0.7)[:frames][::-1]
    t = np.arange(frames) / frames
    hiss = np.random.Generator(np.random.PCG64(7)).normal(0, 1, (1, frames))
    breath = eq.Eq.model_validate(
        {"bands": [{"type": "highpass", "freq_hz": 2500}, {"type": "lowpass", "freq_hz": 9000}]}
    )
    air, _ = eq.process(hiss, breath, RATE, None)
    y = back * t + 0.05 * air[0] * t**3
    end = int(0.012 * RATE)
    y[-end:] *= np.linspace(1, 0, end)
    return np.asarray(y / np.abs(y).max() * 0.7)


def chime() -> Signal:
    """A chord of glass that rings for three seconds, (frames,)."""
    y = bells((74, 81, 86, 88), 2.6, 0.55)
    fade = int(0.8 * RATE)
    y[-fade:] *= np.linspace(1, 0, fade) ** 2
    return np.asarray(y / np.abs(y).max() * 0.6)


def write(path: Path, y: Signal) -> None:
    """Write mono 16 bit FLAC."""
    import soundfile

    path.parent.mkdir(exist_ok=True)
    soundfile.write(path, np.round(y * 32767).astype(np.int16), RATE, subtype="PCM_16", format="FLAC")


if __name__ == "__main__":
    for name, take in TAKES.items():
        recorded(name, take)
    write(HERE / "samples" / "swell.flac", swell())
    write(HERE / "samples" / "chime.flac", chime())
