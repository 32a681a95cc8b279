"""Notes on the music: what people say to each other about bars of a part.  Nothing of it sounds.

They are remarks here and in the code, so that they aren't taken for the notes of the score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from pydantic import Field, StrictBool, StrictInt

from songbuild.model.identifiers import Date
from songbuild.model.positions import parse_range
from songbuild.model.score import Occurrence, Score
from songbuild.problems import NotationError
from songbuild.units import Params


class Remark(Params):
    """What a note on a song and one on an album have in common."""

    text: str = Field(min_length=1, max_length=2000, description="what is to be said")
    by: str | None = Field(None, min_length=1, max_length=300, description="who says it")
    date: Date | None = Field(None, description="when it was said: 2026-03-14")
    done: StrictBool | Date = Field(False, description="true, or the date when it was done")


class SongRemark(Remark):
    """A note on the music of a song: 'more air here'."""

    at: str | StrictInt | None = Field(
        None, description="a bar, a range '17-20', a section, 'chorus#2', 'chorus+2'; none: the whole song"
    )
    part: str | None = Field(
        None, description="a track, a bus, a return, 'mix' for the main mix, or 'master'; none: everything"
    )


class AlbumRemark(Remark):
    """A note on an album: 'a longer pause before this one'."""

    song: str | None = Field(None, description="the track it is about, as `songs` names it; none: the whole album")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where a remark is: beats from the song's start; bars, both ends included, a pickup being 0; the sections there.

    `whole` says whether it is made of whole sections.
    """

    start: Fraction
    stop: Fraction
    first_bar: int
    last_bar: int
    sections: tuple[Occurrence, ...]

    @property
    def whole(self) -> bool:
        """Whether it is made of whole sections."""
        if not self.sections:
            return False
        first, last = self.sections[0], self.sections[-1]
        return (self.start, self.stop) == (first.start, last.start + last.length)


def stretch(at: str | int, score: Score) -> Stretch:
    """Where a remark is that is written `at` a place; raises NotationError."""
    text = str(at)
    meters = score.time.bars
    start, stop = parse_range(text, meters, score.sections)
    if stop <= start:
        raise NotationError("a range ends after it starts", 0, max(1, len(text)))
    if stop > score.length:
        last = score.sections[-1] if score.sections else None
        hint = f"its last bar is {last.first_bar + last.bars - 1}" if last else "its form is empty"
        raise NotationError("this is after the song's end", 0, max(1, len(text)), hint)
    inside = tuple(each for each in score.sections if each.start < stop and start < each.start + each.length)
    bar, rest = meters.bar_at(stop)
    return Stretch(start, stop, meters.bar_at(start)[0], bar if rest else bar - 1, inside)


def place_of(remark: SongRemark, score: Score) -> Stretch | None:
    """Where a remark of a song that has loaded is; None for the whole song, and for a place that is no more."""
    try:
        return stretch(remark.at, score) if remark.at is not None else None
    except NotationError:
        return None


def in_order(remarks: Sequence[SongRemark], score: Score) -> list[tuple[int, SongRemark, Stretch | None]]:
    """Remarks with their places in the list, those on the whole song first, then in order of time."""
    found = [(index, remark, place_of(remark, score)) for index, remark in enumerate(remarks)]
    return sorted(found, key=lambda each: (each[2].start, each[2].stop) if each[2] else (-1, -1))
