"""The delivery report as a page: HTML that needs no other file, pictures as SVG.  No song and no audio in here.

facts     what a page says, as data
markup    text, numbers, tables
svg       lines, surfaces and bars
charts    the pictures: time, spectrum, width
blocks    what the pages have in common
style     how they look
pictures  artwork, made small
remarks   open notes on the music
song, album  their pages
"""

from __future__ import annotations

from songbuild.formats.page.album import album_page
from songbuild.formats.page.facts import AlbumFacts, File, Head, Mark, Master, Notice, Picture, Remark, SongFacts, Track
from songbuild.formats.page.pictures import thumbnail
from songbuild.formats.page.song import song_page

__all__ = [
    "AlbumFacts", "File", "Head", "Mark", "Master", "Notice", "Picture", "Remark", "SongFacts", "Track", "album_page",
    "song_page", "thumbnail",
]  # fmt: skip
