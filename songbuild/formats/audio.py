"""Reading audio: WAV, FLAC, AIFF, MP3 and Ogg of any rate, mono or stereo, as a stream at the rate that is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from songbuild.dsp.resampling import resampled
from songbuild.formats.headers import complaint

Audio = npt.NDArray[np.float64]
FORMATS = ("WAV", "WAVEX", "RF64", "W64", "FLAC", "AIFF", "MP3", "OGG")
ORDERED = ("WAV", "WAVEX", "RF64", "W64", "FLAC")
"""Formats whose channels are left, right, centre, LFE, left and right surround, as far as there are any."""
BLOCK = 1 << 14
RATES = (4_000, 768_000)


class AudioError(ValueError):
    """A file that can't be used as audio, in a sentence, with a hint where there is one."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What an audio file's header says: rate in Hz, channels (1 or 2), frames, and the format's name."""

    rate: int
    channels: int
    frames: int
    format: str


def probe(path: Path, *, most: int = 2) -> AudioInfo:
    """The facts of an audio file of at most `most` channels, by its header.  Raises AudioError for what is unusable."""
    with _opened(path, most) as file:
        return AudioInfo(file.samplerate, file.channels, file.frames, file.format)


def blocks(path: Path, rate: int, *, offset: int = 0, most: int = 2) -> Iterator[Audio]:
    """The audio of a file at `rate` Hz as blocks (channels, n): round(frames * rate / its rate) frames in all.

    The first `offset` of these frames are left out.  Resampled by soxr, VHQ, without delay.  Raises AudioError, also in
    the middle, for a damaged file or NaN in it.
    """
    for block in _resampled(path, rate, most):
        if offset < block.shape[1]:
            yield block[:, offset:] if offset else block
        offset = max(0, offset - block.shape[1])


def _resampled(path: Path, rate: int, most: int) -> Iterator[Audio]:
    """As `blocks`, from the start."""
    with _opened(path, most) as file:
        yield from resampled(_whole(file), file.frames, file.samplerate, rate)


def _whole(file: Any) -> Iterator[Audio]:
    """The audio of an opened file at its own rate, as long as its header says."""
    seen = 0
    while seen < file.frames:
        read = _read(file, seen)[: file.frames - seen]
        seen += len(read)
        if len(read) < BLOCK and seen < file.frames:
            raise AudioError(f"it holds {seen} frames, its header says {file.frames}", "it may be cut short")
        yield np.ascontiguousarray(read.T)


def _opened(path: Path, most: int) -> Any:
    """The file, opened by libsndfile, with a header that can be believed."""
    import soundfile

    if not path.exists():
        raise AudioError("no such file", "is its name spelled as in the folder, capitals too?")
    if not path.is_file():
        raise AudioError("it is not a file")
    if path.stat().st_size == 0:
        raise AudioError("it is empty", "a recording that was not fetched? try 'git lfs pull'")
    with path.open("rb") as opened:
        pointer = opened.read(20).startswith(b"version https://git-")
    if pointer:
        raise AudioError("it is a git-lfs pointer, not audio", "run 'git lfs pull'")
    wrong = complaint(path)  # before libsndfile, which warns on the terminal of what it finds
    if wrong:
        raise AudioError(*wrong)
    try:
        file = _forward()(path)
    except soundfile.LibsndfileError as error:
        raise AudioError(f"it can't be read as audio ({str(error.error_string).rstrip('.').lower()})") from None
    wrong = _unusable(file, most)
    if wrong:
        file.close()
        raise AudioError(*wrong)
    return file


@cache
def _forward() -> Any:
    """A SoundFile that never seeks: else every `read` seeks to where it stands, and there an MP3 starts anew."""
    import soundfile

    class Forward(soundfile.SoundFile):  # type: ignore[misc, unused-ignore]
        def seekable(self) -> bool:
            return False

    return Forward


def _unusable(file: Any, most: int) -> tuple[str, str] | None:
    """What of a header keeps the file from being used: a sentence and a hint."""
    if file.format not in FORMATS:
        return f"its format {file.format} is not supported", "use WAV, FLAC, AIFF, MP3 or Ogg"
    if file.channels > most:
        return f"it has {file.channels} channels", "use mono or stereo" if most == 2 else f"at most {most} can be used"
    if file.channels > 2 and file.format not in ORDERED:
        return f"it has {file.channels} channels, in an order that isn't known", "use WAV or FLAC"
    if not RATES[0] <= file.samplerate <= RATES[1]:
        return f"its sample rate is {file.samplerate} Hz", f"from {RATES[0]} to {RATES[1]} Hz are possible"
    if file.frames <= 0:
        return "it holds no audio", "its header says 0 frames"
    return None


def _read(file: Any, at: int) -> Audio:
    """The next block (n, channels) of finite samples, from frame `at` on."""
    import soundfile

    try:
        found: Audio = file.read(BLOCK, dtype="float64", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise AudioError(f"it is damaged after {at / file.samplerate:.2f} s ({error.error_string})") from None
    if not np.isfinite(found).all():
        place = at + int(np.argmin(np.isfinite(found).all(axis=1)))
        raise AudioError(f"it holds NaN or infinity at {place / file.samplerate:.3f} s", "export it again")
    return found
