"""The album: songs in order, how one follows the other, and what is delivered of them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from songbuild.model.delivery import AudioFile
from songbuild.model.metadata import Recording, Release
from songbuild.model.recordings import Crossfade
from songbuild.model.remarks import AlbumRemark
from songbuild.units import Db, DbTp, Lufs, Params, Seconds

GAP_S = 2.0
"""The pause between two tracks where nothing else is said, as on a CD (IEC 60908: 2 to 3 s before the first)."""
MOST_TRACKS = 99
TrackFormat = Literal["wav24", "wav16", "bwf", "flac", "mp3", "ogg", "opus", "aac"]


class TrackFade(Crossfade):
    """A fade or crossfade of a track: '4 s', or {4 s: linear}."""

    time: Seconds = Field(0.0, ge=0, le=60, description="length")


class AlbumTrack(Recording):
    """One track: a song that is built, or a finished file; plain text is the song's folder.

    What is said here takes the place of what the song says of itself.
    """

    song: str | None = Field(None, description="a song's folder or manifest, from the album's folder")
    file: str | None = Field(None, description="finished audio below the album's folder, stereo, any rate")
    title: str = Field("", max_length=300, description="in place of the song's title; a file needs one")
    gap: Seconds | None = Field(None, ge=0, le=600, description="silence before it; 2 s where nothing is said")
    crossfade: TrackFade | None = Field(None, description="how long it overlaps with the next track")
    pregap: Seconds | None = Field(
        None, ge=0, le=600, description="how much of what is before it is its index 0; default: the gap"
    )
    fade_in: TrackFade = Field(default_factory=lambda: TrackFade(time=0.0), description="fade at its start")
    fade_out: TrackFade = Field(default_factory=lambda: TrackFade(time=0.0), description="fade at its end")
    trim_start: Seconds = Field(0.0, ge=0, description="what is cut off at its start, before fades")
    trim_end: Seconds = Field(0.0, ge=0, description="what is cut off at its end, before fades")
    gain_db: Db = Field(0.0, ge=-60, le=24, description="gain, before the album's loudness")
    loudness: Lufs | None = Field(None, ge=-40, le=-5, description="its own target, with `loudness: {tracks: …}`")

    @model_validator(mode="before")
    @classmethod
    def _spelled_short(cls, value: Any) -> Any:
        """Accept a plain folder."""
        return {"song": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_source(self) -> AlbumTrack:
        if (self.song is None) == (self.file is None):
            raise ValueError("a track is either a `song` or a `file`")
        if self.file is not None and not self.title:
            raise ValueError("a file needs a `title`")
        return self

    @property
    def source(self) -> str:
        """The folder or file that it names."""
        return self.song if self.song is not None else str(self.file)


class AlbumLoudness(Params):
    """One target: of the album as a whole, of its loudest track, or of each track; a plain number is the album's.

    The first two are one gain for all, so that the tracks keep their differences.
    """

    album: Lufs | None = Field(None, ge=-40, le=-5, description="integrated loudness of the whole album")
    loudest: Lufs | None = Field(None, ge=-40, le=-5, description="integrated loudness of the loudest track")
    tracks: Lufs | None = Field(None, ge=-40, le=-5, description="integrated loudness of every track")

    @model_validator(mode="before")
    @classmethod
    def _spelled_short(cls, value: Any) -> Any:
        """Accept a plain loudness."""
        return {"album": value} if isinstance(value, str | int | float) else value

    @model_validator(mode="after")
    def _one_target(self) -> AlbumLoudness:
        if sum(target is not None for target in (self.album, self.loudest, self.tracks)) != 1:
            raise ValueError("name one target: album, loudest or tracks")
        return self


class AlbumDelivery(Params):
    """The files in the album's out/."""

    formats: list[TrackFormat] = Field(
        default=["flac", "mp3"], description="a file of each track, an exact cut of the album, by short names"
    )
    files: list[AudioFile] = Field(
        default_factory=list, description="further files of each track: {format: wav, bits: 16}"
    )
    album: list[Literal["wav24", "wav16", "flac"]] = Field(
        default_factory=list, description="the whole album in one file, with a cue sheet"
    )
    cd: list[Literal["cue", "toc", "ddp", "inlay"]] = Field(
        default_factory=list,
        description="a CD: an image with cue sheet or cdrdao TOC, a DDP 2.00 fileset, the track list as text",
    )
    report: bool = Field(False, description="report.html: tracks, loudness, spectrum, CD and checksums on a page")
    provenance: bool = Field(False, description="provenance.json: what the files were made from, as in-toto has it")
    mp3_kbps: Literal[128, 160, 192, 224, 256, 320] = Field(320, description="bit rate of an MP3 that names none")
    flac_bits: Literal[16, 24] = Field(24, description="word length of a FLAC that names none")


class Album(Release):
    """An album, whole."""

    rate: Literal[44_100, 48_000, 88_200, 96_000] | None = Field(
        None, description="sample rate of the album in Hz; default: the highest of its songs'"
    )
    seed: int = Field(1, ge=0, description="seed of the dither")
    songs: list[AlbumTrack] = Field(min_length=1, description="the tracks in order")
    loudness: AlbumLoudness | None = Field(None, description="-14 LUFS, {album: …}, {loudest: …} or {tracks: …}")
    ceiling: DbTp | None = Field(
        -1.0, ge=-20, le=0, description="true-peak ceiling of the album; null: no limiter, the bits pass as they are"
    )
    delivery: AlbumDelivery = Field(default_factory=AlbumDelivery, description="the files in out/")
    notes: list[AlbumRemark] = Field(default_factory=list, description="notes on the album, for people")
