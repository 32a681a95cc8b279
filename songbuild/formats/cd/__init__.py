"""An audio CD: cue sheet, TOC of cdrdao, DDP fileset, CD-TEXT.  No songs here: a `Disc`, and its audio.

disc         the record of a disc, in sectors
rules        what a disc must be: `check`
cue toc      one text file each, for burning
ddp          the fileset for a pressing plant; records (its columns), image (its audio), ddp_reader (and back)
cdtext       packs of CD-TEXT, and cdtext_reader
inlay        the track list as text
text writing what all of them need
"""

from songbuild.formats.cd.cue import cue_sheet, write_cue
from songbuild.formats.cd.ddp import checksums, descriptors, write_ddp
from songbuild.formats.cd.ddp_reader import Fileset, compare_checksums, read_ddp
from songbuild.formats.cd.disc import PAUSE, RATE, SECTOR, Disc, DiscError, DiscTrack, clock, whole_sectors
from songbuild.formats.cd.image import write_image
from songbuild.formats.cd.inlay import inlay
from songbuild.formats.cd.rules import check
from songbuild.formats.cd.toc import toc_file, write_toc

__all__ = [
    "PAUSE",
    "RATE",
    "SECTOR",
    "Disc",
    "DiscError",
    "DiscTrack",
    "Fileset",
    "check",
    "checksums",
    "clock",
    "compare_checksums",
    "cue_sheet",
    "descriptors",
    "inlay",
    "read_ddp",
    "toc_file",
    "whole_sectors",
    "write_cue",
    "write_ddp",
    "write_image",
    "write_toc",
]
