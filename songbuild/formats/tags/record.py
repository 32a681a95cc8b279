"""The record of tags that every format is written from."""

from __future__ import annotations

from dataclasses import dataclass, field

from songbuild.dsp.maths import exp2
from songbuild.formats.artwork import Picture
from songbuild.model.credits import Credit

FRONT_COVER = 3
"""The kind of picture, in ID3 and FLAC alike."""
REPLAY_GAIN_LUFS = -18.0
"""The loudness that ReplayGain 2.0 plays at."""
R128_LUFS = -23.0
"""The loudness that the gains in an Opus file lead to (RFC 7845, 5.2.1; EBU R 128)."""
_BITS_PER_DB = 0.16609640474436813
"""log2(10) / 20: a ratio of n dB is 2 to the power of this times n."""


@dataclass(frozen=True, slots=True)
class Level:
    """How loud a track or an album is: integrated loudness in LUFS, true peak in dBTP."""

    integrated_lufs: float
    true_peak_dbtp: float

    @property
    def gain(self) -> str:
        """The gain of ReplayGain 2.0: '-3.90 dB'."""
        return f"{REPLAY_GAIN_LUFS - self.integrated_lufs:.2f} dB"

    @property
    def peak(self) -> str:
        """The peak of ReplayGain 2.0, full scale being 1: '0.891251'."""
        return f"{float(exp2(self.true_peak_dbtp * _BITS_PER_DB)):.6f}"

    @property
    def r128_gain(self) -> str:
        """The gain of an Opus file in units of 1/256 dB (Q7.8), within 16 bits."""
        return str(max(-32768, min(32767, round(256.0 * (R128_LUFS - self.integrated_lufs)))))


@dataclass(frozen=True, slots=True)
class Tags:
    """What a file says about itself; what is empty or None is left out.

    artists    each of the artists by itself, where `artist` names several
    language   three letters, ISO 639-2
    explicit   'explicit', 'clean' or 'none'
    lyrics     the words, a line each; `synced` is the same with the milliseconds at which each line starts
    credits    names in roles, in order
    track_level, album_level  what the gains for players are made of
    """

    title: str
    version_title: str = ""
    artist: str = ""
    artists: tuple[str, ...] = ()
    album: str = ""
    album_artist: str = ""
    track_number: int | None = None
    track_total: int | None = None
    disc_number: int | None = None
    disc_total: int | None = None
    date: str = ""
    original_date: str = ""
    recording_date: str = ""
    recording_place: str = ""
    genres: tuple[str, ...] = ()
    language: str = ""
    explicit: str = ""
    isrc: str = ""
    iswc: str = ""
    upc: str = ""
    catalog_number: str = ""
    label: str = ""
    copyright: str = ""
    phonogram: str = ""
    comment: str = ""
    bpm: float | None = None
    key: str = ""
    lyrics: str = ""
    synced: tuple[tuple[int, str], ...] = ()
    credits: tuple[Credit, ...] = ()
    track_level: Level | None = None
    album_level: Level | None = None
    picture: tuple[Picture, bytes] | None = field(default=None, repr=False)

    def values(self, name: str) -> list[str]:
        """The values of a field of text, none where it is empty."""
        held = getattr(self, name)
        return [text for text in (held if isinstance(held, tuple) else (held,)) if text]

    @property
    def beats_per_minute(self) -> str:
        """The tempo with as many digits as it needs: '96', '97.5'."""
        return "" if self.bpm is None else f"{self.bpm:.2f}".rstrip("0").rstrip(".")

    @property
    def replay_gain(self) -> list[tuple[str, str]]:
        """The fields of ReplayGain 2.0."""
        found: list[tuple[str, str]] = []
        for name, level in (("TRACK", self.track_level), ("ALBUM", self.album_level)):
            if level is not None:
                found += [(f"REPLAYGAIN_{name}_GAIN", level.gain), (f"REPLAYGAIN_{name}_PEAK", level.peak)]
        return [*found, ("REPLAYGAIN_REFERENCE_LOUDNESS", f"{REPLAY_GAIN_LUFS:.2f} LUFS")] if found else []
