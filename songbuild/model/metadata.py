"""Metadata: what is said about a release, be it a song or an album, and about a recording."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from songbuild.model.credits import Credits
from songbuild.model.identifiers import Date, Isrc, Iswc, Language, Upc
from songbuild.units import Params


class Release(Params):
    """What a song and an album have in common."""

    title: str = Field(min_length=1, max_length=300, description="title")
    version_title: str | None = Field(None, max_length=100, description="which version it is: 'Radio Edit'")
    artist: str = Field("", max_length=300, description="performing artist")
    credits: Credits = Field(default_factory=dict, description="role -> name, {name, instrument, …}, or a list")
    label: str | None = Field(None, max_length=300, description="record label")
    catalog_number: str | None = Field(None, max_length=50, description="the label's catalogue number")
    upc: Upc | None = Field(None, description="UPC (12 digits), EAN (13) or GTIN-14 of the release")
    genre: str | None = Field(None, max_length=100, description="genre")
    secondary_genre: str | None = Field(None, max_length=100, description="second genre")
    language: Language | None = Field(None, description="language of title and lyrics, BCP 47: 'en'; 'zxx' for none")
    date: Date | None = Field(None, description="release date, ISO 8601")
    original_date: Date | None = Field(None, description="date of the first release, where this is a later one")
    copyright: str | None = Field(None, max_length=300, description="(C) line: year and owner of work and artwork")
    phonogram: str | None = Field(None, max_length=300, description="(P) line: year and owner of the recording")
    artwork: str | None = Field(None, description="square JPEG or PNG, path below the song's folder")
    comment: str | None = Field(None, max_length=2000, description="a comment in the tags")


class Recording(Release):
    """What is said about one recording, and about its place on an album."""

    isrc: Isrc | None = Field(None, description="ISRC of the recording, ISO 3901")
    iswc: Iswc | None = Field(None, description="ISWC of the work, ISO 15707")
    explicit: Literal["explicit", "clean", "none"] | None = Field(
        None, description="parental advisory: explicit; clean, of what also is to be had explicit; none"
    )
    recording_date: Date | None = Field(None, description="when it was recorded")
    recording_place: str | None = Field(None, max_length=300, description="where it was recorded")
    lyrics: str | None = Field(
        None, description="the track whose words are the lyrics (default: the one that sings most), or a .lrc or .txt"
    )
    album: str | None = Field(None, max_length=300, description="album")
    album_artist: str | None = Field(None, max_length=300, description="artist of the album")
    track_number: int | None = Field(None, ge=1, le=99, description="place on the album")
    track_total: int | None = Field(None, ge=1, le=99, description="number of tracks of the album")
    disc_number: int | None = Field(None, ge=1, le=99, description="disc of the album")
    disc_total: int | None = Field(None, ge=1, le=99, description="number of discs of the album")
