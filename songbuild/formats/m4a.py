"""AAC (low complexity) in an MPEG-4 file, through PyAV, which songbuild works without.

The file's edit list leaves out the encoder's priming and ends after the last frame, so it has the exact length; it
holds neither a date nor the encoder's version.  Sources: ISO/IEC 14496-3 (AAC), 14496-12, clause 8.6.6 (edit list).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from songbuild.formats.audio import Audio, AudioError, AudioInfo
from songbuild.formats.pcm import recut

RATES = (44_100, 48_000, 88_200, 96_000)
_PACKET = 1024  # frames that the encoder takes at once; only the last may be shorter
_BLOCK = 1 << 14
_LAYOUTS = {1: "mono", 2: "stereo"}


def available() -> bool:
    """Whether PyAV is installed."""
    return find_spec("av") is not None


def write_m4a(path: Path, blocks: Iterable[Audio], rate: int, channels: int, kbps: int) -> int:
    """Write blocks (channels, frames) of full scale 1.0 at `rate`, one of RATES; returns the frames written."""
    import av
    from av.codec.context import Flags

    # the scale of the movie's times is one frame, so that the edit list can be exact
    options = {"movflags": "+faststart", "movie_timescale": str(rate), "fflags": "+bitexact"}
    frames = 0
    with av.open(str(path), "w", format="ipod", options=options) as container:
        stream: Any = container.add_stream("aac", rate=rate, layout=_LAYOUTS[channels])
        stream.bit_rate = kbps * 1000
        stream.codec_context.thread_count = 1
        stream.codec_context.flags |= Flags.bitexact
        for block in recut(blocks, channels, _PACKET):
            packet = np.ascontiguousarray(block, dtype=np.float32)
            frame = av.AudioFrame.from_ndarray(packet, format="fltp", layout=_LAYOUTS[channels])
            frame.sample_rate, frame.pts = rate, frames
            container.mux(stream.encode(frame))
            frames += block.shape[1]
        container.mux(stream.encode(None))
    return frames


def open_m4a(path: Path) -> tuple[AudioInfo, Iterator[Audio]]:
    """The facts and the audio of any MPEG-4 file, mono or stereo.  Raises AudioError for a damaged one, also midway."""
    import av

    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise AudioError("it holds no audio")
            stream = container.streams.audio[0]
            frames = round((stream.duration or 0) * (stream.time_base or 0) * stream.rate)
            info = AudioInfo(stream.rate, stream.channels, frames, "M4A")
    except av.FFmpegError as error:
        raise AudioError(f"it can't be read as audio ({error.strerror})") from None
    if info.channels not in _LAYOUTS:
        raise AudioError(f"it has {info.channels} channels", "use mono or stereo")
    return info, _checked(path, info)


def _checked(path: Path, info: AudioInfo) -> Iterator[Audio]:
    import av

    seen = 0
    try:
        with av.open(str(path)) as container:
            frames = container.decode(container.streams.audio[0])
            for block in recut(_frames(frames, info.frames), info.channels, _BLOCK):
                seen += block.shape[1]
                yield block
    except av.FFmpegError as error:
        raise AudioError(f"it is damaged after {seen / info.rate:.2f} s ({error.strerror})") from None
    if seen < info.frames:
        raise AudioError(f"it holds {seen} frames, its header says {info.frames}", "it may be cut short")


def _frames(frames: Iterable[Any], length: int) -> Iterator[Audio]:
    """What a decoder gives, as far as the file's `length` goes."""
    left = length
    for frame in frames:
        block = frame.to_ndarray()[:, :left].astype(np.float64)
        left -= block.shape[1]
        yield block
