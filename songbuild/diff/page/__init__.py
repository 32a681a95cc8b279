"""A difference as a page: HTML with pictures, that needs no other file.

drawing, paper    SVG in pixels; bars from left to right
stretches         which bars of a part are drawn
notes             piano rolls and drum grids
form, cast        sections and parts, before and after
words             chords and lyrics
lanes, tone       automation; equalisers, filters and compressors
listing           the changes in words
listening         players and figures of what is heard
style, document   how it looks; the page
"""

from __future__ import annotations

from songbuild.diff.page.document import page

__all__ = ["page"]
