"""An audio CD as data: tracks in sectors, what its subcode and CD-TEXT say.

Source: IEC 60908 (compact disc digital audio system): a sector is 1/75 s; addresses are minutes, seconds and sectors;
before the first track is a pause of at least two seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

RATE = 44_100
SECTOR = 588
"""Frames in a sector."""
SECTOR_BYTES = 4 * SECTOR
SECTORS_PER_SECOND = 75
PAUSE = 2 * SECTORS_PER_SECOND
"""Sectors of silence before the programme: index 0 of the first track."""
MOST_TRACKS = 99
TEXTS = ("title", "performer", "songwriter", "composer", "arranger", "message")
"""The fields that a disc and its tracks both have, in the order of their CD-TEXT pack types."""


class DiscError(ValueError):
    """A disc that can't be written, or a fileset that can't be read, in a sentence."""


@dataclass(frozen=True, slots=True)
class DiscTrack:
    """A track.  `start` (index 1), `length` (to the next track's index 1) and `pregap` are in sectors.

    `start` counts from the first sector of the programme, after the pause of two seconds.  The `pregap` sectors before
    `start` are the track's index 0; they are part of the audio, and as files are cut they end the track before.
    """

    start: int
    length: int
    pregap: int = 0
    title: str = ""
    performer: str = ""
    songwriter: str = ""
    composer: str = ""
    arranger: str = ""
    message: str = ""
    isrc: str = ""
    copy: bool = False
    pre_emphasis: bool = False

    @property
    def end(self) -> int:
        """The first sector after the track."""
        return self.start + self.length

    @property
    def index0(self) -> int:
        """The sector where its index 0 begins; `start` where it has none."""
        return self.start - self.pregap


@dataclass(frozen=True, slots=True)
class Disc:
    """A disc: its tracks in order, and what is said of it as a whole."""

    tracks: tuple[DiscTrack, ...]
    title: str = ""
    performer: str = ""
    songwriter: str = ""
    composer: str = ""
    arranger: str = ""
    message: str = ""
    genre: str = ""
    upc: str = ""
    catalog: str = ""

    @property
    def length(self) -> int:
        """Sectors of the programme, the pause before it excluded."""
        return self.tracks[-1].end if self.tracks else 0


def bounds(disc: Disc) -> list[tuple[int, int]]:
    """From where to where each track's number stands in the subcode: its index 0, in sectors, to the next one's."""
    starts = [0, *(track.index0 for track in disc.tracks[1:])]
    return list(zip(starts, [*starts[1:], disc.length], strict=True)) if disc.tracks else []


def whole_sectors(frames: int) -> int:
    """The sectors that hold `frames` frames."""
    return -(-frames // SECTOR)


def msf(sectors: int) -> tuple[int, int, int]:
    """A number of sectors as minutes, seconds and sectors."""
    seconds, rest = divmod(sectors, SECTORS_PER_SECOND)
    return seconds // 60, seconds % 60, rest


def clock(sectors: int) -> str:
    """A number of sectors as MM:SS:FF."""
    return ":".join(f"{part:02d}" for part in msf(sectors))


def compact(code: str) -> str:
    """An ISRC, UPC or EAN without hyphens and spaces."""
    return code.replace("-", "").replace(" ", "")


def catalog_number(upc: str) -> str:
    """A UPC or EAN as the 13 digits of a disc's media catalogue number; a UPC has 12, and a zero comes before them."""
    return compact(upc).lstrip("0").rjust(13, "0") if upc else ""
